"""Lemmy: addresses of all kinds, trees too large for one answer, and answers that are refusals."""

import json
from typing import Any

import pytest

from crawlers.engines import lemmy, markup, registry
from crawlers.engines.markdown import to_html
from crawlers.model import NotAThreadError
from tests.crawlers.golden import page, saved, site

API = "https://l.se/api/v3"
NEWEST = "sort=NewComments&limit=50"
URLS = [
    ("https://l.se", f"{API}/post/list?type_=Local&{NEWEST}"),
    ("https://l.se/?dataType=Post&listingType=All", f"{API}/post/list?type_=Local&{NEWEST}"),
    ("https://l.se/c/bredband@feddit.nu?sort=New", f"{API}/post/list?community_name=bredband%40feddit.nu&{NEWEST}"),
    ("https://l.se/post/12", f"{API}/post?id=12"),
    ("https://l.se/post/12/501#x", f"{API}/post?comment_id=501"),
    ("https://l.se/comment/501", f"{API}/post?comment_id=501"),
    (f"{API}/post?id=12", f"{API}/post?id=12"),
    ("https://l.se/search?q=open%20infra", f"{API}/search?q=open+infra&type_=All&listing_type=All&sort=New&limit=50"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_where_to_look(url: str, expected: str) -> None:
    assert lemmy.listing_urls(site("lemmy", url)) == (expected,)


def test_options() -> None:
    found = lemmy.listing_urls(site("lemmy", "https://l.se/", options={"listing": "All", "api": "v4"}))
    assert found == (f"https://l.se/api/v4/post/list?type_=All&{NEWEST}",)
    (found_url,) = lemmy.listing_urls(site("lemmy", "https://l.se/", query="open infra", options={"api": "v4"}))
    assert found_url.startswith("https://l.se/api/v4/search?search_term=open+infra&")


def test_the_page_for_people_is_known_and_leads_to_the_api() -> None:
    given = saved("lemmy/page.html", "https://l.example/post/12")
    (name, confidence), *_ = registry.detect(given)
    assert name == "lemmy"
    assert confidence >= 0.9
    for parse in (lemmy.parse_thread, lemmy.parse_listing):
        with pytest.raises(NotAThreadError):
            parse(given, site("lemmy"))
    assert lemmy.listing_urls(site("lemmy", given.url)) == ("https://l.example/api/v3/post?id=12",)


def comments(*paths: str, counts: dict[str, int]) -> dict[str, Any]:
    (given, *_) = json.loads(saved("lemmy/comments.json").body)["comments"]
    numbered = [(path, path.split(".")[-1]) for path in paths]
    return {
        "comments": [
            {
                **given,
                "comment": {**given["comment"], "id": int(number), "path": path},
                "counts": {"child_count": counts.get(number, 0)},
            }
            for path, number in numbered
        ]
    }


def test_branches_that_a_full_answer_cuts_are_asked_for() -> None:
    filler = [f"0.{number}" for number in range(1000, 1000 + lemmy.TREE - 4)]
    paths = ["0.1", "0.1.2", "0.1.2.3", "0.4", *filler]
    data = comments(*paths, counts={"1": 5, "2": 4, "3": 0, "4": 2})
    found = lemmy.parse_thread(page(json.dumps(data), f"{API}/comment/list?post_id=12&max_depth=100"), site("lemmy"))
    assert len(found.posts) == lemmy.TREE
    base = f"{API}/comment/list?post_id=12&parent_id={{}}&type_=All&sort=Old&max_depth=100"
    assert found.more_urls == (base.format(1), base.format(4))
    inside = page(json.dumps(data), base.format(1))
    assert lemmy.parse_thread(inside, site("lemmy")).more_urls == (base.format(4), base.format(2))[::-1]


def test_fewer_are_all_there_are() -> None:
    data = comments("0.1", counts={"1": 5})
    found = lemmy.parse_thread(page(json.dumps(data), f"{API}/comment/list?post_id=12"), site("lemmy"))
    assert (found.thread_id, found.more_urls) == ("12", ())


def test_no_comments_is_an_answer() -> None:
    for body in ('{"comments": []}', '{"items": [], "next_page": null}'):
        found = lemmy.parse_thread(page(body, f"{API}/comment/list?post_id=12"), site("lemmy"))
        assert (found.thread_id, found.posts) == ("12", ())
    for body in ('{"posts": []}', '{"items": [], "next_page": null}', '{"posts": [], "comments": []}'):
        assert lemmy.parse_listing(page(body, f"{API}/post/list"), site("lemmy")).next_url is None


@pytest.mark.parametrize(
    ("error", "cause"),
    [("couldnt_find_post", "http_error"), ("instance_is_private", "login_wall"), ("rate_limit_error", "refused")],
)
def test_refusals_say_what_they_are(error: str, cause: str) -> None:
    for parse in (lemmy.parse_thread, lemmy.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(json.dumps({"error": error}), status=400), site("lemmy"))
        assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("**Hej** _du_ [länk](https://x.se)", "Hej du länk"),
        ("# Rubrik\ntext\nvidare", "Rubrik\ntext vidare"),
        ("::: spoiler Mer\ndolt\n:::\nslut", "Mer\ndolt\nslut"),
        ("a | b\n--|--\n1 | 2", "a b\n1 2"),
        ("<script>x</script> 1 < 2 &amp; 3", "<script>x</script> 1 < 2 & 3"),
        ("![bild](https://x.se/a.png) efter", "efter"),
    ],
)
def test_markdown(typed: str, expected: str) -> None:
    assert markup.words(markup.fragment(to_html(typed))).text == expected


@pytest.mark.parametrize(("counts", "is_asked"), [({"comments": 0}, False), ({"comments": 2}, True), ({}, True)])
def test_comments_are_asked_for_where_there_may_be_any(counts: dict[str, int], is_asked: bool) -> None:
    data = json.loads(saved("lemmy/post.json").body)
    data["post_view"]["counts"] = counts
    found = lemmy.parse_thread(page(json.dumps(data), f"{API}/post?id=12"), site("lemmy"))
    assert bool(found.more_urls) is is_asked


def test_a_page_that_shows_some_of_the_comments_leads_to_all() -> None:
    body = saved("lemmy/post_page.html").body.decode().replace('"comments": 2,', '"comments": 90,')
    found = lemmy.parse_thread(page(body, "https://l.example/post/12"), site("lemmy"))
    assert len(found.posts) == 3
    assert found.more_urls == ("https://l.example/api/v3/comment/list?post_id=12&type_=All&sort=Old&max_depth=100",)
