"""Lists of what may wait: whatever happens, a step is given what looking through all history would give it."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from tests.warehouse.landings import a_post, hours, write_landing
from warehouse.aside import SetAsidePost, set_aside, try_again
from warehouse.copies import Compared, done_with_texts, save_compared, uncompared
from warehouse.labels import Annotation, Label, done_with_posts, pending_posts, save_labels
from warehouse.load import load_landing
from warehouse.matches import done_with_matches, pending_matches, save_matches
from warehouse.waiting import forget_list

VERSIONS = ("v1", "v2")
UNREAD = """
SELECT p.post_key FROM post AS p
ANTI JOIN (FROM annotation WHERE model_version = $version) AS a ON a.post_key = p.post_key AND a.revision = p.revision
ANTI JOIN (FROM post_set_aside WHERE step = 'annotate' AND version = $version) AS s
    ON s.post_key = p.post_key AND s.revision = p.revision
WHERE p.text IS NOT NULL ORDER BY p.seen_at, p.post_key
"""
UNMATCHED = """
SELECT p.post_key FROM post AS p
JOIN embedding AS e ON e.post_key = p.post_key AND e.revision = p.revision AND e.model_version = $model_version
ANTI JOIN (FROM match_pass WHERE version = $version) AS m ON m.post_key = p.post_key AND m.revision = p.revision
WHERE p.text IS NOT NULL AND e.vector IS NOT NULL AND p.posted_at > $since ORDER BY p.seen_at, p.post_key
"""
UNCOMPARED = """
SELECT p.post_key FROM post AS p JOIN post_revision AS r USING (post_key, revision)
ANTI JOIN text_print AS t ON t.post_key = p.post_key AND t.revision = p.revision
WHERE p.text IS NOT NULL ORDER BY r.first_seen_at, p.post_key
"""


class History:
    """A warehouse to which things happen at random."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, seed: int) -> None:
        self.con, self.folder, self.pick, self.turn = con, folder, random.Random(seed), 0
        self.since = hours(-1000)

    def step(self) -> None:
        """Let something happen, and see that nothing is missed."""
        self.turn += 1
        self.since = hours(self.pick.choice([-1000, -30, -20, self.turn - 25]))
        happen = (self.load, self.load, self.label, self.hold, self.compare, self.be_done, self.stumble, self.expire)
        self.pick.choice(happen)()
        self.check()

    def load(self) -> None:
        """New posts, edits, edits taken back, posts that stand as they did, other times of posting."""
        posts = [
            a_post(
                number,
                text=f"Post {number} säger {self.pick.choice(['ett', 'två'])}",
                seen_at=hours(self.turn),
                posted_at=hours(-self.pick.choice([1, 1, 25])),
            )
            for number in self.pick.sample(range(1, 7), self.pick.randint(1, 3))
        ]
        load_landing(self.con, write_landing(self.folder / f"{self.turn}.gz", posts), run_id="r")

    def label(self) -> None:
        version = self.pick.choice(VERSIONS)
        posts = pending_posts(self.con, model_version=version, limit=self.pick.randint(1, 4))
        found = [
            Annotation(
                post_key=post.post_key,
                revision=post.revision,
                language="sv",
                labels=(Label(task="relevance", label="relevant", score=0.9),),
            )
            for post in posts
        ]
        vectors = np.ones((len(posts), 2), np.float32)
        save_labels(self.con, found, model="m", model_version=version, at=hours(self.turn), vectors=vectors)

    def hold(self) -> None:
        model, version = self.pick.choice(VERSIONS), self.pick.choice("ab")
        asked = {"version": f"{model}+{version}", "model_version": model, "posted_after": self.since}
        posts, _ = pending_matches(self.con, limit=self.pick.randint(1, 4), **asked)
        keys = [(post.post_key, post.revision) for post in posts]
        save_matches(self.con, keys, [], model=model, version=f"{model}+{version}", at=hours(self.turn))

    def compare(self) -> None:
        texts = uncompared(self.con, limit=self.pick.randint(1, 4))
        prints = pa.array([[1]] * texts.num_rows, pa.list_(pa.int64()))
        save_compared(self.con, Compared(texts=texts.drop_columns(["text"]), prints=prints, copies=()))

    def be_done(self) -> None:
        """Empty the lists, which those keep on which something waits."""
        done_with_posts(self.con, model_version=self.pick.choice(VERSIONS))
        done_with_texts(self.con)
        model = self.pick.choice(VERSIONS)
        done_with_matches(self.con, version=f"{model}+a", model_version=model, posted_after=self.since)
        if self.pick.random() < 0.1:
            forget_list(self.con, "match")

    def stumble(self) -> None:
        """A post is set aside, or all are tried again."""
        if self.pick.random() < 0.3:
            try_again(self.con)
        about = {"step": "annotate", "version": "v1", "reason": "error", "detail": "", "set_aside_at": hours(self.turn)}
        posts = pending_posts(self.con, model_version="v1", limit=1)
        set_aside(self.con, [SetAsidePost(post_key=one.post_key, revision=one.revision, **about) for one in posts])

    def expire(self) -> None:
        """Words and what was made of them go; a later crawl brings them back."""
        self.con.execute("CREATE OR REPLACE TEMP TABLE gone AS SELECT post_key FROM post ORDER BY seen_at LIMIT 1")
        for statement in (
            "DELETE FROM text_print WHERE post_key IN (FROM gone)",
            "UPDATE embedding SET vector = NULL WHERE post_key IN (FROM gone)",
            "UPDATE post_revision SET record_key = '', text = NULL WHERE post_key IN (FROM gone)",
            "UPDATE post SET record_key = '', text = NULL WHERE post_key IN (FROM gone)",
        ):
            self.con.execute(statement)

    def check(self) -> None:
        version = self.pick.choice(VERSIONS)
        asked = {"version": f"{version}+a", "model_version": version}
        found = [one.post_key for one in pending_posts(self.con, model_version=version, limit=99)]
        assert found == self.keys(UNREAD, version=version)
        assert uncompared(self.con, limit=99)["post_key"].to_pylist() == self.keys(UNCOMPARED)
        posts, _ = pending_matches(self.con, limit=99, posted_after=self.since, **asked)
        assert [one.post_key for one in posts] == self.keys(UNMATCHED, since=self.since, **asked)

    def keys(self, sql: str, **values: object) -> list[str]:
        return [key for (key,) in self.con.execute(sql, values or None).fetchall()]


@pytest.mark.parametrize("seed", range(5))
def test_lists_give_what_looking_through_all_would(con: duckdb.DuckDBPyConnection, tmp_path: Path, seed: int) -> None:
    history = History(con, tmp_path, seed)
    for _ in range(20):
        history.step()


def test_a_list_is_empty_when_its_step_is_done_and_full_of_what_came_since(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    listed = "SELECT step, count(*) FROM waiting_post GROUP BY step ORDER BY step"
    history = History(con, tmp_path, 0)
    posts = [a_post(number, posted_at=hours(-number)) for number in range(1, 4)]
    load_landing(con, write_landing(tmp_path / "a.gz", posts), run_id="r")
    assert con.execute(listed).fetchall() == []
    assert len(pending_posts(con, model_version="v1", limit=9)) == 3
    done_with_posts(con, model_version="v1")
    assert con.execute(listed).fetchall() == [("annotate", 3)]
    while pending_posts(con, model_version="v1", limit=9):
        history.label()
    done_with_posts(con, model_version="v1")
    since = hours(0) - timedelta(days=90)
    assert len(pending_matches(con, version="v1+a", model_version="v1", limit=9, posted_after=since)[0]) == 3
    assert con.execute(listed).fetchall() == [("match", 3)]
    load_landing(con, write_landing(tmp_path / "b.gz", [a_post(4)]), run_id="r")
    assert con.execute(listed).fetchall() == [("annotate", 1), ("match", 4)]
