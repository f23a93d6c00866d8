"""Rebuilds the warehouse from landing files beside the one that stands, and puts it in place when it is whole."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path

from crawlers.keeping import settle
from crawlers.landing import landing_files
from flows.paths import Paths, is_lake, paths_of, run_id_now, writer_lock
from flows.settings import Config
from flows.whole_tables import copied
from warehouse.connection import open_warehouse
from warehouse.errors import DamagedError
from warehouse.lake import alone
from warehouse.lake_copy import fill_lake, holds_posts
from warehouse.publish import publish
from warehouse.rebuild import Rebuilt, rebuild


def rebuild_warehouse(config: Config, *, check: bool = False) -> tuple[Rebuilt, Path | None]:
    """Rebuild the warehouse; with `check` only compare. Return what it gave, and what the rest was carried over from.

    What landing files cannot tell comes from the warehouse that stands or, where that cannot be opened, from the
    newest snapshot; None where there is neither. Words that had expired stay expired. Other workers of a lake wait.
    Raises BusyError, WarehouseError; what stood then still stands.
    """
    paths = paths_of(config)
    fresh = paths.data / ".rebuilt.duckdb"
    with writer_lock(paths):
        settle(paths.data)
        _remove(fresh)
        try:
            return (_of_lake if is_lake(config) else _of_file)(config, paths, fresh, check=check)
        finally:
            _remove(fresh)


def _of_file(config: Config, paths: Paths, fresh: Path, *, check: bool) -> tuple[Rebuilt, Path | None]:
    old = next((path for path in (paths.warehouse, paths.published) if _opens(path, paths)), None)
    done = rebuild(fresh, landing_files(paths.data), old=old, run_id=run_id_now())
    if not check:
        _remove(paths.warehouse.with_name(paths.warehouse.name + ".wal"))
        fresh.replace(paths.warehouse)
        with open_warehouse(paths.warehouse) as con:
            publish(con, paths.published, generations=config.storage.generations)
    return done, old


def _of_lake(config: Config, paths: Paths, fresh: Path, *, check: bool) -> tuple[Rebuilt, Path | None]:
    """Rebuild in a file, then put its rows into the lake: those of other machines' landing files are carried over."""
    with open_warehouse(paths.warehouse) as con, ExitStack() as until_done:
        if not check:
            until_done.enter_context(alone(con))
        old = None
        if holds_posts(con):
            old = until_done.enter_context(copied(con, paths.data))
        elif _opens(paths.published, paths):
            old = paths.published
        done = rebuild(fresh, landing_files(paths.data), old=old, run_id=run_id_now())
        if not check:
            fill_lake(con, fresh)
            publish(con, paths.published, generations=config.storage.generations)
    return done, old


def _opens(path: Path, paths: Paths) -> bool:
    """Return whether a warehouse, or a snapshot of it, is there and can be read."""
    if not path.exists():
        return False
    with suppress(DamagedError):
        open_warehouse(path, read_only=path != paths.warehouse, as_found=True).close()
        return True
    return False


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
