"""The days of a replay, as the tables tell them: what was seen, what was matched, how the race stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.named import records


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDay:
    """Posts by the local day on which they were first seen."""

    day: date
    read_count: int
    """Posts on the pages that were read, whatever they were about; one that was read twice counts twice."""
    seen_count: int
    """Posts that were new, in threads that name the company."""
    mention_count: int
    matched_count: int
    rumour_count: int
    """Those that support a claim or ask about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRace:
    """Shares over all segments that a claim misleads, weighted by customers, when last computed that day."""

    day: date
    claim_id: str
    reach_share: float
    coverage_share: float


def read_days(con: duckdb.DuckDBPyConnection, *, timezone: str) -> list[ReplayDay]:
    """Return the days on which any source was read, oldest first."""
    return records(con, "replay_days", ReplayDay, timezone=timezone)


def read_race_days(con: duckdb.DuckDBPyConnection, *, timezone: str) -> list[ReplayRace]:
    """Return how the races stood at the end of each day on which one was run."""
    return records(con, "replay_races", ReplayRace, timezone=timezone)
