"""Clusters of posts that no claim explains: ids that stay, the post that speaks for them, their words."""

import numpy as np

from nlp.clusters import KEPT, Member, gather, medoid, terms


def member(name: str, *vector: float, text: str = "") -> Member:
    made = np.array(vector, np.float32)
    return Member(post_id=name, text=text, embedding=made / max(float(np.linalg.norm(made)), 1e-9))


def test_near_posts_gather_and_far_ones_begin_anew() -> None:
    clusters, placed = gather([member("a", 1, 0), member("b", 1, 0.1), member("c", 0, 1)])
    assert placed["a"] == placed["b"] != placed["c"]
    assert [cluster.post_count for cluster in clusters] == [2, 1]


def test_ids_stay_when_posts_come_later() -> None:
    posts = [member("a", 1, 0), member("b", 0, 1), member("c", 1, 0.05), member("d", 0.05, 1)]
    whole, placed = gather(posts)
    first, early = gather(posts[:2])
    later, late = gather(posts[2:], first)
    assert {**early, **late} == placed
    assert [c.cluster_id for c in later] == [c.cluster_id for c in whole]


def test_the_medoid_is_the_central_post() -> None:
    (cluster,), _ = gather([member("a", 1, 0.2), member("b", 1, 0), member("c", 1, -0.2)])
    assert medoid(cluster).post_id == "b"


def test_terms_are_words_that_members_share() -> None:
    texts = ["Routern överhettas varje natt", "min router överhettas", "routrarna! överhettas, tydligen"]
    (cluster,), _ = gather([member(str(n), 1, n / 100, text=text) for n, text in enumerate(texts)])
    assert terms(cluster)[0] == "överhettas" and "tydligen" not in terms(cluster)


def test_a_post_that_was_not_judged_stands_alone() -> None:
    clusters, placed = gather([member("a", 1, 0), member("b", 0, 0), member("c", 0, 0)])
    assert len(set(placed.values())) == 3 and len(clusters) == 3


def test_a_large_cluster_keeps_its_count_and_few_members() -> None:
    (cluster,), _ = gather([member(str(n), 1, 0) for n in range(KEPT + 20)])
    assert cluster.post_count == KEPT + 20 and len(cluster.members) == KEPT
