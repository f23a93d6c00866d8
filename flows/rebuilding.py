"""Rebuilds the warehouse from landing files beside the one that stands, and puts it in place when it is whole."""

from __future__ import annotations

from pathlib import Path

from crawlers.keeping import settle
from crawlers.landing import landing_files
from flows.paths import Paths, paths_of, require_file, run_id_now, writer_lock
from flows.settings import Config
from warehouse.connection import open_warehouse
from warehouse.errors import DamagedError
from warehouse.publish import publish
from warehouse.rebuild import Rebuilt, rebuild


def rebuild_warehouse(config: Config, *, check: bool = False) -> tuple[Rebuilt, Path | None]:
    """Rebuild the warehouse; with `check` only compare. Return what it gave, and what the rest was carried over from.

    What landing files cannot tell comes from the warehouse that stands or, where that cannot be opened, from the
    newest snapshot; None where there is neither. Words that had expired stay expired.
    Raises BusyError, WarehouseError; what stood then still stands.
    """
    require_file(config, "rebuild")
    paths = paths_of(config)
    fresh = paths.data / ".rebuilt.duckdb"
    with writer_lock(paths):
        settle(paths.data)
        _remove(fresh)
        try:
            old = _old(paths)
            done = rebuild(fresh, landing_files(paths.data), old=old, run_id=run_id_now())
            if not check:
                _remove(paths.warehouse.with_name(paths.warehouse.name + ".wal"))
                fresh.replace(paths.warehouse)
                with open_warehouse(paths.warehouse) as con:
                    publish(con, paths.published, generations=config.storage.generations)
        finally:
            _remove(fresh)
    return done, old


def _old(paths: Paths) -> Path | None:
    """Return the warehouse, else a copy's place from which it can be taken: the newest snapshot that opens."""
    for candidate in (paths.warehouse, paths.published):
        if not candidate.exists():
            continue
        try:
            open_warehouse(candidate, read_only=candidate != paths.warehouse, as_found=True).close()
        except DamagedError:
            continue
        return candidate
    return None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
