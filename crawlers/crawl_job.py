"""What a crawl is told to do, and what it has done: plain data, known without Scrapy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawlers.credentials import Secrets
from crawlers.model import Site
from crawlers.pseudonym import IsErased, Redact
from warehouse.records import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl of one place. Everything in it can be pickled: jobs are done in another process."""

    site: Site
    """`engine` may be empty when `start_url` is given: it is then told from the page."""
    run_id: str
    secret: bytes = field(repr=False)
    """Key of the pseudonyms, 16 bytes at least."""
    is_mention: Callable[[str], bool]
    redact: Redact | None = None
    is_erased: IsErased | None = None
    """What was erased, and is not written again."""
    data_dir: Path | None = None
    """Landing file, WARC and frontier go here."""
    out: Path | None = None
    """Posts alone, as JSON lines; the place is read as if never seen before."""
    archive: Path | None = None
    """Answer every request from this WARC (or folder of WARCs); no network, and the frontier is left alone."""
    archive_keys: tuple[bytes, ...] = field(default=(), repr=False)
    """The first encrypts the WARC that is written, each may open `archive`; none: it is written in the clear."""
    landing_key: bytes | None = field(default=None, repr=False)
    """Encrypts the landing file; none: it is written in the clear."""
    start_url: str | None = None
    """A thread, a listing or the root of a place; otherwise the site's own listings."""
    keep_all: bool = False
    contact: str = ""
    now: datetime | None = None
    """A virtual clock for simulations; None is the real one."""
    not_before: datetime | None = None
    """When what the crawl is a part of began: a machine's clock that has jumped back since is not believed."""
    pages_per_day: int = 2000
    part_pages: int = 100
    """Pages after which a crawl puts what it has in place: one that is killed has not read for nothing."""
    sweep_days: float = 14.0
    """Each kept thread is read whole within so many days, for edits and deletions on pages that nothing points to."""
    credentials: Secrets = field(default_factory=Secrets, repr=False)
    """What the engine's `CREDENTIALS` name, as far as it is given; never on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """What a crawl did. `error` is set, and nothing published, when it failed for a reason of our own."""

    source: str
    landing_path: Path | None = None
    """The landing file, or `out`."""
    archive_path: Path | None = None
    post_count: int = 0
    """Posts written."""
    read_count: int = 0
    """Posts parsed, kept or not."""
    page_count: int = 0
    incidents: tuple[Incident, ...] = ()
    set_aside_count: int = 0
    is_complete: bool = False
    seconds: float = 0.0
    engine: str = ""
    engine_confidence: float = 1.0
    """0 to 1; below 1 when the engine was told from the page."""
    error: str | None = None
    note: str = ""
    """Why the crawl was stopped before it was done though nothing went wrong: a quota of the place is used up."""
    left_alone_until: datetime | None = None
    """Set when the host was left alone, by its wish or after failures that an earlier crawl reported."""
