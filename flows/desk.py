"""The desk a pass works at: configuration, folders, the clock, and the one writer's lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.config import Config
from flows.errors import BusyError


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
