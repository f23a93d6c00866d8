"""The frontier: what is known of each thread, so that a crawl fetches only what may have changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crawlers.errors import CrawlerError
from crawlers.model import ThreadRef

FIRST_CHECK_HOURS = 1.0
LAST_CHECK_HOURS = 168.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A written post: a digest of its content, and whether it stood on the last page that was read."""

    content_key: str
    is_on_last_page: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownListing:
    """What an earlier crawl learned of a listing. Validators belong to its first page."""

    etag: str | None = None
    last_modified: str | None = None
    resume_url: str | None = None


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


class Frontier:
    """The frontier's SQLite file, for one source. Without a file it is empty and forgets (a crawl of one URL)."""

    def __init__(self, path: Path | None, source: str) -> None:
        self.source = source
        try:
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
            # Sources crawl at the same time and share the file; each writes for milliseconds.
            self._db = sqlite3.connect(path or ":memory:", timeout=30, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_text("frontier_schema.sql"))
        except (sqlite3.Error, OSError) as error:
            raise CrawlerError(
                f"{path}: the frontier cannot be opened ({error}); remove the file to read every place anew"
            ) from error

    def thread(self, thread_id: str) -> KnownThread | None:
        """Return what is known of a thread, or None."""
        row = self._one("thread", thread_id=thread_id)
        if row is None:
            return None
        times = ("last_posted_at", "listed_at", "next_check_at")
        values: dict[str, Any] = dict(row)
        values |= {key: _time(row[key]) for key in times}
        values |= {key: bool(row[key]) for key in ("is_kept", "is_pending")}
        return KnownThread(thread_id=thread_id, **values)

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """Return the ids of threads to look at again: first those whose reading was cut, then kept ones by age."""
        return [row["thread_id"] for row in self._all("due", now=_stamp(now), limit=limit)]

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

    def pages_today(self, host: str, now: datetime) -> int:
        """Return how many pages of a host were fetched this day (UTC), by any source."""
        row = self._one("host", host=host)
        return row["page_count"] if row and row["day"] == _day(now) else 0

    def count_page(self, host: str, now: datetime) -> None:
        """Count a page at once: a crawl that is killed has fetched it all the same."""
        self._run("count_page", host=host, day=_day(now))

    def not_before(self, host: str) -> datetime | None:
        """Return until when a host asked to be left alone, if it did."""
        row = self._one("host", host=host)
        return _time(row["not_before"]) if row else None

    def leave_alone(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone."""
        self._run("leave_alone", host=host, day=_day(until), not_before=_stamp(until))

    def apply(self, changes: Changes) -> None:
        """Take over what a crawl learned, all or nothing. Call it when the landing file is in place, not before."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for thread in changes.threads.values():
                self._run("save_thread", **_row(thread))
            for thread_id, posts in changes.posts.items():
                self._run("forget_posts", thread_id=thread_id)
                self._many("save_post", [{"thread_id": thread_id, "post_id": i, **asdict(p)} for i, p in posts.items()])
            for url, listing in changes.listings.items():
                self._run("save_listing", url=url, **asdict(listing))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _all(self, name: str, **values: Any) -> list[sqlite3.Row]:
        cursor = self._db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(_queries()[name], {"source": self.source, **values}).fetchall()

    def _one(self, name: str, **values: Any) -> sqlite3.Row | None:
        return next(iter(self._all(name, **values)), None)

    def _run(self, name: str, **values: Any) -> None:
        self._db.execute(_queries()[name], {"source": self.source, **values})

    def _many(self, name: str, rows: list[dict[str, Any]]) -> None:
        self._db.executemany(_queries()[name], [{"source": self.source, **row} for row in rows])


def _row(thread: KnownThread) -> dict[str, Any]:
    return {key: _stamp(value) if isinstance(value, datetime) else value for key, value in asdict(thread).items()}


def _stamp(at: datetime) -> str:
    # One offset and one width, so that text order is time order.
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _text(name: str) -> str:
    return resources.files("crawlers").joinpath("sql", name).read_text(encoding="utf-8")


@cache
def _queries() -> dict[str, str]:
    parts = _text("frontier.sql").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}
