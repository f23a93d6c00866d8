"""Step 5: gather what no claim explains into clusters whose ids stay, so that the alarm can watch them as well."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from itertools import chain, count

import numpy as np

from flows.desk import Desk
from flows.steps.annotate import labels_version
from nlp.clusters import Group, gather, medoid, terms
from nlp.encoder import Floats
from nlp.likeness import lay_ground, places
from warehouse import clusters as store
from warehouse.clusters import Cluster, ClusterPost, UnmatchedMention

LOOK_BACK = timedelta(days=90)
"""Posts that were seen earlier keep their cluster, and no longer shape it."""


def gather_unmatched(desk: Desk) -> int:
    """Bring the clusters up to date, and return how many there are.

    They are what one reading of the posts in the order of their first sighting gives. While posts only come, the
    reading goes on from where it was; when one has gone (a claim explains it now, a person called it irrelevant),
    was edited, or was read by another model, it begins anew.
    """
    version, since = labels_version(desk), desk.now - LOOK_BACK
    posts, vectors = store.unmatched_mentions(desk.con, now=desk.now, model_version=version, seen_after=since)
    known = {cluster.cluster_id: cluster for cluster in store.list_clusters(desk.con)}
    before = store.cluster_members(desk.con)
    lately = [m for m in store.cluster_members(desk.con, seen_after=since) if known[m.cluster_id].state != "named"]
    is_whole = all(known[member.cluster_id].centroid for member in lately)  # an erasure empties what it touches
    if is_whole and _is_unchanged(posts, lately, version):
        return len({member.cluster_id for member in before})
    begun = _begun(posts, lately, version)
    put, groups = _grouped(desk, posts, vectors, begun)
    ids = name_groups([[posts[i].post_key for i in group] for group in groups], before, known, is_anew=not begun)
    named = list(zip(ids, groups, strict=True))
    stood = _members(lately)
    found = [
        known[name]
        if begun and is_whole and stood.get(name) == {posts[i].post_key for i in group}
        else _cluster(known.get(name), name, group, posts, put, vectors, desk)
        for name, group in named
    ]
    now_in = [_place(posts[i], name, version) for name, group in named for i in group]
    gone = {member.post_key for member in [*lately, *now_in]}
    alive = {*ids, *(name for name, cluster in known.items() if cluster.state != "open")}
    # Posts that were seen too long ago to be read again keep their place, and those of a candidate that became a claim.
    kept = [member for member in before if member.post_key not in gone and member.cluster_id in alive]
    store.put_clusters(desk.con, found, [*kept, *now_in])
    return len(found)


def _grouped(
    desk: Desk, posts: Sequence[UnmatchedMention], vectors: Floats, begun: Sequence[Group]
) -> tuple[Floats, list[Group]]:
    """Return where the posts lie, and their groups."""
    if not posts:
        return vectors, []
    ground = lay_ground(desk.stage.encoder)
    put = places([post.text for post in posts], vectors, ground=ground, company=desk.stage.company)
    days = [post.seen_at.timestamp() / 86_400 for post in posts]
    return put, gather(put, days, size=vectors.shape[1], ground=ground, begun=begun)


def name_groups(
    groups: Sequence[Sequence[str]],
    before: Sequence[ClusterPost],
    known: Mapping[str, Cluster],
    *,
    is_anew: bool,
) -> list[str]:
    """Return an id for each group of post keys.

    An id that people have been shown goes with the most of its posts. Others are made of the group's first post, unless
    the grouping only went on: then the group keeps the id of that post's cluster.
    """
    was = {member.post_key: member.cluster_id for member in before}
    shown = {name for name, cluster in known.items() if cluster.state != "open"}
    overlaps = Counter((was[key], at) for at, group in enumerate(groups) for key in group if was.get(key) in shown)
    names: dict[int, str] = {}
    for (name, at), _ in sorted(overlaps.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if at not in names and name not in names.values():
            names[at] = name
    taken = {*shown, *names.values()}
    for at, group in enumerate(groups):
        if at not in names:
            kept = [was[key] for key in group if key in was] if not is_anew else []
            made = cluster_id_of(group[0])
            names[at] = next(name for name in chain([*kept, made], _numbered(made)) if name not in taken)
            taken.add(names[at])
    return [names[at] for at in range(len(groups))]


def _numbered(name: str) -> Iterator[str]:
    """Yield names for clusters whose own is taken: people know another cluster by it."""
    return (f"{name}-{number}" for number in count(2))


def cluster_id_of(post_key: str) -> str:
    """Return the id of the cluster that begins with a post."""
    return f"k{blake2b(post_key.encode(), digest_size=5).hexdigest()}"


def _is_unchanged(posts: Sequence[UnmatchedMention], lately: Sequence[ClusterPost], version: str) -> bool:
    stored = {(member.post_key, member.revision, member.model_version) for member in lately}
    return stored == {(post.post_key, post.revision, version) for post in posts}


def _begun(posts: Sequence[UnmatchedMention], lately: Sequence[ClusterPost], version: str) -> list[Group]:
    """Return how the first of the posts were gathered before; nothing when not all of those are the first."""
    stored = {(m.post_key, m.revision): m.cluster_id for m in lately if m.model_version == version}
    count = len(lately)
    first = [stored.get((post.post_key, post.revision)) for post in posts[:count]]
    if len(first) < count or None in first:
        return []
    groups: dict[str, list[int]] = {}
    for at, name in enumerate(first):
        groups.setdefault(name or "", []).append(at)
    return [tuple(group) for group in groups.values()]


def _place(post: UnmatchedMention, name: str, version: str) -> ClusterPost:
    return ClusterPost(post_key=post.post_key, cluster_id=name, revision=post.revision, model_version=version)


def _members(places: Sequence[ClusterPost]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place in places:
        found[place.cluster_id].add(place.post_key)
    return dict(found)


def _cluster(
    known: Cluster | None,
    name: str,
    group: Group,
    posts: Sequence[UnmatchedMention],
    put: Floats,
    vectors: Floats,
    desk: Desk,
) -> Cluster:
    members = [posts[i] for i in group]
    began = min(post.seen_at for post in members)
    return Cluster(
        cluster_id=name,
        created_at=min(began, known.created_at) if known else began,
        central_post_key=posts[medoid(put, group)].post_key,
        terms=terms([post.text for post in members], desk.stage.company),
        centroid=tuple(np.round(vectors[list(group)].mean(axis=0), 6).tolist()),
        state=known.state if known else "open",
        claim_id=known.claim_id if known else None,
        candidate_at=known.candidate_at if known else None,
        decided_by=known.decided_by if known else None,
        decided_at=known.decided_at if known else None,
    )
