"""Flarum: addresses of all kinds, lists that end, and answers that are refusals."""

import json

import pytest

from crawlers.engines import flarum
from crawlers.model import NotAThreadError
from tests.crawlers.golden import page, saved, site

LIST = "https://f.se/api/discussions?sort=-lastPostedAt&page%5Blimit%5D=50"
POSTS = "https://f.se/api/posts?filter%5Bdiscussion%5D=12&sort=number&page%5Blimit%5D=50"
URLS = [
    ("https://f.se", LIST),
    ("https://f.se/index.php", LIST),
    ("https://f.se/all?sort=newest", LIST),
    ("https://f.se/forum/tags", LIST.replace("/api", "/forum/api")),
    ("https://f.se/t/fiber-%C3%B6", LIST + "&filter%5Btag%5D=fiber-%C3%B6"),
    ("https://f.se/?q=open+infra", LIST + "&filter%5Bq%5D=open+infra"),
    ("https://f.se/d/12-brev/45", "https://f.se/api/discussions/12"),
    ("https://f.se/forum/d/12", "https://f.se/forum/api/discussions/12"),
    ("https://f.se/d/brev-och-villkor", "https://f.se/api/discussions/brev-och-villkor?bySlug=true"),
    (POSTS, "https://f.se/api/discussions/12"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_where_to_look(url: str, expected: str) -> None:
    assert flarum.listing_urls(site("flarum", url)) == (expected,)


def test_a_query_is_searched_for() -> None:
    assert flarum.listing_urls(site("flarum", "https://f.se/", query="open infra")) == (
        LIST + "&filter%5Bq%5D=open+infra",
    )


@pytest.mark.parametrize(
    ("url", "links", "count", "expected"),
    [
        (POSTS, {"first": POSTS}, 50, None),
        (POSTS, {"first": POSTS, "next": "http://other/api/posts?page%5Boffset%5D=50"}, 50, "50"),
        (POSTS + "&page%5Boffset%5D=50", {"next": "http://other/api/posts?page%5Boffset%5D=50"}, 50, None),
        (POSTS + "&page%5Boffset%5D=50", {"next": "http://other/?page[offset]=100"}, 50, "100"),
        (POSTS, None, 50, "50"),
        (POSTS, None, 49, None),
    ],
)
def test_the_next_posts(url: str, links: dict[str, str] | None, count: int, expected: str | None) -> None:
    (post, *_), numbers = json.loads(saved("flarum/posts.json").body)["data"], range(count)
    answer = {"data": [{**post, "id": str(n)} for n in numbers], **({"links": links} if links else {})}
    found = flarum.parse_thread(page(json.dumps(answer), url), site("flarum"))
    assert (found.thread_id, len(found.posts)) == ("12", count)
    assert found.next_url == (f"{POSTS}&page%5Boffset%5D={expected}" if expected else None)


def test_nothing_found_is_an_answer() -> None:
    nothing = page(json.dumps({"links": {"first": LIST}, "data": []}), LIST)
    assert flarum.parse_listing(nothing, site("flarum")).threads == ()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"errors": [{"status": "404", "code": "not_found"}]}, "http_error"),
        ({"errors": [{"status": "401", "code": "not_authenticated"}]}, "login_wall"),
        ({"data": [{"type": "users", "id": "1"}], "jsonapi": {}}, "site_changed"),
        ({"data": {"type": "forums", "id": "1"}, "jsonapi": {}}, "site_changed"),
    ],
)
def test_other_answers_say_what_they_are(body: object, cause: str) -> None:
    for parse in (flarum.parse_thread, flarum.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(json.dumps(body)), site("flarum"))
        assert caught.value.cause == cause


def test_a_page_in_the_middle_of_a_discussion_is_not_its_first() -> None:
    data = json.loads(saved("flarum/discussion.json").body)
    data["included"] = [item for item in data["included"] if item["attributes"].get("number") != 1]
    assert flarum.parse_thread(page(json.dumps(data), "https://f.se/d/12-brev/4"), site("flarum")).page_number == 2
