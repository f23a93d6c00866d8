"""Dates as vBulletin writes them: found inside a line, and the order of day and month settled by the whole page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from crawlers import dates
from crawlers.engines import boards
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
TAIL_BYTES = 50_000
"""What members write is seldom there, nor are the menus."""
_ZONE = re.compile(
    rb"\bGMT(?:(?:&nbsp;|\s)?([+-])(?:&nbsp;|\s)?(\d{1,2})(?:[.:](\d{1,2}))?)?\.\s[^<]{1,60}<span class=\"time\">",
    re.IGNORECASE,
)
"""What versions 3 and 4 say at a page's end, in any language: All times are GMT +1. The time now is 14:08."""
_TWELVE_HOURS = re.compile(r"\d ?[ap]\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a page's dates are read."""

    is_day_first: bool | None
    """Of a date in numbers alone; None where nothing on the page tells."""
    page: Page
    zone: ZoneInfo

    def find(self, text: str) -> datetime:
        """Return the time of the first date in a text. Raise UnreadableDateError where none can be read for certain."""
        match = DATE.search(" ".join(text.split()))
        if match is None:
            raise dates.UnreadableDateError(f"no date that we can read in {' '.join(text.split())[:60]!r}")
        said = _SHORT_YEAR.sub(self._century, _NUMBERS.sub(self._iso, match[0]))
        return dates.parse(said, anchor=self.page.fetched_at, zone=self.zone)

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
    zone = zone_of(page, site)
    if order := site.options.get("date_order"):
        return Calendar(order == "dmy", page, zone)
    texts = list(texts)
    found = [match for text in texts for match in _NUMBERS.finditer(text)]
    latest = page.fetched_at.date() + timedelta(days=1)
    readings = {first: _days(found, latest, is_day_first=first) for first in (True, False)}
    possible = {first: days for first, days in readings.items() if days is not None}
    if len(possible) == 2:
        possible = {first: days for first, days in possible.items() if _is_in_order(days)} or possible
    if len(possible) == 2 and any(_TWELVE_HOURS.search(text) for text in texts):
        possible.pop(True)
    return Calendar(next(iter(possible)) if len(possible) == 1 else None, page, zone)


def zone_of(page: Page, site: Site) -> ZoneInfo:
    """Return the zone that a page says its times are in: that of the site where it is so far from GMT, now or in July.

    Boards that follow summer time say today's offset; a board that is set for guests elsewhere says another.
    """
    said = _said_last(page.body[-TAIL_BYTES:])
    if said is None:
        return site.timezone
    sign, hours, part = said.groups()
    ahead = timedelta(hours=int(hours or 0)) * (-1 if sign == b"-" else 1)
    year = page.fetched_at.year
    ours = {datetime(year, month, 1, tzinfo=UTC).astimezone(site.timezone).utcoffset() for month in (1, 7)}
    if part and int(part):
        return site.timezone  # Half an hour: 5.5, or 5:30. There are no zones of that kind to make.
    return site.timezone if ahead in ours else boards.fixed_zone(int(ahead / timedelta(hours=1))) or site.timezone


def _said_last(foot: bytes) -> re.Match[bytes] | None:
    """Return the last of what says the zone: looked for where the name is, since the pattern is slow to say no."""
    said, lowered = None, foot.lower()
    at = lowered.find(b"gmt")
    while at >= 0:
        if match := _ZONE.match(foot, at):
            said = match
        at = lowered.find(b"gmt", match.end() if match else at + 1)
    return said


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
