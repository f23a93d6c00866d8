"""What a thread's reading is asked with and what it comes to: plain data, since another process may do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from crawlers.errors import BudgetSpentError, FetchError
from crawlers.frontier import KnownPost, KnownThread
from crawlers.health import Tally
from crawlers.model import Page, Site, ThreadRef
from crawlers.pseudonym import IsErased, Redact

Cut = FetchError | BudgetSpentError
"""What may end the reading of a thread before its end."""
GONE = (404, 410)
"""Statuses of a page that is no more."""
CUTS = (FetchError, BudgetSpentError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one crawl reads threads, the same for all of them."""

    site: Site
    engine: str
    """The dotted name of its module."""
    secret: bytes = field(repr=False)
    is_mention: Callable[[str], bool]
    redact: Redact | None
    is_erased: IsErased | None
    keep_all: bool
    sweep_days: float
    is_landing: bool
    """Records of every kind are written; otherwise posts alone."""
    now: datetime | None
    """A virtual clock; None is the real one."""
    goes_on_at_last_page: bool
    shows_whole_threads: bool
    may_be_empty: bool

    def clock(self) -> datetime:
        """Return the time."""
        return self.now or datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTask:
    """A thread to be read, with what is known of it."""

    ref: ThreadRef
    known: KnownThread | None
    old: Mapping[str, KnownPost]
    """Its written posts by id."""
    is_changed: bool = False
    """A listing says that it has changed."""
    is_sweep: bool = False
    is_listed: bool = False
    """A listing of this crawl names it: it cannot be gone."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that a reading asks for. What is behind `#` is not sent, but names a page that may be at hand."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What reading a thread came to. Nothing of it counts until the session has taken it in."""

    ref: ThreadRef
    lines: bytes = b""
    """Records as the landing file holds them."""
    tally: Tally = field(default_factory=Tally)
    written: tuple[str, ...] = ()
    """Ids of the posts in `lines`."""
    gone: frozenset[str] = frozenset()
    """Ids of written posts that are in this thread no more."""
    thread: KnownThread | None = None
    posts: Mapping[str, KnownPost] | None = None
    """All posts of the thread that are known from now on; None: as before."""
    has_news: bool = False
    cut: Cut | None = None
    """Why the thread could not be read to its end."""

    @property
    def end(self) -> Cut | None:
        """Return the cut where it is one that ends the crawl too."""
        return self.cut if isinstance(self.cut, BudgetSpentError) or (self.cut and self.cut.ends_crawl) else None


Get = Callable[[Wanted], Awaitable[Page]]
"""Gets a page, or raises one of `CUTS`."""


class Threads(Protocol):
    """Who reads threads: this process, or others."""

    @property
    def width(self) -> int:
        """Return how many threads are best read at the same time."""

    async def read(self, rules: Rules, task: ThreadTask, get: Get) -> Outcome:
        """Return what a thread's reading came to."""
