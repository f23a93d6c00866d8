"""What the board reads of a snapshot, as typed rows."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import duckdb

from warehouse.board_search import PAGE_POSTS
from warehouse.named import records, rows
from warehouse.records.board import (
    Agreement,
    AlertEvent,
    BoardPost,
    ClaimDay,
    DecisionRow,
    Judgement,
    SourceDay,
    SourceIncident,
    VerdictEvent,
)
from warehouse.reviewing import judgements_of

MOST_DECISIONS = 500


def last_visit_at(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return when the last visit of any source ended; None before the first."""
    found: datetime | None = rows(con, "board_clock")[0]["finished_at"]
    return found


def claim_days(con: duckdb.DuckDBPyConnection, *, timezone: str) -> dict[str, list[ClaimDay]]:
    """Return posts on every claim by local day and stance, oldest first; days without any are not there."""
    found: dict[str, list[ClaimDay]] = {}
    for row in rows(con, "board_claim_days", timezone=timezone):
        found.setdefault(row.pop("claim_id"), []).append(ClaimDay(**row))
    return found


def suggested_posts(
    con: duckdb.DuckDBPyConnection,
    claim_id: str,
    *,
    before: datetime | None = None,
    after_key: str | None = None,
    limit: int = PAGE_POSTS,
) -> list[BoardPost]:
    """Return posts that may be about a claim, and that a person has yet to look at, newest first.

    Of those posted at the very moment `before` only the ones after `after_key`: where the page before ended.
    """
    bounds = {"before": before, "after_key": after_key}
    return records(con, "board_suggested", BoardPost, claim_id=claim_id, **bounds, row_limit=limit)


def get_post(con: duckdb.DuckDBPyConnection, post_key: str) -> list[BoardPost]:
    """Return a post, one row for each claim that it speaks of and at least one; none when there is no such post.

    What is held of it is found by its hour.
    """
    for at in rows(con, "board_post_at", post_key=post_key):
        return records(con, "board_post", BoardPost, post_key=post_key, hour_at=at["hour_at"])
    return []


def judgements(con: duckdb.DuckDBPyConnection, post_key: str) -> list[Judgement]:
    """Return all that people have said of a post, newest first."""
    return [Judgement(**row) for row in judgements_of(con, post_key)]


def verdicts(con: duckdb.DuckDBPyConnection, claim_id: str) -> list[VerdictEvent]:
    """Return every verdict on a claim, newest first."""
    return records(con, "board_verdicts", VerdictEvent, claim_id=claim_id)


def recent_alert_events(con: duckdb.DuckDBPyConnection, *, limit: int = 50) -> list[AlertEvent]:
    """Return what has happened to the alerts, newest first."""
    return records(con, "board_alert_events", AlertEvent, row_limit=limit)


def source_days(con: duckdb.DuckDBPyConnection, *, day: date, day_count: int = 28) -> dict[str, list[SourceDay]]:
    """Return what each source gave a day, oldest first."""
    found: dict[str, list[SourceDay]] = {}
    for one in records(con, "board_source_days", SourceDay, day=day, day_count=day_count):
        found.setdefault(one.source, []).append(one)
    return found


def source_incidents(con: duckdb.DuckDBPyConnection, *, day: date, day_count: int = 28) -> list[SourceIncident]:
    """Return what went wrong in the sources, newest first."""
    return records(con, "board_source_incidents", SourceIncident, day=day, day_count=day_count)


def agreement(con: duckdb.DuckDBPyConnection) -> list[Agreement]:
    """Return how often people who looked agreed with the model, by task."""
    return records(con, "board_agreement", Agreement)


def list_decisions(con: duckdb.DuckDBPyConnection) -> list[DecisionRow]:
    """Return the decisions that passes have taken in, newest first."""
    return [_decision(row) for row in rows(con, "board_decisions", row_limit=MOST_DECISIONS)]


def _decision(row: dict[str, Any]) -> DecisionRow:
    return DecisionRow(**{**row, "given": json.loads(row["given"])})
