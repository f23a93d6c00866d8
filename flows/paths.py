"""Where everything lies under the data folder, and the lock of the one process that may write there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from flows.errors import BusyError
from flows.settings import Config
from warehouse.connection import open_warehouse
from warehouse.records import Segment


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


@contextmanager
def open_ledger(config: Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse to enter or list what people enter. Raises BusyError while a pass is writing."""
    paths = paths_of(config)
    with writer_lock(paths):
        con = open_warehouse(paths.warehouse)
        try:
            yield con
        finally:
            con.close()


def segments_of(config: Config) -> tuple[Segment, ...]:
    """Return the customer segments as the warehouse keeps them."""
    return tuple(Segment(segment=s.id, name=s.name, customer_count=s.customers) for s in config.segment)
