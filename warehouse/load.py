"""Loading landing files: one transaction, recorded with it, so that a kill anywhere is safe and twice is once.

What is known of a post is a set of sightings, and every table is a function of that set: files may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.connection import transaction
from warehouse.landing import LandingFile, Line, describe, read_lines
from warehouse.named import rows, statement
from warehouse.staging import stage

BATCH_BYTES = 4 << 20
"""Landing files are loaded together up to this size: one small file costs as many statements as twenty."""
STEPS = (
    ("landing_file", "staged_file"),
    ("outcome", "staged_outcome"),
    ("post_outcome", "staged_post"),
    ("deletion_outcome", "staged_deletion"),
    ("sighting", "staged_post"),
    ("revision_first_seen", "staged_post"),
    ("post_revision", "staged_post"),
    ("quote", "staged_quote"),
    ("post_first_seen", "staged_post"),
    ("post", "staged_post"),
    ("thread", "staged_post"),
    ("deletion", "staged_deletion"),
    ("visit", "staged_visit"),
    ("incident", "staged_incident"),
    ("health", "staged_health"),
    ("health_field", "staged_health_field"),
    ("health_day", "staged_health_day"),
    ("quarantine", "staged_quarantine"),
)
"""The statements of `sql/load/` in order, each with the rows without which it has nothing to do."""


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
    healths: int
    is_truncated: bool
    is_repeat: bool
    """True when the file had been loaded before and nothing was done."""


def load_landing(con: duckdb.DuckDBPyConnection, path: Path, *, run_id: str) -> LoadReport:
    """Load one landing file, or do nothing when its bytes have been loaded before. Raises LandingError."""
    return load_landings(con, [path], run_id=run_id)[0]


def load_landings(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, run_id: str) -> list[LoadReport]:
    """Load landing files in their order, small ones together; return a report for each path.

    A file and its record are one transaction, which it may share with its neighbours. Raises LandingError.
    """
    found = [(path, describe(path)) for path in paths]
    known = {report.landing_key: report for report in _reports(con, [file for _, file in found], is_repeat=True)}
    new: dict[str, tuple[Path, LandingFile]] = {}
    for path, file in found:
        if file.landing_key not in known:
            new.setdefault(file.landing_key, (path, file))
    for batch in _batches(list(new.values())):
        with transaction(con):
            load_lines(con, [(file, read_lines(path)) for path, file in batch], run_id=run_id)
    fresh = _reports(con, [file for _, file in new.values()], is_repeat=False) if new else []
    reports = {**known, **{report.landing_key: report for report in fresh}}
    return [reports[file.landing_key] for _, file in found]


def load_lines(
    con: duckdb.DuckDBPyConnection, files: Iterable[tuple[LandingFile, Iterable[Line]]], *, run_id: str
) -> None:
    """Load lines under the names of the files that they stand for; needs an open transaction."""
    erased = frozenset(row["subject_key"] for row in rows(con, "list_erasures"))
    staged = stage(files, run_id=run_id, erased=erased)
    with _registered(con, staged):
        for name, needed in STEPS:
            if needed in staged:
                con.execute(statement(name, "load"))
        if "staged_line" in staged and rows(con, "has_deletions")[0]["has_deletions"]:
            con.execute(statement("deleted_at", "load"))


def list_reports(con: duckdb.DuckDBPyConnection, *, run_id: str) -> list[LoadReport]:
    """Return the reports of all files that a run loaded, in the order of their names."""
    return [_report(row, is_repeat=False) for row in rows(con, "load_report", landing_keys=[], run_id=run_id)]


def loaded_names(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return `source/file` of every landing file that has been loaded."""
    return {row["name"] for row in rows(con, "loaded_names")}


def _batches(files: Sequence[tuple[Path, LandingFile]]) -> Iterator[list[tuple[Path, LandingFile]]]:
    batch: list[tuple[Path, LandingFile]] = []
    for path, file in files:
        if batch and sum(other.byte_count for _, other in batch) + file.byte_count > BATCH_BYTES:
            yield batch
            batch = []
        batch.append((path, file))
    if batch:
        yield batch


@contextmanager
def _registered(con: duckdb.DuckDBPyConnection, tables: dict[str, pa.Table]) -> Iterator[None]:
    try:
        for name, table in tables.items():
            con.register(name, table)
        yield
    finally:
        for name in tables:
            con.unregister(name)


def _reports(con: duckdb.DuckDBPyConnection, files: Sequence[LandingFile], *, is_repeat: bool) -> list[LoadReport]:
    keys = [file.landing_key for file in files]
    return [_report(row, is_repeat=is_repeat) for row in rows(con, "load_report", landing_keys=keys, run_id=None)]


def _report(row: dict[str, Any], *, is_repeat: bool) -> LoadReport:
    counts = row.pop("counts") or {}
    names = ("loaded", "unchanged", "revised", "deleted", "quarantined", "suppressed")
    return LoadReport(
        **row,
        **{name: counts.get(name, 0) for name in names},
        incidents=counts.get("incident", 0),
        visits=counts.get("visit", 0),
        healths=counts.get("health", 0),
        is_repeat=is_repeat,
    )
