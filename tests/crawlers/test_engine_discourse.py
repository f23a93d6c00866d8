"""Discourse: addresses of all kinds, topics too large to name their posts, and what is no post."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crawlers.engines import discourse, registry
from crawlers.model import NotAThreadError
from tests.crawlers.golden import page, saved, site

URLS = [
    ("https://d.se", "https://d.se/latest.json"),
    ("https://d.se/forum/", "https://d.se/forum/latest.json"),
    ("https://d.se/forum/top?period=monthly", "https://d.se/forum/latest.json"),
    ("https://d.se/categories", "https://d.se/latest.json"),
    ("https://d.se/u/anna/summary", "https://d.se/latest.json"),
    ("https://d.se/t/brev-och-villkor/42", "https://d.se/t/42.json"),
    ("https://d.se/t/brev-och-villkor/42/17?u=bo", "https://d.se/t/42.json"),
    ("https://d.se/t/42/17", "https://d.se/t/42.json"),
    ("https://d.se/t/42", "https://d.se/t/42.json"),
    ("https://d.se/t/-/42.json", "https://d.se/t/42.json"),
    ("https://d.se/t/5g-fiber/42", "https://d.se/t/42.json"),
    ("https://d.se/forum/t/42.json?page=3", "https://d.se/forum/t/42.json"),
    ("https://d.se/c/bredband/5", "https://d.se/c/bredband/5/l/latest.json"),
    ("https://d.se/forum/c/bredband/fiber/7/l/top?period=all", "https://d.se/forum/c/bredband/fiber/7/l/latest.json"),
    ("https://d.se/c/bredband/5/none", "https://d.se/c/bredband/5/l/latest.json"),
    ("https://d.se/c/5.json", "https://d.se/c/5/l/latest.json"),
    ("https://d.se/tag/fiber", "https://d.se/tag/fiber.json"),
    ("https://d.se/tag/fiber/l/top", "https://d.se/tag/fiber.json"),
    ("https://d.se/search?q=open%20infra", "https://d.se/latest.json"),
    ("https://tags.se/topics/", "https://tags.se/topics/latest.json"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_where_to_look(url: str, expected: str) -> None:
    assert discourse.listing_urls(site("discourse", url)) == (expected,)


def test_a_query_is_searched_for_only_where_search_is_open() -> None:
    closed = site("discourse", "https://d.se/forum/", query="open infra after:2023-01-01")
    assert discourse.listing_urls(closed) == ("https://d.se/forum/latest.json",)
    assert discourse.listing_urls(replace(closed, options={"search": "open"})) == (
        "https://d.se/forum/search.json?q=open+infra+after%3A2023-01-01+order%3Alatest",
    )


def test_a_page_for_robots_is_known_and_leads_to_the_answers() -> None:
    given = saved("discourse/crawler.html", "https://d.example/forum/t/brev/42")
    assert registry.detect(given)[0][0] == "discourse"
    for parse in (discourse.parse_thread, discourse.parse_listing):
        with pytest.raises(NotAThreadError):
            parse(given, site("discourse"))


def post(number: int, **rest: Any) -> dict[str, Any]:
    given = {"id": 500 + number, "username": "anna", "user_id": 7, "post_number": number, "post_type": 1}
    return {**given, "created_at": "2026-11-20T17:00:00Z", "cooked": f"<p>Svar {number}</p>", **rest}


def topic(*posts: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"id": 42, "title": "Brev", "post_stream": {"posts": list(posts)}, **rest}


def read(data: dict[str, Any], url: str = "https://d.se/t/42.json") -> Any:
    return discourse.parse_thread(page(json.dumps(data), url), site("discourse"))


def test_a_topic_too_large_to_name_its_posts_has_pages() -> None:
    large = topic(post(1), posts_count=45, chunk_size=20)
    assert read(large).next_url == "https://d.se/t/42.json?page=2"
    second = read(large, "https://d.se/t/42.json?page=2")
    assert (second.page_number, second.next_url) == (2, "https://d.se/t/42.json?page=3")
    assert read(large, "https://d.se/t/42.json?page=3").next_url is None
    assert read(topic(post(1), posts_count=1)).next_url is None


@pytest.mark.parametrize(
    "change",
    [
        {"post_type": 3, "action_code": "pinned.enabled", "cooked": ""},
        {"post_type": 4},
        {"hidden": True},
        {"cooked_hidden": True},
        {"deleted_at": "2026-11-21T00:00:00Z"},
        {"user_deleted": True},
    ],
)
def test_announcements_whispers_and_what_is_gone_are_no_posts(change: dict[str, Any]) -> None:
    found = read(topic(post(1), post(2, **change), post(3)))
    assert ([p.position for p in found.posts], found.unreadable) == ([1, 3], ())


@pytest.mark.parametrize(
    ("cooked", "expected"),
    [
        (
            '<div class="poll" data-poll-name="p"><div class="poll-container"><ul><li>Ja</li><li>Nej</li></ul></div>'
            '<div class="poll-info"><p>0 röster</p></div></div>',
            "Ja\nNej",
        ),
        (
            '<p>Se</p><aside class="onebox githubblob"><header class="source"><a>github.com</a></header>'
            '<article class="onebox-body"><h4><a>fil.py</a></h4><pre class="onebox"><code>kod</code></pre>'
            "<p>utdrag</p></article></aside>",
            "Se\nfil.py",
        ),
        ('<p>Hej <a class="mention" href="/u/bo">@bo</a> <a href="/t/9">länk</a></p>', "Hej @bo länk"),
        ('<details><summary>Mer</summary><p>Dolt</p></details><span class="spoiler">slut</span>', "Mer\nDolt\nslut"),
        ('<blockquote><p>Ur brevet</p></blockquote><h2><a name="x" class="anchor">#</a>Svar</h2>', "Svar"),
    ],
)
def test_own_words(cooked: str, expected: str) -> None:
    assert read(topic(post(1, cooked=cooked))).posts[0].text == expected


def test_the_end_of_the_latest_topics_leads_to_the_categories() -> None:
    latest = {"topic_list": {"topics": [{"id": 1, "title": "x"}]}}

    def more(url: str) -> tuple[str, ...]:
        return discourse.parse_listing(page(json.dumps(latest), url), site("discourse")).more_urls

    assert more("https://d.se/f/latest.json?no_definitions=true&page=3") == (
        "https://d.se/f/categories.json?include_subcategories=true",
    )
    assert more("https://d.se/f/latest.json") == ()
    assert more("https://d.se/f/c/bredband/5/l/latest.json?page=3") == ()


def test_a_search_goes_on_by_page() -> None:
    answer = json.dumps({"topics": [], "grouped_search_result": {"more_full_page_results": True}})
    for url, following in (("?q=fiber", 2), ("?q=fiber&page=2", 3), ("?page=2&q=fiber", 3)):
        found = discourse.parse_listing(page(answer, "https://d.se/search.json" + url), site("discourse"))
        assert found.next_url is not None
        assert f"page={following}" in found.next_url
        assert "q=fiber" in found.next_url


@pytest.mark.parametrize(
    ("kind", "cause"), [("not_logged_in", "login_wall"), ("rate_limit", "refused"), ("not_found", "http_error")]
)
def test_refusals_say_what_they_are(kind: str, cause: str) -> None:
    for parse in (discourse.parse_thread, discourse.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(json.dumps({"errors": ["Nej"], "error_type": kind}), status=403), site("discourse"))
        assert caught.value.cause == cause
