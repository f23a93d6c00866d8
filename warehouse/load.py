"""Loading landing files: one transaction, recorded with it, so that a kill anywhere is safe and twice is once.

What is known of a post is a set of sightings, and every table is a function of that set: files may come in any order.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.landing import Block, LandingFile, describe, read_blocks
from warehouse.named import rows
from warehouse.staging import stage
from warehouse.store import store, store_batch

BATCH_BYTES = 4 << 20
"""Landing files are loaded together up to this size: one small file costs as many statements as twenty."""


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

    A file and its record are one transaction, which it may share with its neighbours. One that another worker of a
    lake loads at the same moment is left to that one. Raises LandingError.
    """
    found = [(path, describe(path)) for path in paths]
    files = [file for _, file in found]
    repeats = {report.landing_key: report for report in _reports(con, files, is_repeat=True)}
    done: set[str] = set()
    while new := _new(found, known={*repeats, *done}):
        try:
            for staged in _ahead(con, _batches(new), run_id=run_id):
                store_batch(con, staged)
                done |= set(staged["staged_file"]["landing_key"].to_pylist())
        except duckdb.ConstraintException:
            others = [one for one in _reports(con, files, is_repeat=True) if one.landing_key not in {*repeats, *done}]
            if not others:
                raise
            repeats |= {report.landing_key: report for report in others}
    fresh = _reports(con, [file for file in files if file.landing_key in done], is_repeat=False) if done else []
    reports = {**repeats, **{report.landing_key: report for report in fresh}}
    return [reports[file.landing_key] for _, file in found]


def _new(found: Sequence[tuple[Path, LandingFile]], *, known: Container[str]) -> list[tuple[Path, LandingFile]]:
    """Return the files whose bytes are not known, each once."""
    new: dict[str, tuple[Path, LandingFile]] = {}
    for path, file in found:
        if file.landing_key not in known:
            new.setdefault(file.landing_key, (path, file))
    return list(new.values())


def load_lines(
    con: duckdb.DuckDBPyConnection, files: Iterable[tuple[LandingFile, Iterable[Block]]], *, run_id: str
) -> None:
    """Load lines under the names of the files that they stand for; needs an open transaction."""
    store(con, stage(con, files, run_id=run_id, erased=_erased(con)))


def _ahead(
    con: duckdb.DuckDBPyConnection, batches: Iterable[Sequence[tuple[Path, LandingFile]]], *, run_id: str
) -> Iterator[dict[str, pa.Table]]:
    """Yield batches laid out as tables; the next is read while this one is being stored."""
    erased = _erased(con)
    with ThreadPoolExecutor(max_workers=1) as pool, con.cursor() as own:
        waiting: Future[dict[str, pa.Table]] | None = None
        for batch in batches:
            files = [(file, read_blocks(path)) for path, file in batch]
            done, waiting = waiting, pool.submit(stage, own, files, run_id=run_id, erased=erased)
            if done:
                yield done.result()
        if waiting:
            yield waiting.result()


def _erased(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(row["subject_key"] for row in rows(con, "list_erasures"))


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
