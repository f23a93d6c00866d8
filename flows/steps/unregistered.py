"""The same alarm for clusters: what nobody has registered is watched on a part of the one promise."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from earlywarning import watch as alarm
from earlywarning.clock import Clock
from earlywarning.exposure import SourceVisit
from earlywarning.watch import MatchedPost, WatchCrossing
from earlywarning.watch_state import WatchState
from flows.desk import Desk
from flows.promise import settings_of
from warehouse import clusters as store
from warehouse.clusters import ClusteredPost

LIVE = timedelta(days=14)
"""A cluster without a new post for so long is watched no more until it has one."""
SUBJECT = "watch-clusters"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPass:
    """What the watch of the clusters found, and what it will remember."""

    crossings: tuple[WatchCrossing, ...]
    memory: Mapping[str, Any]
    posts: Mapping[str, Sequence[ClusteredPost]]
    """By live cluster."""


def watch_clusters(
    desk: Desk,
    memory: tuple[datetime, Any] | None,
    *,
    visits: Sequence[SourceVisit],
    now: datetime,
    clock: Clock,
    shares: Mapping[str, float],
) -> ClusterPass:
    """Advance the alarm of every live cluster to now.

    All live clusters share, those of a single post too: which of them will grow is not known beforehand. Who wrote a
    cluster's first post founded it; only what others write is evidence. A cluster whose earlier posts are not what
    they were (see `gather`) is counted anew from its history.
    """
    since, value = memory or (None, {})
    posts = _by_cluster(store.clustered_posts(desk.con, now=now, posted_after=now - LIVE))
    prints = {name: _print(found, until=since) for name, found in posts.items()}
    old = WatchState.from_dict(value["watch"]) if value else WatchState()
    kept = {name: state for name, state in old.claims.items() if value.get("prints", {}).get(name) == prints.get(name)}
    found = alarm.watch(
        replace(old, claims=kept, seen={}),  # that a new cluster was silent before its first post tells nothing
        [
            post
            for name, each in posts.items()
            for post in _evidence(each)
            if since is None or post.seen_at > since or name not in kept
        ],
        claims=tuple(posts),
        visits=visits,
        now=now,
        shares=shares,
        clock=clock,
        settings=settings_of(desk.config, "clusters"),
    )
    words = {name: each[0].terms for name, each in posts.items()}
    return ClusterPass(
        # What is told of them outlives the posts: their words are not in it, only what many share.
        crossings=tuple(replace(crossing, terms=words[crossing.claim_id]) for crossing in found.crossings),
        memory={
            # Without the hours seen, which the next pass does not take from here: done again, this pass says the same.
            "watch": replace(found.state, seen={}).to_dict(),
            "prints": {name: _print(each, until=now) for name, each in posts.items()},
        },
        posts=posts,
    )


def _by_cluster(posts: Sequence[ClusteredPost]) -> dict[str, list[ClusteredPost]]:
    found: dict[str, list[ClusteredPost]] = defaultdict(list)
    for post in posts:
        found[post.cluster_id].append(post)
    return dict(found)


def _evidence(posts: Sequence[ClusteredPost]) -> list[MatchedPost]:
    founder = posts[0].author_key
    return [
        MatchedPost(
            claim_id=post.cluster_id,
            source=post.source,
            posted_at=post.posted_at,
            seen_at=post.seen_at,
            author_key=post.author_key,
            stance="support",
        )
        for post in posts
        if post.author_key != founder
    ]


def _print(posts: Sequence[ClusteredPost], *, until: datetime | None) -> str:
    """Return what tells whether the posts that were seen by a time are the same."""
    seen = sorted(post.post_key for post in posts if until is not None and post.seen_at <= until)
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:16] if seen else ""
