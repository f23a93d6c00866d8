"""Alerts reach people: at least once, by a visible id, whatever fails; and no more often than they should."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.config import validate
from flows.delivery import sending
from flows.delivery.composing import compose_alerts, is_quiet
from flows.delivery.sending import Sent, next_attempt, send_due
from flows.errors import ConfigError
from flows.paths import paths_of
from flows.settings import Config
from tests.flows.sinks import HookSink, MailSink, free_port, hook_sink, mail_sink
from tests.warehouse.landings import a_post, empty_warehouse, write_landing
from warehouse import outbox
from warehouse.alerts import alert_events, put_alerts, set_alert_state, undelivered_alerts
from warehouse.connection import open_warehouse
from warehouse.labels import Annotation, Label, save_labels
from warehouse.ledger import put_claim
from warehouse.load import load_landings
from warehouse.outbox import Due, list_deliveries
from warehouse.records import Alert, Claim

T0 = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
"""Ten o'clock on a Monday in Stockholm."""
HOUR = timedelta(hours=1)
TOKEN = "T0PS3CRET-t0ken"


@pytest.fixture(autouse=True)
def _drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.charts.Picture.png", lambda self: b"\x89PNG\r\n\x1a\n")


@pytest.fixture(scope="module")
def mails() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def hooks() -> Iterator[HookSink]:
    with hook_sink() as sink:
        yield sink


@pytest.fixture
def mail(mails: MailSink) -> MailSink:
    mails.got, mails.raw, mails.answers, mails.unknown = [], [], [], set()
    mails.on_taken = lambda: None
    return mails


@pytest.fixture
def hook(hooks: HookSink, monkeypatch: pytest.MonkeyPatch) -> HookSink:
    hooks.got, hooks.paths, hooks.answers = [], [], []
    monkeypatch.setenv("RYKTESVAKT_ALERT_HOOK", f"json://127.0.0.1:{hooks.port}/{TOKEN}")
    return hooks


def values_of(
    folder: Path, port: int, *, channels: list[dict[str, Any]] | None = None, **alerts: Any
) -> dict[str, Any]:
    chosen = [{"name": "mejl", "to": ["jour@foretag.example"]}, {"name": "hook"}] if channels is None else channels
    return {
        "company": {"name": "Open Infra"},
        "segment": [{"id": "villa", "name": "Villor", "customers": 1000}],
        "storage": {"data": str(folder)},
        "delivery": {
            "sender": "Ryktesvakt <ryktesvakt@foretag.example>",
            "smtp": {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 5},
        },
        "board": {"url": "https://tavla.example/"},
        "alerts": {"channel": chosen, **alerts},
    }


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = paths_of(validate(values_of(tmp_path, 1), where="test")).warehouse
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(empty_warehouse())
    with open_warehouse(path) as found:
        found.execute("SET threads = 1")
        put_claim(
            found,
            Claim(
                claim_id="om",
                statement="Alla ska betala",
                truth="Nej.",
                created_at=T0,
                verdict="false",
                verdict_by="Anna",
            ),
        )
        yield found


def config_of(tmp_path: Path, mail: MailSink, **changes: Any) -> Config:
    return validate(values_of(tmp_path, mail.port, **changes), where="test")


def raised(con: duckdb.DuckDBPyConnection, name: str = "a", *, at: datetime = T0, **changes: Any) -> None:
    given = {
        "alert_id": name, "kind": "alarm", "severity": "watch", "subject_id": "om", "raised_at": at,
        "reason": "Sju personer på ett dygn.", **changes,
    }  # fmt: skip
    reopened = [name] if given.pop("is_reopened", False) else []
    put_alerts(con, [Alert(**given)], at=at, reopened=reopened)


def a_pass(con: duckdb.DuckDBPyConnection, config: Config, at: datetime, *, is_all: bool = False) -> list[Sent]:
    compose_alerts(con, config, now=at, local=at.astimezone(sending.speech_of(config).zone))
    return send_due(con, config, clock=lambda: at, kinds=("alert", "reminder"), is_all=is_all)


def stands(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {one.channel.partition(":")[0]: one.state for one in list_deliveries(con, since=None)}


def test_what_is_news_together_is_one_message_by_one_number_to_every_channel(con, mail, hook, tmp_path: Path) -> None:
    raised(con, "a", severity="warning")
    raised(con, "b", kind="mismatch", severity="critical", reason="Ingen rättelse går till villor (1 000 kunder).")
    raised(con, "c", kind="silence", subject_id="flashback", reason="flashback har inte lästs på 30 timmar.")
    config = config_of(tmp_path, mail)
    assert [one.problem for one in a_pass(con, config, T0)] == ["", ""]
    about = "”Alla ska betala” och 1 till – Open Infra"
    assert mail.subjects() == [f"Kritiskt: {about} – Larm 2026-11-09/1"] == hook.titles()
    ((to, read),) = mail.got
    assert to == "jour@foretag.example"
    text = str(read.get_body(("plain",)).get_content())
    assert text.index("Kritiskt: Rättelsen når inte alla") < text.index("Varning: Påståendet sprids")
    for said in ("”Alla ska betala”", "https://tavla.example/pastaenden/om", "Larm 2026-11-09/1", "flashback har inte"):
        assert said in text and said in hook.got[0]["message"]
    assert hook.got[0]["type"] == "failure"
    assert undelivered_alerts(con) == []
    assert a_pass(con, config, T0 + HOUR) == []
    assert len(mail.got) == len(hook.got) == 1


def test_one_picture_goes_with_it_where_there_is_something_to_show(con, mail, hook, tmp_path: Path) -> None:
    landing = write_landing(tmp_path / "l.jsonl.gz", [a_post(1, posted_at=T0 - HOUR, seen_at=T0)])
    load_landings(con, [landing], run_id="r")
    ((key, revision),) = con.execute("SELECT post_key, revision FROM post").fetchall()
    labels = (Label(task="relevance", label="relevant", score=1.0),)
    annotation = Annotation(post_key=key, revision=revision, language="sv", labels=labels)
    save_labels(con, [annotation], model="m", model_version="1", at=T0)
    raised(con, at=T0)
    a_pass(con, config_of(tmp_path, mail), T0)
    pictures = [one for one in mail.got[0][1].walk() if one.get_content_type() == "image/png"]
    assert len(pictures) == 1 == len(hook.got[0]["attachments"])
    assert f"cid:{str(pictures[0]['Content-ID']).strip('<>')}" in str(mail.got[0][1].get_body(("html",)).get_content())


@pytest.mark.parametrize("failing", ["mejl", "hook"])
def test_a_channel_that_fails_stops_no_other_and_is_tried_again_by_the_same_number(
    con, mail, hook, tmp_path: Path, failing: str
) -> None:
    raised(con, severity="warning")
    config = config_of(tmp_path, mail)
    mail.answers, hook.answers = (["451 later", "451 later"], []) if failing == "mejl" else ([], [500, 503])
    failed, well = (mail, hook) if failing == "mejl" else (hook, mail)
    assert sorted(bool(one.problem) for one in a_pass(con, config, T0)) == [False, True]
    assert (len(well.got), len(failed.got)) == (1, 0)
    assert a_pass(con, config, T0 + timedelta(minutes=4)) == [], "it waits before it tries again"
    assert [one.channel for one in a_pass(con, config, T0 + timedelta(minutes=5))] == [failing]
    (told,) = outbox.failed_deliveries(con, since=T0 - HOUR, until=T0 + HOUR)
    assert (told.number, told.channels, told.is_given_up) == ("2026-11-09/1", (failing,), False)
    assert a_pass(con, config, T0 + timedelta(minutes=14)) == [], "and longer each time"
    assert a_pass(con, config, T0 + timedelta(minutes=15))[0].problem == ""
    assert (len(well.got), len(failed.got)) == (1, 1)
    assert mail.subjects() == hook.titles()
    assert outbox.failed_deliveries(con, since=T0 - HOUR, until=T0 + HOUR) == ()


def test_killed_between_sending_and_recording_it_is_sent_again_as_the_same_mail(
    con, mail, hook, tmp_path: Path, monkeypatch
) -> None:
    raised(con, severity="critical")
    config = config_of(tmp_path, mail, channels=[{"name": "mejl", "to": ["jour@foretag.example"]}])
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.outbox.record_sent", lambda *_, **__: _killed())
        with pytest.raises(SystemExit):
            a_pass(con, config, T0)
    assert len(mail.got) == 1
    assert [one.problem for one in a_pass(con, config, T0 + HOUR)] == [""]
    assert len(mail.got) == 2 and len(set(mail.ids())) == 1
    assert mail.raw[0] == mail.raw[1], "the very same mail: its reader can tell that it is one"
    assert a_pass(con, config, T0 + 2 * HOUR) == []
    assert [e["event"] for e in alert_events(con, "a")] == ["raised", "delivered"]


def _killed() -> None:
    raise SystemExit


def test_what_an_error_quotes_is_in_no_log_whoever_formats_it(con, mail, tmp_path: Path, monkeypatch, caplog) -> None:
    raised(con)
    config = config_of(tmp_path, mail, channels=[{"name": "mejl", "to": ["jour@foretag.example"]}])

    def broken(*_: object) -> None:
        raise ValueError("post: de lurar oss; smtp password hunter2; jour@foretag.example")

    monkeypatch.setattr(sending, "alert_message", broken)
    with caplog.at_level(logging.DEBUG):
        assert [one.problem for one in a_pass(con, config, T0)] == ["broken"]
    (told,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert (told.getMessage(), told.what) == ("message not made", "alert 2026-11-09/1")
    assert told.error.startswith("ValueError in "), "its kind and place are there to mend it by"
    for words in ("lurar", "hunter2", "jour@"):
        assert words not in caplog.text and not any(words in str(one.__dict__) for one in caplog.records)


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path, mail) -> None:
    values = values_of(tmp_path, mail.port, channels=[{"name": "mejl", "to": ["jour@foretag.example"]}])
    path = paths_of(validate(values, where="test")).warehouse
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(empty_warehouse())
    config = validate(values, where="test")
    with open_warehouse(path) as con:
        raised(con, severity="warning", kind="silence", subject_id="flashback")
        compose_alerts(con, config, now=T0, local=T0)
    command = [sys.executable, "-m", "tests.flows.delivery_child", json.dumps(values), T0.isoformat()]
    children: list[subprocess.Popen[bytes]] = []
    mail.on_taken = lambda: os.kill(children[0].pid, signal.SIGKILL)
    children.append(subprocess.Popen(command, cwd=Path(__file__).parents[2]))
    assert children[0].wait(300) == -signal.SIGKILL
    mail.on_taken = lambda: None
    with open_warehouse(path) as con:
        assert stands(con) == {"mejl": "pending"}
        assert [one.problem for one in a_pass(con, config, T0 + HOUR)] == [""]
        assert stands(con) == {"mejl": "sent"}
    assert len(mail.got) == 2 and len(set(mail.ids())) == 1


def test_it_escalates_to_those_who_want_to_know_from_there(con, mail, hook, tmp_path: Path) -> None:
    channels = [{"name": "mejl", "to": ["jour@foretag.example"]}, {"name": "hook", "from_severity": "critical"}]
    config = config_of(tmp_path, mail, channels=channels)
    for hours, severity in enumerate(("watch", "warning", "critical")):
        at = T0 + timedelta(minutes=10 * hours)
        raised(con, severity=severity, at=at)
        a_pass(con, config, at)
    assert [subject.split(":")[0] for subject in mail.subjects()] == ["Bevakning", "Varning", "Kritiskt"]
    assert hook.titles() == ["Kritiskt: ”Alla ska betala” – Open Infra – Larm 2026-11-09/3"]
    assert "trappat upp från Varning" in hook.got[0]["message"]


def test_what_has_just_been_told_of_is_not_told_again_until_it_has_cooled_down(con, mail, hook, tmp_path: Path) -> None:
    config = config_of(tmp_path, mail)
    raised(con, "a", severity="warning")
    a_pass(con, config, T0)
    raised(con, "v", kind="void", severity="watch", at=T0 + HOUR)
    raised(con, "o", subject_id="annat", severity="watch", at=T0 + HOUR)
    a_pass(con, config, T0 + HOUR)
    assert [len(outbox.alerts_of(con, f"alert 2026-11-09/{n}")) for n in (1, 2)] == [1, 1], "the other subject alone"
    a_pass(con, config, T0 + 3 * HOUR)
    assert [one.alert_id for one in outbox.alerts_of(con, "alert 2026-11-09/3")] == ["v"], "late, and not lost"


@pytest.mark.parametrize(
    ("clock", "quiet", "expected"),
    [
        ("21:59", "22:00-07:00", False), ("22:00", "22:00-07:00", True), ("03:00", "22:00-07:00", True),
        ("07:00", "22:00-07:00", False), ("12:30", "12:00-13:00", True), ("13:00", "12:00-13:00", False),
        ("03:00", "", False),
    ],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(clock: str, quiet: str, expected: bool) -> None:
    assert is_quiet(quiet, datetime.fromisoformat(f"2026-11-09T{clock}")) is expected


def test_at_night_only_critical_is_told_and_the_rest_in_the_morning(con, mail, hook, tmp_path: Path) -> None:
    config, night = config_of(tmp_path, mail), T0 + 13 * HOUR
    raised(con, "a", severity="warning", at=night)
    assert a_pass(con, config, night) == []
    raised(con, "b", severity="critical", subject_id="annat", at=night + HOUR)
    a_pass(con, config, night + HOUR)
    assert mail.subjects() == ["Kritiskt: Påståendet sprids – Open Infra – Larm 2026-11-10/1"]
    a_pass(con, config, night + 8 * HOUR)
    assert mail.subjects()[1:] == ["Varning: ”Alla ska betala” – Open Infra – Larm 2026-11-10/2"]


def test_a_message_that_failed_in_the_evening_is_not_sent_at_night_unless_it_is_critical(
    con, mail, hook, tmp_path: Path
) -> None:
    config, evening = config_of(tmp_path, mail), T0 + timedelta(hours=11, minutes=58)
    mail.answers = ["451 later", "451 later"]
    raised(con, "a", severity="warning", at=evening)
    a_pass(con, config, evening)
    raised(con, "b", severity="critical", subject_id="annat", at=evening)
    a_pass(con, config, evening)
    a_pass(con, config, evening + 2 * HOUR)
    assert mail.subjects() == ["Kritiskt: Påståendet sprids – Open Infra – Larm 2026-11-09/2"]


def test_what_nobody_takes_is_told_again_and_what_somebody_takes_is_not(con, mail, hook, tmp_path: Path) -> None:
    config = config_of(tmp_path, mail)
    raised(con, "a", severity="warning")
    raised(con, "w", severity="watch", subject_id="annat")
    for days in range(6):
        a_pass(con, config, T0 + timedelta(days=days, minutes=days))
    assert [s.split(":")[0] for s in mail.subjects()] == ["Varning"] + 3 * ["Påminnelse. Varning"], (
        "three times at most"
    )
    raised(con, "b", severity="critical", subject_id="tredje", at=T0 + timedelta(days=7))
    a_pass(con, config, T0 + timedelta(days=7))
    set_alert_state(con, "b", "acknowledged", by="Anna", at=T0 + timedelta(days=7))
    count = len(mail.got)
    a_pass(con, config, T0 + timedelta(days=9))
    assert len(mail.got) == count


def test_what_no_channel_wants_is_told_with_what_one_wants(con, mail, hook, tmp_path: Path) -> None:
    config = config_of(tmp_path, mail, channels=[{"name": "hook", "from_severity": "warning"}])
    raised(con, "a", severity="watch")
    assert a_pass(con, config, T0) == [] and list_deliveries(con, since=None) == []
    raised(con, "b", severity="warning", subject_id="annat", at=T0 + HOUR)
    a_pass(con, config, T0 + HOUR)
    assert hook.titles() == ["Varning: Påståendet sprids och 1 till – Open Infra – Larm 2026-11-09/1"]
    assert len(outbox.alerts_of(con, "alert 2026-11-09/1")) == 2


def test_a_message_that_cannot_be_made_stops_no_other(con, mail, hook, tmp_path: Path, monkeypatch) -> None:
    config = config_of(tmp_path, mail)
    raised(con, severity="warning")
    with monkeypatch.context() as patch:
        patch.setattr(sending, "alert_mail", lambda *_: 1 / 0)
        assert sorted(one.problem for one in a_pass(con, config, T0)) == ["", "broken"]
    assert [one.problem for one in a_pass(con, config, T0 + HOUR)] == [""]


def test_what_somebody_has_taken_is_not_sent_any_more(con, mail, hook, tmp_path: Path) -> None:
    config = config_of(tmp_path, mail)
    hook.answers = [500]
    raised(con, severity="warning")
    a_pass(con, config, T0)
    set_alert_state(con, "a", "acknowledged", by="Anna", at=T0)
    assert a_pass(con, config, T0 + HOUR) == []
    assert stands(con) == {"mejl": "sent", "hook": "dropped"}


def test_news_of_an_alert_that_was_waiting_is_not_taken_for_told(con, mail, hook, tmp_path: Path) -> None:
    config = config_of(tmp_path, mail, channels=[{"name": "mejl", "to": ["jour@foretag.example"]}])
    mail.answers = ["451 later"]
    raised(con, severity="warning")
    a_pass(con, config, T0)
    set_alert_state(con, "a", "handled", by="Anna", at=T0 + HOUR)
    raised(con, severity="warning", is_reopened=True, at=T0 + HOUR)
    a_pass(con, config, T0 + HOUR)
    assert mail.subjects() == ["Varning: ”Alla ska betala” – Open Infra – Larm 2026-11-09/1"]
    a_pass(con, config, T0 + 4 * HOUR)
    assert mail.subjects()[1:] == ["Varning: ”Alla ska betala” – Open Infra – Larm 2026-11-09/2"]
    assert "öppnat igen" in str(mail.got[1][1].get_body(("plain",)).get_content())


def test_one_recipient_that_is_refused_keeps_no_other_from_it(con, mail, hook, tmp_path: Path) -> None:
    to = ["borta@foretag.example", "jour@foretag.example"]
    config = config_of(tmp_path, mail, channels=[{"name": "mejl", "to": to}])
    mail.unknown = {"borta@foretag.example"}
    raised(con)
    assert sorted(one.problem for one in a_pass(con, config, T0)) == ["", "recipient"]
    assert [to for to, _ in mail.got] == ["jour@foretag.example"]
    a_pass(con, config, T0 + HOUR)
    assert len(mail.got) == 1
    assert all("@" not in one.channel for one in list_deliveries(con, since=None)), "the tables name no recipient"


def test_a_channel_that_is_taken_out_of_the_settings_is_waited_for_no_more(con, mail, hook, tmp_path: Path) -> None:
    mail.answers = ["451 later"]
    raised(con)
    a_pass(con, config_of(tmp_path, mail, channels=[{"name": "mejl", "to": ["a@b.example"]}]), T0)
    a_pass(con, config_of(tmp_path, mail), T0 + HOUR)
    assert stands(con) == {"mejl": "dropped"}


def test_while_no_channel_is_set_up_alerts_wait_and_are_told_when_there_is_one(con, mail, hook, tmp_path: Path) -> None:
    raised(con, severity="warning")
    assert a_pass(con, config_of(tmp_path, mail, channels=[]), T0) == []
    a_pass(con, config_of(tmp_path, mail), T0 + 5 * HOUR)
    assert len(mail.got) == 1


def test_it_waits_longer_each_time_and_gives_up_after_a_week() -> None:
    def due(attempts: int) -> Due:
        return Due(
            message_id="alert 2026-11-09/1", kind="alert", severity="watch", composed_at=T0, channel="x",
            attempt_count=attempts,
        )  # fmt: skip

    waits = [next_attempt(due(n), T0) - T0 for n in range(9)]
    assert waits == [timedelta(minutes=m) for m in (5, 10, 20, 40, 80, 160, 320, 360, 360)]
    assert next_attempt(due(400), T0 + timedelta(days=6, hours=17)) is not None
    assert next_attempt(due(400), T0 + timedelta(days=6, hours=19)) is None


def test_addresses_are_in_no_log_no_table_and_no_answer(
    con, mail, hook, tmp_path: Path, monkeypatch, caplog, capfd
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("RYKTESVAKT_ALERT_DEAD", f"json://user:{TOKEN}@127.0.0.1:{free_port()}/{TOKEN}")
    monkeypatch.setenv("RYKTESVAKT_ALERT_ODD", f"nothing-that-is-known://{TOKEN}")
    channels = [{"name": name} for name in ("dead", "odd", "missing", "hook")]
    hook.answers = [500]
    raised(con)
    sent = a_pass(con, config_of(tmp_path, mail, channels=channels), T0)
    assert {one.channel: one.problem for one in sent} == {
        "dead": "not_taken", "odd": "no_address", "missing": "no_address", "hook": "not_taken"
    }  # fmt: skip
    assert hook.paths == [f"/{TOKEN}"], "the address itself was used"
    told = capfd.readouterr()
    tables = str([con.execute(f"FROM {name}").fetchall() for name in ("outbox", "outbox_alert", "delivery")])
    said = " ".join(sending.advice(one) for one in sent)
    for text in (caplog.text, told.out, told.err, tables, said):
        assert TOKEN not in text
    assert "RYKTESVAKT_ALERT_DEAD" in said


def test_words_of_others_stay_words(con, mail, hook, tmp_path: Path) -> None:
    evil = "Alla\r\nBcc: offer@example.com <script>alert(1)</script> \u202e {{ 7*7 }}"
    put_claim(con, Claim(claim_id="om", statement=evil, truth="", created_at=T0))
    raised(con, reason=evil * 50)
    a_pass(con, config_of(tmp_path, mail), T0)
    read = mail.got[0][1]
    assert "Bcc" not in read and [to for to, _ in mail.got] == ["jour@foretag.example"]
    html = str(read.get_body(("html",)).get_content())
    assert "<script" not in html and "{{ 7*7 }}" in html and "\u202e" not in html


def test_a_text_message_is_one_sentence_and_the_link(con, mail, hook, tmp_path: Path) -> None:
    raised(con, severity="critical")
    raised(con, "b", kind="void", severity="watch")
    a_pass(con, config_of(tmp_path, mail, channels=[{"name": "hook", "short": True}]), T0)
    said = "Påståendet sprids: ”Alla ska betala” och 1 larm till, på tavlan https://tavla.example/pastaenden/om"
    assert hook.got[0]["message"].strip() == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"alerts": {"channel": [{"name": "a", "to": ["inget"]}]}}, "mail address"),
        ({"alerts": {"channel": [{"name": "a"}, {"name": "a"}]}}, "named twice"),
        ({"alerts": {"quiet": "22-7"}}, "quiet"),
        ({"delivery": {"to": ["a@b.se"]}}, "sender"),
        ({"delivery": {}, "alerts": {"channel": [{"name": "a", "to": ["a@b.se"]}]}}, "delivery.sender"),
        ({"delivery": {"smtp": {"host": "h", "user": "u", "security": "none"}}}, "in the clear"),
        ({"delivery": {"to": ["a@b.se\nBcc: c@d.se"], "sender": "a@b.se"}}, "mail address"),
        ({"board": {"url": "javascript:alert(1)"}}, "url"),
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        validate({**values_of(tmp_path, 25), **changes}, where="test")
