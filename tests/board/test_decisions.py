"""What people decide: checked, journalled, shown as waiting at once, true after the next pass, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from crawlers.worker import CrawlerWorker
from flows.decisions import journal
from flows.decisions.journal import Decision
from flows.decisions.taking_in import take_in
from flows.desk import Desk
from flows.paths import paths_of
from tests.board.conftest import send, token
from tests.board.scenes import MAIN, config_of
from warehouse.alerts import get_alert
from warehouse.connection import open_warehouse
from warehouse.ledger import list_claims, list_complaints, list_mailings
from warehouse.publish import publish

LETTER = {
    "corrects": MAIN,
    "channel": "email",
    "segment": "apartment",
    "recipient_count": "21 000",
    "sent_at": "2023-11-09T08:00",
    "text": "Rättelse: ingen avgift tas ut.",
}
CSV = "channel,period_start,period_end,complaint_count\nko,2024-02-05,2024-02-11,7\n"


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    config = config_of(folder)
    with open_warehouse(paths_of(config).warehouse) as con:
        con.execute("SET threads = 1")
        yield Desk(
            config=config,
            paths=paths_of(config),
            secret=b"s" * 32,
            con=con,
            worker=cast(CrawlerWorker, None),
            started_at=datetime.now(UTC),
        )


def next_pass(folder: Path, client: TestClient) -> Any:
    """Take in what waits and publish it, as a pass does first and last; the board then reads that."""
    with a_desk(folder) as desk:
        done = take_in(desk)
        publish(desk.con, folder / "published.duckdb")
    cast(Any, client.app).state.board.store.renew()
    return done


def look(folder: Path, what: str) -> Any:
    with a_desk(folder) as desk:
        if what == "alert":
            return get_alert(desk.con, "alarm01").state
        if what == "verdict":
            return {c.claim_id: c.verdict for c in list_claims(desk.con)}[MAIN]
        if what == "mailings":
            return [m.mailing_id for m in list_mailings(desk.con) if m.channel == "email" and m.corrects == MAIN]
        if what == "complaints":
            return [c.complaint_count for c in list_complaints(desk.con) if c.period_start.year == 2024]
        return desk.con.execute(
            "SELECT label FROM label_current WHERE post_key = ? AND task = 'sentiment'", [what]
        ).fetchall()


def a_post(folder: Path) -> str:
    with a_desk(folder) as desk:
        query = "SELECT post_key FROM label_current WHERE task = 'sentiment' AND label = 'negative' ORDER BY 1 LIMIT 1"
        return str(desk.con.execute(query).fetchall()[0][0])


CASES: list[tuple[str, dict[str, str], str, Any, Any]] = [
    ("/beslut/larm", {"alert_id": "alarm01", "state": "acknowledged"}, "alert", "new", "acknowledged"),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "handled"}, "alert", "new", "handled"),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "false_alarm"}, "alert", "new", "false_alarm"),
    ("/beslut/bedomning", {"claim_id": MAIN, "verdict": "disputed"}, "verdict", "false", "disputed"),
]


@pytest.mark.parametrize(("path", "form", "what", "before", "after"), CASES)
def test_a_decision_holds_from_the_next_pass_and_can_be_undone(
    path: str, form: dict[str, str], what: str, before: Any, after: Any, folder: Path, client: TestClient
) -> None:
    assert send(client, path, **form).status_code == 303
    assert "gäller från nästa körning" in client.get("/").text
    assert look(folder, what) == before
    assert next_pass(folder, client).done_count == 1
    assert look(folder, what) == after
    made = journal.read(folder / "decisions.jsonl")[0]
    assert (made.by, made.kind) == ("Karin Lund", "alert" if what == "alert" else "verdict")
    assert "Karin Lund" in client.get("/beslut").text
    assert send(client, "/beslut/angra", decision_id=made.decision_id).status_code == 303
    next_pass(folder, client)
    assert look(folder, what) == before
    assert send(client, "/beslut/angra", decision_id=made.decision_id).status_code == 422


def test_labels_mailings_and_complaints_hold_and_can_be_undone(folder: Path, client: TestClient) -> None:
    post = a_post(folder)
    assert send(client, "/beslut/etikett", post_key=post, sentiment="positive").status_code == 303
    assert send(client, "/beslut/utskick", **LETTER).status_code == 303
    assert send(client, "/beslut/klagomal", files={"file": ("k.csv", CSV, "text/csv")}).status_code == 303
    assert "inskrivet av Karin Lund" in client.get(f"/inlagg/{post}").text
    assert "räknas med från nästa körning" in client.get(f"/pastaenden/{MAIN}").text
    assert next_pass(folder, client).done_count == 3
    assert look(folder, post) == [("positive",)]
    assert len(look(folder, "mailings")) == 1
    assert look(folder, "complaints")[-1] == 7
    for one in journal.read(folder / "decisions.jsonl"):
        assert send(client, "/beslut/angra", decision_id=one.decision_id).status_code == 303
    assert next_pass(folder, client).refused == ()
    assert look(folder, post) == [("negative",)]
    assert look(folder, "mailings") == []
    assert 7 not in look(folder, "complaints")[-1:]


def test_a_dismissal_and_a_post_that_belongs_hold_and_can_be_undone(folder: Path, client: TestClient) -> None:
    def seen() -> tuple[list[str], list[tuple[str]]]:
        suggested = re.findall(r'id="p-([0-9a-f]+)"', client.get(f"/pastaenden/{MAIN}?hallning=forslag").text)
        with a_desk(folder) as desk:
            return suggested, desk.con.execute("SELECT state FROM cluster").fetchall()

    before = seen()
    assert before[0] and before[1] == [("candidate",)]
    post = before[0][0]
    cluster = client.get("/pastaenden").text.split('name="cluster_id" value="')[1].split('"')[0]
    assert send(client, "/beslut/avfarda", cluster_id=cluster).status_code == 303
    assert send(client, "/beslut/traff", post_key=post, claim_id=MAIN, label="about").status_code == 303
    assert next_pass(folder, client).done_count == 2
    assert seen() == (before[0][1:], [("dismissed",)])
    assert "Karin Lund" in client.get(f"/inlagg/{post}").text
    for one in journal.read(folder / "decisions.jsonl"):
        assert send(client, "/beslut/angra", decision_id=one.decision_id).status_code == 303
    assert next_pass(folder, client).refused == ()
    assert seen() == before


def test_what_is_undone_before_the_pass_is_never_done(folder: Path, client: TestClient) -> None:
    send(client, "/beslut/larm", alert_id="alarm01", state="handled")
    made = journal.read(folder / "decisions.jsonl")[0]
    send(client, "/beslut/angra", decision_id=made.decision_id)
    assert "gäller från nästa körning" not in client.get("/beslut").text.split("<table")[1]
    next_pass(folder, client)
    assert look(folder, "alert") == "new"


def test_a_pass_that_is_killed_between_does_it_again_and_ends_the_same(
    folder: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.decisions import taking_in

    send(client, "/beslut/larm", alert_id="alarm01", state="handled")
    real = taking_in._record

    def killed(desk: Desk, decision: Decision, outcome: str, **more: Any) -> None:
        if outcome == "done":
            raise KeyboardInterrupt
        real(desk, decision, outcome, **more)

    monkeypatch.setattr(taking_in, "_record", killed)
    with a_desk(folder) as desk, pytest.raises(KeyboardInterrupt):
        take_in(desk)
    monkeypatch.undo()
    next_pass(folder, client)
    with a_desk(folder) as desk:
        events = desk.con.execute("SELECT count(*) FROM alert_event WHERE happened_by = 'Karin Lund'").fetchall()
        outcomes = desk.con.execute("SELECT outcome FROM decision").fetchall()
    assert (events, outcomes) == ([(1,)], [("done",)])


def test_one_that_cannot_be_done_stops_no_other(folder: Path, client: TestClient) -> None:
    send(client, "/beslut/larm", alert_id="alarm01", state="handled")
    gone = Decision(
        decision_id="gone", kind="alert", subject_id="nobody", given={"state": "handled"}, by="K", at=datetime.now(UTC)
    )
    journal.append(folder / "decisions.jsonl", gone)
    with (folder / "decisions.jsonl").open("ab") as file:
        file.write(b'{"torn')
    send(client, "/beslut/bedomning", claim_id=MAIN, verdict="true")
    done = next_pass(folder, client)
    assert (done.done_count, len(done.refused)) == (2, 1)
    assert (look(folder, "alert"), look(folder, "verdict")) == ("handled", "true")
    assert "gick inte" in client.get("/beslut").text
    assert next_pass(folder, client).done_count == 0


WRONG: list[tuple[str, dict[str, str]]] = [
    ("/beslut/larm", {"alert_id": "nobody", "state": "handled"}),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "new"}),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "handled", "by": "  "}),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "handled", "by": "x" * 81}),
    ("/beslut/larm", {"alert_id": "alarm01", "state": "handled", "by": "Karin\u202eeva"}),
    ("/beslut/bedomning", {"claim_id": MAIN, "verdict": "maybe"}),
    ("/beslut/bedomning", {"claim_id": "nothing", "verdict": "false"}),
    ("/beslut/etikett", {"post_key": "nothing", "sentiment": "positive"}),
    ("/beslut/kandidat", {"cluster_id": "nothing", "statement": "Så", "verdict": "false"}),
    ("/beslut/utskick", {**LETTER, "recipient_count": "99999999"}),
    ("/beslut/utskick", {**LETTER, "sent_at": "i går"}),
    ("/beslut/utskick", {**LETTER, "segment": "nobody"}),
    ("/beslut/utskick", {**LETTER, "text": " \n"}),
    ("/beslut/angra", {"decision_id": "nothing"}),
]


@pytest.mark.parametrize(("path", "form"), WRONG)
def test_what_makes_no_sense_is_refused_in_words_and_not_journalled(
    path: str, form: dict[str, str], folder: Path, client: TestClient
) -> None:
    answer = send(client, path, **form)
    assert answer.status_code == 422
    assert "Det gick inte" in answer.text
    assert not (folder / "decisions.jsonl").exists()


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", CSV.replace(",7", ",sju"), "=cmd|' /C calc'!A0\n", "\x00\x01"])
def test_a_file_that_is_no_table_of_complaints_is_refused(content: str, folder: Path, client: TestClient) -> None:
    answer = send(client, "/beslut/klagomal", files={"file": ("k.csv", content, "text/csv")})
    assert answer.status_code == 422
    assert str(folder) not in answer.text and "/tmp" not in answer.text


def test_a_candidate_becomes_a_claim_with_the_language_stage(folder: Path, client: TestClient) -> None:
    page = client.get("/pastaenden").text
    assert 'action="/beslut/kandidat"' in page
    cluster = page.split('name="cluster_id" value="')[1].split('"')[0]
    form = {"cluster_id": cluster, "statement": "Nätet är långsamt på kvällen.", "verdict": "unverified"}
    assert send(client, "/beslut/kandidat", **form).status_code == 303
    assert "det gäller från nästa körning" in client.get("/pastaenden").text
    assert send(client, "/beslut/avfarda", cluster_id=cluster).status_code == 422
    assert journal.read(folder / "decisions.jsonl")[0].given["statement"] == "Nätet är långsamt på kvällen."


def test_decisions_are_seen_by_the_browser_that_asked_alone(client: TestClient) -> None:
    send(client, "/beslut/larm", alert_id="alarm01", state="handled")
    assert "Sparat." in client.get("/").text
    assert "Sparat." not in client.get("/").text
    assert token(client)
