"""Dates as vBulletin writes them: found inside a line, and the order of day and month settled by the whole page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawlers import dates
from crawlers.model import Page, Site

_WORD = r"[^\W\d_]{3,9}"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap](?:m\b|\.m\.))?"
_YEAR = r"(?:\d{4}|'\d{2})"
_DAY = (
    rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}|i ?dag|i ?går|i ?förrgår|today|yesterday|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|:e)? (?:of )?{_WORD}\.?,? {_YEAR}|{_WORD}\.? \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}"
)
DATE = re.compile(
    rf"(?<![\w.])(?:(?:{_DAY})(?!\w)(?:,? ?(?:(?:at|kl\.?|klockan|@|-) ?)?{_CLOCK}(?![\w:]))?|"
    rf"(?:för )?\d{{1,3}} {_WORD} (?:ago|sedan|siden)\b)",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?<![\d.-])(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"'(\d{2})\b")
_TWELVE_HOURS = re.compile(r"\d ?[ap]\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a page's dates are read."""

    is_day_first: bool | None
    """Of a date in numbers alone; None where nothing on the page tells."""
    page: Page
    site: Site

    def find(self, text: str) -> datetime:
        """Return the time of the first date in a text. Raise UnreadableDateError where none can be read for certain."""
        match = DATE.search(" ".join(text.split()))
        if match is None:
            raise dates.UnreadableDateError(f"no date that we can read in {' '.join(text.split())[:60]!r}")
        said = _SHORT_YEAR.sub(self._century, _NUMBERS.sub(self._iso, match[0]))
        return dates.parse(said, anchor=self.page.fetched_at, zone=self.site.timezone)

    def find_or_none(self, text: str) -> datetime | None:
        """Return the time of the first date in a text that the record can do without."""
        try:
            return self.find(text)
        except dates.UnreadableDateError:
            return None

    def _iso(self, match: re.Match[str]) -> str:
        first, second, year = int(match[1]), int(match[3]), match[4]
        if self.is_day_first is None and first != second:
            raise dates.UnreadableDateError(
                f"{match[0]} may be of either month: say `date_order` in the site's options"
            )
        day, month = (first, second) if self.is_day_first else (second, first)
        return f"{year}-{month:02}-{day:02}"

    def _century(self, match: re.Match[str]) -> str:
        this_year = self.page.fetched_at.year
        year = this_year - this_year % 100 + int(match[1])
        return str(year if year <= this_year else year - 100)


def calendar(texts: Iterable[str], page: Page, site: Site) -> Calendar:
    """Return how to read the dates of a page, given the texts in which its posts are dated, in their order.

    A board writes all its dates in one format. Of 11-05-2023 the site's option `date_order` (`dmy` or `mdy`) decides,
    else another date of the page that can be read in one way only, else the order of the posts in time, else the
    clock: the 12-hour one comes with month before day in the format that vBulletin ships.
    """
    if order := site.options.get("date_order"):
        return Calendar(order == "dmy", page, site)
    texts = list(texts)
    found = [match for text in texts for match in _NUMBERS.finditer(text)]
    latest = page.fetched_at.date() + timedelta(days=1)
    readings = {first: _days(found, latest, is_day_first=first) for first in (True, False)}
    possible = {first: days for first, days in readings.items() if days is not None}
    if len(possible) == 2:
        possible = {first: days for first, days in possible.items() if _is_in_order(days)} or possible
    if len(possible) == 2 and any(_TWELVE_HOURS.search(text) for text in texts):
        possible.pop(True)
    return Calendar(next(iter(possible)) if len(possible) == 1 else None, page, site)


def _days(found: list[re.Match[str]], latest: date, *, is_day_first: bool) -> list[date] | None:
    try:
        days = [
            date(int(match[4]), int(match[3 if is_day_first else 1]), int(match[1 if is_day_first else 3]))
            for match in found
        ]
    except ValueError:
        return None
    return days if all(day <= latest for day in days) else None


def _is_in_order(days: list[date]) -> bool:
    return days == sorted(days) or days == sorted(days, reverse=True)
