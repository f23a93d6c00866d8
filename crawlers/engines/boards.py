"""What boards written in PHP share: session ids in addresses, dates inside sentences, clocks of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, markup
from crawlers.engines.document import Document
from crawlers.model import Page, Site

SESSION = ("sid", "PHPSESSID", "s", "hilit", "highlight")
"""Parameters that change from visit to visit, or only colour words: an address says the same without them."""
_PARAMETER = re.compile(r"([?&;])([^?&;=#]*)(?:=[^?&;#]*)?")
_LONGEST_DATE = 9
_WORDS_ONLY = 3
"""A date of more words than these ("för ett ögonblick sedan" is no date of the past) has a number in it."""
_DIGIT = re.compile(r"\d")
_OFFSET = re.compile(r"\bUTC\b(?:\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::(?P<minutes>\d{2}))?)?(?P<rest>.*)")
_CLOCK_SKEW = timedelta(minutes=2)
_WIDEST_OFFSET = 14
_CLOCK_IN_TITLE = re.compile(r"\d[:.]\d{2}")


def lasting(url: str, *, drop: tuple[str, ...] = SESSION) -> str:
    """Return an address without parameters that do not last, whether `&` or `;` stands between them."""
    address, _, fragment = url.partition("#")
    head, mark, query = address.partition("?")
    kept = [m[0][1:] for m in _PARAMETER.finditer(mark + query) if m[2] not in drop and len(m[0]) > 1]
    tail = (";" if ";" in query else "&").join(kept)
    return head + ("?" if tail else "") + tail + (f"#{fragment}" if fragment else "")


def link_of(node: LexborNode | None, base: str, *, drop: tuple[str, ...] = SESSION) -> str | None:
    """Return where a link leads, absolute and lasting; None for no link, or one that leads to no page."""
    url = addresses.absolute(base, markup.attribute(node, "href"))
    return lasting(url, drop=drop) if url else None


def date_in(text: str, *, anchor: datetime, zone: ZoneInfo) -> datetime:
    """Return the time that a sentence names: of all its runs of words that are dates, the longest, the first of those.

    Raise UnreadableDateError where none is, or where a number beside it may belong to it.
    """
    parts = text.replace("\u00ab", " ").replace("\u00bb", " ").split()
    for start, length in _runs(parts):
        run = " ".join(parts[start : start + length]).strip(",.;:()[]")
        if (length > _WORDS_ONLY and not _DIGIT.search(run)) or not dates.has_form(run):
            continue
        try:
            found = dates.parse(run, anchor=anchor, zone=zone)
        except dates.UnreadableDateError:
            continue
        beside = (*parts[max(0, start - 1) : start], *parts[start + length : start + length + 1])
        if not any(part[0].isdigit() for part in beside):
            return found
    raise dates.UnreadableDateError(f"no date that we can read in {' '.join(parts)[:60]!r}")


def first_date_in(texts: Iterable[str], *, anchor: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the time that the first of the sentences names in which there is one, such as a note of an edit."""
    for text in texts:
        with suppress(dates.UnreadableDateError):
            return date_in(text, anchor=anchor, zone=zone)
    return None


def _runs(parts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where runs of words that a date may have begin, and of how many words they are, the longest first."""
    room, rooms = 0, []
    for part in reversed(parts):
        room = room + 1 if dates.may_be_in(part) else 0
        rooms.append(min(room, _LONGEST_DATE))
    rooms.reverse()
    for length in range(max(rooms, default=0), 0, -1):
        yield from ((start, length) for start, room in enumerate(rooms) if room >= length)


def named_zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name like Europe/Stockholm or UTC; None for any other text."""
    if not re.fullmatch(r"UTC|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2}", name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def fixed_zone(hours: int) -> ZoneInfo | None:
    """Return the zone that is always so many hours ahead of UTC; None for more than there are."""
    if not -12 <= hours <= _WIDEST_OFFSET:
        return None
    # Named as POSIX does it, with the sign turned round.
    return ZoneInfo("UTC") if hours == 0 else ZoneInfo(f"Etc/GMT{-hours:+d}")


def hours_ahead(shown: datetime, meant: datetime) -> int | None:
    """Return how many whole hours a clock that shows the wall time `shown` at the moment `meant` is ahead of UTC.

    None where it is no whole number of hours: then the page was kept, and the clock has stood still since.
    """
    ahead = shown.replace(tzinfo=None) - meant.replace(tzinfo=None) + (meant.utcoffset() or timedelta())
    hours = round(ahead / timedelta(hours=1))
    is_near = -_CLOCK_SKEW <= ahead - timedelta(hours=hours) <= _CLOCK_SKEW
    return hours if is_near and abs(hours) <= _WIDEST_OFFSET else None


def stated_zone(document: Document, foot: str, page: Page, site: Site) -> ZoneInfo:
    """Return the zone that a page says its times are in ("All times are UTC+01:00"), else that of the site.

    A title names the zone where there is one. `UTC+01:00` is today's offset of a zone; `UTC + 1 hour [ DST ]`, as
    older software says it, held for all dates of the year.
    """
    for box in document.css(foot):
        for node in box.css("[title]"):
            if "UTC" in node.text(deep=True) and (named := named_zone(markup.attribute(node, "title"))):
                return named
        if match := _OFFSET.search(markup.text_of(box)):
            hours = int((match["sign"] or "") + (match["hours"] or "0")) + ("[" in match["rest"])
            ours = page.fetched_at.astimezone(site.timezone).utcoffset()
            if match["minutes"] and ours == timedelta(hours=hours):
                return site.timezone
            return (fixed_zone(hours) if match["minutes"] in (None, "00") else None) or site.timezone
    return site.timezone


def is_whole_date(title: str) -> bool:
    """Return whether a title has the clock too: that of "Yesterday, 14:03" has the day only."""
    return _CLOCK_IN_TITLE.search(title) is not None


def around(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements around a node, innermost first, without the document itself, which has no attributes."""
    return (above for above in markup.ancestors(node) if above.is_element_node)


def first_date(texts: Iterable[str], read: Callable[[str], datetime]) -> datetime:
    """Return the first of the texts that is a date. Raise UnreadableDateError, with all of them, where none is."""
    tried: list[str] = []
    for text in texts:
        try:
            return read(text)
        except dates.UnreadableDateError:
            tried.append(text)
    raise dates.UnreadableDateError(f"no date that we can read for certain in {' | '.join(tried)[:80]!r}")


def clock_zone(shown: str, at: datetime, site: Site) -> ZoneInfo:
    """Return the zone of a board whose clock shows a time at a moment: that of the site where the two agree."""
    try:
        wall = date_in(shown, anchor=at + timedelta(days=1), zone=ZoneInfo("UTC"))
    except dates.UnreadableDateError:
        return site.timezone
    hours = hours_ahead(wall, at)
    if hours is None or at.astimezone(site.timezone).utcoffset() == timedelta(hours=hours):
        return site.timezone
    return fixed_zone(hours) or site.timezone
