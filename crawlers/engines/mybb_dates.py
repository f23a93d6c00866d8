"""The dates of a MyBB page: which of 11-05-2026 is the month, and how far ahead of UTC the board's clock is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import boards
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.model import Page, Site

_CLOCKS = ("#current_time", ".current_time", "#footer .time", "#footer")
_CLOCK = re.compile(r"\d{4}.*\d:\d\d|\d[-.]\d\d,? .*\d:\d\d")
_RELATIVE = ".post_date span[title], .lastpost span[title], .thread_start_datetime span[title], .smalltext span[title]"
_DATED = ".post_date, .lastpost, .thread_start_datetime"
_IN_ORDER = ".post_date"
_NUMBERS = re.compile(r"(?<![\d.:-])(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})(?![\d-])")
_ORDERS = {"dmy": (3, 1), "mdy": (1, 3)}
"""Which groups of `_NUMBERS` are month and day."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a page writes its dates."""

    order: str | None
    """`dmy` or `mdy`; None where the page does not tell, and 11-05-2026 is no date then."""
    anchor: datetime
    zone: ZoneInfo

    def read(self, node: LexborNode) -> datetime:
        """Return the time that an element shows: a relative one has the day, or all of it, in its title.

        Raise UnreadableDateError where it cannot be read for certain.
        """
        return self.parse(shown_in(node))

    def parse(self, text: str) -> datetime:
        """Return the time that a text is. Raise UnreadableDateError where it cannot be read for certain."""
        return dates.parse(_plain(text, self.order), anchor=self.anchor, zone=self.zone)

    def find(self, text: str) -> datetime:
        """Return the time that a sentence names. Raise UnreadableDateError where it cannot be read for certain."""
        return boards.date_in(_plain(text, self.order), anchor=self.anchor, zone=self.zone)


def calendar_of(document: Document, page: Page, site: Site) -> Calendar:
    """Return how a page writes its dates, by what it shows of them and of the time at which it was made."""
    clocks = (text_of(document.css_first(selector)) for selector in _CLOCKS)
    clock = next((text for text in clocks if _CLOCK.search(text)), "")
    order = site.options.get("date_order") or _order(document, clock, page)
    zone = site.timezone
    try:
        shown = boards.date_in(_plain(clock, order), anchor=page.fetched_at + timedelta(days=1), zone=ZoneInfo("UTC"))
    except dates.UnreadableDateError:
        shown = None
    # MyBB adds the same number of hours to every date, in summer and in winter.
    hours = boards.hours_ahead(shown, page.fetched_at) if shown else None
    return Calendar(order, page.fetched_at, (boards.fixed_zone(hours) if hours is not None else None) or zone)


def shown_in(node: LexborNode) -> str:
    """Return the date that an element shows, its title read into it and the note of an edit left out."""
    parts: list[str] = []
    for child in node.iter(include_text=True):
        if child.tag == "br" and parts:
            break
        if child.tag == "-text":
            parts.append(child.text_content or "")
        elif child.tag == "span" and "edit" not in attribute(child, "class"):
            title = attribute(child, "title")
            if _NUMBERS.search(title) or re.search(r"\d{4}", title):
                parts = [title]
                if boards.is_whole_date(title):
                    break
            else:
                parts.append(text_of(child))
    return " ".join("".join(parts).split())


def _plain(text: str, order: str | None) -> str:
    """Return the text with its dates in numbers written as ISO 8601 does."""

    def plain(match: re.Match[str]) -> str:
        found = _read(match, order or ("dmy" if match[2] == "." or match[1] == match[3] else ""))
        return found.isoformat() if found else match[0]

    return _NUMBERS.sub(plain, text)


def _read(match: re.Match[str], order: str) -> date | None:
    month, day = _ORDERS.get(order, (0, 0))
    if not month:
        return None
    try:
        return date(int(match[4]) + (2000 if len(match[4]) == 2 else 0), int(match[month]), int(match[day]))
    except ValueError:
        return None


def _order(document: Document, clock: str, page: Page) -> str | None:
    """Return the one order in which all that the page shows makes sense, or None where both do, or neither."""
    relative = document.css(_RELATIVE)
    shown = {node.mem_id: shown_in(node) for node in (*relative, *document.css(_DATED))}
    titles = [attribute(node, "title") for node in relative if not _NUMBERS.search(text_of(node))]
    now, recent = _numbers([clock]), _numbers(titles)
    dated = [*now, *recent, *_numbers(dict.fromkeys(shown.values()))]
    posted = _numbers(shown[node.mem_id] for node in document.css(_IN_ORDER))
    tests: tuple[Callable[[str], bool], ...] = (
        lambda order: _are_past(_days(dated, order), page),
        lambda order: _are_near(_days(now, order), page, days=1),
        lambda order: _are_near(_days(recent, order), page, days=2),
        lambda order: _are_sorted(_days(posted, order)),
    )
    left = list(_ORDERS)
    for test in tests:
        # Where none passes, nothing is proved: a page that was kept is near nothing, and posts may stand otherwise.
        left = [order for order in left if test(order)] or left
        if len(left) == 1:
            return left[0]
    return None


def _numbers(texts: Iterable[str]) -> list[re.Match[str]]:
    return [match for text in texts for match in _NUMBERS.finditer(text)]


def _days(numbers: Iterable[re.Match[str]], order: str) -> list[date | None]:
    return [_read(match, order) for match in numbers]


def _are_past(days: list[date | None], page: Page) -> bool:
    last = (page.fetched_at.astimezone(UTC) + timedelta(days=1)).date()
    return all(day is not None and day <= last for day in days)


def _are_near(found: list[date | None], page: Page, *, days: int) -> bool:
    today = page.fetched_at.astimezone(UTC).date()
    return all(day is not None and abs(day - today) <= timedelta(days=days) for day in found)


def _are_sorted(found: list[date | None]) -> bool:
    known = [day for day in found if day is not None]
    return known == sorted(known)
