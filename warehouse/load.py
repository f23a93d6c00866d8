"""Loading a landing file: one transaction, recorded with it, so that a kill anywhere is safe and twice is once.

What is known of a post is a set of sightings, and every table is a function of that set: files may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from warehouse.connection import transaction
from warehouse.landing import LandingFile, Line, describe, read_lines
from warehouse.named import rows, run, statement, statements
from warehouse.staging import stage

BATCH_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What became of the lines of one landing file; the counts add up to `line_count`."""

    landing_key: str
    name: str
    line_count: int
    loaded: int
    unchanged: int
    revised: int
    deleted: int
    quarantined: int
    suppressed: int
    """Posts that were erased before and are not stored again."""
    incidents: int
    visits: int
    is_truncated: bool
    is_repeat: bool
    """True when the file had been loaded before and nothing was done."""


def load_landing(con: duckdb.DuckDBPyConnection, path: Path, *, run_id: str) -> LoadReport:
    """Load one landing file, or do nothing when its bytes have been loaded before. Raises LandingError."""
    file = describe(path)
    if report := _report(con, file.landing_key, is_repeat=True):
        return report
    load_lines(con, read_lines(path), file=file, run_id=run_id)
    report = _report(con, file.landing_key, is_repeat=False)
    assert report is not None
    return report


def load_lines(con: duckdb.DuckDBPyConnection, lines: Iterable[Line], *, file: LandingFile, run_id: str) -> None:
    """Load lines as the landing file that `file` describes, in one transaction."""
    with transaction(con):
        _stage(con, lines)
        values = {
            "landing_key": file.landing_key,
            "name": file.name,
            "byte_count": file.byte_count,
            "run_id": run_id,
        }
        for _, text in statements("load"):
            con.execute(text, {key: value for key, value in values.items() if f"${key}" in text})
        con.execute(statement("unstage"))


def list_reports(con: duckdb.DuckDBPyConnection, *, run_id: str) -> list[LoadReport]:
    """Return the reports of all files that a run loaded, in the order of their names."""
    return [LoadReport(**row, is_repeat=False) for row in rows(con, "load_reports", run_id=run_id)]


def _report(con: duckdb.DuckDBPyConnection, landing_key: str, *, is_repeat: bool) -> LoadReport | None:
    found = rows(con, "load_report", landing_key=landing_key)
    return LoadReport(**found[0], is_repeat=is_repeat) if found else None


def _stage(con: duckdb.DuckDBPyConnection, lines: Iterable[Line]) -> None:
    run(con, "stage")
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH_LINES)):
        for table, data in stage(batch).items():
            if data.num_rows:
                con.register("incoming", data)
                con.execute(statement("insert_staged").replace("TARGET", table))
                con.unregister("incoming")


def loaded_names(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return `source/file` of every landing file that has been loaded."""
    return {row["name"] for row in rows(con, "loaded_names")}
