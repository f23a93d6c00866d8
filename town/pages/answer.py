"""What a place answers, and the small things that its pages share."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from town.places import NOTICE, Place
from town.story import STOCKHOLM
from town.world import ShownThread

HTML = "text/html"
JSON = "application/json"
RSS = "application/rss+xml"
_URL = re.compile(r"https?://[^\s<]+[^\s<.,;:!?)]")
_SLUG = str.maketrans("åäöéü", "aaoeu")
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a page is made from: a place, as it is at a time, under a base URL."""

    place: Place
    at: datetime
    base_url: str
    """Without a slash at the end."""
    threads: tuple[ShownThread, ...]

    def thread(self, thread_id: str) -> ShownThread | None:
        """Return the thread of that number, if it can be read now."""
        return next((t for t in self.threads if str(t.thread_id) == thread_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    content_type: str = HTML
    body: str = ""
    changed_at: datetime | None = None
    """For Last-Modified: when posts last came, changed or went (counts of views and likes do not move it)."""
    location: str | None = None


def escape(text: str) -> str:
    """Return text as HTML."""
    return html.escape(text, quote=True)


def linked(text: str, *, attributes: str = 'rel="nofollow ugc"') -> str:
    """Return one paragraph's text as HTML, its addresses as links."""
    found, end = [], 0
    for match in _URL.finditer(text):
        url = escape(match[0])
        found += [escape(text[end : match.start()]), f'<a href="{url}" {attributes}>{url}</a>']
        end = match.end()
    return "".join([*found, escape(text[end:])])


def broken(text: str, *, attributes: str = 'rel="nofollow ugc"') -> str:
    """Return text as HTML with `<br />` at its line ends, as forums of the BB code family do."""
    return "<br />\n".join(linked(line, attributes=attributes) for line in text.split("\n"))


def slug(title: str) -> str:
    """Return a title as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower().translate(_SLUG)).strip("-") or "trad"


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int]:
    """Return the items of a page, the first being 1, and how many pages there are; no items when there is no such."""
    count = max(1, -(-len(items) // size))
    return (items[(page - 1) * size : page * size] if 1 <= page <= count else (), count)


def local(at: datetime) -> datetime:
    """Return a time as a clock in Sweden shows it."""
    return at.astimezone(STOCKHOLM)


def said_day(at: datetime, now: datetime, *, otherwise: str) -> str:
    """Return `Idag` or `Igår` where they fit, else the day in the given `strftime` form (`%b` in Swedish)."""
    day, today = local(at).date(), local(now).date()
    if day == today:
        return "Idag"
    if day == today - timedelta(days=1):
        return "Igår"
    return day.strftime(otherwise.replace("%b", _MONTHS[day.month - 1]))


def midnight(at: datetime) -> datetime:
    """Return when the local day began: then `Idag` became `Igår` on a page."""
    return local(at).replace(hour=0, minute=0, second=0, microsecond=0)


def banner() -> str:
    """Return the notice that every HTML page bears."""
    return f'<div class="notice notice--simulation" role="note">{escape(NOTICE)}</div>'
