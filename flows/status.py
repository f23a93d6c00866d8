"""How operations stand: the last pass, the sources, what waits, what is open, who holds the data, what the disk has.

Read from small files and the published snapshot: it never waits for a pass, and never disturbs one.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from crawlers.errors import CrawlerError
from crawlers.landing import landing_files
from flows.errors import ConfigError
from flows.health import read_health, said
from flows.locks import Holder, holder_of
from flows.paths import Paths, paths_of
from flows.progress import PassNote, read_note
from flows.settings import Config
from warehouse.connection import open_warehouse
from warehouse.errors import WarehouseError
from warehouse.named import rows
from warehouse.outbox import channel_name, list_deliveries

STALLED = timedelta(hours=2)
"""A step that takes longer has most likely stopped: the longest crawl of a day's pages ends well before."""
FAILING_SHOWN = timedelta(days=7)
FOLDERS = ("landing", "archive", "digests", "published.generations")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How one source does."""

    source: str
    last_seen_at: datetime | None
    """When it was last read whole, by the published tables."""
    is_failing: bool
    problems: tuple[str, ...]
    reader: Holder | None
    """Who reads it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """An alert that nobody has closed."""

    alert_id: str
    kind: str
    severity: str
    subject_id: str
    raised_at: datetime
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingDelivery:
    """A message that a channel has not taken."""

    message_id: str
    channel: str
    problem: str
    attempt_count: int
    next_attempt_at: datetime | None
    """None: it is not tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Bytes."""

    free: int
    used: dict[str, int]
    """By part of the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it, at a moment."""

    at: datetime
    holder: Holder | None
    """Who writes now."""
    last_pass: PassNote | None
    state: str
    """`never`, `working`, `stalled`, `killed`, `failed` or `good`."""
    published_at: datetime | None
    sources: tuple[SourceStatus, ...]
    alerts: tuple[OpenAlert, ...]
    deliveries: tuple[FailingDelivery, ...]
    """Messages of the last week that have not reached somebody, by the published tables."""
    waiting_files: int
    """Landing files that the published tables do not have."""
    counts: dict[str, int]
    """Posts, those not judged yet, those set aside, lines in quarantine by reason."""
    disk: Disk
    problems: tuple[str, ...]
    """What could not be looked at."""

    @property
    def is_good(self) -> bool:
        """Return whether nothing wants a person."""
        calm = self.state in ("good", "working", "never")
        is_heard = not self.deliveries and not self.problems
        return calm and is_heard and not any(source.is_failing for source in self.sources)


_Published = tuple[dict[str, int], tuple[OpenAlert, ...], set[str], tuple[FailingDelivery, ...]]


def look(config: Config, *, now: datetime | None = None) -> Status:
    """Return how operations stand."""
    now, paths = now or datetime.now(UTC), paths_of(config)
    holder, note, problems = holder_of(paths.lock), read_note(paths.data), list[str]()
    found = _published(paths, problems, now)
    counts, alerts, known, deliveries = found
    names = {"/".join(path.parts[-2:]) for path in landing_files(paths.data)}
    return Status(
        at=now,
        holder=holder,
        last_pass=note,
        state=_state(note, holder, now),
        published_at=_changed_at(paths.published),
        sources=_sources(config, paths, now, problems),
        alerts=alerts,
        deliveries=deliveries,
        waiting_files=len(names - known),
        counts=counts,
        disk=_disk(paths),
        problems=tuple(problems),
    )


def _state(note: PassNote | None, holder: Holder | None, now: datetime) -> str:
    if holder is not None:
        since = max(filter(None, (holder.since, note.step_at if note else None)))
        return "stalled" if now - since > STALLED else "working"
    if note is None:
        return "never"
    if note.finished_at is None:
        return "killed"
    return "failed" if note.error else "good"


def _published(paths: Paths, problems: list[str], now: datetime) -> _Published:
    if not paths.published.exists():
        return {}, (), set(), ()
    try:
        con = open_warehouse(paths.published, read_only=True)
        try:
            counts = {row["name"]: row["value"] for row in rows(con, "status_counts")}
            alerts = tuple(OpenAlert(**row) for row in rows(con, "status_alerts"))
            names = {row["name"] for row in rows(con, "loaded_names")}
            return counts, alerts, names, _failing(con, now)
        finally:
            con.close()
    except (WarehouseError, duckdb.Error) as error:
        problems.append(
            f"{paths.published}: cannot be read ({str(error).splitlines()[0]}); the next pass writes it anew"
        )
        return {}, (), set(), ()


def _failing(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[FailingDelivery, ...]:
    return tuple(
        FailingDelivery(
            message_id=one.message_id,
            channel=channel_name(one.channel),
            problem=one.problem,
            attempt_count=one.attempt_count,
            next_attempt_at=one.next_attempt_at,
        )
        for one in list_deliveries(con, since=now - FAILING_SHOWN)
        if one.is_failing
    )


def _sources(config: Config, paths: Paths, now: datetime, problems: list[str]) -> tuple[SourceStatus, ...]:
    try:
        found = read_health(config, now=now)
    except (WarehouseError, CrawlerError, ConfigError, duckdb.Error) as error:
        problems.append(str(error).splitlines()[0])
        return ()
    return tuple(
        SourceStatus(
            source=one.source,
            last_seen_at=one.last_seen_at,
            is_failing=one.is_failing,
            problems=tuple(said(warning) for warning in one.warnings),
            reader=holder_of(paths.source_lock(one.source)),
        )
        for one in found
    )


def _disk(paths: Paths) -> Disk:
    folder = next((p for p in (paths.data, *paths.data.absolute().parents) if p.exists()), Path("/"))
    used = {name: sum(_size(file) for file in (paths.data / name).rglob("*")) for name in FOLDERS}
    used["tables"] = sum(_size(file) for file in paths.data.glob("*.duckdb*"))
    return Disk(free=shutil.disk_usage(folder).free, used=used)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size if path.is_file() else 0
    return 0


def _changed_at(path: Path) -> datetime | None:
    with suppress(OSError):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return None
