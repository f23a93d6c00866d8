"""Labels, matches and judgements: saved once, never edited, a person's word last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.warehouse.landings import T0, a_post, hours, write_landing
from warehouse.audit import table_hash
from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.keys import post_key
from warehouse.labelled import save_embeddings
from warehouse.labels import (
    Annotation,
    Label,
    MentionSpan,
    PendingPost,
    judge,
    label_counts,
    pending_posts,
    save_labels,
    undo_judgement,
)
from warehouse.load import load_landing
from warehouse.matches import Match, confirmed_claims, known_stances, list_matches, pending_matches, save_matches
from warehouse.records import Quote, Record

P1 = post_key("forum", "p1")


def load(con: duckdb.DuckDBPyConnection, folder: Path, name: str, posts: Sequence[Record]) -> None:
    load_landing(con, write_landing(folder / f"{name}.gz", posts), run_id="r")


def annotate(con: duckdb.DuckDBPyConnection, version: str, sentiment: str = "neutral", at: datetime = T0) -> int:
    posts = pending_posts(con, model_version=version, limit=100)
    found = [annotation(post, sentiment) for post in posts]
    vectors = np.arange(len(posts) * 3, dtype=np.float32).reshape(len(posts), 3)
    return save_labels(con, found, model="m", model_version=version, at=at, vectors=vectors)


def annotation(post: PendingPost, sentiment: str) -> Annotation:
    labels = [("relevance", "relevant"), ("sentiment", sentiment), ("topic", "price"), ("topic", "terms")]
    return Annotation(
        post_key=post.post_key,
        revision=post.revision,
        language="sv",
        labels=tuple(Label(task=task, label=label, score=0.75) for task, label in labels),
        mentions=(MentionSpan(span_start=0, span_end=3, name="Open Infra"),),
    )


def current(con: duckdb.DuckDBPyConnection, task: str, key: str = P1) -> set[str]:
    sql = "SELECT label FROM label_current WHERE post_key = ? AND task = ?"
    return {label for (label,) in con.execute(sql, [key, task]).fetchall()}


def test_only_what_is_new_or_changed_is_pending(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    quoting = a_post(2, seen_at=hours(1), quoted=(Quote(text="ett"), Quote(text="två")))
    load(con, tmp_path, "a", [quoting, a_post(1)])
    pending = pending_posts(con, model_version="v1", limit=10)
    assert [post.post_key for post in pending] == [P1, post_key("forum", "p2")]
    assert len(pending_posts(con, model_version="v1", limit=1)) == 1
    assert annotate(con, "v1") == 2
    assert pending_posts(con, model_version="v1", limit=10) == []
    assert len(pending_posts(con, model_version="v2", limit=10)) == 2
    load(
        con,
        tmp_path,
        "b",
        [a_post(1, text="ändrat", seen_at=hours(2)), a_post(2, seen_at=hours(2), quoted=quoting.quoted)],
    )
    assert [post.text for post in pending_posts(con, model_version="v1", limit=10)] == ["ändrat"]


def test_a_saved_label_is_never_edited(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1)])
    post = pending_posts(con, model_version="v1", limit=1)[0]
    assert save_labels(con, [annotation(post, "negative")], model="m", model_version="v1", at=T0) == 1
    before = table_hash(con)
    assert save_labels(con, [annotation(post, "positive")], model="m", model_version="v1", at=hours(1)) == 0
    assert table_hash(con) == before
    assert current(con, "sentiment") == {"negative"}
    counts = {(row["task"], row["label"]): row["post_count"] for row in label_counts(con, model_version="v1")}
    assert counts[("topic", "price")] == 1


def test_posts_read_before_stand_beside_new_ones(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(number, seen_at=hours(number)) for number in range(1, 5)])
    posts = pending_posts(con, model_version="v1", limit=9)
    vectors = np.arange(8, dtype=np.float32).reshape(4, 2)
    rest = {"model": "m", "model_version": "v1", "at": T0}
    assert save_labels(con, [annotation(posts[1], "negative")], vectors=vectors[:1], **rest) == 1
    again = [*(annotation(post, "positive") for post in posts), annotation(posts[0], "negative")]
    assert save_labels(con, again, vectors=np.concatenate([vectors, vectors[:1] + 9]), **rest) == 3
    found = con.execute("SELECT post_key, label FROM post_label WHERE task = 'sentiment'").fetchall()
    assert dict(found) == {post.post_key: "negative" if post is posts[1] else "positive" for post in posts}
    assert len(found) == 4
    kept = dict(con.execute("SELECT post_key, vector FROM embedding").fetchall())
    assert [kept[post.post_key] for post in posts] == [[0, 1], [0, 1], [4, 5], [6, 7]]
    assert con.execute("SELECT count(*), count(DISTINCT post_key) FROM mention").fetchall() == [(4, 4)]


def test_rows_that_stand_without_their_annotation_stay(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1), a_post(2)])
    posts = pending_posts(con, model_version="v1", limit=9)
    with transaction(con):
        save_embeddings(con, [posts[1][:2]], np.ones((1, 2), dtype=np.float32), model_version="v1", at=T0)
    assert annotate(con, "v1") == 2
    kept = dict(con.execute("SELECT post_key, vector FROM embedding").fetchall())
    assert [kept[post.post_key] for post in posts] == [[0, 1, 2], [1, 1]]
    assert con.execute("SELECT count(DISTINCT post_key) FROM post_label").fetchall() == [(2,)]


def test_the_latest_model_counts_and_a_person_wins(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1)])
    annotate(con, "v2", "negative", at=T0)
    annotate(con, "v1", "neutral", at=hours(1))
    assert current(con, "sentiment") == {"neutral"}
    judge(con, P1, task="sentiment", labels=["positive"], by="Anna", at=hours(2))
    judge(con, P1, task="topic", labels=["outage", "support"], by="Anna", at=hours(2))
    annotate(con, "v3", "negative", at=hours(3))
    assert current(con, "sentiment") == {"positive"}
    assert current(con, "topic") == {"outage", "support"}
    judge(con, P1, task="topic", labels=["speed"], by="Bo", at=hours(4))
    assert current(con, "topic") == {"speed"}
    asked = "SELECT label FROM label_as_of(?) WHERE task = 'topic' ORDER BY 1"
    assert con.execute(asked, [hours(3)]).fetchall() == [("outage",), ("support",)]
    assert con.execute(asked, [hours(1)]).fetchall() == [("price",), ("terms",)]
    assert con.execute(asked, [hours(-1)]).fetchall() == []


@pytest.mark.parametrize(
    ("task", "labels", "by", "claim_id"),
    [
        ("sentiment", ["angry"], "Anna", ""),
        ("sentiment", ["negative", "positive"], "Anna", ""),
        ("mood", ["x"], "Anna", ""),
        ("topic", [], "Anna", ""),
        ("sentiment", ["negative"], " ", ""),
        ("stance", ["deny"], "Anna", ""),
        ("topic", ["price"], "Anna", "c1"),
    ],
)
def test_a_judgement_must_fit_and_be_signed(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, task: str, labels: list[str], by: str, claim_id: str
) -> None:
    load(con, tmp_path, "a", [a_post(1)])
    with pytest.raises(LedgerError):
        judge(con, P1, task=task, labels=labels, by=by, at=T0, claim_id=claim_id)
    with pytest.raises(LedgerError, match="no post"):
        judge(con, "none", task="sentiment", labels=["negative"], by="Anna", at=T0)


def match(post: tuple[str, str], stance: str, claim_id: str = "c1", tier: str = "auto") -> Match:
    return Match(post_key=post[0], revision=post[1], claim_id=claim_id, tier=tier, stance=stance, stance_score=0.8)


def test_matches_are_kept_by_version_and_the_latest_pass_counts(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1), a_post(2, seen_at=hours(1))])
    assert pending_matches(con, version="x1", model_version="v1", limit=9)[0] == []
    annotate(con, "v1")
    posts, vectors = pending_matches(con, version="x1", model_version="v1", limit=9)
    assert vectors.tolist() == [[0, 1, 2], [3, 4, 5]]
    keys = [(post.post_key, post.revision) for post in posts]
    found = [match(keys[0], "support"), match(keys[1], "query", tier="suggest")]
    assert save_matches(con, keys, found, model="pair", version="x1", at=T0) == 2
    assert save_matches(con, keys, [match(keys[0], "deny")], model="pair", version="x1", at=T0) == 0
    assert pending_matches(con, version="x1", model_version="v1", limit=9)[0] == []
    known = known_stances(con, models=["pair"], post_keys=[key for key, _ in keys])
    assert known == {(m.post_key, m.revision, "pair"): replace(m, model="pair") for m in found}
    assert known_stances(con, models=["other"], post_keys=[key for key, _ in keys]) == {}
    assert pending_matches(con, version="x2", model_version="v1", limit=9, only=[P1])[0] == posts[:1]
    stances = "SELECT stance, judged_by FROM match_current WHERE tier = 'auto'"
    assert con.execute(stances).fetchall() == [("support", None)]
    save_matches(con, keys, [], model="pair", version="x2", at=hours(1))
    assert con.execute(stances).fetchall() == []
    judge(con, P1, task="stance", labels=["deny"], by="Anna", at=hours(2), claim_id="c1")
    assert con.execute(stances).fetchall() == [("deny", "Anna")]
    judge(con, P1, task="stance", labels=["unrelated"], by="Anna", at=hours(3), claim_id="c1")
    assert con.execute(stances).fetchall() == []


def test_a_match_makes_a_mention_unless_a_person_says_no(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1)])
    post = pending_posts(con, model_version="v1", limit=1)[0]
    unlike = Annotation(
        post_key=P1,
        revision=post.revision,
        language="sv",
        labels=(Label(task="relevance", label="irrelevant", score=0.6),),
    )
    save_labels(con, [unlike], model="m", model_version="v1", at=T0)
    asked = "SELECT is_rumour FROM mention_current"
    assert con.execute(asked).fetchall() == []
    key = (P1, post.revision)
    save_matches(con, [key], [match(key, "support")], model="pair", version="x1", at=T0)
    assert con.execute(asked).fetchall() == [(True,)]
    judge(con, P1, task="relevance", labels=["irrelevant"], by="Anna", at=T0)
    assert con.execute(asked).fetchall() == []


def test_a_confirmed_match_counts_a_rejected_one_is_gone_and_both_can_be_undone(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load(con, tmp_path, "a", [a_post(1), a_post(2, seen_at=hours(1))])
    annotate(con, "v1")
    keys = [(post.post_key, post.revision) for post in pending_posts(con, model_version="v2", limit=9)]
    save_matches(con, keys, [match(keys[0], "support", tier="suggest")], model="m", version="x1", at=T0)
    told = "SELECT tier, stance, judged_by FROM match_current WHERE claim_id = 'c1' AND post_key = ?"

    def say(label: str, at: datetime, key: str = P1, task: str = "match") -> None:
        judge(con, key, task=task, labels=[label], by="Anna", at=at, claim_id="c1")

    say("about", hours(2))
    assert con.execute(told, [P1]).fetchall() == [("auto", "support", "Anna")]
    assert confirmed_claims(con, now=hours(2)) == {P1: frozenset({"c1"})}
    assert confirmed_claims(con, now=hours(1)) == {}
    say("deny", hours(3), task="stance")
    say("about", hours(4))
    assert con.execute(told, [P1]).fetchall() == [("auto", "deny", "Anna")]
    say("unrelated", hours(5))
    assert con.execute(told, [P1]).fetchall() == []
    assert undo_judgement(con, P1, by="Bo", at=hours(6)) == [("match", "c1", "unrelated", "Anna")]
    assert con.execute(told, [P1]).fetchall() == [("auto", "deny", "Anna")]
    asked = "SELECT count(*) FROM match_as_of(?)"
    assert con.execute(asked, [hours(5.5)]).fetchall() == [(0,)]
    assert undo_judgement(con, P1, by="Bo", at=hours(7), task="stance") == [("stance", "c1", "deny", "Anna")]
    assert con.execute(told, [P1]).fetchall() == [("auto", "support", "Anna")]
    say("about", hours(8), key=keys[1][0])
    assert con.execute(told, [keys[1][0]]).fetchall() == [("auto", None, "Anna")]
    assert [one.post_key for one in list_matches(con, claim_id="c1")] == sorted([P1, keys[1][0]])
    assert list_matches(con, tier="suggest") == []
    save_matches(con, keys, [], model="m", version="x2", at=hours(9))
    assert con.execute(told, [P1]).fetchall() == [("auto", None, "Anna")]


def test_a_label_taken_back_gives_what_was_held_before(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(con, tmp_path, "a", [a_post(1)])
    annotate(con, "v1", "negative")
    with pytest.raises(LedgerError, match="nobody has judged"):
        undo_judgement(con, P1, by="Anna", at=T0)
    judge(con, P1, task="topic", labels=["outage", "support"], by="Anna", at=hours(1))
    judge(con, P1, task="sentiment", labels=["positive"], by="Bo", at=hours(2))
    assert [row[2] for row in undo_judgement(con, P1, by="Anna", at=hours(3))] == ["positive"]
    assert current(con, "sentiment") == {"negative"}
    annotate(con, "v2", "neutral", at=hours(4))
    assert (current(con, "sentiment"), current(con, "topic")) == ({"neutral"}, {"outage", "support"})
    assert sorted(row[2] for row in undo_judgement(con, P1, by="Anna", at=hours(5))) == ["outage", "support"]
    assert current(con, "topic") == {"price", "terms"}
    history = con.execute("SELECT count(*) FROM judgement").fetchall() + con.execute("FROM judgement_undo").fetchall()
    assert len(history) == 3 and history[0] == (3,)
