"""Storing lines that are laid out as tables: the statements of `sql/load/`, each where it has something to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.connection import storing
from warehouse.lake import is_lake
from warehouse.named import rows, statement

STEPS = (
    ("landing_file", "staged_file", None),
    ("outcome", "staged_outcome", None),
    ("deletion_outcome", "staged_deletion", None),
    ("post", "staged_post", "new_post"),
    ("post_revision", "staged_post", "new_revision"),
    ("post_outcome", "staged_post", None),
    ("post_redactions", "known_post", None),
    ("post_again", "known_post", None),
    ("post_first_seen", "older_post", None),
    ("revision_redactions", "known_revision", None),
    ("revision_again", "known_revision", None),
    ("revision_first_seen", "older_revision", None),
    ("quote", "staged_quote", None),
    ("quote_again", "staged_quote known_revision", None),
    ("sighting", "staged_post", None),
    ("thread", "staged_post", None),
    ("deletion", "staged_deletion", None),
    ("visit", "staged_visit", None),
    ("incident", "staged_incident", None),
    ("health", "staged_health", None),
    ("health_field", "staged_health_field", None),
    ("health_day", "staged_health_day", None),
    ("quarantine", "staged_quarantine", None),
    ("dirty_post", "touched_post", None),
    ("waiting_post", "touched_post", None),
)
"""The statements of `sql/load/` in order, each with the rows without which it has nothing to do, and with the name
under which later ones read the keys that it returns."""
_REST = {
    "post": ("post", "known_post"),
    "post_again": ("post", "older_post"),
    "post_revision": ("revision", "known_revision"),
    "revision_again": ("revision", "older_revision"),
}
"""What those of the batch are called that a statement did not take, if there are any: later ones are for them."""
_LATEST = {
    "post": ("is_latest_of_post", "post_key"),
    "post_revision": ("is_latest_of_revision", "post_key", "revision"),
    "sighting": ("is_latest_of_instant",),
}
"""Statements that need not look for what is known where all posts are new: which lines they take, and the keys."""


def store_batch(con: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table]) -> None:
    """Store a batch in one transaction: as new posts alone, which takes half the time, or as what it is."""
    try:
        with storing(con):
            store(con, tables, are_new=not is_lake(con))  # a lake looks for each key anyway
    except duckdb.ConstraintException:
        with storing(con):
            store(con, tables)


def store(con: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table], *, are_new: bool = False) -> None:
    """Store staged tables; needs an open transaction. Raises ConstraintException where `are_new` is not so."""
    if about := [tables[name].select(["post_key"]) for name in ("staged_post", "staged_deletion") if name in tables]:
        tables["touched_post"] = pa.concat_tables(about)
    left = {kind: _count_latest(tables, kind) for kind in ("post", "revision")}
    with _registered(con, tables) as put:
        present = set(tables)
        for name, needed, gives in STEPS:
            if not present.issuperset(needed.split()):
                continue
            found = _say(con, name, tables, are_new=are_new)
            if gives:
                put(gives, found)
            if name in _REST:
                kind, rest = _REST[name]
                left[kind] -= found.num_rows if gives else found[0][0].as_py()
                present |= {rest} if left[kind] else set()
        if "touched_post" in tables and rows(con, "has_deletions")[0]["has_deletions"]:
            con.execute(statement("deleted_at", "load"))


def _say(con: duckdb.DuckDBPyConnection, name: str, tables: dict[str, pa.Table], *, are_new: bool) -> pa.Table:
    """Run a statement of `STEPS`; return the keys that it took or, of one that gives none, how many rows."""
    if are_new and name in _LATEST:
        con.execute(statement(name, "load").partition("\nON CONFLICT")[0])
        posts, (flag, *keys) = tables["staged_post"], _LATEST[name]
        return posts.filter(posts[flag]).select(keys)
    return con.execute(statement(name, "load")).to_arrow_table()


def _count_latest(tables: dict[str, pa.Table], kind: str) -> int:
    return int(pc.sum(tables["staged_post"][f"is_latest_of_{kind}"]).as_py()) if "staged_post" in tables else 0


@contextmanager
def _registered(
    con: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table]
) -> Iterator[Callable[[str, pa.Table], None]]:
    """Let statements read the tables; yield what adds one."""

    def put(name: str, table: pa.Table) -> None:
        tables[name] = table
        con.register(name, table)

    try:
        for name, table in list(tables.items()):
            put(name, table)
        yield put
    finally:
        for name in tables:
            con.unregister(name)
