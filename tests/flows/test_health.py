"""How the sources do, from the published snapshot: on the command line, for scripts and for the doctor."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.doctor import examine
from flows.health import read_health, said
from reports.health import sentences
from tests.warehouse.landings import T0, a_visit, empty_warehouse, write_landing
from tests.warehouse.test_health import a_health
from warehouse.connection import open_warehouse
from warehouse.load import load_landing
from warehouse.publish import publish

DAY = date(2023, 10, 1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    sources = "".join(
        f'[[source]]\nname = "{name}"\nengine = "xenforo"\nurl = "http://127.0.0.1:1/"\nexpected_min = 5\n'
        for name in ("forum", "never")
    )
    data = tmp_path / "data"
    file = tmp_path / "r.toml"
    file.write_text(f'simulation = true\n[company]\nname = "Nordfiber"\n{sources}[storage]\ndata = "{data}"\n')
    data.mkdir()
    (data / "warehouse.duckdb").write_bytes(empty_warehouse())
    visits = [a_visit(at=T0 - timedelta(days=days)) for days in range(12)]
    old = a_health(T0 - timedelta(days=1), days={DAY: 2}, fields={"url": (40, 40)})
    new = a_health(T0, fields={"url": (0, 40)})
    with open_warehouse(data / "warehouse.duckdb") as con:
        load_landing(con, write_landing(tmp_path / "l.gz", [*visits, old, new]), run_id="r")
        publish(con, data / "published.duckdb")
    return file


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout


def test_scripts_get_all_of_it_and_an_exit_status(config: Path) -> None:
    status, output = run("sources", "--config", str(config), "--json")
    forum, never = json.loads(output)
    assert status == 0
    assert [w["kind"] for w in forum["warnings"]] == ["field_lost", "few"]
    assert (forum["day"], forum["day_count"], forum["usual_day_count"], forum["is_failing"]) == (
        "2023-10-01",
        2,
        0.0,
        True,
    )
    assert (never["last_seen_at"], [w["kind"] for w in never["warnings"]]) == (None, ["silent"])
    assert run("sources", "--config", str(config), "--strict")[0] == 1


def test_the_doctor_says_what_to_do(config: Path) -> None:
    found = {f.what: f for f in examine(config) if f.what.startswith("source") and "never met" not in f.what}
    lost = found["source forum: url vanished (on 0% of posts, 100% before)"]
    assert (lost.level, "mend its engine" in lost.advice) == ("wrong", True)
    assert found["source forum: 2 posts, at least 5 are expected"].level == "wrong"
    assert "source never: not read whole within 24 h" in found


def test_before_anything_is_published_there_is_nothing_to_say(tmp_path: Path) -> None:
    file = tmp_path / "r.toml"
    file.write_text(f'[company]\nname = "Nordfiber"\n[storage]\ndata = "{tmp_path / "none"}"\n')
    status, output = run("sources", "--config", str(file))
    assert status == 0 and "nothing is published yet" in output


def test_every_warning_can_be_said_in_both_languages(config: Path) -> None:
    from flows.config import load

    found = read_health(load(config), now=T0)
    assert len([said(warning) for source in found for warning in source.warnings]) == 3
    assert all(sentences(source) for source in found)
