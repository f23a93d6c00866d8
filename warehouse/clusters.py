"""Unmatched mentions that say alike, perhaps a claim that nobody has registered, and what people decide on them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import duckdb

from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.labels import Vectors, split_vectors
from warehouse.named import listed, records, rows, run, upsert
from warehouse.records import CandidateClaim
from warehouse.shadow import shadowed

SHOWN = ("candidate", "named", "dismissed")
"""States in which people know a cluster by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedMention:
    """A mention that matches no claim and is not positive; `vectors[i]` is its embedding."""

    post_key: str
    revision: str
    source: str
    thread_key: str
    author_key: str
    posted_at: datetime
    seen_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Unmatched mentions that say alike."""

    cluster_id: str
    created_at: datetime
    central_post_key: str
    terms: tuple[str, ...]
    centroid: tuple[float, ...]
    state: str = "open"
    """`open`, `candidate` (its alarm went), `named` or `dismissed`."""
    claim_id: str | None = None
    candidate_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPost:
    """A post's place in a cluster, and by which reading of it."""

    post_key: str
    cluster_id: str
    revision: str
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredPost:
    """A post of a cluster, as the alarm counts it."""

    cluster_id: str
    post_key: str
    source: str
    author_key: str
    posted_at: datetime
    seen_at: datetime
    """When it was first fetched."""
    terms: tuple[str, ...]
    """The cluster's words."""


def unmatched_mentions(
    con: duckdb.DuckDBPyConnection, *, now: datetime, model_version: str, seen_after: datetime | None = None
) -> tuple[list[UnmatchedMention], Vectors]:
    """Return mentions for clustering (no claim, not positive), first seen after the watermark, and their vectors.

    In the order in which they were first seen: that of time for whoever reads the sources as they are written.
    """
    asked = {"now": now, "seen_after": seen_after, "model_version": model_version}
    with shadowed(con, "choose_seen", seen_after=seen_after) if seen_after else nullcontext():
        found, vectors = split_vectors(run(con, "unmatched_mentions", **asked).to_arrow_table())
    return [UnmatchedMention(**row) for row in found], vectors


def put_clusters(con: duckdb.DuckDBPyConnection, clusters: Sequence[Cluster], members: Sequence[ClusterPost]) -> None:
    """Save all clusters as they now stand, and the place of every clustered post.

    Posts that are not in `members` lose their place; clusters that are not in `clusters` go, unless people know them.
    """
    with transaction(con):
        upsert(con, "cluster", [asdict(cluster) for cluster in clusters])
        upsert(con, "cluster_post", [asdict(member) for member in members])
        run(con, "forget_cluster_posts", kept=listed(member.post_key for member in members))
        run(con, "forget_clusters", kept=listed(cluster.cluster_id for cluster in clusters))


def list_clusters(con: duckdb.DuckDBPyConnection) -> list[Cluster]:
    """Return the clusters, oldest first."""
    return records(con, "list_clusters", Cluster)


def cluster_members(
    con: duckdb.DuckDBPyConnection, *, cluster_id: str | None = None, seen_after: datetime | None = None
) -> list[ClusterPost]:
    """Return the place of each clustered post: of one cluster, or of posts first seen after a time, where given."""
    return records(con, "cluster_members", ClusterPost, cluster_id=cluster_id, seen_after=seen_after)


def clustered_posts(con: duckdb.DuckDBPyConnection, *, now: datetime, posted_after: datetime) -> list[ClusteredPost]:
    """Return the posts of clusters that nobody has decided on and that have a post after a time, oldest first."""
    seen_from = rows(con, "clusters_since")[0]["created_at"]
    return records(con, "clustered_posts", ClusteredPost, now=now, posted_after=posted_after, seen_from=seen_from)


def mark_candidates(con: duckdb.DuckDBPyConnection, cluster_ids: Sequence[str], *, at: datetime) -> None:
    """Record that the alarm of open clusters went: people are shown them from now on."""
    run(con, "mark_candidates", cluster_ids=listed(cluster_ids), at=at)


def list_candidates(con: duckdb.DuckDBPyConnection, *, now: datetime) -> list[CandidateClaim]:
    """Return the clusters that had alarmed by `now` and that nobody had decided on, the fastest growing first."""
    return records(con, "digest_candidates", CandidateClaim, now=now)


def get_cluster(con: duckdb.DuckDBPyConnection, cluster_id: str) -> Cluster:
    """Return a cluster. Raises LedgerError."""
    for cluster in list_clusters(con):
        if cluster.cluster_id == cluster_id:
            return cluster
    raise LedgerError(f"no candidate has the id {cluster_id!r}: see `ryktesvakt claim candidates`")


def decide_cluster(
    con: duckdb.DuckDBPyConnection, cluster_id: str, state: str, *, by: str, at: datetime, claim_id: str | None = None
) -> Cluster:
    """Record what a person makes of a cluster: `named` (a claim), `dismissed`, or `candidate` again; return it.

    The same decision again changes nothing. Raises LedgerError.
    """
    before = get_cluster(con, cluster_id)
    if not by.strip() or state not in SHOWN or (state == "named") != (claim_id is not None):
        raise LedgerError(f"candidate {cluster_id}: a named person decides {', '.join(SHOWN)}; `named` needs its claim")
    if (before.state, before.claim_id) == (state, claim_id):
        return before
    if before.state == "named" and state == "dismissed":
        raise LedgerError(f"candidate {cluster_id} is followed as the claim {before.claim_id}: remove that claim first")
    is_open = state == "candidate"
    after = replace(
        before,
        state=state,
        claim_id=claim_id,
        candidate_at=before.candidate_at or at,
        decided_by=None if is_open else by,
        decided_at=None if is_open else at,
    )
    upsert(con, "cluster", [asdict(after)])
    return after
