"""Decisions that passes have taken in from the board: what came of each, and what held before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse.named import rows, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """How far a decision has come."""

    outcome: str
    detail: str
    before: Mapping[str, Any]


def taken_in(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the ids of the decisions that are finished with, whatever came of them."""
    return {row["decision_id"] for row in rows(con, "list_decision_ids")}


def get(con: duckdb.DuckDBPyConnection, decision_id: str) -> DecisionRecord | None:
    """Return the record of a decision; None when no pass has begun it."""
    found = rows(con, "get_decision", decision_id=decision_id)
    return DecisionRecord(**{**found[0], "before": json.loads(found[0]["before"])}) if found else None


def put(
    con: duckdb.DuckDBPyConnection,
    *,
    decision_id: str,
    kind: str,
    subject_id: str,
    given: Mapping[str, Any],
    by: str,
    at: datetime,
    undoes: str | None,
    outcome: str,
    detail: str,
    before: Mapping[str, Any],
    taken_in_at: datetime,
) -> None:
    """Record how far a decision has come; what was recorded of it before is replaced."""
    row = {
        "decision_id": decision_id,
        "kind": kind,
        "subject_id": subject_id,
        "given": json.dumps(given, default=str),
        "decided_by": by,
        "decided_at": at,
        "undoes": undoes,
        "outcome": outcome,
        "detail": detail,
        "before": json.dumps(before),
        "taken_in_at": taken_in_at,
    }
    upsert(con, "decision", [row])
