"""The desk a pass works at: configuration, folders, the clock, and the one writer's lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from crawlers.worker import CrawlerWorker
from flows.config import Config, author_secret
from flows.errors import BusyError
from flows.sources import company_of
from nlp.pipeline import LanguageStage, load_stage
from warehouse.connection import open_warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where everything lies under the data folder."""

    data: Path

    @property
    def landing(self) -> Path:
        return self.data / "landing"

    @property
    def warehouse(self) -> Path:
        return self.data / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.data / "published.duckdb"

    @property
    def digests(self) -> Path:
        return self.data / "digests"

    @property
    def lock(self) -> Path:
        return self.data / "pass.lock"


def paths_of(config: Config) -> Paths:
    """Return the folders of a configuration."""
    return Paths(data=config.storage.data)


def run_id_of(now: datetime) -> str:
    """Return the name of a pass: its moment in UTC, so that names sort by time."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def run_id_now() -> str:
    """Return the name of a run that begins now."""
    return run_id_of(datetime.now(UTC))


def digest_folder(config: Config) -> Path:
    """Return where the digests are."""
    return paths_of(config).digests


@contextmanager
def writer_lock(paths: Paths) -> Iterator[None]:
    """Hold the data folder for one pass. Raises BusyError when another process holds it.

    The lock is the kernel's: it ends with the process, however the process ends.
    """
    paths.data.mkdir(parents=True, exist_ok=True)
    with paths.lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise BusyError(
                f"{paths.data}: another pass is writing (process {holder}); wait for it, or stop it and run again"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@dataclass(slots=True, kw_only=True)
class Desk:
    """All that the steps of a pass share. One a data folder and moment; holds the writer's lock."""

    config: Config
    paths: Paths
    secret: bytes
    con: duckdb.DuckDBPyConnection
    worker: CrawlerWorker
    started_at: datetime
    """When the pass began, UTC; names it."""
    virtual_now: datetime | None = None
    """A simulation's clock, UTC: it stands still during a pass, and pages are anchored to it as well."""
    _stage: LanguageStage | None = None

    @property
    def run_id(self) -> str:
        return run_id_of(self.started_at)

    @property
    def now(self) -> datetime:
        """Return the moment, UTC: what a step that begins now may know."""
        return self.virtual_now or datetime.now(UTC)

    def turn_to(self, now: datetime) -> None:
        """Begin another pass at another moment of the virtual clock."""
        self.started_at = self.virtual_now = now.astimezone(UTC)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.delivery.timezone)

    @property
    def stage(self) -> LanguageStage:
        """The language stage, loaded when the first post needs it."""
        if self._stage is None:
            language = self.config.language
            self._stage = load_stage(
                company=company_of(self.config), model_dir=language.model, threads=language.threads
            )
        return self._stage


@contextmanager
def open_desk(config: Config, *, now: datetime | None = None) -> Iterator[Desk]:
    """Open the data folder for writing; `now` sets a virtual clock. Raises BusyError when it is in use."""
    paths = paths_of(config)
    with writer_lock(paths), CrawlerWorker() as worker:
        con = open_warehouse(paths.warehouse)
        try:
            yield Desk(
                config=config,
                paths=paths,
                secret=author_secret(config),
                con=con,
                worker=worker,
                started_at=(now or datetime.now(UTC)).astimezone(UTC),
                virtual_now=now.astimezone(UTC) if now else None,
            )
        finally:
            con.close()
