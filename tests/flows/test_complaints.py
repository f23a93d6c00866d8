"""Complaints through the command line: imported once, revised, taken back; and the lead of past alerts over them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.config import load
from flows.errors import UsageError
from flows.paths import open_ledger
from tests.warehouse.landings import empty_warehouse
from warehouse.alerts import put_alerts, set_alert_state
from warehouse.ledger import list_complaints
from warehouse.records import Alert

AUTUMN = [1, 0, 1, 1, 0, 1, 1, 2, 4, 9, 11, 8, 6, 4, 2]
"""Complaints a week from Monday 11 September 2023; the tenth week, from 13 November, is the first above."""
Run = Callable[..., Any]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "ryktesvakt.toml"
    file.write_text(f'[company]\nname = "Open Infra"\n[storage]\ndata = "{tmp_path / "data"}"\n')
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warehouse.duckdb").write_bytes(empty_warehouse())
    return file


@pytest.fixture
def run(config: Path) -> Run:
    def do(*words: str) -> Any:
        result = CliRunner().invoke(app, [*words, "--config", str(config)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout) if "--json" in words else result.stdout

    return do


def weekly(folder: Path, counts: list[int], name: str = "ko.csv") -> str:
    monday = date(2023, 9, 11)
    rows = [
        f"{(day := monday + timedelta(weeks=i)).isocalendar().year} v. {day.isocalendar().week};{count}"
        for i, count in enumerate(counts)
    ]
    (folder / name).write_text("\n".join(["Vecka;KO", *rows]), encoding="cp1252")
    return str(folder / name)


def counts(config: Path) -> list[int]:
    with open_ledger(load(config)) as con:
        return [one.complaint_count for one in list_complaints(con)]


def test_the_same_file_twice_is_nothing_and_a_new_figure_is_a_revision(run: Run, config: Path, tmp_path: Path) -> None:
    file = weekly(tmp_path, AUTUMN)
    assert run("complaint", "import", file, "--json")["new_count"] == len(AUTUMN)
    again = run("complaint", "import", file, "--json")
    assert (again["import_id"], again["unchanged_count"]) == (None, len(AUTUMN))
    revised = run("complaint", "import", weekly(tmp_path, [*AUTUMN[:-1], 3, 5]), "--by", "Anna", "--json")
    assert (revised["new_count"], revised["changed_count"]) == (1, 1)
    assert counts(config) == [*AUTUMN[:-1], 3, 5]
    assert [i["imported_by"] for i in run("complaint", "imports", "--json")] == ["Anna", None]


def test_imports_are_taken_back_in_any_order(run: Run, config: Path, tmp_path: Path) -> None:
    first = run("complaint", "import", weekly(tmp_path, [1, 2]), "--json")["import_id"]
    second = run("complaint", "import", weekly(tmp_path, [1, 5]), "--json")["import_id"]
    third = run("complaint", "import", weekly(tmp_path, [1, 7, 9]), "--json")["import_id"]
    run("complaint", "undo", second, "--by", "Bo")
    assert counts(config) == [1, 7, 9]
    run("complaint", "undo", third, "--by", "Bo")
    assert counts(config) == [1, 2]
    run("complaint", "undo", first, "--by", "Bo")
    assert counts(config) == []
    assert run("complaint", "list", "--json") == []
    with pytest.raises(Exception, match="taken back already"):
        run("complaint", "undo", first, "--by", "Bo")
    run("complaint", "import", weekly(tmp_path, [4]))
    assert counts(config) == [4]


def test_a_file_with_bad_lines_is_refused_whole_unless_they_are_left_out(
    run: Run, config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("kanal;period;antal\nko;2023-10;4\nko;igår;5\nkundtjänst;2023-10;=SUM(A1)\n")
    with pytest.raises(UsageError) as refused:
        run("complaint", "import", str(file))
    assert "bad.csv:3" in str(refused.value)
    assert "bad.csv:4" in str(refused.value)
    assert counts(config) == []
    report = run("complaint", "import", str(file), "--skip-bad", "--json")
    assert [fault["line"] for fault in report["set_aside"]] == [3, 4]
    assert counts(config) == [4]


def test_the_lead_of_every_alert_is_measured(run: Run, config: Path, tmp_path: Path) -> None:
    run("complaint", "import", weekly(tmp_path, AUTUMN))
    levels = run("complaint", "list", "--json")
    assert [level["period_start"] for level in levels if level["is_above"]] == [
        "2023-11-13",
        "2023-11-20",
        "2023-11-27",
    ]
    alert = Alert(alert_id="a", kind="alarm", severity="watch", subject_id="om", raised_at=at(10, 24), reason="Tre.")
    late = Alert(alert_id="b", kind="void", severity="watch", subject_id="om", raised_at=at(11, 25), reason="Frågor.")
    never = Alert(
        alert_id="c", kind="silence", severity="watch", subject_id="forum", raised_at=at(10, 24), reason="Tyst."
    )
    old = Alert(alert_id="d", kind="alarm", severity="watch", subject_id="x", raised_at=at(2, 1), reason="Förr.")
    with open_ledger(load(config)) as con:
        for one in (alert, late, never, old):
            put_alerts(con, [one], at=one.raised_at)
        set_alert_state(con, "a", "handled", by="Anna", at=at(10, 25))
    found = run("alert", "leads", "--json")
    assert [(row["alert_id"], row["channel"], row["spike_start"]) for row in found] == [
        ("a", "ko", "2023-11-13"),
        ("b", "ko", "2023-11-13"),
    ]
    assert found[0]["lead_days"] == pytest.approx(
        20 - 11 / 24
    )  # 24 October 11 o'clock to the first hour of 13 November
    assert found[0]["lead_days_most"] == pytest.approx(27 - 11 / 24)
    assert found[1]["lead_days"] < found[1]["lead_days_most"] < 0
    assert "median lead" in run("alert", "leads")


def at(month: int, day: int) -> datetime:
    return datetime(2023, month, day, 10 if month == 11 else 9, tzinfo=UTC)
