"""NodeBB: what genuine pages hold, whichever way they are read, and addresses of all kinds."""

import json
import re
from dataclasses import replace

import pytest

from crawlers.engines import nodebb
from crawlers.model import NotAThreadError
from tests.crawlers.golden import genuine, page, saved, site

HTML = "http://127.0.0.1:14567/topic/2/open-infra-gr%C3%A4ver?lang=en-GB"


def test_a_genuine_topic_is_the_same_from_the_api_and_from_its_page_with_and_without_scripts() -> None:
    answer = nodebb.parse_thread(genuine("nodebb/topic_api.json", "http://127.0.0.1:14567/api/topic/2"), site("nodebb"))
    whole = genuine("nodebb/topic.html", HTML)
    bare = replace(whole, body=re.sub(rb'<script id="ajaxify-data".*?</script>', b"", whole.body, flags=re.DOTALL))
    assert b"ajaxify-data" not in bare.body
    for given in (whole, bare):
        found = nodebb.parse_thread(given, site("nodebb"))
        assert found.posts == answer.posts
        assert (found.thread_id, found.thread_title) == ("2", "Open Infra gräver i Norrtälje – erfarenheter?")
        assert found.next_url == HTML + "&page=2"
        assert found.unreadable == ()
    given = json.loads(genuine("nodebb/topic_api.json", HTML).body)["posts"]
    assert [post.post_id for post in answer.posts] == [str(p["pid"]) for p in given if not p["deleted"]]
    assert answer.posts[0].posted_at.isoformat() == "2026-11-22T18:23:44.270000+01:00"
    assert [p.edited_at for p in answer.posts] == [None] * 19
    assert (answer.next_url, answer.view_count) == ("http://127.0.0.1:14567/api/topic/2?page=2", 7)


URLS = [
    ("https://f.se", "https://f.se/api/recent"),
    ("https://f.se/", "https://f.se/api/recent"),
    ("https://f.se/forum/", "https://f.se/forum/api/recent"),
    ("https://f.se/forum/topic/31/brev/4?lang=sv", "https://f.se/forum/api/topic/31"),
    ("https://f.se/api/topic/31?page=2", "https://f.se/api/topic/31"),
    ("https://f.se/category/3/bredband?page=2", "https://f.se/api/category/3"),
    ("https://f.se/categories", "https://f.se/api/recent"),
    ("https://f.se/tags/fiber", "https://f.se/api/tags/fiber"),
    ("https://f.se/popular?term=monthly", "https://f.se/api/popular?term=monthly"),
    ("https://f.se/user/anna", "https://f.se/api/recent"),
    ("https://f.se/topical/", "https://f.se/topical/api/recent"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_where_to_look(url: str, expected: str) -> None:
    assert nodebb.listing_urls(site("nodebb", url)) == (expected,)


def test_search_only_where_it_is_open() -> None:
    closed = site("nodebb", "https://f.se/", query="open infra")
    assert nodebb.listing_urls(closed) == ("https://f.se/api/recent",)
    (found,) = nodebb.listing_urls(replace(closed, options={"search": "open"}))
    assert found.startswith("https://f.se/api/search?term=open+infra&in=titlesposts&")


def test_a_page_reached_by_a_posts_number_leads_to_the_first_too() -> None:
    data = json.loads(saved("nodebb/topic.json").body)
    data["pagination"] = {"currentPage": 2, "pageCount": 3}
    found = nodebb.parse_thread(page(json.dumps(data), "https://f.se/topic/31/brev/27?lang=sv"), site("nodebb"))
    assert (found.page_number, found.next_url) == (2, "https://f.se/topic/31/brev?lang=sv&page=3")
    assert (found.first_url, found.more_urls) == ("https://f.se/topic/31/brev?lang=sv", ())


def test_the_newest_first_have_no_places() -> None:
    data = json.loads(saved("nodebb/topic.json").body) | {"sortOption": "newest_to_oldest"}
    found = nodebb.parse_thread(page(json.dumps(data), "https://f.se/api/topic/31"), site("nodebb"))
    assert {post.position for post in found.posts} == {None}


def test_a_short_list_of_recent_topics_is_the_whole_forum() -> None:
    data = json.loads(saved("nodebb/recent_end.json").body) | {"pagination": {"currentPage": 1, "pageCount": 1}}
    assert nodebb.parse_listing(page(json.dumps(data), "https://f.se/api/recent"), site("nodebb")).more_urls == ()


@pytest.mark.parametrize(
    ("body", "status", "cause"),
    [
        ('{"path": "/api/topic/9", "error": "[[error:no-topic]]"}', 404, "http_error"),
        ('{"error": "[[error:not-authorized]]"}', 200, "login_wall"),
        ('{"template": {"name": "login", "login": true}, "loginFormEntry": 1}', 200, "login_wall"),
        ('{"template": {"name": "groups/list"}, "groups": []}', 200, "site_changed"),
    ],
)
def test_other_answers_say_what_they_are(body: str, status: int, cause: str) -> None:
    for parse in (nodebb.parse_thread, nodebb.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(body, status=status), site("nodebb"))
        assert caught.value.cause == cause


def test_a_topic_points_to_itself_alone() -> None:
    given = saved("nodebb/topic.json", "https://f.se/api/topic/31")
    found = nodebb.parse_listing(given, site("nodebb"))
    assert [(ref.thread_id, ref.url) for ref in found.threads] == [("31", "https://f.se/api/topic/31")]
    assert (found.next_url, found.more_urls) == (None, ())


def test_a_list_that_grows_as_one_scrolls_goes_on() -> None:
    body = saved("nodebb/category_persona.html").body.decode()
    scrolling = re.sub(r'<div component="pagination".*?</ul></div>', "", body, flags=re.DOTALL)
    assert 'component="pagination"' not in scrolling
    following = scrolling.replace("</head>", '<link rel="next" href="https://x.se/category/3?a=1&amp;page=4"></head>')
    found = nodebb.parse_listing(page(following, "https://f.se/category/3/bredband?page=3"), site("nodebb"))
    assert found.next_url == "https://f.se/category/3/bredband?page=4"
    last = nodebb.parse_listing(page(scrolling, "https://f.se/category/3/bredband"), site("nodebb"))
    assert last.next_url is None


def test_a_category_without_scripts_leads_to_those_inside_it() -> None:
    body = saved("nodebb/category_persona.html").body.decode()
    link = '<a href="/forum/category/9/fiber">Fiber</a>'
    inside = f'<li component="categories/category" data-cid="9">{link}</li><ul component="cat'
    given = page(body.replace('<ul component="cat', inside, 1), "https://f.se/forum/category/3/bredband")
    assert nodebb.parse_listing(given, site("nodebb")).more_urls == ("https://f.se/forum/category/9/fiber",)
