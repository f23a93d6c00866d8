"""Rumours that nobody has named yet: unmatched posts gathered as they come, under ids that stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from nlp.encoder import Floats
from nlp.words import stems

NEAR = 0.9
"""Cosine to a cluster's centre over which a post joins it."""
KEPT = 64
"""Members whose vectors are kept to find the most central; older ones count on in the centre."""
TERMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A post of a cluster."""

    post_id: str
    text: str
    embedding: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Posts that say much the same."""

    cluster_id: str
    """Made of its first post's id: the same for ever, whatever joins later."""
    post_count: int
    total: Floats
    """Sum of all members' vectors; its direction is the centre."""
    members: tuple[Member, ...]
    """The last `KEPT`."""


def gather(posts: Sequence[Member], clusters: Sequence[Cluster] = ()) -> tuple[list[Cluster], dict[str, str]]:
    """Return the clusters with the posts in them, and each post's cluster id. Posts come in the order of their time."""
    found = list(clusters)
    placed: dict[str, str] = {}
    for post in posts:
        at = _nearest(post.embedding, found)
        if at is None:
            found.append(_begin(post))
            at = len(found) - 1
        else:
            found[at] = _joined(found[at], post)
        placed[post.post_id] = found[at].cluster_id
    return found, placed


def medoid(cluster: Cluster) -> Member:
    """Return the member nearest to the centre; the earliest of equals."""
    likeness = np.stack([member.embedding for member in cluster.members]) @ cluster.total
    return cluster.members[int(np.argmax(likeness))]


def terms(cluster: Cluster) -> tuple[str, ...]:
    """Return the words that most members share, in a form that one of them wrote."""
    held: Counter[str] = Counter()
    written: dict[str, str] = {}
    for member in cluster.members:
        held.update(set(stems(member.text)))
        for word in member.text.lower().split():
            plain = word.strip(".,!?:;()\"'…")
            for stem in stems(plain)[:1]:
                written.setdefault(stem, plain)
    least = 2 if len(cluster.members) > 1 else 1
    ranked = sorted((stem for stem, count in held.items() if count >= least), key=lambda stem: (-held[stem], stem))
    return tuple(written.get(stem, stem) for stem in ranked[:TERMS])


def _nearest(embedding: Floats, clusters: Sequence[Cluster]) -> int | None:
    if not clusters or not embedding.any():
        return None
    centres = np.stack([cluster.total for cluster in clusters])
    likeness = centres @ embedding / np.maximum(np.linalg.norm(centres, axis=1), 1e-9)
    best = int(np.argmax(likeness))
    return best if likeness[best] >= NEAR else None


def _begin(post: Member) -> Cluster:
    name = blake2b(post.post_id.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return Cluster(cluster_id=f"k{name}", post_count=1, total=post.embedding, members=(post,))


def _joined(cluster: Cluster, post: Member) -> Cluster:
    return replace(
        cluster,
        post_count=cluster.post_count + 1,
        total=cluster.total + post.embedding,
        members=(*cluster.members, post)[-KEPT:],
    )
