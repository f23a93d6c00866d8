"""What is counted for now from the counts that are kept is what the posts themselves say, to the last field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.landings import T0, a_post, hours, write_landing
from tests.warehouse.test_digest_rows import ZONE, full
from warehouse.digest_now import count_now
from warehouse.digest_rows import Counted, count_as_of
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.rollups import refresh

__all__ = ["full"]
Change = Callable[[duckdb.DuckDBPyConnection, Path], None]
NOW = hours(31)


def nothing(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Leave it as it is."""


def long_ago(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Posts of the last hundred days, all about the company, every third of them on the claim."""
    posts = [
        a_post(
            100 + n, posted_at=T0 - timedelta(days=n, hours=n % 5), seen_at=T0 - timedelta(days=n) + timedelta(hours=6)
        )
        for n in range(1, 100)
    ]
    load_landing(con, write_landing(folder / "old.gz", posts), run_id="old")
    keys = {post_key("forum", f"p{n}"): n for n in range(101, 200)}
    revisions = dict(con.execute("SELECT post_key, revision FROM post").fetchall())
    for key in keys:
        judge(con, key, task="relevance", labels=["relevant"], by="Anna", at=T0)
    found = [
        Match(post_key=key, revision=revisions[key], claim_id="om", tier="auto", stance=("support", "deny")[n % 2],
              stance_score=0.7)
        for key, n in keys.items() if n % 3 == 0
    ]  # fmt: skip
    save_matches(con, [(key, revisions[key]) for key in keys], found, model="pair", version="x", at=T0)


def judged_otherwise(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """What a person says of a new post and of an old one."""
    long_ago(con, folder)
    judge(con, post_key("forum", "p1"), task="relevance", labels=["irrelevant"], by="Bo", at=hours(2))
    judge(con, post_key("forum", "p3"), task="sentiment", labels=["positive"], by="Bo", at=hours(2))
    judge(con, post_key("forum", "p150"), task="relevance", labels=["irrelevant"], by="Bo", at=hours(2))


def edited(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A post that says something else since."""
    changed = a_post(5, posted_at=T0 - timedelta(minutes=50), seen_at=hours(20), text="Nu står här annat.")
    load_landing(con, write_landing(folder / "edited.gz", [changed]), run_id="edited")


@pytest.mark.parametrize("change", [nothing, long_ago, judged_otherwise, edited])
@pytest.mark.parametrize(("zone", "back"), [(ZONE, 0), (ZONE, 1), ("UTC", 0)])
def test_it_is_what_the_posts_say(
    change: Change, zone: str, back: int, full: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    change(full, tmp_path)
    refresh(full)
    slow, quick = both(full, NOW, zone, back)
    assert sum(day.post_count for day in slow.volume) > 5
    assert replace(quick, claims=()) == replace(slow, claims=())
    for ours, theirs in zip(quick.claims, slow.claims, strict=True):
        assert ours.first_posted_at and theirs.first_posted_at
        assert timedelta() <= theirs.first_posted_at - ours.first_posted_at < timedelta(hours=1)
        if zone == ZONE:
            assert replace(ours, first_posted_at=None) == replace(theirs, first_posted_at=None)


def test_the_tables_are_seen_whole_again(full: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    long_ago(full, tmp_path)
    before = full.execute("SELECT count(*) FROM post").fetchone()
    refresh(full)
    both(full, NOW, ZONE, 0)
    assert full.execute("SELECT count(*) FROM post").fetchone() == before
    assert full.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'post'").fetchone() == (
        0,
    )


def both(con: duckdb.DuckDBPyConnection, now: datetime, zone: str, back: int) -> tuple[Counted, Counted]:
    day = now.date() - timedelta(days=back)
    return count_as_of(con, day, now, zone), count_now(con, day, now, zone)
