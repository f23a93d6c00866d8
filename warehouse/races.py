"""Races saved and read back: every hour's computation is kept, the latest is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import duckdb

from warehouse.connection import transaction
from warehouse.keys import stable_key
from warehouse.named import insert_new, rows, run
from warehouse.records import Counterfactual, Race, RacePoint, Segment

_RUN = (
    "lead_hours_low",
    "lead_hours",
    "lead_hours_high",
    "rumour_leads_24h",
    "rumour_leads_48h",
    "rumour_leads_168h",
)


def save_races(con: duckdb.DuckDBPyConnection, races: Sequence[Race]) -> None:
    """Save races; one of the same claim, segment and hour takes the place of the old."""
    with transaction(con):
        for race in races:
            key = stable_key(race.claim_id, race.segment.segment, race.forecast_from.astimezone(UTC).isoformat())
            for name in ("forget_race_points", "forget_counterfactuals", "forget_race"):
                run(con, name, race_key=key)
            about = {"race_key": key, "claim_id": race.claim_id, "segment": race.segment.segment}
            figures = {name: getattr(race, name) for name in _RUN}
            insert_new(con, "race_run", [{**about, "forecast_from": race.forecast_from, **figures}])
            insert_new(con, "race_point", [{"race_key": key, **_point_row(point)} for point in race.points])
            insert_new(con, "counterfactual", [{"race_key": key, **asdict(x)} for x in race.counterfactuals])


def list_races(con: duckdb.DuckDBPyConnection, *, now: datetime, is_whole: bool = True) -> list[Race]:
    """Return the latest race of each claim and segment that had been computed by `now`.

    Without `is_whole` their points and counterfactuals are left out, which is quicker.
    """
    found = []
    for row in rows(con, "latest_races", now=now):
        key = row.pop("race_key")
        segment = Segment(segment=row.pop("segment"), name=row.pop("name"), customer_count=row.pop("customer_count"))
        points = rows(con, "race_points", race_key=key) if is_whole else []
        actions = rows(con, "counterfactuals", race_key=key) if is_whole else []
        found.append(
            Race(
                segment=segment,
                points=tuple(RacePoint(at=point.pop("point_at"), **point) for point in points),
                counterfactuals=tuple(Counterfactual(**action) for action in actions),
                **row,
            )
        )
    return found


def _point_row(point: RacePoint) -> dict[str, object]:
    row = asdict(point)
    return {"point_at": row.pop("at"), **row}
