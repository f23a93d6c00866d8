"""A line that an older program could not read is loaded by one that can, once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import a_post, write_landing
from warehouse import landing
from warehouse.audit import table_hash
from warehouse.load import load_landing
from warehouse.quarantine import replay_quarantine
from warehouse.records import Record, WireError, from_line


def test_what_can_be_read_now_is_loaded_once(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(line: str) -> Record:
        if '"language": "sv"' in line:
            raise WireError("unknown fields: language")
        return from_line(line)

    monkeypatch.setattr(landing, "from_line", older)
    lines: list[Record | bytes] = [a_post(1), a_post(2, language="sv"), b"{broken", b"\xff"]
    first = load_landing(con, write_landing(tmp_path / "l.gz", lines), run_id="r1")
    assert (first.loaded, first.quarantined) == (1, 3)
    assert replay_quarantine(con, run_id="r2") is None
    monkeypatch.undo()
    report = replay_quarantine(con, run_id="r3")
    assert report is not None
    assert (report.loaded, report.line_count, report.name) == (1, 1, "quarantine/r3")
    assert con.execute("SELECT count(*) FROM outcome_balance WHERE is_balanced").fetchone() == (2,)
    before = table_hash(con)
    assert replay_quarantine(con, run_id="r4") is None
    assert table_hash(con) == before
    assert con.execute("SELECT count(*) FROM quarantine WHERE replayed_at IS NULL").fetchone() == (2,)
