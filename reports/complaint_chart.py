"""The picture of complaints: each channel's periods above each other, over the race so far on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.charts import CORRECTION, DAYS, INK, RUMOUR, SHARE_AXIS, svg
from reports.swedish import COMPLAINT_CHANNELS
from warehouse.records import ComplaintLevel, Race, RacePoint

SHOWN_DAYS = 182
"""So far back complaints are drawn."""
_ROW = {"width": 560, "height": 70}


def complaint_chart(levels: Sequence[ComplaintLevel], race: Race | None, zone: ZoneInfo) -> str:
    """Return complaints a week by channel, those above the ordinary marked, over reach and coverage so far."""
    seen = [point for point in race.points if point.at <= race.forecast_from] if race else []
    days = {"type": "temporal", "title": None, "axis": DAYS, "scale": {"domain": _months_of(levels, seen, zone)}}
    codes = [code for code in COMPLAINT_CHANNELS if any(level.channel == code for level in levels)]
    rows = [_complaints_of(code, [level for level in levels if level.channel == code], days) for code in codes]
    rows += [_shares_so_far(seen, days, zone)] if seen else []
    return svg(
        {"vconcat": rows, "spacing": 14, "autosize": "pad", "resolve": {"scale": {"color": "independent"}}},
        "Klagomål i veckan, räckvidd och täckning",
    )


def _complaints_of(code: str, levels: Sequence[ComplaintLevel], days: dict[str, Any]) -> dict[str, Any]:
    """Draw one channel's bars, each as wide as its period and as high as its complaints in a week."""
    shown = [level for level in levels if level.period_end >= levels[-1].period_end - timedelta(days=SHOWN_DAYS)]
    rows = [
        {
            "from": level.period_start.isoformat(),
            "to": (level.period_end + timedelta(days=1)).isoformat(),
            "rate": 7 * level.complaint_count / ((level.period_end - level.period_start).days + 1),
            "kind": "ovanligt" if level.is_above else "vanligt",
        }
        for level in shown
    ]
    return {
        **_ROW,
        "data": {"values": rows},
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": {"field": "from", **days},
            "x2": {"field": "to"},
            "y": {"field": "rate", "type": "quantitative", "title": COMPLAINT_CHANNELS[code], "axis": {"tickCount": 3}},
            "y2": {"datum": 0},
            "color": {
                "field": "kind",
                "scale": {"domain": ["ovanligt", "vanligt"], "range": [INK, "#B8BEC6"]},
                "legend": None,
            },
        },
    }


def _shares_so_far(seen: Sequence[RacePoint], days: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    rows = [
        {"at": point.at.astimezone(zone).replace(tzinfo=None).isoformat(), "kind": kind, "share": share}
        for point in seen[::3]
        for kind, share in (("påståendet", point.reach), ("rättelsen", point.coverage))
    ]
    return {
        **_ROW,
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "at", **days},
            "y": {"field": "share", "type": "quantitative", "title": "Andel", "axis": SHARE_AXIS},
            "color": {
                "field": "kind",
                "scale": {"domain": ["påståendet", "rättelsen"], "range": [RUMOUR, CORRECTION]},
                "legend": {"title": None, "orient": "bottom"},
            },
        },
    }


def _months_of(levels: Sequence[ComplaintLevel], seen: Sequence[RacePoint], zone: ZoneInfo) -> list[str]:
    """Return the first and last day of all rows: what stands above each other is of the same time."""
    last = max([level.period_end for level in levels] + [point.at.astimezone(zone).date() for point in seen])
    first = min(level.period_start for level in levels)
    return [max(first, last - timedelta(days=SHOWN_DAYS)).isoformat(), (last + timedelta(days=1)).isoformat()]
