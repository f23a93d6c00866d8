"""What people are asked about posts, what they have said, and what of it can be learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.errors import LedgerError
from warehouse.named import records, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulPost:
    """A post that the models are unsure of: for each question 0 (sure, or answered by a person) to 1."""

    post_key: str
    source: str
    url: str | None
    posted_at: datetime
    text: str
    relevance: float
    sentiment: float
    topic: float
    stance: float
    claim_id: str | None
    """The claim that the stance is most unsure to."""
    doubt: float
    """The sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPost:
    """What people hold of a post; None and empty where nobody has said."""

    post_key: str
    text: str
    thread_key: str
    relevance: str | None
    sentiment: str | None
    topics: tuple[str, ...]


def find_post(con: duckdb.DuckDBPyConnection, post: str) -> str:
    """Return the key of a post that is named by its key or its address. Raises LedgerError."""
    found = rows(con, "find_post", post=post)
    if len(found) != 1:
        what = "several posts have" if found else "no post has"
        raise LedgerError(f"{what} the key or address {post!r}: give the key that `label review` shows")
    return str(found[0]["post_key"])


def doubtful_posts(con: duckdb.DuckDBPyConnection, *, limit: int) -> list[DoubtfulPost]:
    """Return the posts that a person's word would tell most about, most first."""
    return records(con, "doubtful_posts", DoubtfulPost, row_limit=limit)


def judgements_of(con: duckdb.DuckDBPyConnection, post_key: str) -> list[dict[str, Any]]:
    """Return all that people have said of a post, newest first, with who took it back and when."""
    return rows(con, "judgements_of", post_key=post_key)


def judged_posts(con: duckdb.DuckDBPyConnection) -> list[JudgedPost]:
    """Return the posts that people have labelled and whose words are still there."""
    return records(con, "judged_posts", JudgedPost)


def judged_stances(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Return the stances that people have given, by post key and claim id."""
    return {(row["post_key"], row["claim_id"]): row["stance"] for row in rows(con, "judged_stances")}
