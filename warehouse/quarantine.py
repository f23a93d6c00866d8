"""Lines that could not be read when they came, read again by a program that has learnt to."""

from __future__ import annotations

import hashlib

import duckdb

from warehouse.connection import transaction
from warehouse.landing import KEPT_BYTES, Block, LandingFile, parse_line
from warehouse.load import LoadReport, list_reports, load_lines
from warehouse.named import rows, run


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
