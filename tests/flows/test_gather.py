"""Rumours that nobody has registered: the same clusters however the passes went, an alarm, a candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.desk import Desk
from flows.steps.gather import cluster_id_of, gather_unmatched, name_groups
from tests.flows.desks import a_desk, land, one_pass, told
from tests.warehouse.landings import T0, hours
from warehouse.clusters import Cluster, ClusterPost, cluster_members, decide_cluster, list_candidates, list_clusters
from warehouse.keys import post_key
from warehouse.labels import judge
from warehouse.records import Post

ENDINGS = ("grannen fick släcka", "stämmer det?", "min luktar bränt", "såg det i gruppen", "akta er")


def rumour(first: int, count: int, began: float) -> list[Post]:
    """Return posts that say alike, twenty minutes apart, each by an author of its own."""
    return [
        told(
            first + n,
            f"Open Infra routrar överhettas och börjar brinna, {ENDINGS[n % 5]}",
            hours(began) + timedelta(minutes=20 * n),
        )
        for n in range(count)
    ]


CHATTER = [
    told(n, f"Open Infra grävde i gatan, {said}", hours(-20 * n))
    for n, said in enumerate(("asfalten är trasig", "sju dagar kvar till inkoppling"), start=1)
]
DAYS = ((CHATTER, 0.0), (rumour(10, 4, 1), 3.0), (rumour(20, 6, 4), 8.0), (rumour(30, 8, 20), 30.0))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path / "data") as opened:
        yield opened


def state(desk: Desk) -> list[tuple[Any, ...]]:
    """Return the clusters and who is in them."""
    found = {cluster.cluster_id: cluster for cluster in list_clusters(desk.con)}
    places = [(m.cluster_id, m.post_key) for m in cluster_members(desk.con)]
    return [
        (name, cluster.central_post_key, cluster.terms, cluster.created_at, [k for c, k in places if c == name])
        for name, cluster in found.items()
    ]


def test_passes_in_any_order_end_the_same(tmp_path: Path) -> None:
    ends = []
    for order in ((0, 1, 2, 3), (0, 1, 2, 3), (2, 0, 3, 1)):
        with a_desk(tmp_path / str(len(ends))) as desk:
            desk.turn_to(hours(31))
            for day in order if ends else (0, 1, 2, 3):
                land(desk, f"day{day}", DAYS[day][0])
                if ends:
                    one_pass_to_clusters(desk)
                    gather_unmatched(desk)
            one_pass_to_clusters(desk)
            ends.append(state(desk))
    assert ends[0] == ends[1] == ends[2]
    assert len(max((end[4] for end in ends[0]), key=len)) == 18


def one_pass_to_clusters(desk: Desk) -> None:
    from flows.steps.annotate import annotate
    from flows.steps.match import match

    annotate(desk)
    match(desk)
    gather_unmatched(desk)


def test_a_rumour_becomes_a_candidate_once_and_keeps_its_id(desk: Desk) -> None:
    raised = []
    for number, (posts, at) in enumerate(DAYS):
        land(desk, f"day{number}", posts)
        raised += [alert for alert in one_pass(desk, hours(at)).news if alert.kind == "alarm"]
    assert len(raised) in (1, 2), "raised, and escalated at most"
    assert len({alert.alert_id for alert in raised}) == 1
    assert raised[0].subject_id == cluster_id_of(post_key("forum", "p10"))
    assert "”överhettas”" in raised[0].reason and "grannen fick släcka" not in raised[0].reason
    (candidate,) = list_candidates(desk.con, now=desk.now)
    assert (candidate.cluster_id, candidate.post_count, candidate.author_count) == (raised[0].subject_id, 18, 18)
    assert {"routrar", "överhettas"} <= set(candidate.terms)
    # Its first post was about something else, a person says: the id that people know goes with the others.
    judge(desk.con, post_key("forum", "p10"), task="relevance", labels=["irrelevant"], by="Anna", at=desk.now)
    assert not one_pass(desk, hours(31)).news
    (again,) = list_candidates(desk.con, now=desk.now)
    assert (again.cluster_id, again.post_count) == (candidate.cluster_id, 17)
    decide_cluster(desk.con, candidate.cluster_id, "dismissed", by="Anna", at=desk.now)
    land(desk, "more", rumour(50, 8, 32))
    assert not one_pass(desk, hours(36)).news
    assert list_candidates(desk.con, now=desk.now) == []
    assert [c.state for c in list_clusters(desk.con) if c.cluster_id == candidate.cluster_id] == ["dismissed"]


def test_one_author_and_the_founder_raise_nothing(desk: Desk) -> None:
    posts = [Post(**{**asdict(post), "author_key": "one", "quoted": ()}) for post in rumour(10, 15, 1)]
    land(desk, "one", posts)
    assert not one_pass(desk, hours(10)).news
    assert list_candidates(desk.con, now=desk.now) == []


def known(**states: str) -> dict[str, Cluster]:
    plain = {"created_at": T0, "central_post_key": "p", "terms": (), "centroid": ()}
    return {name: Cluster(cluster_id=name, state=found, **plain) for name, found in states.items()}


def placed(**members: str) -> list[ClusterPost]:
    return [
        ClusterPost(post_key=key, cluster_id=name, revision="r", model_version="v")
        for name, keys in members.items()
        for key in keys
    ]


def test_ids_that_people_know_go_with_most_posts() -> None:
    before = placed(k1="abc", k2="de", k3="fg")
    states = known(k1="candidate", k2="open", k3="dismissed")
    names = name_groups(["ax", "bcde", "f", "g"], before, states, is_anew=True)
    assert names == [cluster_id_of("a"), "k1", "k3", cluster_id_of("g")]
    assert name_groups(["abc", "dex"], before, states, is_anew=False) == ["k1", "k2"]
    assert name_groups(["dex"], before, states, is_anew=True) == [cluster_id_of("d")]
    merged = name_groups(["abcfg"], before, states, is_anew=True)
    assert merged == ["k1"]
    taken = placed(**{cluster_id_of("a"): "abc"})
    split = name_groups(["a", "bc"], taken, known(**{cluster_id_of("a"): "candidate"}), is_anew=True)
    assert split == [f"{cluster_id_of('a')}-2", cluster_id_of("a")]
