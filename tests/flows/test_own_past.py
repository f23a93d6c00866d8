"""The company's own past, replayed: by what had been seen then, against what the budget promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from earlywarning.exposure import SourceVisit
from earlywarning.own_past import OwnPast, pass_moments, replay_own_past
from earlywarning.watch import MatchedPost
from flows.cli.app import app
from flows.errors import UsageError
from flows.own_past import moment_of
from tests.warehouse.landings import T0, empty_warehouse
from warehouse.alerts import put_alerts
from warehouse.connection import open_warehouse
from warehouse.labels import judge
from warehouse.ledger import put_claim
from warehouse.records import Alert, Claim

HOUR = timedelta(hours=1)


def visit(hours: float) -> SourceVisit:
    at = T0 + hours * HOUR
    return SourceVisit(source="forum", started_at=at, finished_at=at + timedelta(minutes=5), is_complete=True)


def post(number: int, hours: float, *, seen_after: float = 1.0, author: str | None = None) -> MatchedPost:
    at = T0 + hours * HOUR
    return MatchedPost(
        claim_id="om",
        source="forum",
        posted_at=at,
        seen_at=at + seen_after * HOUR,
        author_key=author or f"a{number}",
        stance="support",
    )


def past(posts, *, days: int = 30, registered: float = 0) -> OwnPast:
    return OwnPast(
        posts=posts,
        claims={"om": T0 + registered * HOUR},
        visits=[visit(6.0 * i) for i in range(4 * days)],
        volumes=[],
        sources=["forum"],
    )


BURST = [post(i, 240 + i / 3) for i in range(30)]


def test_a_burst_is_told_by_the_pass_that_had_seen_it() -> None:
    found = replay_own_past(past(BURST), until=T0 + timedelta(days=30))
    assert found.warning_count >= 1
    assert 240 * HOUR < found.alerts[0].raised_at - T0 < 252 * HOUR
    late = replay_own_past(
        past([post(i, 240 + i / 3, seen_after=72) for i in range(30)]), until=T0 + timedelta(days=30)
    )
    assert late.alerts[0].raised_at - T0 > 312 * HOUR, "what was seen three days later could not be told before"


@pytest.mark.parametrize("explained", [0, 7, 15])
def test_a_topic_is_replayed_too_unless_a_claims_open_alert_explains_it(explained: int) -> None:
    on_topic = [replace(p, claim_id="topic:price", post_key=f"k{i}") for i, p in enumerate(BURST[:20])]
    mine = [replace(p, post_key=f"k{i}" if i < explained else f"c{i}") for i, p in enumerate(BURST[:15])]
    given = replace(past(mine), topics=["topic:price"], topic_posts=on_topic)
    found = replay_own_past(given, until=T0 + timedelta(days=30))
    kinds = {alert.claim_id: alert.kind for alert in found.alerts}
    assert kinds["om"] == "alarm"
    assert kinds.get("topic:price") == (None if explained == 15 else "topic")
    alone = replay_own_past(replace(given, topics=[], topic_posts=[]), until=T0 + timedelta(days=30))
    assert alone.alerts == tuple(alert for alert in found.alerts if alert.kind == "alarm")


@pytest.mark.parametrize("days", [9, 11, 12, 15, 30])
def test_no_pass_looks_ahead(days: int) -> None:
    until = T0 + timedelta(days=days)
    whole = replay_own_past(past(BURST), until=T0 + timedelta(days=30))
    part = replay_own_past(past([p for p in BURST if p.seen_at <= until]), until=until)
    assert part.alerts == tuple(a for a in whole.alerts if a.raised_at <= until)


def test_a_claim_is_watched_from_when_it_was_registered_or_all_along() -> None:
    late = past(BURST, registered=24 * 20)
    as_it_was = replay_own_past(late, until=T0 + timedelta(days=30))
    assert all(alert.raised_at >= T0 + timedelta(days=20) for alert in as_it_was.alerts)
    all_along = replay_own_past(late, until=T0 + timedelta(days=30), from_registration=False)
    assert all_along.alerts[0].raised_at < T0 + timedelta(days=11)


def test_a_larger_budget_gives_no_fewer_alerts_and_quiet_gives_none() -> None:
    quiet = replay_own_past(past([post(i, 200.0 * i) for i in range(3)]), until=T0 + timedelta(days=30))
    assert (quiet.watch_count, quiet.warning_count, round(quiet.days)) == (0, 0, 30)
    nothing = replay_own_past(past([], days=0), until=T0)
    assert (nothing.pass_count, nothing.days) == (0, 0.0)


def test_visits_of_one_hour_are_one_pass() -> None:
    visits = [visit(0.1), visit(0.3), visit(5)]
    assert [m - T0 for m in pass_moments(visits, until=T0 + 9 * HOUR)] == [
        0.3 * HOUR + timedelta(minutes=5),
        5 * HOUR + timedelta(minutes=5),
    ]
    assert len(list(pass_moments(visits, until=T0 + HOUR))) == 1


def test_a_day_is_its_end_in_local_time() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    assert moment_of("2023-10-28", zone).isoformat() == "2023-10-28T22:00:00+00:00"
    assert moment_of("2023-10-29", zone).isoformat() == "2023-10-29T23:00:00+00:00"
    assert moment_of("2023-10-29T08:00", zone).isoformat() == "2023-10-29T07:00:00+00:00"
    with pytest.raises(UsageError, match="no day or ISO time"):
        moment_of("igår", zone)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    from tests.flows.desks import a_desk, land, told

    file = tmp_path / "ryktesvakt.toml"
    file.write_text(f'[company]\nname = "Open Infra"\n[storage]\ndata = "{tmp_path / "data"}"\n')
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warehouse.duckdb").write_bytes(empty_warehouse())
    with a_desk(tmp_path / "data") as desk:
        put_claim(desk.con, Claim(claim_id="om", statement="Alla ska betala.", truth="Nej.", created_at=T0))
        for day in range(12):
            posts = [told(100 + day, "Vad tycker ni om fibern?", T0 + timedelta(days=day))]
            if day == 8:
                at = T0 + timedelta(days=8)
                posts += [told(n, "Alla ska betala för Open Infra.", at + timedelta(minutes=9 * n)) for n in range(14)]
            land(desk, f"d{day}", posts)
        keys = desk.con.execute("SELECT post_key FROM post WHERE text LIKE 'Alla%'").fetchall()
        for (key,) in keys:
            said = {"claim_id": "om", "by": "Anna", "at": T0 + timedelta(days=8, hours=4)}
            judge(desk.con, key, task="stance", labels=["support"], **said)
        raised = T0 + timedelta(days=8, hours=5)
        alert = Alert(alert_id="a", kind="alarm", severity="watch", subject_id="om", raised_at=raised, reason="Tre.")
        put_alerts(desk.con, [alert], at=raised)

    def do(*words: str) -> Any:
        result = CliRunner().invoke(app, ["backtest", *words, "--config", str(file)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout) if "--json" in words else result.output

    return do


def test_the_commands_replay_the_companys_own_warehouse(run: Callable[..., Any], tmp_path: Path) -> None:
    before = run("--as-of", (T0 + timedelta(days=7)).date().isoformat(), "--json")
    assert (before["alerts"], before["told"]) == ([], [])
    after = run("--as-of", (T0 + timedelta(days=11)).isoformat(), "--json", "--out", str(tmp_path / "alerts.csv"))
    assert [row["alert_id"] for row in after["told"]] == ["a"]
    assert {alert["claim_id"] for alert in after["alerts"]} == {"om"}
    assert (tmp_path / "alerts.csv").read_text().count("\n") == len(after["alerts"]) + 1
    crawling = next(part for part in after["delays"] if part["part"] == "crawling")
    assert (crawling["count"], crawling["median_hours"]) == (14, pytest.approx(0.5))
    own = run("--own-past", "--json", "--watch-budget", "5")
    assert own["watch_promised"] == pytest.approx(5 * 9 / 11), "clusters have two elevenths, and are not replayed"
    assert own["watch_count"] + own["warning_count"] >= 1
    shown = run("--as-of", (T0 + timedelta(days=11)).isoformat())
    assert "where the time went" in shown
    assert "promised" in shown
    for wrong in ([], ["--own-past", "--as-of", "2023-10-01"], ["--own-past", "--shared-budget"]):
        with pytest.raises(UsageError):
            run(*wrong)
    with pytest.raises(UsageError, match="no source had been read"):
        run("--as-of", "2001-01-01")


def test_an_empty_warehouse_says_so(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as con:
        from warehouse.watching import post_delays

        assert post_delays(con, now=T0, posted_after=T0 - timedelta(days=9)) == []
