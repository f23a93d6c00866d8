"""Mastodon: recorded answers, addresses of all kinds, pages that go on, and authors who ask to be left alone."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from crawlers.engines import mastodon, mastodon_status, registry
from crawlers.model import NotAThreadError, Page
from tests.crawlers.golden import genuine, page, saved, site

API = "https://m.se/api/v1"
PUBLIC = f"{API}/timelines/public?local=true&limit=40"
URLS = [
    ("https://m.se", PUBLIC),
    ("https://m.se/public/local", PUBLIC),
    ("https://m.se/@anna/117001234567", f"{API}/statuses/117001234567"),
    ("https://m.se/@anna@lund.example/117001234567?x=1", f"{API}/statuses/117001234567"),
    ("https://m.se/web/statuses/117001234567", f"{API}/statuses/117001234567"),
    ("https://m.se/users/anna/statuses/117001234567", f"{API}/statuses/117001234567"),
    (f"{API}/statuses/01J8ABC/context", f"{API}/statuses/01J8ABC"),
    ("https://m.se/tags/OpenInfra", f"{API}/timelines/tag/OpenInfra?limit=40"),
    ("https://m.se/tags/sm%C3%A5prat", f"{API}/timelines/tag/sm%C3%A5prat?limit=40"),
    ("https://m.se/@anna@lund.example/with_replies", f"{API}/accounts/lookup?acct=anna%40lund.example"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_where_to_look(url: str, expected: str) -> None:
    assert mastodon.listing_urls(site("mastodon", url)) == (expected,)


def test_a_query_is_a_tag_and_for_those_signed_in_a_search() -> None:
    stranger = site("mastodon", "https://m.se/", query="Open Infra")
    assert mastodon.listing_urls(stranger) == (f"{API}/timelines/tag/OpenInfra?limit=40",)
    tags = replace(stranger, options={"tags": "#openinfra, fiber,openinfra"}, is_signed_in=True)
    assert mastodon.listing_urls(tags) == (
        f"{API}/timelines/tag/openinfra?limit=40",
        f"{API}/timelines/tag/fiber?limit=40",
        "https://m.se/api/v2/search?q=Open+Infra&type=statuses&resolve=false&limit=40",
    )


def recorded(name: str, path: str) -> list[Page]:
    """Return the recorded answers to requests for a path."""
    tape = yaml.safe_load(genuine(f"mastodon/{name}.yaml", "http://localhost:3000/").body)
    return [
        page(
            given["response"]["body"]["string"],
            given["request"]["uri"],
            headers={key: ", ".join(values) for key, values in given["response"]["headers"].items()},
        )
        for given in tape["interactions"]
        if path in given["request"]["uri"] and given["request"]["method"] == "GET"
    ]


def test_a_genuine_tag_timeline() -> None:
    (given,) = recorded("test_hashtag_tl", "/timelines/tag/")
    found = mastodon.parse_listing(given, site("mastodon"))
    assert [(ref.thread_id, ref.url) for ref in found.threads] == [
        ("117020593741189701", "http://localhost:3000/api/v1/statuses/117020593741189701")
    ]
    assert found.next_url == "http://localhost:3000/api/v1/timelines/tag/hoot?max_id=117020593741189701"
    assert registry.detect(given)[0][0] == "mastodon"
    (status,) = json.loads(given.body)
    thread = mastodon.parse_thread(page(json.dumps(status), found.threads[0].url), site("mastodon"))
    (post,) = thread.posts
    assert (post.text, post.author_name, post.language) == ("#hoot (hashtag toot)", "mastodonpy_test_2", "ja")
    assert post.posted_at.isoformat() == "2026-08-01T13:55:55.867000+00:00"
    assert (post.edited_at, post.like_count, post.reply_count, thread.more_urls) == (None, 0, 0, ())


def test_genuine_searches_without_statuses_end() -> None:
    for given in recorded("test_search", "/api/v2/search"):
        found = mastodon.parse_listing(given, site("mastodon"))
        assert (found.threads, found.next_url) == ((), None)


def test_an_account_leads_to_what_it_wrote() -> None:
    given = saved("mastodon/account.json", f"{API}/accounts/lookup?acct=anna")
    found = mastodon.parse_listing(given, site("mastodon"))
    assert found.more_urls == (f"{API}/accounts/7/statuses?exclude_reblogs=true&limit=40",)


def test_the_page_for_people_is_known_and_leads_to_the_api() -> None:
    given = saved("mastodon/page.html", "https://m.se/@anna/117001234567")
    assert registry.detect(given)[0][0] == "mastodon"
    for parse in (mastodon.parse_thread, mastodon.parse_listing):
        with pytest.raises(NotAThreadError):
            parse(given, site("mastodon"))


def status(number: int, reply_to: int | None = None, **rest: Any) -> dict[str, Any]:
    given = json.loads(saved("mastodon/status.json").body)
    return {**given, "id": str(number), "in_reply_to_id": reply_to and str(reply_to), "replies_count": 0, **rest}


def timeline(*statuses: dict[str, Any], url: str = f"{API}/timelines/tag/fiber?limit=40", **headers: str) -> Any:
    return mastodon.parse_listing(page(json.dumps(statuses), url, headers=headers), site("mastodon"))


NEXT = '<https://other.se/api/v1/timelines/tag/fiber?limit=40&max_id=9>; rel="next", <https://other.se/?min_id=1>'


def test_the_link_header_says_what_is_next() -> None:
    full = [status(number) for number in range(200, 160, -1)]
    assert timeline(*full, link=NEXT + '; rel="prev"').next_url == f"{API}/timelines/tag/fiber?limit=40&max_id=9"
    assert timeline(*full, link='<https://other.se/?min_id=1>; rel="prev"').next_url is None
    assert timeline(*full).next_url == f"{API}/timelines/tag/fiber?limit=40&max_id=161"
    assert timeline(*full[:39]).next_url is None
    again = f"{API}/timelines/tag/fiber?limit=40&max_id=9"
    assert timeline(*full, url=again, link=NEXT + '; rel="prev"').next_url is None
    assert timeline(url=again).threads == ()


def test_a_search_goes_on_by_offset() -> None:
    url = "https://m.se/api/v2/search?q=fiber&type=statuses&limit=40"
    answer = page(json.dumps({"statuses": [status(number) for number in range(40)]}), url + "&offset=40")
    assert mastodon.parse_listing(answer, site("mastodon")).next_url == url + "&offset=80"


def test_answers_point_to_where_they_start_once() -> None:
    found = timeline(status(5, 4), status(4, 3), status(7, 3), status(9, 8), status(8))
    assert [ref.thread_id for ref in found.threads] == ["8"]
    assert found.more_urls == (f"{API}/statuses/4/context", f"{API}/statuses/7/context")
    around = timeline(status(1, 2), status(2, 1))
    assert (around.threads, len(around.more_urls)) == ((), 2)


def test_an_answer_whose_beginning_is_gone_starts_a_conversation() -> None:
    context = page('{"ancestors": [], "descendants": []}', f"{API}/statuses/4/context")
    (ref,) = mastodon.parse_listing(context, site("mastodon")).threads
    assert (ref.thread_id, ref.url) == ("4", f"{API}/statuses/4")
    many = {"ancestors": [status(n, n - 1) for n in range(100, 140)], "descendants": []}
    found = mastodon.parse_listing(page(json.dumps(many), f"{API}/statuses/140/context"), site("mastodon"))
    assert (found.threads, found.more_urls) == ((), (f"{API}/statuses/100/context",))


def test_a_cut_conversation_is_gone_on_with() -> None:
    chain = [status(n, n - 1, replies_count=1) for n in range(2, 22)]
    deep = page(json.dumps({"ancestors": [], "descendants": chain}), f"{API}/statuses/1/context#1")
    found = mastodon.parse_thread(deep, site("mastodon"))
    assert (found.thread_id, found.more_urls) == ("1", (f"{API}/statuses/21/context#1",))
    assert mastodon.parse_thread(deep, replace(site("mastodon"), is_signed_in=True)).more_urls == ()
    wide = [status(n, 1, replies_count=int(n in (5, 9))) for n in range(2, 2 + mastodon.DESCENDANTS)]
    full = page(json.dumps({"ancestors": [], "descendants": wide}), f"{API}/statuses/1/context#1")
    assert mastodon.parse_thread(full, site("mastodon")).more_urls == (
        f"{API}/statuses/5/context#1",
        f"{API}/statuses/9/context#1",
    )
    further = page(json.dumps({"ancestors": chain, "descendants": []}), f"{API}/statuses/21/context#1")
    assert mastodon.parse_thread(further, site("mastodon")).thread_id == "1"


@pytest.mark.parametrize(
    ("account", "is_open"),
    [
        ({"note": "<p>Villaägare i Lund</p>"}, True),
        ({"noindex": None, "indexable": False, "discoverable": False}, True),
        ({"noindex": True}, False),
        ({"note": "<p>#NoBot</p>"}, False),
        ({"note": '<a href="/tags/noindex">#<span>noindex</span></a>'}, False),
        ({"note": "", "fields": [{"name": "Sök", "value": "#nosearch"}]}, False),
        ({"note": "#nobottom"}, True),
    ],
)
def test_what_authors_ask(account: dict[str, Any], is_open: bool) -> None:
    assert mastodon_status.is_open(status(1, account={"id": "7", **account})) is is_open


@pytest.mark.parametrize("change", [{"visibility": "unlisted"}, {"visibility": "private"}, {"reblog": {"id": "1"}}])
def test_only_what_is_public_and_their_own(change: dict[str, Any]) -> None:
    given = page(json.dumps(status(1, **change)), f"{API}/statuses/1")
    with pytest.raises(NotAThreadError) as caught:
        mastodon.parse_thread(given, site("mastodon"))
    assert caught.value.cause == "robots"
    assert mastodon.parse_listing(given, site("mastodon")).threads == ()


@pytest.mark.parametrize(
    ("error", "cause"),
    [("This method requires an authenticated user", "login_wall"), ("Record not found", "http_error")],
)
def test_refusals_say_what_they_are(error: str, cause: str) -> None:
    for parse in (mastodon.parse_thread, mastodon.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(json.dumps({"error": error}), status=422), site("mastodon"))
        assert caught.value.cause == cause
