"""The digest is mailed once a day to each reader, as it was written; marked or left out when nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from crawlers.worker import CrawlerWorker
from flows.cli.app import app
from flows.config import validate
from flows.desk import Desk
from flows.paths import paths_of
from flows.steps.deliver import mail_digest
from flows.steps.digest import digest
from tests.flows.sinks import MailSink, hook_sink, mail_sink
from tests.warehouse.landings import empty_warehouse
from warehouse.alerts import put_alerts
from warehouse.connection import open_warehouse
from warehouse.outbox import list_deliveries
from warehouse.records import Alert

T0 = datetime(2026, 11, 9, 5, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def mails() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def mail(mails: MailSink, monkeypatch: pytest.MonkeyPatch) -> MailSink:
    monkeypatch.setattr("reports.charts.Picture.png", lambda self: b"\x89PNG\r\n\x1a\n")
    mails.got, mails.raw, mails.answers, mails.unknown = [], [], [], set()
    return mails


@pytest.fixture
def desk(tmp_path: Path, mail: MailSink) -> Iterator[Desk]:
    config = validate(values_of(tmp_path, mail), where="test")
    paths = paths_of(config)
    paths.data.mkdir(parents=True, exist_ok=True)
    paths.warehouse.write_bytes(empty_warehouse())
    with open_warehouse(paths.warehouse) as con:
        con.execute("SET threads = 1")
        yield Desk(
            config=config, paths=paths, secret=b"s" * 32, con=con, worker=cast(CrawlerWorker, None), started_at=T0,
            virtual_now=T0,
        )  # fmt: skip


def values_of(folder: Path, mail: MailSink, **delivery: Any) -> dict[str, Any]:
    smtp = {"host": "127.0.0.1", "port": mail.port, "security": "none"}
    to = ["anna@foretag.example", "bo@foretag.example"]
    return {
        "company": {"name": "Open Infra"},
        "storage": {"data": str(folder / "data")},
        "delivery": {"to": to, "sender": "ryktesvakt@foretag.example", "smtp": smtp, **delivery},
    }


def a_morning(desk: Desk, at: datetime) -> list[str]:
    desk.turn_to(at)
    digest(desk)
    return [one.problem for one in mail_digest(desk, is_new=True)]


def test_each_reader_gets_it_once_a_day(desk: Desk, mail: MailSink) -> None:
    assert a_morning(desk, T0) == ["", ""]
    assert sorted(to for to, _ in mail.got) == ["anna@foretag.example", "bo@foretag.example"]
    assert mail.subjects()[0] == "Vi ser inget: Open Infra 8 nov" or "Lugnt" in mail.subjects()[0]
    assert a_morning(desk, T0 + timedelta(hours=3)) == [], "written again the same day, it is not sent again"
    assert a_morning(desk, T0 + DAY) == ["", ""]
    assert len(set(mail.ids())) == 2
    ((delivered,),) = desk.con.execute("SELECT count(delivered_at) FROM digest_run").fetchall()
    assert delivered == 2


def test_a_reader_whose_mail_failed_gets_the_same_mail_later_and_the_others_no_second(
    desk: Desk, mail: MailSink
) -> None:
    mail.answers = ["451 later"]
    assert sorted(a_morning(desk, T0)) == ["", "refused"]
    desk.turn_to(T0 + timedelta(hours=3))
    assert [one.problem for one in mail_digest(desk, is_new=False)] == [""]
    assert sorted(to for to, _ in mail.got) == ["anna@foretag.example", "bo@foretag.example"]
    first, second = (raw.replace(b"anna@", b"bo@") for raw in mail.raw)
    assert first == second
    assert {one.state for one in list_deliveries(desk.con, since=None)} == {"sent"}


def test_a_digest_that_cannot_be_sent_for_a_day_and_a_half_is_given_up(desk: Desk, mail: MailSink) -> None:
    mail.answers = ["451 later"] * 100
    a_morning(desk, T0)
    for hours in range(1, 40):
        desk.turn_to(T0 + timedelta(hours=hours))
        mail_digest(desk, is_new=False)
    assert {one.state for one in list_deliveries(desk.con, since=None)} == {"failed"}


def test_unchanged_days_are_marked_and_news_are_not(desk: Desk, mail: MailSink) -> None:
    for days in range(3):
        a_morning(desk, T0 + days * DAY)
    alert = Alert(
        alert_id="a", kind="void", severity="watch", subject_id="om", raised_at=T0 + 3 * DAY, reason="Tre frågar."
    )
    put_alerts(desk.con, [alert], at=T0 + 3 * DAY)
    a_morning(desk, T0 + 3 * DAY)
    heads = [subject.split(" –")[0].split(":")[0] for subject in mail.subjects()[::2]]
    assert heads[1:3] == ["Oförändrat", "Oförändrat"] and "Oförändrat" not in (heads[0], heads[3])
    text = str(mail.got[4][1].get_body(("plain",)).get_content())
    assert "Oförändrat sedan söndag 8 november 2026." in text
    page = (desk.paths.digests / f"{date(2026, 11, 10)}.html").read_text(encoding="utf-8")
    assert "Oförändrat sedan söndag 8 november 2026." in page


def test_unchanged_days_are_left_out_when_the_team_wants_that(desk: Desk, mail: MailSink) -> None:
    config = desk.config.model_copy(update={"delivery": desk.config.delivery.model_copy(update={"unchanged": "skip"})})
    desk.config = config
    for days in range(3):
        a_morning(desk, T0 + days * DAY)
    assert len(mail.got) == 2
    assert a_morning(desk, T0 + 5 * DAY) == ["", ""], "after a gap nobody knows what the days between said"


def test_the_commands_send_and_say_what_to_do(tmp_path: Path, mail: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomli_w

    file = tmp_path / "my.toml"
    with hook_sink() as hook:
        monkeypatch.setenv("RYKTESVAKT_ALERT_HOOK", f"json://127.0.0.1:{hook.port}/x")
        channels = [{"name": "hook"}, {"name": "odd"}]
        file.write_text(tomli_w.dumps({**values_of(tmp_path, mail), "alerts": {"channel": channels}}), encoding="utf-8")
        runner = CliRunner()
        for again, count in (([], 2), ([], 2), (["--again"], 4)):
            done = runner.invoke(app, ["digest", "--send", *again, "--config", str(file)])
            assert done.exit_code == 0, done.output
            assert len(mail.got) == count
        tried = runner.invoke(app, ["alert", "test", "--config", str(file)])
        assert tried.exit_code == 1
        assert "test to hook: delivered" in tried.output and "RYKTESVAKT_ALERT_ODD" in tried.output
        assert hook.titles() == ["Prov från Ryktesvakt för Open Infra"] and len(mail.got) == 6
        assert runner.invoke(app, ["alert", "test", "hook", "--config", str(file)]).exit_code == 0
        assert runner.invoke(app, ["alert", "send", "--config", str(file)]).exit_code == 0
        listed = runner.invoke(app, ["alert", "messages", "--json", "--config", str(file)])
        assert '"digest:' in listed.output and "@" not in listed.output
