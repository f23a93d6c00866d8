"""Login by OpenID Connect, against a provider that runs: who is let in, as what, and which answers are not believed."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from oidc_provider_mock import User, run_server_in_thread
from starlette.testclient import TestClient

from flows.board.app import make_board
from flows.board.oidc import OidcError, Person, Provider
from flows.board.sessions import COOKIE, LIFE_SECONDS, Sessions
from flows.config import validate
from flows.errors import ConfigError, UsageError
from flows.settings_people import Oidc
from tests.board.conftest import browser, token
from tests.board.scenes import config_of

URL = "http://127.0.0.1"
PEOPLE = {
    "rut": {"groups": ["alla"], "preferred_username": "rut"},
    "eva": {"groups": ["alla", "kommunikation"], "preferred_username": "Eva Ek"},
    "ada": {"groups": ["drift"], "email": "ada@foretag.example"},
    "ute": {"groups": ["ekonomi"]},
    "ingen": {},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    users = [User(sub=name, claims=claims) for name, claims in PEOPLE.items()]
    with run_server_in_thread(user_claims=users) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def oidc_of(issuer: str, **changes: Any) -> dict[str, Any]:
    groups = {"readers": ["alla"], "editors": ["kommunikation"], "admins": ["drift"]}
    return {"issuer": issuer, "client_id": "tavlan", **groups, **changes}


@pytest.fixture
def client(folder: Path, issuer: str, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("RYKTESVAKT_OIDC_SECRET", "klientens hemlighet")
    return browser(folder, login="oidc", url=URL, oidc=oidc_of(issuer))


def at_provider(url: str, user: str) -> str:
    """Log in at the provider, as a person would in its form; return where it sends the browser."""
    answer = httpx.post(url, data={"sub": user}, follow_redirects=False, timeout=60)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["location"]


def log_in(client: TestClient, user: str, till: str = "/kallor") -> Any:
    begun = client.get(f"/logga-in/start?till={till}")
    assert begun.status_code == 303
    return client.get(at_provider(begun.headers["location"], user))


def test_a_person_comes_in_by_the_provider_with_the_role_of_their_groups(client: TestClient) -> None:
    assert client.get("/kallor").headers["location"] == "/logga-in?till=/kallor"
    assert 'href="/logga-in/start?till=/kallor"' in client.get("/logga-in?till=/kallor").text
    before = client.cookies.get(COOKIE)
    answer = log_in(client, "rut")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kallor")
    assert client.cookies.get(COOKIE) not in (None, before), "a session of their own"
    page = client.get("/").text
    assert "rut · läsare" in page and 'action="/beslut/larm"' not in page
    form = {"csrf": token(client, "/klagomal"), "alert_id": "alarm01", "state": "acknowledged", "by": "Annan"}
    assert client.post("/beslut/larm", data=form).status_code == 403


def test_decisions_are_signed_with_the_providers_name_and_logout_ends_it(client: TestClient, folder: Path) -> None:
    log_in(client, "eva")
    form = {"csrf": token(client, "/klagomal"), "alert_id": "alarm01", "state": "acknowledged", "by": "Annan"}
    assert client.post("/beslut/larm", data=form).status_code == 303
    assert '"by":"Eva Ek"' in (folder / "decisions.jsonl").read_text(encoding="utf-8")
    client.post("/logga-ut", data={"csrf": token(client, "/klagomal")})
    assert client.get("/").status_code == 303


def test_the_provider_is_asked_with_pkce_state_and_nonce(client: TestClient) -> None:
    asked = [parse_qs(urlsplit(client.get("/logga-in/start").headers["location"]).query) for _ in range(2)]
    for one in asked:
        assert one["response_type"] == ["code"] and one["code_challenge_method"] == ["S256"]
        assert one["redirect_uri"] == [f"{URL}/logga-in/klar"] and "openid" in one["scope"][0].split()
    for name in ("state", "nonce", "code_challenge"):
        assert len({one[name][0] for one in asked}) == 2 and len(asked[0][name][0]) >= 32


def test_who_is_in_no_group_stays_out_and_is_told(client: TestClient, folder: Path) -> None:
    for user in ("ute", "ingen"):
        answer = log_in(client, user)
        assert answer.status_code == 403 and "ingen av dina grupper" in answer.text
        assert client.get("/").status_code == 303
    assert "in none of the groups" in (folder / "audit.jsonl").read_text(encoding="utf-8")


def test_an_answer_is_believed_once_and_only_by_the_browser_that_asked(client: TestClient, folder: Path) -> None:
    back = at_provider(client.get("/logga-in/start").headers["location"], "eva")
    stranger = TestClient(client.app, base_url=URL, follow_redirects=False, client=("127.0.0.1", 6))
    assert stranger.get(back).status_code == 403
    assert client.get(back).status_code == 303
    client.cookies.clear()
    assert client.get(back).status_code == 403
    for answer in ("?state=x&code=y", "?error=access_denied&state=x", "", "?code=y"):
        assert client.get(f"/logga-in/klar{answer}").status_code == 403


@pytest.mark.parametrize("till", ["//evil.example", "https://evil.example", "/\\evil.example", "/logga-ut"])
def test_it_never_leads_elsewhere_afterwards(till: str, client: TestClient) -> None:
    assert log_in(client, "rut", till=till).headers["location"] == "/"


def test_an_answer_to_another_login_or_of_another_provider_is_refused(issuer: str) -> None:
    provider = a_provider(issuer)
    attempt = provider.begin("/")
    for answer in (
        {"state": "x", "code": "y"},
        {"state": attempt.state},
        {"state": attempt.state, "code": "y", "iss": "https://evil.example"},
        {"state": attempt.state, "code": "never given"},
        {"state": attempt.state, "error": "access_denied\nx"},
    ):
        with pytest.raises(OidcError):
            provider.finish(attempt, answer)


def a_provider(issuer: str, **changes: Any) -> Provider:
    settings = Oidc.model_validate(oidc_of(issuer, **changes))
    return Provider(settings, redirect_uri=f"{URL}/logga-in/klar", secret="")


KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "two"})
Sign = Callable[..., str]


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Return a provider whose key we hold, so that we can sign what no honest one would."""
    provider = a_provider("https://login.example")
    known = {"issuer": "https://login.example", "jwks_uri": "https://login.example/keys"}
    keys = KeySet([KEY]).as_dict(private=False)
    answers = {"https://login.example/.well-known/openid-configuration": known, "https://login.example/keys": keys}
    monkeypatch.setattr(Provider, "_asked", lambda self, url, **_: answers[url])
    return provider


def signed(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": "https://login.example", "aud": "tavlan", "sub": "eva", "exp": now + 300, "iat": now, "nonce": "n"
    } | changes  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    chosen = header or {"alg": "RS256", "kid": key.kid}
    return jwt.encode(chosen, kept, key, algorithms=[chosen["alg"]])


def test_a_token_that_holds_is_believed(ours: Provider) -> None:
    assert ours.claims_of(signed(), nonce="n")["sub"] == "eva"
    assert ours.claims_of(signed(aud=["tavlan"]), nonce="n")["sub"] == "eva"
    assert ours.claims_of(signed(aud=["tavlan", "annan"], azp="tavlan"), nonce="n")["sub"] == "eva"
    assert ours.claims_of(signed(exp=int(time.time()) - 30), nonce="n")["sub"] == "eva", "clocks differ a little"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"iss": "https://login.example/"},
        {"aud": "annan"}, {"aud": ["annan"]}, {"aud": None}, {"aud": []},
        {"aud": ["tavlan", "annan"]}, {"aud": ["tavlan", "annan"], "azp": "annan"}, {"azp": "annan"},
        {"exp": 1_600_000_000}, {"exp": None}, {"exp": "snart"}, {"iat": None}, {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000}, {"nonce": "another"}, {"nonce": None}, {"sub": None}, {"key": OTHER},
    ],
    ids=lambda changes: "another key" if "key" in changes else str(changes),
)  # fmt: skip
def test_a_token_that_does_not_hold_is_refused(changes: dict[str, Any], ours: Provider) -> None:
    with pytest.raises(OidcError):
        ours.claims_of(signed(**changes), nonce="n")


def test_a_token_without_a_signature_or_by_a_secret_that_all_know_is_refused(ours: Provider) -> None:
    public = KEY.as_pem(private=False)
    unsigned = ".".join([*jwt.encode({"alg": "HS256"}, {"sub": "x"}, OctKey.import_key("x" * 32)).split(".")[:2], ""])
    head = (
        base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=") + b"." + signed().split(".")[1].encode()
    )
    print_ = base64.urlsafe_b64encode(hmac.digest(public, head, "sha256")).rstrip(b"=")
    forged = (head + b"." + print_).decode()
    none = "eyJhbGciOiJub25lIn0." + signed().split(".")[1] + "."
    for given in (unsigned, forged, none, signed()[:-4] + "AAAA", "", "a.b.c", "x"):
        with pytest.raises(OidcError):
            ours.claims_of(given, nonce="n")


def test_keys_that_the_provider_has_changed_are_asked_for_again(
    ours: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ours.claims_of(signed(), nonce="n")
    fresh = KeySet([OTHER]).as_dict(private=False)
    monkeypatch.setattr(Provider, "_asked", lambda self, url, **_: fresh)
    assert ours.claims_of(signed(OTHER), nonce="n")
    with pytest.raises(OidcError):
        ours.claims_of(signed(KEY), nonce="n")


def test_groups_are_found_where_the_settings_say() -> None:
    provider = a_provider("https://login.example", groups_claim="realm_access.roles")
    claims = {"sub": "1", "name": "Eva\u202e\n<b>", "realm_access": {"roles": ["kommunikation"]}}
    person = provider._person(claims, "")
    assert provider.role_of(person) == "editor" and person.name == "Eva <b>"
    url = a_provider("https://login.example", groups_claim="https://f.example/groups")
    assert url._person({"sub": "1", "https://f.example/groups": "drift"}, "").groups == {"drift"}
    everybody = a_provider("https://login.example", readers=["*"])
    assert everybody.role_of(Person(name="x", groups=frozenset())) == "reader"
    assert provider.role_of(Person(name="drift", groups=frozenset({"*"}))) is None, "no name and no star is a group"


def test_a_provider_that_is_another_or_does_not_answer_is_not_believed(issuer: str, folder: Path) -> None:
    with pytest.raises(OidcError, match="calls itself"):
        a_provider(f"{issuer}/").begin("/")
    gone = browser(folder, login="oidc", url=URL, oidc=oidc_of("http://127.0.0.1:9"))
    answer = gone.get("/logga-in/start")
    assert answer.status_code == 403 and "be driften" in answer.text


def test_a_session_ends_after_half_a_day_even_when_it_is_used() -> None:
    now = [0.0]
    sessions = Sessions(clock=lambda: now[0])
    session = sessions.start(user="eva", role="editor", ends_in=LIFE_SECONDS)
    for hour in range(12):
        now[0] = hour * 3600.0
        assert sessions.get(session.token) is session
    now[0] = LIFE_SECONDS + 1
    assert sessions.get(session.token) is None


@pytest.mark.parametrize(
    ("board", "said"),
    [
        ({"login": "oidc"}, "board.oidc"),
        ({"login": "oidc", "oidc": oidc_of("https://l.example")}, "url"),
        ({"oidc": oidc_of("http://login.example")}, "issuer"),
        ({"oidc": {"issuer": "https://l.example", "client_id": "t"}}, "nobody may see"),
        ({"oidc": oidc_of("https://l.example", scopes=["email"])}, "openid"),
    ],
)
def test_settings_that_let_in_nobody_or_too_many_are_refused(board: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        config_of(tmp_path, **board)


def test_beyond_loopback_it_starts_and_marks_its_cookies_secure(tmp_path: Path) -> None:
    board = {"login": "oidc", "url": "https://tavla.example", "oidc": oidc_of("https://l.example")}
    app = make_board(config_of(tmp_path, **board), host="0.0.0.0")
    found = TestClient(app, base_url="https://tavla.example", follow_redirects=False)
    assert "Secure" in found.get("/logga-in").headers["set-cookie"]
    with pytest.raises(UsageError, match="oidc"):
        make_board(config_of(tmp_path), host="0.0.0.0")


def test_the_example_in_the_docs_is_a_configuration() -> None:
    text = (Path(__file__).parents[2] / "docs" / "board.md").read_text(encoding="utf-8")
    import tomllib

    example = next(part.split("```")[0] for part in text.split("```toml\n")[1:] if "[board.oidc]" in part)
    found = validate({"company": {"name": "x"}, **tomllib.loads(example)}, where="docs")
    assert found.board.login == "oidc" and found.board.oidc is not None
