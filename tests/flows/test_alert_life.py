"""An alert's life: raised once, escalated, judged by a person, opened again by news, closed when it is over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.steps.standings import SUBJECT, Finding, as_json, recall, settle
from tests.flows.desks import a_desk
from tests.warehouse.landings import T0
from warehouse import watching
from warehouse.alerts import alert_events, list_alerts, set_alert_state, undelivered_alerts, undo_alert_state
from warehouse.errors import LedgerError
from warehouse.records import Alert

DAY = timedelta(days=1)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with a_desk(tmp_path) as desk:
        yield desk.con


def finding(kind: str = "alarm", severity: str = "watch", *, at: datetime = T0, **changes) -> Finding:
    given = {"kind": kind, "subject_id": "om", "severity": severity, "evidence_at": at, "reason": "Tre frågar."}
    return Finding(**{**given, **changes})


def a_pass(con, *findings: Finding, at: datetime, answered: Sequence[str] = ()) -> list[Alert]:
    news, standings = settle(con, recall(con, now=at), findings, answered=answered, now=at)
    watching.put_states(con, {SUBJECT: as_json(standings)}, step_at=at)
    return news


def events(con, alert_id: str) -> list[str]:
    return [event["event"] for event in alert_events(con, alert_id)]


def judged(con, state: str, at: datetime) -> str:
    (alert,) = [a for a in list_alerts(con) if a.kind != "silence"]
    set_alert_state(con, alert.alert_id, state, by="Anna", at=at)
    return alert.alert_id


def test_it_escalates_twice_under_one_id_and_is_not_repeated(con) -> None:
    (raised,) = a_pass(con, finding(), at=T0)
    assert a_pass(con, finding(at=T0 + DAY), at=T0 + DAY) == []
    assert a_pass(con, finding(severity="warning", at=T0 + 2 * DAY), at=T0 + 2 * DAY)
    assert a_pass(con, finding(severity="critical", at=T0 + 3 * DAY), at=T0 + 3 * DAY)
    assert a_pass(con, finding(severity="warning", at=T0 + 4 * DAY), at=T0 + 4 * DAY) == []
    (stands,) = list_alerts(con)
    assert (stands.alert_id, stands.severity, stands.raised_at) == (raised.alert_id, "critical", T0)
    assert events(con, raised.alert_id) == ["raised", "escalated", "escalated"]


def test_a_judgement_after_an_escalation_is_heard_by_the_next_pass(con) -> None:
    a_pass(con, finding(), at=T0)
    a_pass(con, finding(severity="warning", at=T0 + DAY), at=T0 + DAY)
    name = judged(con, "false_alarm", T0 + DAY)
    assert a_pass(con, finding(severity="warning", at=T0 + 2 * DAY), at=T0 + 2 * DAY) == []
    assert events(con, name) == ["raised", "escalated", "false_alarm"]


def test_news_after_acknowledging_makes_it_new_again(con) -> None:
    a_pass(con, finding(), at=T0)
    judged(con, "acknowledged", T0)
    a_pass(con, finding(at=T0 + DAY), at=T0 + DAY)
    assert [a.state for a in list_alerts(con)] == ["acknowledged"]
    a_pass(con, finding(severity="warning", at=T0 + 2 * DAY), at=T0 + 2 * DAY)
    assert [a.state for a in list_alerts(con)] == ["new"]


def test_a_handled_alarm_opens_again_on_resurgence_under_its_own_id(con) -> None:
    a_pass(con, finding(), at=T0)
    name = judged(con, "handled", T0)
    assert a_pass(con, at=T0 + DAY) == []
    (again,) = a_pass(con, finding(at=T0 + 3 * DAY, reason="Fem frågar."), at=T0 + 3 * DAY)
    assert again.alert_id == name
    assert [(a.alert_id, a.state, a.reason) for a in list_alerts(con)] == [(name, "new", "Fem frågar.")]
    assert [a.alert_id for a in undelivered_alerts(con)] == [name]
    assert events(con, name) == ["raised", "handled", "reopened"]
    assert a_pass(con, finding(at=T0 + 4 * DAY), at=T0 + 4 * DAY) == []


def test_a_false_alarm_opens_again_only_for_something_graver_or_after_a_quiet_spell(con) -> None:
    a_pass(con, finding(), at=T0)
    name = judged(con, "false_alarm", T0)
    assert a_pass(con, finding(at=T0 + DAY), at=T0 + DAY) == []
    (graver,) = a_pass(con, finding(severity="warning", at=T0 + 2 * DAY), at=T0 + 2 * DAY)
    assert graver.alert_id == name
    set_alert_state(con, name, "false_alarm", by="Anna", at=T0 + 2 * DAY)
    (later,) = a_pass(con, finding(at=T0 + 20 * DAY), at=T0 + 20 * DAY)
    assert later.alert_id != name, "after a quiet spell it is another story, with a beginning of its own"


def test_what_was_quiet_for_long_is_closed_by_us_and_told_anew(con) -> None:
    (first,) = a_pass(con, finding(), at=T0)
    assert a_pass(con, at=T0 + 15 * DAY) == []
    assert [(e["event"], e["happened_by"]) for e in alert_events(con, first.alert_id)][-1] == ("handled", "ryktesvakt")
    (second,) = a_pass(con, finding(at=T0 + 30 * DAY), at=T0 + 30 * DAY)
    assert second.alert_id != first.alert_id
    assert len(list_alerts(con)) == 2


def test_a_mismatch_that_was_handled_is_told_again_when_it_ceased_and_came_back(con) -> None:
    a_pass(con, finding("mismatch", "warning"), at=T0)
    name = judged(con, "handled", T0)
    assert a_pass(con, finding("mismatch", "warning", at=T0 + DAY), at=T0 + DAY) == [], "it has only lasted"
    assert a_pass(con, at=T0 + 2 * DAY) == []
    (again,) = a_pass(con, finding("mismatch", "warning", at=T0 + 3 * DAY), at=T0 + 3 * DAY)
    assert again.alert_id == name


def test_a_mismatch_ends_with_its_cause_and_says_whom_it_concerns_now(con) -> None:
    a_pass(con, finding("mismatch", "warning", segments=("a", "b")), at=T0)
    assert a_pass(con, finding("mismatch", "warning", segments=("b",), reason="B.", at=T0 + DAY), at=T0 + DAY) == []
    (stands,) = list_alerts(con)
    assert (stands.segments, stands.reason) == (("b",), "B.")
    a_pass(con, at=T0 + 2 * DAY)
    assert list_alerts(con, open_only=True) == []
    assert events(con, stands.alert_id) == ["raised", "changed", "handled"]


def test_a_void_stands_until_it_is_answered(con) -> None:
    a_pass(con, finding("void"), at=T0)
    a_pass(con, at=T0 + 2 * DAY)
    assert len(list_alerts(con, open_only=True)) == 1
    a_pass(con, at=T0 + 3 * DAY, answered=["om"])
    assert list_alerts(con, open_only=True) == []


def test_a_pass_that_was_cut_short_after_its_alerts_ends_the_same(con) -> None:
    a_pass(con, finding(), at=T0)
    name = judged(con, "handled", T0)
    again = finding(at=T0 + DAY)
    assert len(settle(con, recall(con, now=T0 + DAY), [again], now=T0 + DAY)[0]) == 1  # killed: no state saved
    assert a_pass(con, again, at=T0 + DAY) == []
    assert events(con, name) == ["raised", "handled", "reopened"]


def test_what_a_person_said_can_be_taken_back_step_by_step(con) -> None:
    a_pass(con, finding(), at=T0)
    name = judged(con, "acknowledged", T0)
    set_alert_state(con, name, "false_alarm", by="Anna", at=T0)
    assert undo_alert_state(con, name, by="Bo", at=T0).state == "acknowledged"
    assert undo_alert_state(con, name, by="Bo", at=T0).state == "new"
    with pytest.raises(LedgerError, match="nothing to undo"):
        undo_alert_state(con, name, by="Bo", at=T0)
    set_alert_state(con, name, "handled", by="Bo", at=T0)
    a_pass(con, finding(at=T0 + DAY), at=T0 + DAY)
    with pytest.raises(LedgerError, match="nothing to undo"):
        undo_alert_state(con, name, by="Bo", at=T0 + DAY)


def test_what_a_person_opens_again_stays_open_without_evidence(con) -> None:
    a_pass(con, finding(), at=T0)
    a_pass(con, at=T0 + 15 * DAY)
    (name,) = [a.alert_id for a in list_alerts(con)]
    set_alert_state(con, name, "new", by="Anna", at=T0 + 16 * DAY)
    a_pass(con, at=T0 + 17 * DAY)
    assert len(list_alerts(con, open_only=True)) == 1
    a_pass(con, at=T0 + 31 * DAY)
    assert list_alerts(con, open_only=True) == []


def test_the_commands_say_who_and_when_and_can_be_taken_back(tmp_path: Path) -> None:
    with a_desk(tmp_path / "data") as desk:
        (raised,) = a_pass(desk.con, finding(), at=T0)
    config = tmp_path / "ryktesvakt.toml"
    config.write_text(f'[company]\nname = "Open Infra"\n[storage]\ndata = "{tmp_path / "data"}"\n')

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["alert", *words, "--config", str(config)])
        assert result.exit_code == status or (status and result.exception), result.output
        return re.sub(r"\s+", " ", result.output)

    name = raised.alert_id
    assert "open again" not in run("acknowledge", name, "--by", "Anna")
    assert json.loads(run("list", "--json"))[0]["state"] == "acknowledged"
    run("handle", name, "--by", "Anna")
    assert json.loads(run("list", "--json")) == []
    assert "acknowledged again, says Bo" in run("undo", name, "--by", "Bo")
    run("false-alarm", name, "--by", "Anna")
    assert "open again" in run("reopen", name, "--by", "Anna")
    shown = json.loads(run("show", name, "--json"))
    assert [(e["event"], e["happened_by"]) for e in shown["events"]] == [
        ("raised", None),
        ("acknowledged", "Anna"),
        ("handled", "Anna"),
        ("undone", "Bo"),
        ("false_alarm", "Anna"),
        ("reopened", "Anna"),
    ]
    assert "Tre frågar." in run("show", name)
    run("handle", "nothing", "--by", "Anna", status=1)
