"""A lake as a file and a file as a lake: the same tables, so that what is done to a file can be done to a copy."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.attached import attach
from warehouse.connection import open_warehouse
from warehouse.lake import copy_into, purge, take_from
from warehouse.named import rows

OWN = ("migration", "view_set")
"""Each keeps its own: what has been applied to it."""


def copy_lake(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Make a file of what a lake holds at one moment: who reads it need not reach the lake, nor wait for it."""
    open_warehouse(target).close()
    attach(con, target, "copy")
    try:
        copy_into(con, "copy", besides=OWN)
    finally:
        con.execute("DETACH copy")


def fill_lake(con: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Put the rows of a warehouse's file in place of a lake's, all or none; the old ones leave its files too."""
    open_warehouse(source).close()  # brings the file's tables up to date
    attach(con, source, "given", read_only=True)
    try:
        take_from(con, "given", besides=OWN)
    finally:
        con.execute("DETACH given")
    purge(con)


def holds_posts(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether anything has been crawled into a warehouse."""
    return bool(rows(con, "has_posts")[0]["has_posts"])
