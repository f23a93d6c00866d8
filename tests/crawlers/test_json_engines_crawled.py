"""Engines that read JSON, from the page that a person gives to the last post, through the real spiders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.crawl_job import CrawlResult
from tests.crawlers.conftest import Crawl
from tests.crawlers.golden import PAGES
from tests.crawlers.tiny_forum import Reply, TinyForum


def page_of(name: str) -> Reply:
    return Reply((PAGES / name).read_bytes(), headers={"Content-Type": "text/html; charset=utf-8"})


def answer(value: Any, **headers: str) -> Reply:
    return Reply(json.dumps(value).encode(), headers={"Content-Type": "application/json", **headers})


@pytest.fixture
def read(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> Iterator[Any]:
    """Crawl from a path of the forum; return the result and the posts' texts by id."""
    out = tmp_path / "out.jsonl"

    def once(path: str) -> tuple[CrawlResult, dict[str, dict[str, Any]]]:
        result, _ = crawl(site=_anywhere(forum), start_url=forum.url + path, keep_all=True, out=out, data_dir=None)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        posts = {line["post_id"]: line for line in lines}
        assert len(posts) == len(lines)
        assert len(forum.fetched()) >= 1
        return result, posts

    yield once


def _anywhere(forum: TinyForum) -> Any:
    from crawlers.sites import site_for_url

    return site_for_url(forum.url)


def mastodon_status(number: int, reply_to: int | None = None, **rest: Any) -> dict[str, Any]:
    given = json.loads((PAGES / "mastodon/status.json").read_text(encoding="utf-8"))
    own = {"id": str(number), "in_reply_to_id": reply_to and str(reply_to), "content": f"<p>Post {number}</p>"}
    return {**given, "replies_count": 0, "poll": None, "spoiler_text": "", **own, **rest}


def test_mastodon_from_a_tag_to_whole_conversations(forum: TinyForum, read: Any) -> None:
    start, answer_to_other = mastodon_status(1001, replies_count=2), mastodon_status(2003, 2002)
    tag = "/api/v1/timelines/tag/fiber?limit=40"
    forum.replies["/tags/fiber"] = page_of("mastodon/page.html")
    older = f'<{forum.url}/api/v1/timelines/tag/fiber?max_id=1001>; rel="next"'
    forum.replies[tag] = answer([answer_to_other, start], Link=older)
    forum.replies[tag + "&max_id=1001"] = answer([mastodon_status(900)])
    other = mastodon_status(2001, replies_count=1)
    between = mastodon_status(2002, 2001, replies_count=1)
    forum.replies["/api/v1/statuses/2003/context"] = answer({"ancestors": [other, between], "descendants": []})
    around = {"1001": [mastodon_status(1002, 1001), mastodon_status(1003, 1001)], "2001": [between, answer_to_other]}
    for number, below in around.items():
        forum.replies[f"/api/v1/statuses/{number}/context"] = answer({"ancestors": [], "descendants": below})
    for status in (start, other, mastodon_status(900)):
        forum.replies[f"/api/v1/statuses/{status['id']}"] = answer(status)
    result, posts = read("/tags/fiber")
    assert (result.engine, result.incidents, result.is_complete) == ("mastodon", (), True)
    assert {number: line["thread_id"] for number, line in posts.items()} == {
        **dict.fromkeys(("1001", "1002", "1003"), "1001"),
        **dict.fromkeys(("2001", "2002", "2003"), "2001"),
        "900": "900",
    }


def test_lemmy_from_a_post_for_people(forum: TinyForum, read: Any) -> None:
    forum.replies["/post/12"] = page_of("lemmy/page.html")
    forum.replies["/api/v3/post?id=12"] = page_of("lemmy/post.json")
    forum.replies["/api/v3/comment/list?post_id=12&type_=All&sort=Old&max_depth=100"] = page_of("lemmy/comments.json")
    result, posts = read("/post/12")
    assert (result.engine, result.incidents, result.set_aside_count) == ("lemmy", (), 2)
    assert sorted(posts) == ["comment-501", "comment-502", "comment-504", "comment-506", "post-12"]
    assert {line["thread_id"] for line in posts.values()} == {"12"}


def test_flarum_from_a_discussion_for_people(forum: TinyForum, read: Any) -> None:
    listed = "/api/posts?filter%5Bdiscussion%5D=12&sort=number&page%5Blimit%5D=50"
    whole = json.loads((PAGES / "flarum/posts.json").read_text(encoding="utf-8"))
    forum.replies["/d/12-brev-villkor"] = page_of("flarum/page.html")
    forum.replies[listed] = answer({**whole, "data": whole["data"][:6]})
    forum.replies[listed + "&page%5Boffset%5D=50"] = answer({**whole, "data": whole["data"][6:], "links": {}})
    result, posts = read("/d/12-brev-villkor")
    assert (result.engine, result.incidents, result.set_aside_count) == ("flarum", (), 2)
    assert sorted(posts) == ["501", "502", "504", "506"]


def test_discourse_from_a_topic_for_people_and_from_one_for_robots(forum: TinyForum, read: Any) -> None:
    further = [
        {"id": n, "username": "bo", "user_id": 8, "post_number": n - 480, "cooked": f"<p>{n}</p>"} for n in (509, 510)
    ]
    chunk = {"post_stream": {"posts": [{**post, "created_at": "2026-11-20T18:00:00Z"} for post in further]}, "id": 42}
    forum.replies["/t/42/posts.json?post_ids%5B%5D=509&post_ids%5B%5D=510"] = answer(chunk)
    forum.replies["/t/brev/42/2"] = page_of("discourse/topic_page.html")
    result, posts = read("/t/brev/42/2")
    assert (result.engine, result.incidents, sorted(posts)) == ("discourse", (), ["501", "502", "509", "510"])
    topic = json.loads((PAGES / "discourse/topic.json").read_text(encoding="utf-8"))
    stream = {"posts": topic["post_stream"]["posts"][:2], "stream": [501, 502, 509, 510]}
    forum.replies["/t/brev/42"] = page_of("discourse/crawler.html")
    forum.replies["/t/42.json"] = answer({**topic, "post_stream": stream})
    result, posts = read("/t/brev/42")
    assert (result.engine, result.incidents, sorted(posts)) == ("discourse", (), ["501", "502", "509", "510"])


def nodebb_topic(number: int, count: int) -> dict[str, Any]:
    given = json.loads((PAGES / "nodebb/topic.json").read_text(encoding="utf-8"))
    post = {**given["posts"][0], "content": f"<p>Topic {number}</p>"}
    posts = [{**post, "pid": number * 100 + n, "index": n} for n in range(count)]
    return {**given, "tid": number, "posts": posts, "pagination": {"currentPage": 1, "pageCount": 1}}


def test_nodebb_from_the_recent_topics_to_those_long_forgotten(forum: TinyForum, read: Any) -> None:
    def listed(*numbers: int, at: int, of: int, **rest: Any) -> Reply:
        rows = [{"tid": number, "slug": f"{number}/x", "title": "x"} for number in numbers]
        return answer(
            {"topics": rows, "pagination": {"currentPage": at, "pageCount": of}, "template": {"name": "x"}, **rest}
        )

    forum.replies["/api/recent"] = listed(3, 2, at=1, of=2)
    forum.replies["/api/recent?page=2"] = listed(1, at=2, of=2)
    inside = [{"cid": 8, "slug": "8/fiber", "children": []}]
    index = {"categories": [{"cid": 7, "slug": "7/bredband", "children": inside}], "template": {"name": "categories"}}
    forum.replies["/api/categories"] = answer({**index, "pagination": {"currentPage": 1, "pageCount": 1}})
    forum.replies["/api/category/7"] = listed(3, 9, at=1, of=1, cid=7, children=inside)
    forum.replies["/api/category/8"] = listed(10, at=1, of=1, cid=8)
    for number in (1, 2, 3, 9, 10):
        forum.replies[f"/api/topic/{number}"] = answer(nodebb_topic(number, count=2))
    result, posts = read("/api/recent")
    assert (result.engine, result.incidents, result.is_complete) == ("nodebb", (), True)
    assert {line["thread_id"] for line in posts.values()} == {"1", "2", "3", "9", "10"}
    assert len(posts) == 10
