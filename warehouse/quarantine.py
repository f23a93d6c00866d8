"""Lines that could not be read when they came, read again by a program that has learnt to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.connection import transaction
from warehouse.landing import KEPT_BYTES, Block, LandingFile, parse_line
from warehouse.load import LoadReport, list_reports, load_lines
from warehouse.named import records, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedLine:
    """A line that waits, as it came."""

    name: str
    """Folder and name of its landing file."""
    line_number: int
    source: str | None
    url: str | None
    reason: str
    detail: str
    seen_at: datetime | None
    raw_line: bytes | None


def replay_quarantine(con: duckdb.DuckDBPyConnection, *, run_id: str) -> LoadReport | None:
    """Load the unreadable lines that can be read now, as a landing file of their own; None when there are none.

    What a parser set aside is not a post: crawl it again, from the archive, with the parser that reads it.
    """
    waiting = rows(con, "unreadable_lines", kept_bytes=KEPT_BYTES)
    readable = [(row, line) for row in waiting if (line := parse_line(0, row["raw_line"])).record is not None]
    if not readable:
        return None
    content = b"\n".join(line.raw for _, line in readable)
    file = LandingFile(
        landing_key=hashlib.sha256(b"replay\n" + content).hexdigest()[:32],
        name=f"quarantine/{run_id}",
        byte_count=len(content),
    )
    block = Block(number=1, raws=[line.raw for _, line in readable])
    with transaction(con):
        load_lines(con, [(file, [block])], run_id=run_id)
        for row, _ in readable:
            run(con, "mark_replayed", landing_key=row["landing_key"], line_number=row["line_number"])
    return next(report for report in list_reports(con, run_id=run_id) if report.landing_key == file.landing_key)


def list_quarantine(con: duckdb.DuckDBPyConnection, *, reason: str | None = None, limit: int) -> list[QuarantinedLine]:
    """Return the lines that wait, those of the newest files first."""
    return records(con, "list_quarantine", QuarantinedLine, reason=reason, name=None, line_number=None, row_limit=limit)


def find_line(con: duckdb.DuckDBPyConnection, name: str, line_number: int) -> QuarantinedLine | None:
    """Return a line that waits, by the name of its file and its number there; of two such files the newest's."""
    found = records(
        con, "list_quarantine", QuarantinedLine, reason=None, name=name, line_number=line_number, row_limit=1
    )
    return found[0] if found else None
