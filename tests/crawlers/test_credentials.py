"""Credentials: sent to their own host and nowhere else, renewed in time, never on disk."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.credentials import Secrets, Token, TokenError, TokenRequest, api_key, bearer, oauth_token
from crawlers.errors import BudgetSpentError, CrawlerError
from crawlers.model import Site
from crawlers.quota import QuotaBook
from crawlers.spiders.keyring import Keyring
from crawlers.worker import CrawlerWorker
from tests.crawlers.conftest import Crawl
from tests.crawlers.golden import page
from tests.crawlers.signed_engine import CREDENTIALS
from tests.crawlers.test_spiders import causes, posts
from tests.crawlers.tiny_forum import Reply, TinyForum, serve
from warehouse.records import Post

PASSWORD = "hemligt/lösen+ord&42"
SECRETS = Secrets(user="crawler.test", password=PASSWORD)
MENTION = "Brev från Open Infra"


def tokens(count: int = 100, **more: object) -> list[Reply]:
    return [Reply({"access_token": f"polett-nummer-{n}", "expires_in": 3600, **more}) for n in range(1, count + 1)]


@pytest.fixture
def other() -> Iterator[TinyForum]:
    with serve(TinyForum()) as running:
        yield running


@pytest.fixture
def signed(forum: TinyForum, job: CrawlJob) -> dict[str, object]:
    """Return what makes a job one behind a login; its tokens come from the forum itself."""
    forum.replies["/token"] = tokens()
    options = {"token_url": f"{forum.url}/token"}
    site = replace(job.site, engine="tests.crawlers.signed_engine", options=options)
    return {"site": site, "credentials": SECRETS}


def sent(forum: TinyForum, path: str) -> list[str]:
    """Return the authorization that each request for a path came with."""
    pairs = zip(forum.requests, forum.headers, strict=True)
    return [headers.get("authorization", "") for asked, headers in pairs if asked == path]


def everything(folder: Path) -> Iterator[bytes]:
    """Yield every file below a folder, as it is and as it unfolds."""
    for path in folder.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            yield raw
            if raw[:2] == b"\x1f\x8b":
                yield gzip.decompress(raw)


def test_a_token_is_fetched_once_and_sent_with_every_page(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    forum.thread("1", MENTION, "b", "c", "d")
    result, records = crawl(**signed)
    assert (set(posts(records)), result.is_complete) == ({"1-1", "1-2", "1-3", "1-4"}, True)
    assert forum.requests.count("/token") == 1
    assert forum.bodies == [json.dumps({"password": PASSWORD}).encode()]
    for path in ("/list", "/t/1", "/t/1?p=2"):
        assert sent(forum, path) == ["Bearer polett-nummer-1"]
    assert sent(forum, "/robots.txt") == [""]
    assert all(PASSWORD not in path for path in forum.requests)


def test_a_token_is_renewed_before_it_expires(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    # Less than a minute is too little to be sure that it lasts until the answer.
    forum.replies["/token"] = tokens(expires_in=30)
    forum.thread("1", MENTION)
    crawl(**signed)
    assert sent(forum, "/list") + sent(forum, "/t/1") == ["Bearer polett-nummer-1", "Bearer polett-nummer-2"]


def test_a_token_that_is_refused_is_renewed_once(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    forum.thread("1", MENTION)
    page_of_one = forum.reply("/t/1", {})
    forum.replies["/t/1"] = lambda headers: (
        page_of_one if headers["authorization"].endswith("-2") else Reply(b"expired", status=401)
    )
    result, records = crawl(**signed)
    assert (set(posts(records)), result.incidents) == ({"1-1"}, ())
    assert sent(forum, "/t/1") == ["Bearer polett-nummer-1", "Bearer polett-nummer-2"]


def test_a_place_that_refuses_every_token_is_not_asked_for_ever(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    forum.replies["/list"] = Reply(b"no", status=401)
    _, records = crawl(**signed)
    assert causes(records) == ["login_wall"]
    assert (forum.requests.count("/list"), forum.requests.count("/token")) == (2, 2)


def test_a_refresh_token_renews_and_the_password_is_the_last_resort(
    forum: TinyForum, crawl: Crawl, signed: dict
) -> None:
    forum.thread("1", MENTION)
    forum.thread("2", MENTION)
    forum.replies["/token"] = tokens(refresh="uppfriskning-1", expires_in=30)
    fresh = Reply({"access_token": "polett-uppfriskad", "refresh": "uppfriskning-2", "expires_in": 30})
    forum.replies["/token/refresh"] = [fresh, Reply({"error": "invalid_grant"}, status=400)]
    _, records = crawl(**signed)
    assert causes(records) == []
    assert sent(forum, "/token/refresh") == ["Bearer uppfriskning-1", "Bearer uppfriskning-2"]
    assert sent(forum, "/t/1") == ["Bearer polett-uppfriskad"]
    assert sent(forum, "/t/2") == ["Bearer polett-nummer-2"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({"error": "invalid_client", "error_description": PASSWORD}, status=401), "status 401, invalid_client"),
        (Reply({"error": f"no: {PASSWORD}"}, status=400), "status 400"),
        (Reply(b"<html>", status=200), "status 200 and no JSON"),
        (Reply({"token_type": "bearer"}), "no access_token"),
        (Reply({"access_token": "a\r\nX-Evil: 1"}), "no access_token"),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "status 302 and no JSON"),
    ],
)
def test_credentials_that_are_not_accepted_are_one_incident(
    forum: TinyForum, crawl: Crawl, signed: dict, reply: Reply, said: str
) -> None:
    forum.replies["/token"] = reply
    result, records = crawl(**signed)
    assert causes(records) == ["login_wall"]
    assert result.incidents[0].detail.removesuffix(" in the answer").endswith(said)
    assert not result.is_complete
    assert forum.requests.count("/list") == 0


def test_credentials_go_to_no_other_host(forum: TinyForum, other: TinyForum, crawl: Crawl, signed: dict) -> None:
    other.thread("9", MENTION)
    forum.thread("1", MENTION)
    away = Reply(status=302, headers={"Location": f"{other.url}/t/9"})
    forum.thread("2", MENTION)
    forum.thread("3", MENTION)
    forum.replies["/t/2"] = away
    listed = json.loads(forum.reply("/list", {}).body)["threads"]
    listed.append({"id": "9", "url": f"{other.url}/t/9", "title": "Lockbete"})
    forum.replies["/list"] = Reply({"threads": listed, "next": f"{other.url}/list"})
    _, records = crawl(**signed)
    assert set(posts(records)) == {"1-1", "3-1"}
    assert other.requests == []


def test_another_host_that_the_engine_asks_sees_no_credentials(
    forum: TinyForum, other: TinyForum, crawl: Crawl, signed: dict
) -> None:
    # The same machine, another port: another place. The engine's own listing is there, the credentials' home is not.
    other.thread("1", MENTION)
    site = replace(
        signed["site"], engine="tests.crawlers.away_engine", options={"api": forum.url, **signed["site"].options}
    )
    _, records = crawl(**{**signed, "site": replace(site, url=other.url)})
    assert set(posts(records)) == {"1-1"}
    assert {headers.get("authorization") for headers in other.headers} == {None}
    assert forum.requests == []


def echo(headers: dict) -> Reply:
    """Answer as a careless server does: with all that was sent to it."""
    said = f"{MENTION} {headers.get('authorization')} {PASSWORD} {headers.get('x-user')}"
    body = json.dumps({"thread": "1", "title": said, "posts": [{"id": "1-1", "text": said}]}).encode()
    more = {"X-Echo": headers.get("authorization", ""), "ETag": f'"{headers.get("authorization", "")}"'}
    if "gzip" in headers.get("accept-encoding", ""):
        return Reply(gzip.compress(body), headers={"Content-Encoding": "gzip", **more})
    return Reply(body, headers=more)


@pytest.mark.parametrize("is_cut_short", [False, True])
def test_credentials_are_written_nowhere(
    forum: TinyForum, crawl: Crawl, signed: dict, tmp_path: Path, is_cut_short: bool
) -> None:
    forum.thread("1", "a")
    forum.thread("2", "b")
    forum.replies["/t/1"] = echo
    forum.replies["/t/2"] = lambda headers: Reply(
        headers["authorization"].encode(), status=401 if is_cut_short else 500
    )
    forum.replies["/token"] = tokens(refresh="uppfriskning-1")
    result, records = crawl(**signed)
    (post,) = [record for record in records if isinstance(record, Post)]
    assert post.text == f"{MENTION} Bearer [credential] [credential] crawler.test"
    files = list(everything(tmp_path))
    assert len(files) > 3
    # The archive has the thread, so that looking for secrets in it is no empty search.
    assert any(MENTION.encode() in data or json.dumps(MENTION)[1:-1].encode() in data for data in files)
    said = [*files, repr(result).encode(), repr(records).encode(), repr(signed).encode()]
    for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "polett-nummer", "uppfriskning"):
        assert [data for data in said if secret.encode() in data] == []


def test_an_archive_needs_no_credentials(
    forum: TinyForum, crawl: Crawl, signed: dict, tmp_path: Path, worker: CrawlerWorker, job: CrawlJob
) -> None:
    forum.thread("1", MENTION)
    first, records = crawl(**signed)
    _, again = crawl(site=signed["site"], archive=first.archive_path, data_dir=tmp_path / "again")
    assert posts(again) == posts(records)


def failed(worker: CrawlerWorker, job: CrawlJob) -> CrawlResult:
    (result,) = worker.crawl([job], timeout_seconds=60)
    assert result.error
    return result


def test_a_source_without_what_it_needs_is_disabled(
    forum: TinyForum, worker: CrawlerWorker, job: CrawlJob, signed: dict
) -> None:
    result = failed(worker, replace(job, site=signed["site"], credentials=Secrets(user="crawler.test", password="")))
    assert result.error == "tiny: disabled: no password is given"
    assert (result.incidents, forum.requests) == ((), [])


@pytest.mark.parametrize(
    ("secrets", "path", "seen"), [({"token": "polett"}, "/list?p=1", "Bearer polett"), ({}, "/list", "")]
)
def test_a_token_that_is_not_needed_may_be_left_out(
    forum: TinyForum, crawl: Crawl, job: CrawlJob, secrets: dict, path: str, seen: str, tmp_path: Path
) -> None:
    forum.thread("1", MENTION)
    site = replace(job.site, engine="tests.crawlers.optional_engine")
    first, records = crawl(site=site, credentials=Secrets(secrets))
    assert sent(forum, path) == [seen]
    _, again = crawl(site=site, archive=first.archive_path, data_dir=tmp_path / "again")
    assert posts(again) == posts(records) == ["1-1"]


def test_a_crawl_stops_before_the_day_s_units_are_used_up(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    for number in range(4):
        forum.thread(str(number), MENTION)
    site = replace(signed["site"], options={**signed["site"].options, "units_per_day": "12"})
    result, records = crawl(**{**signed, "site": site})
    assert (len(posts(records)), causes(records), result.is_complete) == (2, [], False)
    host = forum.url.removeprefix("http://")
    assert result.note.startswith(f"{host}: of today's 12 units too few are left for a request of 1;")
    forum.fetched()
    result, records = crawl(**{**signed, "site": site})
    assert [path for path in forum.fetched() if path != "/token"] == []
    assert "request of 10" in result.note


def test_the_place_may_say_that_its_units_are_used_up(forum: TinyForum, crawl: Crawl, signed: dict) -> None:
    forum.replies["/list"] = Reply({"error": "quota"}, status=403)
    result, records = crawl(**signed)
    assert (causes(records), result.is_complete) == ([], False)
    assert "the place says that today's units are used up" in result.note
    forum.fetched()
    crawl(**signed)
    assert forum.fetched() == []


def keyring(wanted: object = CREDENTIALS, url: str = "https://a.example/x", **more: object) -> Keyring:
    site = Site(name="a", engine="x", url=url, timezone=ZoneInfo("UTC"))
    clock: Callable[[], datetime] = lambda: datetime(2026, 3, 8, 7, 30, tzinfo=UTC)  # noqa: E731
    return Keyring(wanted, site=site, secrets=SECRETS, book=QuotaBook(None), clock=clock, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://a.example/y?z", True),
        ("https://A.EXAMPLE:443/", True),
        ("http://a.example/", False),
        ("https://www.a.example/", False),
        ("https://a.example:8443/", False),
        ("https://a.example.evil.test/", False),
        ("https://a.example@evil.test/", False),
        ("https://evil.test/?https://a.example/", False),
        ("https://evil.test\\@a.example/", False),
        ("https://a.example:99999999/", False),
        ("//a.example/", False),
    ],
)
def test_one_origin_alone_may_see_them(url: str, is_open: bool) -> None:
    assert keyring().opens(url) is is_open


def test_credentials_are_not_sent_in_the_open() -> None:
    with pytest.raises(CrawlerError, match=r"http://a\.example: credentials are sent over https only"):
        keyring(url="http://a.example")


def test_a_day_of_units_begins_where_the_place_is() -> None:
    # On this day clocks change there: midnight in Los Angeles is 08:00 UTC before, 07:00 after.
    quota = replace(CREDENTIALS.quota, zone="America/Los_Angeles", units_per_day=10)
    book = QuotaBook(None)
    for hour, day in ((7, "2026-03-07"), (8, "2026-03-08")):
        ring = Keyring(
            replace(CREDENTIALS, quota=quota),
            site=Site(name="a", engine="x", url="https://a.example", timezone=ZoneInfo("UTC")),
            secrets=SECRETS,
            book=book,
            clock=lambda hour=hour: datetime(2026, 3, 8, hour, 30, tzinfo=UTC),
        )
        ring.spend("https://a.example/list")
        assert book.spent("a.example", day) == 10
        with pytest.raises(BudgetSpentError):
            ring.spend("https://a.example/t/1")


def test_nothing_shows_a_secret() -> None:
    shown = [
        repr(SECRETS),
        f"{SECRETS}",
        repr(Token(value=PASSWORD, refresh=PASSWORD)),
        repr(TokenRequest(url="https://a.example", headers={"A": PASSWORD}, body=PASSWORD.encode())),
    ]
    assert [text for text in shown if PASSWORD in text] == []
    assert repr(SECRETS) == "Secrets(password, user)"


def test_short_declarations() -> None:
    site = Site(name="a", engine="x", url="https://a.example", timezone=ZoneInfo("UTC"))
    mine = Secrets(token="t", api_key="k")
    assert bearer().headers(site, mine, "") == {"Authorization": "Bearer t"}
    assert api_key("X-Key").headers(site, mine, "") == {"X-Key": "k"}
    assert bearer("token", is_required=False).home(site) == site.url
    assert (bearer().missing(Secrets(token="")), bearer().is_open(mine)) == (("token",), True)


LIFETIMES = [
    (3600, 3600),
    ("3600", 3600),
    (0, 0),
    (None, None),
    (-1, None),
    (True, None),
    ("soon", None),
    (1e300, None),
]


@pytest.mark.parametrize(("given", "seconds"), LIFETIMES)
def test_a_lifetime_is_read_or_unknown(given: object, seconds: int | None) -> None:
    answer = page(json.dumps({"access_token": "a", "expires_in": given}))
    found = oauth_token(answer).expires_at
    assert (found - answer.fetched_at).total_seconds() == seconds if found else seconds is None


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"access_token": ""}', '{"access_token": 1}', '{"access_token": "å"}']
)
def test_an_answer_without_a_token(body: str) -> None:
    with pytest.raises(TokenError):
        oauth_token(page(body))
