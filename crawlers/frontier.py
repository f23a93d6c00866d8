"""The frontier: what is known of each thread, so that a crawl fetches only what may have changed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zlib import crc32

from crawlers.errors import CrawlerError
from crawlers.hosts import Hosts
from crawlers.model import ThreadRef
from crawlers.named import queries, script
from crawlers.stamps import stamp, time_or_none

FIRST_CHECK_HOURS = 1.0
LAST_CHECK_HOURS = 168.0
SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A written post: a digest of its content, and whether it stood on the last page that was read."""

    content_key: str
    is_on_last_page: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle it in one call: each post of a thread goes to a reader and back, and a dataclass's own is slow."""
        return _known_post, (self.content_key, self.is_on_last_page)


def _known_post(content_key: str, is_on_last_page: bool) -> KnownPost:
    return KnownPost(content_key=content_key, is_on_last_page=is_on_last_page)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThread:
    """What an earlier crawl learned of a thread."""

    thread_id: str
    url: str
    next_check_at: datetime
    last_post_id: str | None = None
    last_posted_at: datetime | None = None
    listed_at: datetime | None = None
    listed_count: int | None = None
    last_page_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    is_kept: bool = False
    is_pending: bool = False
    check_hours: float = FIRST_CHECK_HOURS
    next_sweep_at: datetime | None = None


_THREAD_FIELDS = tuple(one.name for one in fields(KnownThread))
_values_of = attrgetter(*_THREAD_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownListing:
    """What an earlier crawl learned of a listing. Validators belong to its first page."""

    etag: str | None = None
    last_modified: str | None = None
    resume_url: str | None = None


@dataclass(frozen=True, slots=True)
class Landing:
    """A landing file on its way to its name: both names, relative to the frontier's folder."""

    temporary: str
    final: str


@dataclass(slots=True)
class Changes:
    """What a crawl learned; nothing of it is in the frontier until `Frontier.apply`."""

    threads: dict[str, KnownThread] = field(default_factory=dict)
    posts: dict[str, Mapping[str, KnownPost]] = field(default_factory=dict)
    """Thread id to all its known posts, replacing those known before."""
    listings: dict[str, KnownListing] = field(default_factory=dict)


def may_have_changed(ref: ThreadRef, known: KnownThread, *, now: datetime) -> bool:
    """Return whether a thread may have changed since it was read, going by what the listing says.

    A listing that says neither count nor date leaves the back-off to decide.
    """
    if known.is_pending or (ref.post_count is None and ref.last_posted_at is None):
        is_due = now >= known.next_check_at
        if is_due or not known.is_pending:
            return is_due
    return ref.post_count != known.listed_count or ref.last_posted_at != known.listed_at


def checked(known: KnownThread, *, now: datetime, is_active: bool) -> KnownThread:
    """Return the thread with its next check: soon after activity, then at intervals that double up to a week."""
    hours = FIRST_CHECK_HOURS if is_active else min(known.check_hours * 2, LAST_CHECK_HOURS)
    return replace(known, check_hours=hours, next_check_at=now + timedelta(hours=hours))


def next_sweep(thread_id: str, *, now: datetime, days: float) -> datetime:
    """Return when a thread that was read whole is read whole again: within `days`, threads spread over the latter half.

    The place in that half is the thread's own, so that threads that were found on one day come back on many.
    """
    return now + timedelta(days=days * (0.5 + crc32(thread_id.encode()) / 2**33))


class Frontier:
    """The frontier's SQLite file, for one source. Without a file it is empty and forgets (a crawl of one URL)."""

    def __init__(self, path: Path | None, source: str) -> None:
        self.source = source
        self.folder = path.parent if path else None
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            # Sources crawl at the same time and share the file; each writes for milliseconds.
            self._db = sqlite3.connect(path or ":memory:", timeout=30, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._upgrade()
        except (sqlite3.Error, OSError) as error:
            # A full disk, a missing right or a lock say nothing against the file.
            is_sound = isinstance(error, sqlite3.OperationalError | OSError)
            advice = (
                "make room there, give the right to write or allow more open files (ulimit -n), and run again"
                if is_sound
                else ("remove the file to read every place anew")
            )
            raise CrawlerError(f"{path}: the frontier cannot be opened ({error}); {advice}") from error
        self.hosts = Hosts(self._db)

    def thread(self, thread_id: str) -> KnownThread | None:
        """Return what is known of a thread, or None."""
        row = self._one("thread", thread_id=thread_id)
        if row is None:
            return None
        times = ("last_posted_at", "listed_at", "next_check_at", "next_sweep_at")
        values: dict[str, Any] = dict(row)
        values |= {key: time_or_none(row[key]) for key in times}
        values |= {key: bool(row[key]) for key in ("is_kept", "is_pending")}
        return KnownThread(thread_id=thread_id, **values)

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """Return the ids of threads to look at again: first those whose reading was cut, then kept ones by age."""
        return [row["thread_id"] for row in self._all("due", now=stamp(now), limit=limit)]

    def due_for_sweep(self, now: datetime, *, limit: int) -> list[str]:
        """Return the ids of kept threads that have not been read whole for long, the longest first."""
        return [row["thread_id"] for row in self._all("due_for_sweep", now=stamp(now), limit=limit)]

    def posts(self, thread_id: str) -> dict[str, KnownPost]:
        """Return the written posts of a thread by id."""
        return {
            row["post_id"]: KnownPost(content_key=row["content_key"], is_on_last_page=bool(row["is_on_last_page"]))
            for row in self._all("known_posts", thread_id=thread_id)
        }

    def listing(self, url: str) -> KnownListing:
        """Return what is known of a listing; nothing for a new one."""
        row = self._one("listing", url=url)
        return KnownListing(**dict(row)) if row else KnownListing()

    def apply(self, changes: Changes, *, landing: Landing | None = None) -> None:
        """Take over what a crawl learned, all or nothing, together with the landing file that holds its records.

        This is the moment at which a crawl has happened: the landing file must be whole and durable under its
        temporary name before, and gets its own name after.
        """
        # A commit that a power failure takes back would count posts as unwritten that have landed.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for thread in changes.threads.values():
                self._run("save_thread", **_row(thread))
            for thread_id, posts in changes.posts.items():
                self._run("forget_posts", thread_id=thread_id)
                self._many("save_post", [_post_row(self.source, thread_id, i, post) for i, post in posts.items()])
            for url, listing in changes.listings.items():
                self._run("save_listing", url=url, **asdict(listing))
            if landing:
                self._run("save_landing", **asdict(landing))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def landings(self) -> list[Landing]:
        """Return landing files that were applied and may still lack their names."""
        return [Landing(row["temporary"], row["final"]) for row in self._all("landings")]

    def forget_landing(self, landing: Landing) -> None:
        """Note that a landing file has its name."""
        self._run("forget_landing", temporary=landing.temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _upgrade(self) -> None:
        if self._db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION:
            return
        # Two sources may open a new file at the same moment: the second finds the work done.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            is_first = version == 0 and self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'thread'").fetchone()
            for part in (["frontier_2.sql"] if is_first else []) + ["frontier_schema.sql"]:
                for statement in filter(str.strip, _without_comments(script(part)).split(";")):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _all(self, name: str, **values: Any) -> list[sqlite3.Row]:
        cursor = self._db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(queries()[name], {"source": self.source, **values}).fetchall()

    def _one(self, name: str, **values: Any) -> sqlite3.Row | None:
        return next(iter(self._all(name, **values)), None)

    def _run(self, name: str, **values: Any) -> None:
        self._db.execute(queries()[name], {"source": self.source, **values})

    def _many(self, name: str, rows: list[dict[str, Any]]) -> None:
        self._db.executemany(queries()[name], rows)


def _row(thread: KnownThread) -> dict[str, Any]:
    # Not by `asdict`, which looks into every value for others.
    values = zip(_THREAD_FIELDS, _values_of(thread), strict=True)
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in values}


def _post_row(source: str, thread_id: str, post_id: str, post: KnownPost) -> dict[str, Any]:
    # Written out: `asdict` copies each value, for every post of every thread.
    return {
        "source": source,
        "thread_id": thread_id,
        "post_id": post_id,
        "content_key": post.content_key,
        "is_on_last_page": post.is_on_last_page,
    }


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", text)
