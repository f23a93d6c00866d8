"""Who gets in, and whose forms are believed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.board.accounts import Brake, drop_account, list_accounts, put_account
from flows.board.app import make_board
from flows.board.sessions import COOKIE, LIFE_SECONDS, Sessions
from flows.errors import UsageError
from tests.board.conftest import browser, token
from tests.board.scenes import config_of

ACCOUNTS = "secrets/board-accounts.json"
PASSWORD = "hästar äter sällan gurka"
PROXY = {
    "login": "proxy",
    "proxies": ["10.0.0.0/8", "127.0.0.1"],
    "editors": ["kommunikation"],
    "hosts": ["tavla.example"],
}


@pytest.fixture
def guarded(folder: Path) -> TestClient:
    for name, role in (("rut", "reader"), ("eva", "editor"), ("ada", "admin")):
        put_account(folder / ACCOUNTS, name, PASSWORD, role=role)
    return browser(folder, login="accounts")


def log_in(client: TestClient, user: str, password: str = PASSWORD) -> Any:
    client.cookies.clear()
    form = {"csrf": token(client, "/logga-in"), "user": user, "password": password, "back": "/kallor"}
    return client.post("/logga-in", data=form)


def acknowledge(client: TestClient, **headers: str) -> Any:
    form = {"csrf": token(client, "/klagomal"), "alert_id": "alarm01", "state": "acknowledged", "by": "Någon Annan"}
    return client.post("/beslut/larm", data=form, headers=headers)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.com", "::"])
def test_beyond_loopback_it_does_not_start_without_a_login(host: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="login"):
        make_board(config_of(tmp_path), host=host)
    with pytest.raises(UsageError, match="board user add"):
        make_board(config_of(tmp_path, login="accounts"), host=host)
    with pytest.raises(UsageError, match="proxies"):
        make_board(config_of(tmp_path, login="proxy"), host=host)


def test_every_address_needs_a_name_names_need_hosts(folder: Path) -> None:
    put_account(folder / ACCOUNTS, "eva", PASSWORD, role="editor")
    with pytest.raises(UsageError, match="hosts"):
        make_board(config_of(folder, login="accounts"), host="0.0.0.0")
    make_board(config_of(folder, login="accounts", hosts=["tavla.example"]), host="0.0.0.0")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "localhost.evil"])
def test_another_host_name_is_refused(host: str, client: TestClient) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/beslut", "/inlagg", "/rapport/2023-11-07", "/pastaenden/x/tankom"])
def test_nothing_is_seen_before_a_login(path: str, guarded: TestClient) -> None:
    answer = guarded.get(path)
    assert (answer.status_code, answer.headers["location"][:9]) == (303, "/logga-in")
    assert "Open Infra börjar" not in answer.text


def test_readers_read_editors_decide_and_only_admins_see_who_came_in(guarded: TestClient, folder: Path) -> None:
    assert log_in(guarded, "rut").headers["location"] == "/kallor"
    assert 'action="/beslut/larm"' not in guarded.get("/").text
    assert acknowledge(guarded).status_code == 403
    assert log_in(guarded, "eva").status_code == 303
    assert acknowledge(guarded).status_code == 303
    text = guarded.get("/beslut").text
    assert ">eva<" in text and "Någon Annan" not in text
    assert "Inloggningar" not in text
    log_in(guarded, "ada")
    assert "avvisat försök" in guarded.get("/beslut").text


def test_a_removed_account_is_out_at_once_and_so_is_who_logs_out(guarded: TestClient, folder: Path) -> None:
    log_in(guarded, "eva")
    old = guarded.cookies[COOKIE]
    guarded.post("/logga-ut", data={"csrf": token(guarded)})
    guarded.cookies.set(COOKIE, old)
    assert guarded.get("/").status_code == 303
    log_in(guarded, "eva")
    drop_account(folder / ACCOUNTS, "eva")
    assert guarded.get("/").status_code == 303


def test_a_login_starts_a_session_of_its_own_and_cookies_are_kept_from_script(guarded: TestClient) -> None:
    guarded.get("/logga-in")
    before = guarded.cookies[COOKIE]
    answer = log_in(guarded, "eva")
    cookie = answer.headers["set-cookie"].lower()
    assert guarded.cookies[COOKIE] != before
    assert "httponly" in cookie and "samesite=lax" in cookie


def test_beyond_loopback_cookies_are_secure(folder: Path) -> None:
    put_account(folder / ACCOUNTS, "eva", PASSWORD, role="editor")
    app = make_board(config_of(folder, login="accounts", hosts=["tavla.example"]), host="0.0.0.0")
    answer = TestClient(app, base_url="https://tavla.example").get("/logga-in")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_guessing_is_slowed_for_that_account_and_said_in_the_log(guarded: TestClient, folder: Path) -> None:
    for _ in range(5):
        assert log_in(guarded, "eva", "fel").status_code == 403
    assert log_in(guarded, "eva").status_code == 429
    assert log_in(guarded, "rut").status_code == 303
    assert "login_slowed" in (folder / "audit.jsonl").read_text(encoding="utf-8")


def test_the_brake_lets_go_with_time() -> None:
    now = [0.0]
    brake = Brake(lambda: now[0])
    for _ in range(5):
        brake.failed("eva", "10.0.0.1")
    assert brake.wait_seconds("eva", "10.9.9.9") == 900
    now[0] = 901
    assert brake.wait_seconds("eva", "10.9.9.9") == 0


def test_sessions_end_after_half_a_day_without_use() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    session = sessions.start(user="eva", role="editor")
    now[0] = LIFE_SECONDS - 1
    assert sessions.get(session.token) is session
    now[0] += LIFE_SECONDS + 1
    assert sessions.get(session.token) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
    ],
)
def test_forms_from_elsewhere_are_not_believed(headers: dict[str, str], client: TestClient, folder: Path) -> None:
    assert acknowledge(client, **headers).status_code == 403
    assert not (folder / "decisions.jsonl").exists()


@pytest.mark.parametrize("csrf", ["", "0" * 64, "å"])
def test_a_form_without_this_sessions_token_is_not_believed(csrf: str, client: TestClient, folder: Path) -> None:
    client.get("/")
    form = {"csrf": csrf, "alert_id": "alarm01", "state": "handled", "by": "K"}
    assert client.post("/beslut/larm", data=form).status_code == 403
    other = token(browser(folder))
    assert client.post("/beslut/larm", data={**form, "csrf": other}).status_code == 403
    assert not (folder / "decisions.jsonl").exists()


def test_a_proxy_is_believed_only_from_its_own_address(folder: Path) -> None:
    app = make_board(config_of(folder, **PROXY))
    headers = {"X-Forwarded-User": "eva", "X-Forwarded-Groups": "alla, kommunikation"}

    def seen(address: str, given: dict[str, str]) -> TestClient:
        return TestClient(app, base_url="http://127.0.0.1", client=(address, 5), headers=given, follow_redirects=False)

    assert seen("192.168.1.9", headers).get("/").status_code == 303
    assert seen("10.1.2.3", {}).get("/").status_code == 303
    inside = seen("10.1.2.3", headers)
    assert 'action="/beslut/larm"' in inside.get("/").text
    assert "· redaktör" in inside.get("/").text
    reader = seen("10.1.2.3", {"X-Forwarded-User": "rut"})
    assert 'action="/beslut/larm"' not in reader.get("/").text


def test_accounts_are_kept_hashed_in_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / ACCOUNTS
    put_account(file, "eva", PASSWORD, role="editor")
    assert PASSWORD not in file.read_text(encoding="utf-8")
    assert list_accounts(file)[0].hash.startswith("$argon2id$")
    assert file.stat().st_mode & 0o077 == 0
    for wrong in ({"name": "eva lund"}, {"name": "<b>"}, {"role": "king"}, {"password": "kort"}):
        with pytest.raises(UsageError):
            put_account(file, **{"name": "x", "password": PASSWORD, "role": "reader", **wrong})  # type: ignore[arg-type]


def test_a_name_nobody_has_takes_as_long_as_a_wrong_password(guarded: TestClient) -> None:
    def cpu(user: str) -> float:
        begun = time.process_time()
        log_in(guarded, user, "fel lösenord här")
        return time.process_time() - begun

    cpu("eva")
    assert cpu("nobody") > cpu("eva") / 4


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "javascript:1"]
)
def test_no_form_leads_elsewhere(back: str, client: TestClient) -> None:
    form = {"csrf": token(client), "alert_id": "alarm01", "state": "handled", "by": "Karin", "back": back}
    answer = client.post("/beslut/larm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x" not in [name.lower() for name in answer.headers]


def test_too_much_is_not_read(client: TestClient) -> None:
    assert client.post("/beslut/larm", content=b"x" * (2 * 1024 * 1024 + 1)).status_code == 413
