"""Counts that are kept up to date equal counts made anew, whatever has happened in between."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.landings import T0, a_post, empty_warehouse, hours, write_landing
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.erase import erase
from warehouse.errors import LedgerError
from warehouse.labels import Annotation, Label, judge, pending_posts, save_labels, undo_judgement
from warehouse.ledger import follow, put_claim, put_segments
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.named import statements
from warehouse.publish import publish
from warehouse.records import Claim, Deletion, Segment
from warehouse.retention import expire
from warehouse.rollups import refresh

Step = Callable[[Path, int], None]
ROLLED = ("daily_volume", "hourly_volume", "claim_timeline", "claim_uptake", "share_of_voice", "top_thread")
MORE = ("daily_topic", "hourly_topic", "daily_claim", "hourly_claim", "daily_segment", "hourly_segment")
BASE = (
    "post", "post_revision", "sighting", "post_label", "annotation", "match_pass", "claim_match", "judgement", "quote",
)  # fmt: skip
ANEW = {
    "daily_volume": """
        SELECT timezone('Europe/Stockholm', posted_at)::DATE AS day, source, count(*),
            count(*) FILTER (sentiment = 'negative'), count(*) FILTER (is_rumour)
        FROM mention_current GROUP BY ALL""",
    "hourly_volume": """
        SELECT time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, source, count(*),
            count(*) FILTER (sentiment = 'negative'), count(*) FILTER (is_rumour)
        FROM mention_current GROUP BY ALL""",
    "claim_timeline": """
        SELECT m.claim_id, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at, m.stance, count(*),
            count(DISTINCT p.author_key)
        FROM match_current AS m JOIN post AS p USING (post_key) WHERE m.tier = 'auto' GROUP BY ALL""",
    "daily_topic": """
        SELECT timezone('Europe/Stockholm', p.posted_at)::DATE AS day, p.source, l.label, p.sentiment, count(*),
            count(*) FILTER (p.is_rumour)
        FROM mention_current AS p JOIN label_current AS l ON l.post_key = p.post_key AND l.task = 'topic'
        GROUP BY ALL""",
    "daily_claim": """
        SELECT timezone('Europe/Stockholm', p.posted_at)::DATE AS day, m.claim_id, p.source, m.stance, count(*),
            count(DISTINCT p.author_key)
        FROM match_current AS m JOIN post AS p USING (post_key) WHERE m.tier = 'auto' GROUP BY ALL""",
    "top_thread": """
        SELECT t.thread_key, t.source, t.thread_id, t.thread_title, count(*),
            count(*) FILTER (p.sentiment = 'negative'), count(*) FILTER (p.is_rumour),
            count(DISTINCT p.author_key), max(p.view_count), min(p.posted_at),
            max(p.posted_at), arg_min(p.url, row(p.posted_at, p.post_key))
        FROM mention_current AS p JOIN thread AS t USING (thread_key) GROUP BY ALL""",
    "suggestion_fact": """
        SELECT m.post_key, m.claim_id, time_bucket(INTERVAL 1 HOUR, p.posted_at) AS hour_at, m.stance,
            coalesce(c.sentiment, ''), CASE WHEN c.post_key IS NULL THEN [] ELSE (
                SELECT coalesce(list(DISTINCT label ORDER BY label), []) FROM label_current AS l
                WHERE l.post_key = m.post_key AND l.task = 'topic'
            ) END, p.posted_at
        FROM match_current AS m JOIN post AS p USING (post_key) LEFT JOIN mention_current AS c USING (post_key)
        WHERE m.tier = 'suggest' AND p.text IS NOT NULL AND p.deleted_at IS NULL""",
}
"""What the views must say, from the tables themselves."""


def load(path: Path, seed: int) -> None:
    """Load a few posts, some edited, some moved to another hour, one gone."""
    rng = np.random.default_rng(seed)
    posts = []
    for number in rng.choice(8, size=4, replace=False):
        changes: dict[str, Any] = {
            "text": f"text {rng.integers(3)}",
            "seen_at": hours(float(rng.integers(200))),
            "posted_at": T0 - timedelta(hours=int(rng.integers(30)), minutes=int(rng.integers(60))),
            "view_count": int(rng.integers(100)),
            "author_key": f"author-{number % 3}",
            "thread_title": f"title {rng.integers(4)}",
            "source": ("forum", "other")[number % 2],
        }
        posts.append(a_post(int(number), **changes))
    gone = Deletion(source="forum", post_id=f"p{rng.integers(8)}", seen_at=hours(float(rng.integers(300))))
    with open_warehouse(path) as con:
        load_landing(con, write_landing(path.with_name(f"{seed}.gz"), [*posts, gone]), run_id="r")


def label(path: Path, seed: int) -> None:
    """Let a model of one of two versions read what it has not read."""
    rng, version = np.random.default_rng(seed), f"v{seed % 2}"
    with open_warehouse(path) as con:
        found = [
            Annotation(
                post_key=post.post_key,
                revision=post.revision,
                language="sv",
                labels=(
                    Label(task="relevance", label=rng.choice(["relevant", "relevant", "irrelevant"]), score=0.9),
                    Label(task="sentiment", label=rng.choice(["negative", "neutral"]), score=0.8),
                    *(
                        Label(task="topic", label=str(t), score=0.7)
                        for t in rng.choice(["price", "speed"], rng.integers(3), False)
                    ),
                ),
            )
            for post in pending_posts(con, model_version=version, limit=99)
        ]
        save_labels(con, found, model="m", model_version=version, at=hours(seed % 50))


def match(path: Path, seed: int) -> None:
    """Hold the posts against two claims."""
    rng = np.random.default_rng(seed)
    with open_warehouse(path) as con:
        keys = con.execute("SELECT post_key, revision FROM post WHERE text IS NOT NULL ORDER BY ALL").fetchall()
        found = [
            Match(
                post_key=key,
                revision=revision,
                claim_id=claim,
                tier=str(rng.choice(["auto", "suggest"])),
                stance=str(rng.choice(["support", "deny"])),
            )
            for key, revision in keys
            for claim in ("c", "d")
            if rng.random() < 0.6
        ]
        save_matches(con, keys, found, model="m", version=f"x{seed}", at=hours(seed % 50))


def person(path: Path, seed: int) -> None:
    """Let a person judge a post, or take the last judgement back."""
    rng = np.random.default_rng(seed)
    with open_warehouse(path) as con:
        keys = [key for (key,) in con.execute("SELECT post_key FROM post ORDER BY 1").fetchall()]
        if not keys:
            return
        key = str(rng.choice(keys))
        task, choices, claim = (
            ("relevance", ("relevant", "irrelevant"), ""), ("sentiment", ("negative", "positive"), ""),
            ("topic", ("price", "outage"), ""), ("stance", ("support", "unrelated"), "c"),
            ("match", ("about", "unrelated"), "d"),
        )[seed % 5]  # fmt: skip
        if rng.random() < 0.3:
            try:
                undo_judgement(con, key, by="Anna", at=hours(seed))
            except LedgerError:
                return
        else:
            judge(con, key, task=task, labels=[str(rng.choice(choices))], by="Anna", at=hours(seed), claim_id=claim)


def claim(path: Path, seed: int) -> None:
    """Follow a claim no more, or again."""
    with open_warehouse(path) as con:
        follow(con, "c", is_followed=bool(seed % 2), by="Anna", at=hours(seed))


def forget(path: Path, seed: int) -> None:
    """Erase an author, or let old words expire."""
    if seed % 2:
        erase(path, at=hours(999), author_key=f"author-{seed % 3}")
    else:
        expire(path, now=T0 + timedelta(days=10), days=10)


def count(path: Path, seed: int) -> None:
    """Bring the counts up to date."""
    with open_warehouse(path) as con:
        refresh(con)


STEPS: tuple[Step, ...] = (load, load, label, match, person, person, claim, forget, count, count)


@settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), min_size=4, max_size=9))
def test_kept_up_to_date_is_made_anew(tmp_path: Path, steps: list[tuple[Step, int]]) -> None:
    path = tmp_path / "w" / "warehouse.duckdb"
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    path.write_bytes(empty_warehouse())
    with open_warehouse(path) as con:
        put_segments(
            con, [Segment(segment="a", name="A", customer_count=1), Segment(segment="b", name="B", customer_count=2)]
        )
        one = Claim(claim_id="c", statement="s", truth="t", created_at=T0, segments=("a",))
        for claim_id in ("c", "d"):
            put_claim(con, replace(one, claim_id=claim_id))
    for number, (step, seed) in enumerate([(load, 1), (label, 1), (match, 2), (count, 0), *steps, (count, 0)]):
        step(path, seed * 100 + number)
    with open_warehouse(path) as con:
        kept = table_hashes(con)
        for view, anew in ANEW.items():
            ours, theirs = (sorted(con.execute(sql).fetchall(), key=repr) for sql in (f"FROM {view}", anew))
            assert ours == theirs, view
        con.execute("INSERT INTO dirty_post SELECT post_key FROM post")
        assert refresh(con) == con.execute("SELECT count(*) FROM post").fetchall()[0][0]
        assert table_hashes(con) == kept


def test_a_change_of_one_post_is_asked_of_that_post_alone(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    posts = [a_post(number, source=("forum", "other")[number % 2]) for number in range(40)]
    load_landing(con, write_landing(tmp_path / "l.gz", posts), run_id="r")
    keys = [key for (key,) in con.execute("SELECT post_key FROM post ORDER BY 1").fetchall()]
    assert refresh(con) == 40
    judge(con, keys[0], task="relevance", labels=["relevant"], by="Anna", at=T0)
    assert refresh(con) == 1
    assert refresh(con) == 0
    assert con.execute("SELECT sum(post_count) FROM daily_volume").fetchall() == [(1,)]
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name = 'post'").fetchall()
    assert names == []


@pytest.mark.parametrize("view", [*ROLLED, *MORE])
def test_a_rolled_up_view_reads_no_table_of_posts(con: duckdb.DuckDBPyConnection, view: str) -> None:
    con.execute("SET explain_output = 'all'")  # also the plan before tables that are empty here are left out
    plans = "".join(plan for _, plan in con.execute(f"EXPLAIN FROM {view}").fetchall())
    read = set(re.findall(r"\.main\.(\w+)", plans))
    assert read
    assert read.isdisjoint(BASE)


def test_every_view_of_counts_is_published_up_to_date(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_landing(con, write_landing(tmp_path / "l.gz", [a_post(1)]), run_id="r")
    (key,) = con.execute("SELECT post_key FROM post").fetchall()[0]
    judge(con, key, task="relevance", labels=["relevant"], by="Anna", at=T0)
    target = publish(con, tmp_path / "published.duckdb").path
    with open_warehouse(target, read_only=True) as snapshot:
        assert snapshot.execute("SELECT sum(post_count) FROM daily_volume").fetchall() == [(1,)]
    assert not publish(con, target).is_new
    assert {name for name, _ in statements("views")} >= {*ROLLED, *MORE, "label_quality"}
