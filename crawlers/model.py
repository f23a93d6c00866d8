"""What engines are given and what they give back: plain data, no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place, as its TOML declares it."""

    name: str
    engine: str
    url: str
    timezone: ZoneInfo
    encoding: str | None = None
    """Overrides what the server says, for forums that say it wrongly."""
    query: str | None = None
    """What to search for, where the engine has a search."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Engine-specific settings, from the TOML's `[options]`."""
    delay_seconds: float = 2.0
    expected_min: float = 0.0
    expected_max: float = 10_000.0
    """Posts a day that the place should give."""
    interval_hours: float = 24.0
    retention_days: float | None = None
    """What was read there must be gone so many days after it was last fetched, by the place's terms; 0: nothing may be
    kept at all, so that it is not read. None: as everywhere."""
    verified_live: str | None = None
    """Date on which a person or test last saw this work on the live place; None: never."""
    terms_note: str = ""
    is_signed_in: bool = False
    """True when the crawl has all that the engine's `CREDENTIALS` name (see `crawlers.credentials`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched response."""

    url: str
    body: bytes
    fetched_at: datetime
    """Aware. Relative dates ("Igår 14:03") are anchored here, in the site's time zone."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuote:
    text: str
    post_id: str | None = None
    author: str | None = None
    """The engine's own user id where the quote carries one, else the shown name."""
    position: int | None = None
    """Place in the same thread of the quoted post, where the page tells that and not its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPost:
    """A post as the page shows it. The author's name is still plain: the spider pseudonymises before writing."""

    post_id: str
    author: str
    """The engine's own user id where the page has one, else the shown name."""
    posted_at: datetime
    url: str
    text: str
    author_name: str | None = None
    """The shown name where `author` is an id: to find the author of a quote, and to redact the name in texts."""
    quoted: tuple[ParsedQuote, ...] = ()
    edited_at: datetime | None = None
    reply_to: str | None = None
    reply_to_position: int | None = None
    """Place in the thread of the post answered, where the page tells that and not its id."""
    position: int | None = None
    like_count: int | None = None
    reply_count: int | None = None
    view_count: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A post that could not be read for certain: set aside, never guessed."""

    reason: str
    detail: str
    post_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRef:
    """A thread as a listing, search or feed points to it."""

    thread_id: str
    url: str
    """Where to read it. One that is the listing's own address but for its fragment needs no request: the listing's
    body, as a page of this URL, holds the thread."""
    title: str = ""
    last_posted_at: datetime | None = None
    post_count: int | None = None
    view_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a forum's list of threads (or of a search), newest activity first where the engine allows."""

    threads: tuple[ThreadRef, ...]
    next_url: str | None = None
    more_urls: tuple[str, ...] = ()
    """Other lists that this one points to, such as the forums of an index: each is read once, after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of a thread. A JSON thread that needs more requests names them in `more_urls`."""

    thread_id: str
    thread_title: str
    posts: tuple[ParsedPost, ...]
    unreadable: tuple[Unreadable, ...] = ()
    page_number: int = 1
    next_url: str | None = None
    more_urls: tuple[str, ...] = ()
    view_count: int | None = None
    language: str | None = None
    """What the page declares for all that stands on it; a post that declares its own goes before."""
    first_url: str | None = None
    """Where the thread starts, where this may be a later page and the engine can tell."""


class NotAThreadError(ValueError):
    """Raised when a page given as a thread (or listing) is something else; says what it looks like.

    `cause` is an incident cause of `warehouse.records.Incident`.
    """

    def __init__(self, message: str, *, cause: str = "site_changed") -> None:
        super().__init__(message)
        self.cause = cause


class Engine(Protocol):
    """A module of `crawlers.engines`: these names at module level."""

    NAME: str
    ACCESS: str
    """`html`, `json` or `feed`: which generic spider drives it."""

    def listing_urls(self, site: Site) -> tuple[str, ...]:
        """Return where to look for threads with new posts (listing, search or feed), given `site.url` and `query`."""

    def parse_listing(self, page: Page, site: Site) -> Listing:
        """Return the threads that a listing points to. Raise NotAThreadError for a page of another kind."""

    def parse_thread(self, page: Page, site: Site) -> ThreadPage:
        """Return the posts of a page of a thread. Raise NotAThreadError for a page of another kind."""

    def detect(self, page: Page) -> float:
        """Return how sure it is, 0 to 1, that this engine made the page."""
