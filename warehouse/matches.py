"""Claims held against posts: which posts are left, what was found, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.connection import one_thread, storing, transaction
from warehouse.labels import Vectors, vectors_of
from warehouse.named import (
    Insert,
    as_new,
    columns_of,
    insert_arrow,
    insert_columns,
    listed,
    moment,
    records,
    rows,
    run,
)
from warehouse.rollups import touch
from warehouse.waiting import empty_list, keep_list, known_from

UNRELATED = "none"


class PendingMatch(NamedTuple):
    """A post that this version of model and claims has not been held against; `vectors[i]` is its embedding."""

    post_key: str
    revision: str
    source: str
    author_key: str
    thread_title: str
    text: str
    quoted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What one revision of a post makes of one claim."""

    post_key: str
    revision: str
    claim_id: str
    tier: str
    """`auto` (counted), `suggest`, or `none` (judged, and not about the claim: kept so as not to be judged again)."""
    score_embedding: float | None = None
    score_lexical: float | None = None
    span_start: int | None = None
    span_end: int | None = None
    stance: str | None = None
    stance_score: float | None = None
    about_probability: float | None = None
    support_probability: float | None = None
    deny_probability: float | None = None
    query_probability: float | None = None
    comment_probability: float | None = None
    model: str | None = None
    """What judged the stance; none: the model that is saved with the pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMatch:
    """A match as people look at it."""

    post_key: str
    claim_id: str
    tier: str
    stance: str | None
    stance_score: float | None
    score_embedding: float | None
    score_lexical: float | None
    about_probability: float | None
    posted_at: datetime
    source: str
    url: str | None
    judged_by: str | None
    text: str
    span_start: int | None
    span_end: int | None


def pending_matches(
    con: duckdb.DuckDBPyConnection,
    *,
    version: str,
    model_version: str,
    limit: int,
    posted_after: datetime | None = None,
    only: Sequence[str] | None = None,
) -> tuple[list[PendingMatch], Vectors]:
    """Return posts to hold against the claims, and their vectors of `model_version`, shape (posts, dimensions).

    `version` names the model and the claims together: derive it from both, so that a new claim or paraphrase is
    held against old posts too. Posts without a vector of the model version wait for it. `only` names posts by key.
    """
    asked: dict[str, Any] = {"version": version, "model_version": model_version, "posted_after": posted_after}
    keys = None if only is None else listed(only)
    with one_thread(con):
        keep_list(con, "match", version=version, posted_after=posted_after)
        asked["known_from"] = known_from(con, "match")
        with transaction(con):  # in which no place changes
            table = run(con, "pending_matches", post_keys=keys, row_limit=limit, **asked).to_arrow_table()
            vectors = _vectors_at(con, table, model_version)
    return list(map(PendingMatch, *columns_of(table.select(PendingMatch._fields)))), vectors


def _vectors_at(con: duckdb.DuckDBPyConnection, table: pa.Table, model_version: str) -> Vectors:
    """Return the vectors of pending posts, a row each in their order."""
    wanted = table.select(["post_key", "revision", "vector_place"])
    con.register("wanted_vector", wanted.append_column("nth", pa.array(np.arange(len(table)))))
    try:
        found = run(con, "pending_vectors", model_version=model_version).to_arrow_table()
    finally:
        con.unregister("wanted_vector")
    vectors = np.zeros((len(table), 0), np.float32)
    for batch in found.to_batches():
        read = vectors_of(pa.Table.from_batches([batch]))
        vectors = vectors if vectors.size else np.empty((len(table), read.shape[1]), np.float32)
        vectors[batch["nth"].to_numpy()] = read
    return vectors


def done_with_matches(
    con: duckdb.DuckDBPyConnection, *, version: str, model_version: str, posted_after: datetime | None = None
) -> None:
    """Empty the list of posts that may have to be held against the claims, unless one waits."""
    asked = {"version": version, "model_version": model_version, "posted_after": posted_after, "post_keys": None}

    def does_wait() -> bool:
        return bool(run(con, "pending_matches", row_limit=1, known_from=known_from(con, "match"), **asked).fetchall())

    with one_thread(con):
        empty_list(con, "match", version=version, posted_after=posted_after, does_wait=does_wait)


def save_matches(
    con: duckdb.DuckDBPyConnection,
    posts: Sequence[tuple[str, str]],
    found: Sequence[Match],
    *,
    model: str,
    version: str,
    at: datetime,
) -> int:
    """Record that these posts (key and revision) were held against the claims, and what was found; return how many.

    Posts that this version has been held against before are left as they are.
    """
    if not posts:
        return 0
    return as_new(lambda insert: _save(con, posts, found, insert, model=model, version=version, at=at))


def _save(
    con: duckdb.DuckDBPyConnection,
    posts: Sequence[tuple[str, str]],
    found: Sequence[Match],
    insert: Insert,
    *,
    model: str,
    version: str,
    at: datetime,
) -> int:
    shared = {"version": version, "matched_at": moment(at)}
    passes, new = _passes(posts, version, at), set(posts)
    with storing(con):
        if insert is insert_columns:
            fresh = insert_arrow(con, "match_pass", passes)
            new = set(zip(*(fresh[name].to_pylist() for name in ("post_key", "revision")), strict=True))
        else:
            insert(con, "match_pass", passes)
        if not new:
            return 0
        touch(con, (key for key, _ in new))
        if kept := [m for m in found if (m.post_key, m.revision) in new]:
            insert(con, "claim_match", _matches(kept, model, shared))
    return len(new)


def _matches(found: Sequence[Match], model: str, shared: Mapping[str, Any]) -> pa.Table:
    columns = {name: pa.array([getattr(one, name) for one in found]) for name in Match.__slots__ if name != "model"}
    columns["model"] = pa.array([one.model or model for one in found], pa.string())
    return pa.table(columns | {name: pa.repeat(value, len(found)) for name, value in shared.items()})


def _passes(posts: Sequence[tuple[str, str]], version: str, at: datetime) -> pa.Table:
    return pa.table(
        {
            "post_key": pa.array([key for key, _ in posts], pa.string()),
            "revision": pa.array([revision for _, revision in posts], pa.string()),
            "version": pa.repeat(version, len(posts)),
            "matched_at": pa.repeat(moment(at), len(posts)),
        }
    )


def known_stances(
    con: duckdb.DuckDBPyConnection, *, models: Sequence[str], post_keys: Sequence[str]
) -> dict[tuple[str, str, str], Match]:
    """Return the pairs that these models have judged, by post key, revision and model, so as not to judge them again.

    A model here names what judges a pair, the claim's wording included.
    """
    found = records(con, "known_stances", Match, models=listed(models), post_keys=listed(dict.fromkeys(post_keys)))
    return {(one.post_key, one.revision, one.model or ""): one for one in found}


def confirmed_claims(con: duckdb.DuckDBPyConnection, *, now: datetime) -> dict[str, frozenset[str]]:
    """Return the claims that persons have said each post to be about, by post key."""
    found = rows(con, "confirmed_claims", now=now)
    return {row["post_key"]: frozenset(row["claim_ids"]) for row in found}


def list_matches(
    con: duckdb.DuckDBPyConnection,
    *,
    claim_id: str | None = None,
    post_key: str | None = None,
    tier: str | None = None,
    limit: int = 50,
) -> list[FoundMatch]:
    """Return matches as they now stand, with the words that matched: what waits for a person nearest first."""
    return records(con, "list_matches", FoundMatch, claim_id=claim_id, post_key=post_key, tier=tier, row_limit=limit)
