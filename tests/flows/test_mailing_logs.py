"""The company's own log through the command line: it replaces the default in the race, and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from math import exp
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from earlywarning.channels import default_channels
from flows.channels import company_channels
from flows.cli.app import app
from flows.config import load
from flows.paths import open_ledger
from flows.steps.race import race, threads_of
from flows.steps.watch import WatchPass
from tests.flows.desks import a_desk, land, told
from tests.warehouse.landings import T0, empty_warehouse
from warehouse.channel_logs import LogDelay, put_log
from warehouse.errors import LedgerError
from warehouse.keys import post_key
from warehouse.ledger import put_claim, put_mailings, put_segments
from warehouse.races import list_races
from warehouse.records import Claim, Mailing, Segment
from warehouse.watching import MatchedPost

Run = Callable[..., Any]
SENT = T0 - timedelta(days=30)


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
        result = CliRunner().invoke(app, ["mailing", "log", *words, "--config", str(config)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if "--json" in words else result.output

    return do


def write(folder: Path, read: int, unread: int, *, bad: bool = False, name: str = "opens.csv") -> str:
    row = f"{SENT.isoformat()};{(SENT + timedelta(hours=2)).isoformat()}\n"
    text = "Skickad;Öppnad\n" + row * read + f"{SENT.isoformat()};\n" * unread + ("igår;nyss\n" if bad else "")
    (folder / name).write_text(text, encoding="cp1252")
    return str(folder / name)


def share(config: Path) -> float:
    with open_ledger(load(config)) as con:
        return company_channels(con)["email"].read_share


def test_a_log_replaces_the_default_until_it_is_taken_back(run: Run, config: Path, tmp_path: Path) -> None:
    until = ("--until", (SENT + timedelta(days=20)).isoformat())
    first = run("import", write(tmp_path, 80, 20, bad=True), "--channel", "email", *until, "--by", "Anna", "--json")
    assert [fault["line"] for fault in first["set_aside"]] == [102]
    assert share(config) == pytest.approx(0.8)
    again = run("import", write(tmp_path, 80, 20), "--channel", "email", *until, "--json")
    assert again["log_id"] is None
    later = run("import", write(tmp_path, 60, 40), "--channel", "email", *until, "--json")
    assert share(config) == pytest.approx(0.6), "a later log of the same name takes its place"
    run("import", write(tmp_path, 100, 0, name="other.csv"), "--channel", "email", *until)
    assert share(config) == pytest.approx(0.8), "logs of other names add to it"
    (shown,) = run("show", "--json")
    assert [row["own"] > row["default"] for row in shown["shares"] if row["hours"] >= 6] == [True] * 6
    assert "your log" in run("show", "email")
    run("undo", later["log_id"], "--by", "Bo")
    assert share(config) == pytest.approx(0.9)
    for log in run("list", "--json"):
        if log["undone_at"] is None:
            run("undo", log["log_id"], "--by", "Bo")
    assert share(config) == default_channels()["email"].read_share
    with pytest.raises(LedgerError, match="taken back already"):
        run("undo", later["log_id"], "--by", "Bo")
    assert "the defaults hold" in run("show")


def test_nothing_of_the_recipients_is_kept(run: Run, config: Path, tmp_path: Path) -> None:
    at = SENT.isoformat()
    rows = [f"anna{i}@example.se,{at},{(SENT + timedelta(hours=1)).isoformat()}" for i in range(40)]
    (tmp_path / "log.csv").write_text("\n".join(["recipient,sent_at,opened_at", *rows]))
    run("import", str(tmp_path / "log.csv"), "--channel", "email")
    assert b"anna1" not in (tmp_path / "data" / "warehouse.duckdb").read_bytes()


def test_the_race_runs_on_the_companys_own_curve_and_on_shown_views(tmp_path: Path) -> None:
    at = T0 + timedelta(days=3)
    claim = Claim(claim_id="om", statement="Alla ska betala.", truth="Nej.", created_at=T0)
    mailing = Mailing(
        mailing_id="m", channel="email", segment="villa", recipient_count=1000, sent_at=T0, text="", corrects="om"
    )
    with a_desk(tmp_path) as desk:
        posts = [
            told(
                number,
                "Alla ska betala för Open Infra.",
                T0 + timedelta(hours=20 + number),
                view_count=views,
                thread_id="t",
            )
            for number, views in ((1, 40), (2, 700))
        ]
        land(desk, "a", posts)
        (thread,) = desk.con.execute("SELECT DISTINCT thread_key FROM post").fetchone()
        put_segments(desk.con, [Segment(segment="villa", name="Villor", customer_count=1000)])
        put_claim(desk.con, claim)
        put_mailings(desk.con, [mailing])
        matched = tuple(
            MatchedPost(
                claim_id="om",
                post_key=post_key("forum", post.post_id),
                source="forum",
                thread_key=thread,
                author_key=str(post.author_key),
                posted_at=post.posted_at,
                seen_at=post.seen_at,
                stance="support",
                tier="auto",
                views=None,
            )
            for post in posts
        )
        watched = WatchPass(at=at, claims=(claim,), posts=matched, crossings=(), memory={})
        assert {t: [v for _, v in known.seen] for t, known in threads_of(desk.con, [thread], now=at).items()} == {
            thread: [40, 700]
        }

        def last_coverage() -> tuple[float, float]:
            desk.con.execute("DELETE FROM race_run")
            (ran,) = race(desk, watched)
            (ran,) = list_races(desk.con, now=at)
            now = max((p for p in ran.points if p.at <= ran.forecast_from), key=lambda p: p.at)
            assert now.reach_low == pytest.approx(1 - exp(-700 / 1000)), "two posts of one thread are seen once"
            return now.coverage, now.reach

        by_default = last_coverage()
        delays = [LogDelay(part="read", delay=1.0, is_observed=True, recipient_count=99.0)]
        delays.append(LogDelay(part="read", delay=500.0, is_observed=False, recipient_count=1.0))
        put_log(desk.con, delays, channel="email", name="ours", recipient_count=100, at=T0)
        own = last_coverage()
        assert by_default[0] < 0.5 < 0.95 < own[0]
        assert own[1] == by_default[1]
