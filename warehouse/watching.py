"""What the early warning reads and leaves behind: matched posts, the crawl log, alarm states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from warehouse.connection import transaction
from warehouse.named import listed, records, rows, rows_of, run, upsert
from warehouse.records import Visit
from warehouse.shadow import shadowed


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPost:
    """A post on a claim, as the alarm counts it."""

    claim_id: str
    post_key: str
    source: str
    thread_key: str
    author_key: str
    posted_at: datetime
    seen_at: datetime
    """When it was first fetched; if it took a person to say that it is about the claim, when that was said."""
    stance: str | None
    tier: str
    views: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPost:
    """A post with its words, whatever it is about: a mailing may be quoted in it."""

    post_key: str
    source: str
    posted_at: datetime
    seen_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVolume:
    """Posts of a source by the hour in which they were posted, mentions or not: the activity clock learns from it."""

    source: str
    hour_at: datetime
    post_count: int


def matched_posts(
    con: duckdb.DuckDBPyConnection,
    *,
    now: datetime,
    seen_after: datetime | None = None,
    posted_from: datetime | None = None,
    posted_before: datetime | None = None,
    claim_ids: Iterable[str] | None = None,
    tier: str = "auto",
) -> list[MatchedPost]:
    """Return posts on claims that were known at `now`, by the time of posting.

    With one of `seen_after` and `posted_from` only what came after it, with both what came after either: these are
    found without a look at older posts, however many there are.
    """
    since = {"now": now, "seen_after": seen_after, "posted_from": posted_from}
    is_lately = seen_after and posted_from
    with shadowed(con, "choose_lately", matches_alone=True, **since) if is_lately else nullcontext():
        return records(
            con,
            "matched_posts",
            MatchedPost,
            **since,
            posted_before=posted_before,
            claim_ids=None if claim_ids is None else listed(claim_ids),
            tier=tier,
        )


def retold(con: duckdb.DuckDBPyConnection, *, since: datetime, posted_before: datetime) -> dict[str, datetime]:
    """Return the claims of whose posts before a time a model or a person has said something since, and when."""
    found = rows(con, "retold", since=since, posted_before=posted_before)
    return {row["claim_id"]: row["told_at"] for row in found}


def posts_seen(
    con: duckdb.DuckDBPyConnection, *, now: datetime, posted_after: datetime, seen_after: datetime | None = None
) -> list[SeenPost]:
    """Return posts written after a moment and first seen after the watermark, by the time of posting."""
    return records(con, "posts_seen", SeenPost, now=now, posted_after=posted_after, seen_after=seen_after)


def hourly_volume(con: duckdb.DuckDBPyConnection, *, now: datetime, posted_after: datetime) -> list[SourceVolume]:
    """Return what was posted hour by hour, all posts of the sources, as known at `now`."""
    found = run(con, "source_volume", now=now, posted_after=posted_after)
    return [SourceVolume(**row) for row in rows_of(found.to_arrow_table())]


def thread_views(
    con: duckdb.DuckDBPyConnection, thread_keys: Iterable[str], *, now: datetime
) -> list[tuple[str, datetime, datetime, int]]:
    """Return what pages showed of threads' views by `now`: thread, when it was opened, when seen, views; by time."""
    found = rows(con, "thread_views", thread_keys=listed(thread_keys), now=now)
    return [(row["thread_key"], row["opened_at"], row["seen_at"], row["view_count"]) for row in found]


def post_delays(con: duckdb.DuckDBPyConnection, *, now: datetime, posted_after: datetime) -> list[dict[str, Any]]:
    """Return when posts that spread a claim were posted, seen and judged, as known at `now`; by time of posting."""
    return rows(con, "post_delays", now=now, posted_after=posted_after)


def list_visits(con: duckdb.DuckDBPyConnection, *, now: datetime, finished_after: datetime) -> list[Visit]:
    """Return the crawl log, oldest first: the hours of a source between complete visits are seen, others unknown."""
    return records(con, "list_visits", Visit, now=now, finished_after=finished_after)


def get_states(con: duckdb.DuckDBPyConnection, *, now: datetime) -> dict[str, tuple[datetime, Any]]:
    """Return for each subject the latest step not after `now`, and the alarm's state then."""
    found = rows(con, "alarm_states", now=now)
    return {row["subject_id"]: (row["step_at"], json.loads(row["state"])) for row in found}


def put_states(
    con: duckdb.DuckDBPyConnection, states: Mapping[str, Any], *, step_at: datetime, keep_hours: float = 336.0
) -> None:
    """Save the alarm's states (JSON values) after a step; the same step again takes its place."""
    found = [{"subject_id": key, "step_at": step_at, "state": json.dumps(value)} for key, value in states.items()]
    with transaction(con):
        upsert(con, "alarm_state", found)
        run(con, "forget_states", before=step_at - timedelta(hours=keep_hours))
