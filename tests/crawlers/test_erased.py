"""What was erased is not written again, however it is met: crawled, edited, quoted, listened to."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crawlers.pseudonym import ERASED, author_key
from tests.crawlers.conftest import SECRET, Crawl
from tests.crawlers.stream_world import START, commit, post
from tests.crawlers.test_jetstream import SECRET as STREAM_SECRET
from tests.crawlers.test_jetstream import batch, take_all, wire
from tests.crawlers.tiny_forum import TinyForum
from warehouse.records import Post

GONE = {
    ("post", "tiny", "t1-2"),
    ("author", "tiny", author_key(SECRET, "tiny", "bosse")),
    ("title", "tiny", "t2"),
}


def is_erased(kind: str, source: str, name: str) -> bool:
    return (kind, source, name) in GONE


def test_a_crawl_writes_none_of_it_and_finds_no_news_in_it(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    forum.thread("t1", "Open Infra igen", "hemligt", "av bosse")
    forum.threads["t1"]["posts"][2]["author"] = "bosse"
    forum.thread("t2", "svar", title="Open Infra, sa han")
    forum.threads["t2"]["posts"][0]["quoted"] = ["bosses ord"]  # the little engine says that bosse is quoted
    _, found = crawl(is_erased=is_erased)
    posts = {record.post_id: record for record in found if isinstance(record, Post)}
    assert set(posts) == {"t1-1", "t2-1"}
    assert (posts["t2-1"].thread_title, posts["t2-1"].quoted[0].text, posts["t2-1"].quoted[0].author_key) == (
        "",
        "",
        None,
    )
    with sqlite3.connect(tmp_path / "frontier.sqlite") as db:
        known = dict(db.execute("SELECT post_id, content_key FROM known_post"))
    assert {post_id for post_id, key in known.items() if key == ERASED} == {"t1-2", "t1-3"}
    forum.threads["t1"]["posts"][1]["text"] = "hemligt, ändrat"
    forum.threads["t1"]["posts"].append({"id": "t1-4", "text": "nytt"})
    _, again = crawl(is_erased=is_erased)
    assert [record.post_id for record in again if isinstance(record, Post)] == ["t1-4"]


def test_a_listener_writes_none_of_it_either(tmp_path: Path) -> None:
    anna, bosse = "did:plc:annaannaanna", "did:plc:bossebossebosse"
    gone = {
        ("post", "bluesky", f"at://{anna}/app.bsky.feed.post/a1"),
        ("author", "bluesky", author_key(STREAM_SECRET, "bluesky", bosse)),
    }
    events = [
        commit(START, anna, "a1", post("Open Infra ett")),
        commit(START + 1, bosse, "b1", post("Open Infra två")),
        commit(START + 2, anna, "a2", post("Open Infra tre")),
        commit(START + 3, anna, "a1", post("Open Infra ett, ändrat"), operation="update"),
    ]
    into = batch(tmp_path / "frontier.sqlite")
    into.is_erased = lambda kind, source, name: (kind, source, name) in gone
    found = take_all(into, [wire(event) for event in events], quick=False)
    assert [record.text for record in found if isinstance(record, Post)] == ["Open Infra tre"]
    assert set(into.heard.news.posts) == {f"at://{anna}/app.bsky.feed.post/a2"}
