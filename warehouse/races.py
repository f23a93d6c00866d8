"""Races saved and read back: every hour's computation is kept, the latest is shown."""

from __future__ import annotations

from collections.abc import Sequence
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
    if not races:
        return
    keyed = {_key(race): race for race in races}
    with transaction(con):
        for name in ("forget_race_points", "forget_counterfactuals", "forget_race"):
            run(con, name, race_keys=list(keyed))
        insert_new(con, "race_run", [{"race_key": key, **_run_row(race)} for key, race in keyed.items()])
        for table, part in (("race_point", _points), ("counterfactual", _counterfactuals)):
            insert_new(con, table, [{"race_key": key, **row} for key, race in keyed.items() for row in part(race)])


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


def _key(race: Race) -> str:
    return stable_key(race.claim_id, race.segment.segment, race.forecast_from.astimezone(UTC).isoformat())


def _run_row(race: Race) -> dict[str, object]:
    about = {"claim_id": race.claim_id, "segment": race.segment.segment, "forecast_from": race.forecast_from}
    return {**about, **{name: getattr(race, name) for name in _RUN}}


def _points(race: Race) -> list[dict[str, object]]:
    return [
        {"point_at" if name == "at" else name: getattr(point, name) for name in RacePoint.__slots__}
        for point in race.points
    ]


def _counterfactuals(race: Race) -> list[dict[str, object]]:
    return [{name: getattr(action, name) for name in Counterfactual.__slots__} for action in race.counterfactuals]
