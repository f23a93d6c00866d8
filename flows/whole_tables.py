"""All tables as one file that stands still: what a backup holds, and what a warehouse is built anew beside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.paths import is_lake, paths_of
from flows.settings import Config
from warehouse.access import WAREHOUSE
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.lake_copy import copy_lake
from warehouse.rollups import refresh


@contextmanager
def tables_in_a_file(config: Config) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a file with all tables as they are now, and their hashes: the warehouse's own, or a copy of the lake's.

    Whoever calls it holds the data folder.
    """
    paths = paths_of(config)
    with open_warehouse(paths.warehouse) as con:
        refresh(con)
        if is_lake(config):
            with copied(con, paths.data) as copy:
                con.close()
                with open_warehouse(copy) as own:
                    found = table_hashes(own)
                yield copy, found
            return
        con.execute("CHECKPOINT")
        found = table_hashes(con)
    yield paths.warehouse, found


@contextmanager
def copied(con: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Path]:
    """Yield a copy of an open lake in a file below the folder, which goes when the block ends."""
    copy = folder / f".{WAREHOUSE}.{os.getpid()}.tmp"
    log = copy.with_name(f"{copy.name}.wal")
    for leftover in (copy, log):
        leftover.unlink(missing_ok=True)
    try:
        copy_lake(con, copy)
        yield copy
    finally:
        for leftover in (copy, log):
            leftover.unlink(missing_ok=True)
