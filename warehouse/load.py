"""Loading landing files: one transaction, recorded with it, so that a kill anywhere is safe and twice is once.

What is known of a post is a set of sightings, and every table is a function of that set: files may come in any order.
"""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc

from warehouse.landing import Block, LandingFile, describe, read_blocks
from warehouse.named import rows
from warehouse.staging import Staged, stage, stage_parts
from warehouse.store import store, store_batch

PART_LINES = 4096
"""Lines that are stored while the next are read: whole files, since of each file the whole is stored or nothing."""
BATCH_LINES = 32_768
"""Files are stored in one transaction until they have so many lines: one small file costs as much as twenty."""


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
            with closing(_ahead(con, new, run_id=run_id)) as parts:
                for first in parts:
                    stored = store_batch(con, _batch(first, parts))
                    done |= {key for part in stored for key in part["staged_file"]["landing_key"].to_pylist()}
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
    con: duckdb.DuckDBPyConnection, new: Iterable[tuple[Path, LandingFile]], *, run_id: str
) -> Generator[Staged]:
    """Yield files laid out as tables, small ones together; the next are read while these are being stored."""
    files = ((file, read_blocks(path)) for path, file in new)
    with (
        con.cursor() as own,
        closing(stage_parts(own, files, run_id=run_id, erased=_erased(con), least_lines=PART_LINES)) as parts,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        waiting = pool.submit(next, parts, None)
        while part := waiting.result():
            waiting = pool.submit(next, parts, None)
            yield part


def _batch(first: Staged, rest: Iterator[Staged]) -> Iterator[Staged]:
    """Yield the parts that one transaction stores."""
    line_count = 0
    for part in chain([first], rest):
        yield part
        line_count += pc.sum(part["staged_file"]["line_count"]).as_py()
        if line_count >= BATCH_LINES:
            return


def _erased(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(row["subject_key"] for row in rows(con, "list_erasures"))


def list_reports(con: duckdb.DuckDBPyConnection, *, run_id: str) -> list[LoadReport]:
    """Return the reports of all files that a run loaded, in the order of their names."""
    return [_report(row, is_repeat=False) for row in rows(con, "load_report", landing_keys=[], run_id=run_id)]


def loaded_names(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return `source/file` of every landing file that has been loaded."""
    return {row["name"] for row in rows(con, "loaded_names")}


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
