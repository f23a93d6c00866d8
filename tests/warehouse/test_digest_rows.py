"""The digest's rows, counted by hand; and that what came later is never in an earlier morning's digest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.warehouse.landings import T0, a_post, a_visit, hours, write_landing
from warehouse.alerts import put_alerts
from warehouse.clusters import Cluster, ClusterPost, decide_cluster, put_clusters, unmatched_mentions
from warehouse.digest_rows import (
    SourceExpectation,
    known_at,
    list_figures,
    put_figures,
    read_digest,
    read_posts,
    read_volume,
    record_delivery,
    record_digest,
    undelivered_digests,
)
from warehouse.keys import post_key
from warehouse.labels import Annotation, Label, judge, pending_posts, save_labels
from warehouse.ledger import put_claim, put_segments
from warehouse.load import load_landing
from warehouse.matches import Match, save_matches
from warehouse.named import insert_new
from warehouse.records import Alert, Claim, Digest, Incident, ModelFigure, Record, Segment
from warehouse.watching import hourly_volume, list_visits, matched_posts

ZONE = "Europe/Stockholm"
STANCES = {1: "support", 2: "support", 3: "support", 4: "query", 5: "deny", 6: "support"}
"""Posts 1 and 2 are of one author; 7 and 8 are matched to nothing; 9 is not about the company."""


def posts() -> list[Record]:
    minutes = [a_post(n, posted_at=T0 - timedelta(minutes=10 * n)) for n in range(1, 10)]
    changes = {
        2: {"author_key": "author-1"},
        3: {"view_count": 5000},
        4: {"text": "Är det sant?"},
        6: {"posted_at": T0 - timedelta(days=3), "seen_at": T0 - timedelta(days=2)},
        7: {"seen_at": hours(30), "posted_at": hours(29)},
    }
    return [
        post if not (c := changes.get(n)) else a_post(n, **{"posted_at": post.posted_at, **c})
        for n, post in enumerate(minutes, 1)
    ]


@pytest.fixture
def full(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    incident = Incident(source="silent", url="u", cause="challenge", detail="d", seen_at=T0)
    visits = [
        a_visit(at=T0 - timedelta(days=10)),
        a_visit(at=T0),
        a_visit(at=hours(30)),
        a_visit("silent", T0 - timedelta(days=2)),
    ]
    load_landing(con, write_landing(tmp_path / "l.gz", [*posts(), *visits, incident]), run_id="r")
    keys = {post_key("forum", f"p{n}"): n for n in range(1, 10)}
    pending = pending_posts(con, model_version="v", limit=99)
    save_labels(
        con,
        [annotation(p.post_key, p.revision, keys[p.post_key]) for p in pending],
        model="m",
        model_version="v",
        at=hours(1),
        vectors=np.eye(9, dtype=np.float32),
    )
    found = [
        Match(
            post_key=p.post_key,
            revision=p.revision,
            claim_id="om",
            tier="auto",
            stance=STANCES[n],
            stance_score=0.5 + n / 20,
        )
        for p in pending
        if (n := keys[p.post_key]) in STANCES
    ]
    save_matches(con, [(p.post_key, p.revision) for p in pending], found, model="pair", version="x", at=hours(1))
    put_claim(con, Claim(claim_id="om", statement="s", truth="t", created_at=hours(-50), segments=("hus",)))
    put_segments(con, [Segment(segment=s, name=s, customer_count=10) for s in ("brf", "hus")])
    return con


def annotation(key: str, revision: str, number: int) -> Annotation:
    labels = [
        Label(task="relevance", label="irrelevant" if number == 9 else "relevant", score=0.9),
        Label(task="sentiment", label="negative" if number in (1, 3, 8) else "neutral", score=0.8),
        Label(task="topic", label="maintenance_fee" if number < 6 else "price", score=0.8),
    ]
    return Annotation(post_key=key, revision=revision, language="sv", labels=tuple(labels))


def digest(con: duckdb.DuckDBPyConnection, now: datetime = T0 + timedelta(hours=2)) -> Digest:
    expected = [SourceExpectation(source=name, interval_hours=24) for name in ("forum", "silent", "never")]
    return read_digest(
        con,
        company="Open Infra",
        day=now.date(),
        now=now,
        timezone=ZONE,
        is_simulation=True,
        sources=expected,
        false_alarms_per_month=0.5,
    )


def test_volume_counts_mentions_by_local_day(full: duckdb.DuckDBPyConnection) -> None:
    volume = digest(full).volume
    assert [row.day for row in volume] == [date(2023, 9, 22) + timedelta(days=n) for n in range(11)]
    today = volume[-1]
    assert (today.post_count, today.negative_count, today.rumour_count) == (6, 3, 4)
    assert (today.usual_low, today.usual, today.usual_high) == (0.0, 0.0, pytest.approx(0.1))
    assert [row.post_count for row in volume[-4:]] == [1, 0, 0, 6]


def test_a_day_begins_at_local_midnight(
    con: duckdb.DuckDBPyConnection, full: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    late = a_post(20, posted_at=datetime.fromisoformat("2023-10-01T23:30:00+02:00"))
    load_landing(con, write_landing(tmp_path / "n.gz", [late]), run_id="r")
    judge(con, post_key("forum", "p20"), task="relevance", labels=["relevant"], by="Anna", at=hours(1))
    day = date(2023, 10, 2)
    with known_at(con, now=hours(2)):
        swedish = read_volume(con, day=day, now=hours(2), timezone=ZONE)
        japanese = read_volume(con, day=day, now=hours(2), timezone="Asia/Tokyo")
    assert [row.post_count for row in swedish[-2:]] == [1, 6]
    assert [row.post_count for row in japanese[-2:]] == [0, 7]


def test_topics_and_uptake_count_authors_once_a_day(full: duckdb.DuckDBPyConnection) -> None:
    found = digest(full)
    assert [(row.topic, row.post_count, row.usual) for row in found.topics] == [
        ("maintenance_fee", 5, 0.0),
        ("price", 1, pytest.approx(0.1)),
    ]
    (claim,) = found.claims
    assert (claim.support_24h, claim.query_24h, claim.deny_24h) == (2, 1, 1)
    assert (claim.support_count, claim.query_count, claim.deny_count) == (3, 1, 1)
    assert claim.first_posted_at == T0 - timedelta(days=3)
    assert claim.misled_segments == ("brf",)


def test_telling_posts_are_of_different_authors_and_new(full: duckdb.DuckDBPyConnection) -> None:
    found = digest(full).posts
    assert len({post.author_key for post in found}) == len(found)
    assert [post.url.rsplit("/")[-1] for post in found] == ["3", "1", "5", "4", "8"]
    assert found[0].sentiment == "negative"
    with known_at(full, now=hours(2)):
        assert len(read_posts(full, now=hours(2), limit=2)) == 2


def test_of_copies_with_small_changes_one_is_told(full: duckdb.DuckDBPyConnection) -> None:
    def told() -> set[str]:
        with known_at(full, now=T0):
            return {post.url for post in read_posts(full, now=T0)}

    before = told()
    copies = [
        {"post_key": post_key("forum", f"p{n}"), "group_key": "g", "copy_of": None, "likeness": 1.0} for n in (1, 3)
    ]
    known = dict(full.execute("SELECT post_key, revision FROM post").fetchall())
    insert_new(full, "text_copy", [{**one, "revision": known[one["post_key"]]} for one in copies])
    assert {f"https://forum.example/{n}" for n in (1, 3)} <= before
    assert before - told() == {"https://forum.example/1"}


def test_sources_delay_and_candidates(full: duckdb.DuckDBPyConnection) -> None:
    central = post_key("forum", "p8")
    put_clusters(
        full,
        [
            Cluster(
                cluster_id="k",
                created_at=T0,
                central_post_key=central,
                terms=("brev",),
                centroid=(1.0,),
                state="candidate",
                candidate_at=hours(1),
            )
        ],
        [
            ClusterPost(post_key=key, cluster_id="k", revision="r", model_version="v")
            for key in (central, post_key("forum", "p7"))
        ],
    )
    found = digest(full)
    forum, silent, never = found.sources
    assert (forum.last_seen_at, forum.unseen_hours, forum.is_silent, forum.posts_24h, forum.cause) == (
        T0,
        2.0,
        False,
        0,  # no crawl has counted: what visits have read may have been read before
        None,
    )
    assert (silent.unseen_hours, silent.is_silent, silent.cause) == (50.0, True, "challenge")
    assert (never.last_seen_at, never.unseen_hours, never.is_silent) == (None, None, True)
    assert (found.delay.post_count, found.delay.seen_to_judged_hours) == (7, 1.0)
    assert found.delay.posted_to_seen_hours == pytest.approx(40 / 60)
    (candidate,) = found.candidates
    assert (candidate.post_count, candidate.posts_24h, candidate.terms) == (1, 1, ("brev",))
    assert (candidate.author_count, candidate.candidate_at) == (1, hours(1))
    assert digest(full, hours(0.5)).candidates == ()
    decide_cluster(full, "k", "dismissed", by="Anna", at=hours(3))
    assert digest(full).candidates == (candidate,)
    assert digest(full, hours(4)).candidates == ()


def test_a_past_morning_is_told_as_it_was(full: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    before = digest(full)
    load_landing(
        full,
        write_landing(
            tmp_path / "later.gz",
            [
                a_post(1, text="ändrat", seen_at=hours(20)),
                a_post(30, posted_at=T0, seen_at=hours(20)),
                a_visit(at=hours(20)),
            ],
        ),
        run_id="r",
    )
    judge(full, post_key("forum", "p3"), task="sentiment", labels=["positive"], by="Anna", at=hours(21))
    put_alerts(
        full,
        [Alert(alert_id="a", kind="alarm", severity="watch", subject_id="om", raised_at=hours(21), reason="r")],
        at=hours(21),
    )
    put_claim(full, Claim(claim_id="new", statement="s", truth="t", created_at=hours(21)))
    assert digest(full) == before
    after = digest(full, hours(22))
    assert (len(after.alerts), len(after.claims), after.volume[-2].negative_count) == (1, 2, 2)


def test_a_person_decides_what_is_counted(full: duckdb.DuckDBPyConnection) -> None:
    judge(full, post_key("forum", "p1"), task="stance", labels=["deny"], by="Anna", at=hours(1), claim_id="om")
    judge(full, post_key("forum", "p2"), task="stance", labels=["unrelated"], by="Anna", at=hours(1), claim_id="om")
    judge(full, post_key("forum", "p9"), task="relevance", labels=["relevant"], by="Anna", at=hours(1))
    (claim,) = digest(full).claims
    assert (claim.support_24h, claim.deny_24h) == (1, 2)
    assert digest(full).volume[-1].post_count == 7


def test_what_the_watch_reads(full: duckdb.DuckDBPyConnection) -> None:
    found = matched_posts(full, now=hours(2))
    assert [(post.stance, post.views) for post in found] == [
        ("support", None),
        ("deny", None),
        ("query", None),
        ("support", 5000),
        ("support", None),
        ("support", None),
    ]
    assert len(matched_posts(full, now=hours(2), seen_after=T0 - timedelta(days=1))) == 5
    assert matched_posts(full, now=T0 - timedelta(days=9)) == []
    mentions, vectors = unmatched_mentions(full, now=hours(2), model_version="v")
    assert [mention.author_key for mention in mentions] == ["author-8"]
    assert vectors.shape == (1, 9)
    assert len(unmatched_mentions(full, now=hours(31), model_version="v")[0]) == 2
    assert unmatched_mentions(full, now=hours(31), model_version="other")[0] == []
    assert sum(row.post_count for row in hourly_volume(full, now=hours(2), posted_after=T0 - timedelta(days=9))) == 8
    assert len(list_visits(full, now=hours(2), finished_after=T0 - timedelta(days=5))) == 2


def test_an_empty_warehouse_gives_an_empty_digest(con: duckdb.DuckDBPyConnection) -> None:
    found = digest(con)
    assert [(row.post_count, row.usual) for row in found.volume] == [(0, 0.0)]
    assert (found.topics, found.claims, found.posts, found.delay.post_count) == ((), (), (), 0)


def test_figures_and_digests_are_on_record(con: duckdb.DuckDBPyConnection) -> None:
    one = ModelFigure(task="stance", metric="macro_f1", value=0.7, low=0.65, high=0.75, data="own")
    put_figures(con, [one], model_version="v1", at=T0)
    put_figures(
        con,
        [ModelFigure(task="stance", metric="macro_f1", value=0.8, low=0.7, high=0.9, data="own")],
        model_version="v2",
        at=hours(1),
    )
    assert [figure.value for figure in list_figures(con)] == [0.8]
    for _ in range(2):
        record_digest(con, day=T0.date(), generated_at=T0, path="d.html", content_hash="h")
    assert undelivered_digests(con) == [(T0.date(), T0, "d.html")]
    record_delivery(con, day=T0.date(), generated_at=T0, at=hours(1))
    assert undelivered_digests(con) == []
