"""Building the warehouse anew from landing files: what they tell is read again, what they cannot tell is carried over.

Landing files tell what was crawled. They do not tell what people decided (judgements, claims, verdicts, mailings),
what models found, what was alerted, what was erased, nor what stood in files that have been let go of since: all that
is taken from the old warehouse, or a snapshot of it, where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.attached import attach
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse, transaction
from warehouse.landing import describe
from warehouse.load import load_landings
from warehouse.named import rows, run, statement
from warehouse.rollups import refresh

FIRST = ("erasure", "pseudonym_key")
"""Needed before anything is read: what was erased is not stored again."""
LEDGER = ("landing_file", "outcome", "quarantine")
"""What became of each line, told when it came."""
SEEN = ("post", "post_revision", "quote", "sighting", "thread")
"""Where a row of each may be known, the one seen last stands."""
MADE = (
    *("migration", "view_set", "dirty_post", "mention_fact", "claim_fact", "mention_hour", "mention_day"),
    *("claim_hour", "claim_day", "thread_total", "volume_hour", "suggestion_fact", "waiting_list", "waiting_post"),
)
"""Bookkeeping, and counts that are made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What building anew gave."""

    landing_count: int
    post_count: int
    read_count: int
    """Posts that were read from landing files; the others were carried over."""
    differing: tuple[str, ...]
    """Tables whose content is another than before; none when nothing had been damaged or lost."""


def rebuild(path: Path, landings: Sequence[Path], *, old: Path | None, run_id: str) -> Rebuilt:
    """Build a warehouse at `path`, where none may be, from landing files and from an old warehouse that is only read.

    Raises WarehouseError; what was half built is left for the caller to remove.
    """
    before = _prepared(old) if old else {}
    with open_warehouse(path) as con:
        order = _attach(con, old) if old else {}
        for table in FIRST if old else ():
            _carry(con, "carry_rows", table)
        keyed = [(order.get(describe(file).name, len(order)), file) for file in landings]
        load_landings(con, [file for _, file in sorted(keyed)], run_id=run_id)
        read_count = _count(con)
        if old:
            with transaction(con):
                _carry_all(con)
            con.execute("DETACH old")
        run(con, "carry_dirty")
        refresh(con)
        after = table_hashes(con)
        return Rebuilt(
            landing_count=len(landings),
            post_count=_count(con),
            read_count=read_count,
            differing=tuple(name for name, value in sorted(before.items()) if after.get(name) != value),
        )


def _prepared(old: Path) -> dict[str, str]:
    """Return the hashes of the old warehouse's tables, with its migrations and counts brought up to date."""
    with open_warehouse(old, as_found=True) as con:
        refresh(con)
        return table_hashes(con)


def _attach(con: duckdb.DuckDBPyConnection, old: Path) -> dict[str, int]:
    """Attach the old warehouse; return the place of each landing file in the order in which they were loaded."""
    attach(con, old, "old", read_only=True)
    return {row["name"]: place for place, row in enumerate(rows(con, "loading_order"))}


def _carry_all(con: duckdb.DuckDBPyConnection) -> None:
    names = [row["table_name"] for row in rows(con, "carry_tables")]
    run(con, "carry_files")
    run(con, "carry_posts")
    for table in names:
        if table not in (*LEDGER, *SEEN, *MADE, *FIRST):
            _carry(con, "carry_rows", table)
    run(con, "carry_deletions")
    con.execute(statement("deleted_at", "load"))


def _carry(con: duckdb.DuckDBPyConnection, name: str, table: str) -> None:
    con.execute(statement(name).replace("TARGET", table))


def _count(con: duckdb.DuckDBPyConnection) -> int:
    return int(rows(con, "post_count")[0]["post_count"])
