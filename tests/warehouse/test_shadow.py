"""Functions that see some posts alone say of those what they say of all: late posts, edits, past moments."""

from __future__ import annotations

import random
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.warehouse.landings import a_post, hours, write_landing
from warehouse import clusters, watching
from warehouse.connection import LOOKED_UP
from warehouse.labels import Annotation, Label, judge, pending_posts, save_labels, undo_judgement
from warehouse.load import load_landing
from warehouse.matches import Match, pending_matches, save_matches

DAYS = 24.0


class Months:
    """A warehouse in which things happen for months."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, seed: int) -> None:
        self.con, self.folder, self.pick, self.day = con, folder, random.Random(seed), 0

    def a_day(self) -> None:
        """Posts come, late and edited and posted at another time; some are read, matched, and judged by people."""
        self.day += 1
        now = hours(self.day * DAYS)
        posts = [
            a_post(
                number,
                text=f"Post {number} säger {self.pick.choice(['ett', 'två'])}",
                seen_at=now - timedelta(days=self.pick.choice([0, 0, 0, 20])),
                posted_at=now - timedelta(days=self.pick.choice([1, 1, 15, 40])),
            )
            for number in self.pick.sample(range(1, 3 * self.day + 5), 3)
        ]
        load_landing(self.con, write_landing(self.folder / f"{self.day}.gz", posts), run_id="r")
        if self.pick.random() < 0.7:
            self.read_and_match()
        if self.pick.random() < 0.4:
            self.say()

    def read_and_match(self) -> None:
        at = hours(self.day * DAYS + 1)
        posts = pending_posts(self.con, model_version="v", limit=99)
        found = [
            Annotation(
                post_key=post.post_key,
                revision=post.revision,
                language="sv",
                labels=tuple(
                    Label(task=task, label=self.pick.choice(labels), score=0.9)
                    for task, labels in (
                        ("relevance", ["relevant", "irrelevant"]),
                        ("sentiment", ["negative", "positive"]),
                    )
                ),
            )
            for post in posts
        ]
        save_labels(
            self.con, found, model="m", model_version="v", at=at, vectors=np.eye(len(posts), 4, dtype=np.float32)
        )
        waiting, _ = pending_matches(self.con, version="x", model_version="v", limit=99)
        matches = [
            Match(
                post_key=post.post_key,
                revision=post.revision,
                claim_id="om",
                tier=self.pick.choice(["auto", "suggest", "none"]),
            )
            for post in waiting
        ]
        save_matches(self.con, [(p.post_key, p.revision) for p in waiting], matches, model="m", version="x", at=at)

    def say(self) -> None:
        """A person says of any post whether it is about the claim, or takes it back."""
        at = hours(self.day * DAYS + 2)
        (key,) = self.pick.choice(self.con.execute("SELECT post_key FROM post ORDER BY post_key").fetchall())
        judged = {key for (key,) in self.con.execute("SELECT post_key FROM judgement").fetchall()}
        if key in judged:
            undo_judgement(self.con, key, by="Ann", at=at)
            self.con.execute("DELETE FROM judgement WHERE post_key = $key", {"key": key})
        else:
            judge(
                self.con,
                key,
                task="match",
                labels=[self.pick.choice(["about", "unrelated"])],
                by="Ann",
                at=at,
                claim_id="om",
            )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_asked_of_lately_is_what_all_history_says(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    months, met = Months(con, tmp_path, seed), 0
    for _ in range(45):
        months.a_day()
    for day in (10, 20, 30, 40, 45, 46):
        now = hours(day * DAYS)
        asked = {"now": now, "seen_after": now - timedelta(days=5), "posted_from": now - timedelta(days=9)}
        near = (
            watching.matched_posts(con, **asked),
            clusters.unmatched_mentions(con, now=now, model_version="v", seen_after=now - timedelta(days=12)),
        )
        with monkeypatch.context() as patch:
            patch.setattr(watching, "shadowed", lambda *_, **__: nullcontext())
            patch.setattr(clusters, "shadowed", lambda *_, **__: nullcontext())
            whole = (
                watching.matched_posts(con, **asked),
                clusters.unmatched_mentions(con, now=now, model_version="v", seen_after=now - timedelta(days=12)),
            )
        assert near[0] == whole[0]
        assert near[1][0] == whole[1][0]
        assert np.array_equal(near[1][1], whole[1][1])
        met += len(near[0]) * len(near[1][0])
    assert met


def test_a_few_posts_are_found_by_their_keys(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "INSERT INTO thread SELECT 't' || i, 's', 't', 'title', now(), now() FROM range(300000) AS r(i);"
        "CREATE TEMP TABLE wanted AS SELECT 't' || i * 7 AS thread_key FROM range($count) AS r(i)",
        {"count": LOOKED_UP - 48},
    )
    asked = "SELECT count(*) FROM thread SEMI JOIN wanted USING (thread_key)"
    assert con.execute(asked).fetchall() == [(LOOKED_UP - 48,)]
    assert "Index Scan" in con.execute(f"EXPLAIN ANALYZE {asked}").fetchall()[0][1]
