"""The board's search finds what is there, newest first, reads no more than it must, and says where it stopped."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.landings import T0, a_post, write_landing
from warehouse import board_search
from warehouse.board_rows import get_post, suggested_posts
from warehouse.board_search import GROWTH, search_posts, stretches
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.ledger import put_claim
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.records import Claim
from warehouse.records.board import BoardPost, PostQuery
from warehouse.rollups import refresh, touch

ZONE = "Europe/Stockholm"
TEXTS = ("Årsavgiften kom i går.", "Vad gäller för ÅRSAVGIFTER?", "Brevet (100 %_sant) a+b", "Inget särskilt.")


HELD = """
SELECT m.sentiment, coalesce((SELECT list(DISTINCT label ORDER BY label) FROM label_current AS l
        WHERE l.post_key = p.post_key AND l.task = 'topic' AND m.post_key IS NOT NULL), []),
    m.post_key IS NOT NULL, c.claim_id, c.stance, c.tier
FROM post AS p
LEFT JOIN mention_current AS m USING (post_key)
LEFT JOIN match_current AS c ON c.post_key = p.post_key
WHERE p.post_key = $key
ORDER BY c.tier, c.claim_id
"""
"""What is held of a post, from the tables themselves."""


@pytest.fixture
def full(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Four posts a day for thirty days, all about the company; every fourth day's tone is negative."""
    posts = [
        a_post(n, posted_at=T0 - timedelta(hours=6 * n), seen_at=T0, text=f"{TEXTS[n % 4]} Nummer {n:03d}.")
        for n in range(120)
    ]
    load_landing(con, write_landing(tmp_path / "l.gz", posts), run_id="r")
    for n in range(120):
        judge(con, post_key("forum", f"p{n}"), task="relevance", labels=["relevant"], by="A", at=T0)
        tone = "negative" if n // 4 % 4 == 0 else "neutral"
        judge(con, post_key("forum", f"p{n}"), task="sentiment", labels=[tone], by="A", at=T0)
    refresh(con)
    return con


def numbers(con: duckdb.DuckDBPyConnection, query: PostQuery, **given: int) -> tuple[list[int], datetime | None]:
    found = search_posts(con, query, timezone=ZONE, **given)
    return [int(post.text[-4:-1]) for post in found.posts if post.text], found.read_from


def test_words_are_found_whatever_their_case_and_signs(full: duckdb.DuckDBPyConnection) -> None:
    expected = {"årsavgift": {0, 1}, "ÅRSAVGIFTER": {1}, "%_": {2}, "A+B": {2}, "(100": {2}, ".*": set(), "$": set()}
    for words, rests in expected.items():
        assert numbers(full, PostQuery(words=words), limit=200)[0] == [n for n in range(120) if n % 4 in rests]


def test_pages_follow_each_other_and_miss_nothing(full: duckdb.DuckDBPyConnection) -> None:
    found: list[int] = []
    before = None
    while page := search_posts(full, PostQuery(before=before), timezone=ZONE, limit=7).posts:
        found += [int(post.text[-4:-1]) for post in page if post.text]
        before = page[-1].posted_at
    assert found == list(range(120))


def test_labels_and_days_narrow_it(full: duckdb.DuckDBPyConnection) -> None:
    negative = [n for n in range(120) if n // 4 % 4 == 0]
    assert numbers(full, PostQuery(sentiment="negative"), limit=200)[0] == negative
    day = date(2023, 9, 20)
    only = PostQuery(first_day=day, last_day=day)
    at = {n: (T0 - timedelta(hours=6 * n)).astimezone(board_search.COUNTED_IN).date() for n in range(120)}
    assert numbers(full, only)[0] == [n for n in range(120) if at[n] == day]
    assert numbers(full, PostQuery(last_day=date.max), limit=3)[0] == [0, 1, 2]


def test_where_it_stops_is_said_and_can_be_gone_on_from(
    full: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_search, "FIRST_READ", 8)
    query = PostQuery(words="Nummer 119")
    found, read_from = numbers(full, query, most=30)
    assert found == []
    assert read_from is not None
    turns = 0
    while read_from is not None:
        assert T0 - timedelta(hours=6 * 119) < read_from
        found, read_from = numbers(full, PostQuery(words="Nummer 119", before=read_from), most=30)
        turns += 1
    assert found == [119]
    assert turns < 5
    # A page that is full ends nothing.
    assert numbers(full, PostQuery(), limit=5, most=1) == ([0, 1, 2, 3, 4], None)


def test_a_post_from_the_counts_is_what_the_tables_say(full: duckdb.DuckDBPyConnection) -> None:
    put_claim(full, Claim(claim_id="c", statement="s", truth="t", created_at=T0))
    keys = [post_key("forum", f"p{n}") for n in range(6)]
    for key, stance in zip(keys, ("support", "deny", "unrelated"), strict=False):
        judge(full, key, task="stance", claim_id="c", labels=[stance], by="Bo", at=T0)
    judge(full, keys[4], task="relevance", labels=["irrelevant"], by="Bo", at=T0 + timedelta(hours=1))
    touch(full, keys)
    refresh(full)
    for key in keys:
        held = [(p.sentiment, list(p.topics), p.is_mention, p.claim_id, p.stance, p.tier) for p in get_post(full, key)]
        assert held == full.execute(HELD, {"key": key}).fetchall()
    assert [post.stance for key in keys[:3] for post in get_post(full, key)] == ["support", "deny", None]
    assert [get_post(full, key)[0].is_mention for key in keys] == [True, True, True, True, False, True]
    assert get_post(full, keys[0])[0].judged_by == "Bo"
    assert get_post(full, "none") == []


def test_posts_of_one_moment_are_on_one_page_each(full: duckdb.DuckDBPyConnection) -> None:
    """Many places tell the time by the minute."""
    full.execute("UPDATE post SET posted_at = time_bucket(INTERVAL 1 DAY, posted_at) + INTERVAL 12 HOUR")
    touch(full, [key for (key,) in full.execute("SELECT post_key FROM post").fetchall()])
    refresh(full)
    for words in ("", "Nummer"):
        for size in (1, 3, 7):
            found: list[BoardPost] = []
            place: dict[str, Any] = {}
            while page := search_posts(full, PostQuery(words=words, **place), timezone=ZONE, limit=size).posts:
                found += page
                place = {"before": page[-1].posted_at, "after_key": page[-1].post_key}
            assert len({post.post_key for post in found}) == len(found) == 120
            assert found == sorted(found, key=lambda post: (-post.posted_at.timestamp(), post.post_key))


def test_a_page_is_filled_though_some_of_its_posts_are_gone(full: duckdb.DuckDBPyConnection) -> None:
    full.execute("UPDATE post SET deleted_at = seen_at WHERE post_id IN ('p1', 'p2')")
    full.execute("UPDATE post SET text = NULL WHERE post_id IN ('p0', 'p5')")
    assert numbers(full, PostQuery(), limit=4)[0] == [3, 4, 6, 7]
    assert numbers(full, PostQuery(words="Nummer"), limit=4)[0] == [3, 4, 6, 7]


def test_suggested_posts_are_paged_newest_first_and_miss_none(full: duckdb.DuckDBPyConnection) -> None:
    for claim in ("c", "d"):
        put_claim(full, Claim(claim_id=claim, statement="s", truth="t", created_at=T0))
    known = full.execute("SELECT post_key, revision FROM post").fetchall()
    may_be = [(key, of) for key, of in known if int(hashlib.sha256(key.encode()).hexdigest(), 16) % 3]
    found = [Match(post_key=k, revision=r, claim_id="c", tier="suggest", stance="query") for k, r in may_be]
    save_matches(full, known, found, model="m", version="v", at=T0)
    # Several of one hour, and one that a person has looked at.
    full.execute(
        "UPDATE post SET posted_at = time_bucket(INTERVAL 1 DAY, posted_at) + to_seconds(hash(post_id) % 3 * 60)"
    )
    judge(full, may_be[0][0], task="match", claim_id="c", labels=["unrelated"], by="Bo", at=T0)
    touch(full, [key for key, _ in known])
    refresh(full)
    for size in (1, 5, 200):
        paged: list[BoardPost] = []
        place: dict[str, Any] = {}
        while page := suggested_posts(full, "c", **place, limit=size):
            paged += page
            place = {"before": page[-1].posted_at, "after_key": page[-1].post_key}
        assert len({post.post_key for post in paged}) == len(paged) == len(may_be) - 1
        assert [post.posted_at for post in paged] == sorted((post.posted_at for post in paged), reverse=True)
    assert {(post.tier, post.stance, post.claim_id, post.judged_by) for post in paged} == {
        ("suggest", "query", "c", None)
    }
    assert {post.sentiment for post in paged} == {"negative", "neutral"}
    assert suggested_posts(full, "d") == []


@given(st.lists(st.integers(1, 9000), max_size=300))
def test_stretches_hold_each_day_once_and_grow(counts: list[int]) -> None:
    days = [(date(2026, 1, 1) - timedelta(days=n), count) for n, count in enumerate(counts)]
    found = list(stretches(days, least=100))
    assert sum(one.count for one in found) == sum(counts)
    assert [one.last for one in found[1:]] == [one.first - timedelta(days=1) for one in found[:-1]]
    for number, one in enumerate(found[:-1]):
        assert one.count >= 100 * GROWTH**number
