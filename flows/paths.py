"""Where everything lies under the data folder, and the lock of the one process that may write there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

import duckdb

from crawlers.errors import ArchiveError
from crawlers.sealed import Keys, open_plain
from flows.config import object_store, storage_keys
from flows.locks import held
from flows.settings import Config
from flows.settings_warehouse import Warehouse
from warehouse.access import WAREHOUSE, Access, LakePlace, use
from warehouse.connection import open_warehouse
from warehouse.errors import LandingError
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
        return self.data / WAREHOUSE

    @property
    def published(self) -> Path:
        return self.data / "published.duckdb"

    @property
    def digests(self) -> Path:
        return self.data / "digests"

    @property
    def lock(self) -> Path:
        return self.data / "pass.lock"

    @property
    def crawling(self) -> Path:
        """Held by every crawl together, or by what must keep crawls away."""
        return self.data / "crawling.lock"

    def source_lock(self, source: str) -> Path:
        return self.data / "locks" / f"{source}.lock"


def paths_of(config: Config) -> Paths:
    """Return the folders of a configuration; what lies there is opened as it says from then on."""
    paths, keys, lake = Paths(data=config.storage.data), storage_keys(config), _lake(config)
    opens = partial(_open_landing, keys=keys)
    use(paths.data, Access(keys=keys, is_sealed=config.storage.encrypted, open_landing=opens, lake=lake))
    return paths


def _lake(config: Config) -> LakePlace | None:
    said = config.warehouse
    if not said.address:
        return None
    folder = said.lake if said.is_in_bucket else (Path(said.lake) if said.lake else lake_folder(config)).absolute()
    return LakePlace(catalog=said.address, data=f"{str(folder).rstrip('/')}/", store=object_store(config))


def lake_folder(config: Config) -> Path:
    """Return the folder of a lake that is given none."""
    return config.storage.data / "lake"


def _open_landing(path: Path, *, keys: Keys) -> IO[bytes]:
    try:
        return open_plain(path, keys)
    except ArchiveError as error:
        raise LandingError(f"landing file {error}") from error


def is_lake(config: Config) -> bool:
    """Return whether the tables are in a lake."""
    return bool(config.warehouse.catalog)


def at_folder(config: Config, data: Path) -> Config:
    """Return the configuration of a data folder that holds a copy, in files, of what the given one is about."""
    own = Warehouse()
    return config.model_copy(update={"storage": config.storage.model_copy(update={"data": data}), "warehouse": own})


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
def writer_lock(paths: Paths, *, what: str = "a pass is writing", is_alone: bool = False) -> Iterator[None]:
    """Hold the data folder for one pass. Raises BusyError when another process holds it.

    Crawls of single sources may go on beside it, unless it `is_alone`: then they are kept away as well.
    """
    with ExitStack() as locks:
        locks.enter_context(held(paths.lock, what=what))
        if is_alone:
            locks.enter_context(held(paths.crawling, what=what))
        yield


def remove_leftovers(paths: Paths) -> None:
    """Remove what killed passes left half-written. Whoever calls it holds the writer's lock, as passes do."""
    for pattern in (".published*.tmp*", ".pass.json.*.tmp", ".*.in_hand.*.tmp", "digests/.*.tmp"):
        for leftover in paths.data.glob(pattern):
            leftover.unlink(missing_ok=True)


@contextmanager
def source_lock(paths: Paths, source: str) -> Iterator[None]:
    """Hold one source for a crawl. Raises BusyError when another process reads it, or erases."""
    with (
        held(paths.crawling, what=f"{source} is being read", is_shared=True),
        held(paths.source_lock(source), what=f"{source} is being read"),
    ):
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
