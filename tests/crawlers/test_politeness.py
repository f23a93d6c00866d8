"""How a host is treated: what it asks for is done, and its walls end the crawl."""

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.politeness import (
    Robots,
    delay_seconds,
    host_of,
    is_loopback,
    is_same_place,
    retry_after_seconds,
    user_agent,
)
from crawlers.spiders.transport import MAX_BYTES
from tests.crawlers.conftest import Crawl
from tests.crawlers.test_spiders import causes, posts
from tests.crawlers.tiny_forum import Reply, TinyForum, serve

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACES = [
    ("https://a.se/x", "https://a.se", True),
    ("http://a.se/x", "https://www.a.se", True),
    ("https://a.se:443/x", "http://a.se", True),
    ("https://a.se:8443/x", "https://a.se", False),
    ("http://127.0.0.1:8001/", "http://127.0.0.1:8002/", False),
    ("https://b.a.se/", "https://a.se", False),
    ("https://a.se.evil.test/", "https://a.se", False),
    ("https://a.se@evil.test/", "https://a.se", False),
    ("https://a.se/@evil.test/", "https://a.se", True),
    ("https://evil.test:80@a.se/x", "https://a.se", False),
    ("https://ev\til.test/x", "https://evil.test/y", True),
    ("ftp://a.se/", "https://a.se", False),
    ("file:///etc/passwd", "https://a.se", False),
    ("https://a.se:99999/", "https://a.se", False),
    ("javascript:alert(1)", "https://a.se", False),
]


@pytest.mark.parametrize(("url", "home", "expected"), PLACES)
def test_same_place(url: str, home: str, expected: bool) -> None:
    assert is_same_place(url, home) is expected


RETRIES = [
    ("120", 120.0),
    (" 5 ", 5.0),
    ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
    ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
    ("soon", None),
    ("-5", None),
    ("٣", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("value", "expected"), RETRIES)
def test_retry_after(value: str | None, expected: float | None) -> None:
    assert retry_after_seconds(value, now=NOW) == expected


@given(st.text(max_size=60))
def test_retry_after_never_fails_nor_goes_back_in_time(value: str) -> None:
    found = retry_after_seconds(value, now=NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("configured", "url", "crawl_delay", "expected"),
    [
        (2.0, "https://a.se", None, 2.0),
        (2.0, "https://a.se", 10.0, 10.0),
        (20.0, "https://a.se", 10.0, 20.0),
        (0.0, "https://a.se", None, 2.0),
        (0.0, "http://127.0.0.1:8000", None, 0.0),
        (0.0, "http://localhost", 3.0, 3.0),
    ],
)
def test_the_longest_delay_holds(configured: float, url: str, crawl_delay: float | None, expected: float) -> None:
    assert delay_seconds(configured, url=url, crawl_delay=crawl_delay) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.8.9.1/", True), ("http://[::1]:80/", True), ("http://127.0.0.1.evil.test", False)],
)
def test_loopback_is_told_by_the_text(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_names_of_hosts_and_of_ourselves() -> None:
    assert (host_of("https://a.se/x"), host_of("http://a.se:81/")) == ("a.se", "a.se:81")
    assert user_agent("0.1", "press@a.se") == "Ryktesvakt/0.1 (+press@a.se)"
    assert user_agent("0.1", "x)\r\nEvil: 1") == "Ryktesvakt/0.1 (+xEvil: 1)"


def test_robots_rules_for_us_and_for_all() -> None:
    robots = Robots.parse(
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: ryktesvakt\nDisallow: /t/\nCrawl-delay: 7\n"
    )
    assert (robots.allows("https://a.se/list"), robots.allows("https://a.se/t/1")) == (True, False)
    assert robots.crawl_delay == 7.0
    assert Robots().allows("https://a.se/t/1")


def test_robots_txt_is_asked_first_and_obeyed(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.thread("b", "Open Infra")
    forum.replies["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /t/a\n")
    result, records = crawl()
    assert forum.requests == ["/robots.txt", "/list", "/t/b"]
    assert (posts(records), causes(records)) == (["b-1"], ["robots"])
    assert result.is_complete
    assert forum.headers[-1]["user-agent"].startswith("Ryktesvakt/")
    assert "+mail@x.test" in forum.headers[-1]["user-agent"]


@pytest.mark.parametrize("status", [500, 503])
def test_rules_that_cannot_be_read_forbid_everything(forum: TinyForum, crawl: Crawl, status: int) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/robots.txt"] = Reply(status=status)
    result, records = crawl()
    assert forum.fetched() == []
    assert (causes(records), result.is_complete) == (["robots"], False)


def test_crawl_delay_is_kept_between_pages(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 0.4\n")
    started = time.monotonic()
    result, _ = crawl()
    # robots.txt, the listing, the thread: at least two delays, however slow the machine.
    assert time.monotonic() - started >= 0.8
    assert result.page_count == 2


def test_a_delay_of_an_hour_is_no_way_to_read(forum: TinyForum, crawl: Crawl) -> None:
    forum.replies["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 3600\n")
    result, _ = crawl()
    assert [incident.cause for incident in result.incidents] == ["robots"]
    assert forum.fetched() == []


def test_too_many_requests_are_retried_after_what_the_host_asks(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    page = {"thread": "a", "posts": [{"id": "a-1", "text": "Open Infra"}]}
    forum.replies["/t/a"] = [Reply(status=429, headers={"Retry-After": "1"}), Reply(page)]
    started = time.monotonic()
    _, records = crawl()
    assert time.monotonic() - started >= 1
    assert posts(records) == ["a-1"]


def test_retries_end_and_end_the_crawl(forum: TinyForum, crawl: Crawl) -> None:
    forum.replies["/list"] = Reply(status=429, headers={"Retry-After": "0"})
    result, _ = crawl()
    assert forum.fetched() == ["/list"] * 3
    assert [(i.cause, result.is_complete) for i in result.incidents] == [("http_error", False)]


def test_a_host_that_asks_for_an_hour_is_left_alone_for_an_hour(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/list"] = [Reply(status=503, headers={"Retry-After": "3600"}), forum.reply("/list", {})]
    crawl(now=NOW)
    assert forum.fetched() == ["/list"]
    crawl(now=NOW + timedelta(minutes=30))
    assert forum.requests == []
    _, records = crawl(now=NOW + timedelta(minutes=61))
    assert posts(records) == ["a-1"]


CHALLENGE = b"<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_challenge_ends_the_crawl(forum: TinyForum, crawl: Crawl, status: int) -> None:
    for name in "abc":
        forum.thread(name, "Open Infra")
    forum.replies["/t/b"] = Reply(CHALLENGE, status=status)
    result, records = crawl()
    assert forum.fetched() == ["/list", "/t/a", "/t/b"]
    assert (causes(records), posts(records), result.is_complete) == (["challenge"], ["a-1"], False)


LOGIN = '<form><input type="password"></form><p>Du måste vara inloggad för att läsa detta.</p>'.encode()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(LOGIN, status=403),
        Reply(LOGIN),
        Reply(b'{"error":"AuthMissing"}', status=401),
        Reply(status=302, headers={"Location": "/login?next=x"}),
    ],
    ids=["forbidden", "200", "api", "redirect"],
)
def test_a_login_wall_is_told(forum: TinyForum, crawl: Crawl, reply: Reply) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = reply
    forum.replies["/login?next=x"] = Reply(b'<form><input type="password"></form>')
    assert causes(crawl()[1]) == ["login_wall"]


def test_nothing_leads_to_another_host(forum: TinyForum, crawl: Crawl) -> None:
    with serve(TinyForum()) as other:
        other.thread("a", "Open Infra")
        forum.thread("a", "Open Infra")
        forum.thread("b", "Open Infra")
        forum.replies["/t/a"] = Reply(status=301, headers={"Location": f"{other.url}/t/a"})
        page = {"thread": "b", "posts": [{"id": "b-1", "text": "Open Infra"}], "next": f"{other.url}/t/b"}
        forum.replies["/t/b"] = Reply(page)
        _, records = crawl()
        assert other.requests == []
    assert (posts(records), causes(records)) == (["b-1"], ["site_changed", "site_changed"])


def test_redirects_within_the_place_are_followed_and_their_loops_cut(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.thread("b", "Open Infra")
    forum.replies["/t/a"] = Reply(status=302, headers={"Location": "/moved"})
    forum.replies["/moved"] = Reply({"thread": "a", "posts": [{"id": "a-1", "text": "Open Infra"}]})
    forum.replies["/t/b"] = Reply(status=302, headers={"Location": "/t/b"})
    _, records = crawl()
    assert (posts(records), causes(records)) == (["a-1"], ["http_error"])


BAD = [
    (Reply(b"x" * 50, is_cut=True), "truncated"),
    (Reply(b"x" * (MAX_BYTES + 1)), "truncated"),
    (Reply(gzip.compress(b" " * (MAX_BYTES + 1)), headers={"Content-Encoding": "gzip"}), "truncated"),
    (Reply(status=500), "http_error"),
    (Reply(status=404), "http_error"),
    (Reply(status=403), "refused"),
    (Reply(b"\x00\xff<<<"), "site_changed"),
]


@pytest.mark.parametrize(("reply", "cause"), BAD, ids=["cut", "huge", "bomb", "500", "404", "403", "noise"])
def test_a_bad_answer_has_its_cause(forum: TinyForum, crawl: Crawl, reply: Reply, cause: str) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = reply
    assert causes(crawl()[1]) == [cause]


def test_a_host_that_is_not_there(forum: TinyForum, crawl: Crawl, worker, job) -> None:
    with serve(TinyForum()) as gone:
        url = gone.url
    site = replace(job.site, url=url)
    result, _ = crawl(site=site)
    assert [incident.cause for incident in result.incidents] == ["refused"]
    result, _ = crawl(site=replace(job.site, url="http://nowhere.invalid", delay_seconds=0.0))
    assert [incident.cause for incident in result.incidents] == ["dns"]


def test_no_cookie_is_kept(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    reply = forum.reply("/list", {})
    reply.headers["Set-Cookie"] = "id=1"
    forum.replies["/list"] = reply
    result, _ = crawl()
    assert all("cookie" not in headers for headers in forum.headers)
    assert result.archive_path
    assert b"id=1" not in gzip.decompress(result.archive_path.read_bytes())
