"""A page is made once for all who may see the same: it changes at once with what stands, and is nobody else's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.board import answers
from flows.board.accounts import drop_account, file_of, put_account
from flows.board.answers import Answers
from flows.paths import paths_of
from reports.board.render import render
from tests.board.conftest import CSRF, browser, send, token
from tests.board.scenes import MAIN, config_of
from tests.board.test_decisions import next_pass

PASSWORD = "ett lösenord som duger"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the templates that were rendered, as they are."""
    found: list[str] = []

    def counted(template: str, **values: Any) -> str:
        found.append(template)
        return render(template, **values)

    monkeypatch.setattr("flows.board.asking.render", counted)
    return found


def another(client: TestClient) -> TestClient:
    """Return another browser on the same board."""
    return TestClient(client.app, base_url="http://127.0.0.1", follow_redirects=False, client=("127.0.0.1", 6))


def test_it_is_made_once_and_bears_each_readers_own_token(client: TestClient, made: list[str]) -> None:
    other = another(client)
    first, second, again = client.get("/").text, other.get("/").text, client.get("/").text
    assert made == ["overview"]
    assert first == again
    mine, theirs = set(CSRF.findall(first)), set(CSRF.findall(second))
    assert len(mine) == len(theirs) == 1
    assert mine != theirs
    assert CSRF.sub("", first) == CSRF.sub("", second)
    assert answers.CSRF_MARK not in first + second


def test_a_decision_is_on_the_next_answer_for_everybody(client: TestClient) -> None:
    other = another(client)
    for browsing in (client, other):
        assert "gäller från nästa körning" not in browsing.get("/").text
    send(client, "/beslut/larm", alert_id="alarm01", state="acknowledged")
    assert "gäller från nästa körning" in other.get("/").text
    said = client.get("/").text
    assert 'class="flash' in said
    # What is said to one is said to one, once.
    assert 'class="flash' not in other.get("/").text + client.get("/").text


def test_a_new_snapshot_is_on_the_next_answer(folder: Path, client: TestClient) -> None:
    path = f"/pastaenden/{MAIN}"
    send(client, "/beslut/bedomning", claim_id=MAIN, verdict="disputed")
    assert "verdict-disputed" not in client.get(path).text
    next_pass(folder, client)
    assert "verdict-disputed" in client.get(path).text


def test_a_name_is_its_own_persons_and_is_escaped(client: TestClient) -> None:
    other = another(client)
    send(client, "/beslut/larm", alert_id="alarm01", state="acknowledged", by="Åsa O'Ek")
    client.get("/")
    for browsing in (client, other):
        browsing.get("/")
    assert "Åsa O&#39;Ek" in client.get("/kallor").text
    send(other, "/beslut/larm", alert_id="mismatch01", state="acknowledged", by="Bo Ek")
    other.get("/")
    text = other.get("/kallor").text
    assert "Bo Ek" in text
    assert "Åsa" not in text
    assert answers.USER_MARK not in text


def test_roles_see_their_own_pages_and_nobody_sees_any_after_leaving(folder: Path) -> None:
    accounts = file_of(paths_of(config_of(folder)))
    for name, role in (("karin", "editor"), ("per", "reader")):
        put_account(accounts, name, PASSWORD, role=role)
    karin = browser(folder, login="accounts")
    per, nobody = another(karin), another(karin)
    for client, name in ((karin, "karin"), (per, "per")):
        client.post("/logga-in", data={"csrf": token(client, "/logga-in"), "user": name, "password": PASSWORD})
    assert "/beslut/larm" in karin.get("/").text
    assert "/beslut/larm" not in per.get("/").text
    assert nobody.get("/").status_code == 303
    drop_account(accounts, "per")
    assert per.get("/").status_code == 303


def test_what_the_asker_has_is_not_sent_again_until_it_changes(client: TestClient) -> None:
    mark = client.get("/").headers["etag"]
    same = client.get("/", headers={"If-None-Match": mark})
    assert (same.status_code, same.content) == (304, b"")
    assert another(client).get("/", headers={"If-None-Match": mark}).status_code == 200
    send(client, "/beslut/larm", alert_id="alarm01", state="acknowledged")
    assert client.get("/", headers={"If-None-Match": mark}).status_code == 200


def test_what_is_not_there_is_not_kept(client: TestClient, made: list[str]) -> None:
    for _ in range(2):
        answer = client.get("/pastaenden/nej")
        assert answer.status_code == 404
        assert answers.CSRF_MARK not in answer.text
    assert made == ["message", "message"]
    assert re.search("Sidan finns inte", answer.text)


def test_room_is_bounded_and_what_stood_before_is_let_go() -> None:
    kept = Answers(most_bytes=10)
    kept.put("a", 1, b"12345")
    kept.put("a", 2, b"12345")
    assert kept.get("a", 1) == b"12345"
    kept.put("a", 3, b"1")
    assert [kept.get("a", key) is None for key in (1, 2, 3)] == [False, True, False]
    kept.put("b", 4, b"1")
    assert [kept.get(stands, key) for stands, key in (("a", 1), ("b", 1), ("a", 4))] == [None, None, None]
