"""The picture of complaints: each channel's periods above each other, over the race so far on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

from reports.board.speech import Speech
from reports.charts import CORRECTION, DAYS, INK, RUMOUR, SHARE_AXIS, Picture, picture
from reports.swedish import COMPLAINT_CHANNELS
from warehouse.records import ComplaintLevel, Race, RacePoint

SHOWN_DAYS = 182
"""So far back complaints are drawn."""
_ROW = {"width": 370, "height": 80}
EVEN = {"minExtent": 36, "titlePadding": 6}
"""Pixels beside each row, so that they stand under each other and no title lies on its numbers."""


def complaint_chart(levels: Sequence[ComplaintLevel], race: Race | None, speech: Speech) -> Picture:
    """Return complaints a week by channel, those above the ordinary marked, over reach and coverage so far."""
    seen = [point for point in race.points if point.at <= race.forecast_from] if race else []
    days = {"type": "temporal", "title": None, "axis": DAYS, "scale": {"domain": _months_of(levels, seen, speech)}}
    codes = [code for code in COMPLAINT_CHANNELS if any(level.channel == code for level in levels)]
    rows = [_complaints_of(code, [level for level in levels if level.channel == code], days, speech) for code in codes]
    rows += [_shares_so_far(seen, days, speech)] if seen else []
    spec = {"vconcat": rows, "spacing": 14, "autosize": "pad", "resolve": {"scale": {"color": "independent"}}}
    return picture("complaints", spec, speech.t("digest.complaints_picture"), speech)


def _complaints_of(code: str, levels: Sequence[ComplaintLevel], days: dict[str, Any], speech: Speech) -> dict[str, Any]:
    """Draw one channel's bars, each as wide as its period and as high as its complaints in a week."""
    shown = [level for level in levels if level.period_end >= levels[-1].period_end - timedelta(days=SHOWN_DAYS)]
    above, ordinary = speech.t("chart.above"), speech.t("chart.ordinary")
    rows: list[dict[str, Any]] = [
        {
            "from": level.period_start.isoformat(),
            "to": (level.period_end + timedelta(days=1)).isoformat(),
            "rate": 7 * level.complaint_count / ((level.period_end - level.period_start).days + 1),
            "kind": above if level.is_above else ordinary,
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
            "y": {
                "field": "rate",
                "type": "quantitative",
                "title": speech.name("complaint_channel", code),
                "axis": {**whole_axis(max((row["rate"] for row in rows), default=0.0)), **EVEN},
            },
            "y2": {"datum": 0},
            "color": {
                "field": "kind",
                "scale": {"domain": [above, ordinary], "range": [INK, "#B8BEC6"]},
                "legend": None,
            },
        },
    }


def whole_axis(top: float) -> dict[str, Any]:
    """Return an axis with few marks, each at a whole number: of small counts Vega would tell one number twice."""
    return {"format": "d", **({"values": [*range(ceil(top) + 1)]} if top <= 3 else {"tickCount": 3, "tickMinStep": 1})}


def _shares_so_far(seen: Sequence[RacePoint], days: dict[str, Any], speech: Speech) -> dict[str, Any]:
    kinds = [speech.t("chart.short_rumour"), speech.t("chart.short_correction")]
    rows = [
        {"at": point.at.astimezone(speech.zone).replace(tzinfo=None).isoformat(), "kind": kind, "share": share}
        for point in seen[::3]
        for kind, share in ((kinds[0], point.reach), (kinds[1], point.coverage))
    ]
    return {
        **_ROW,
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {
            "x": {"field": "at", **days},
            "y": {"field": "share", "type": "quantitative", "title": None, "axis": {**SHARE_AXIS, **EVEN}},
            "color": {
                "field": "kind",
                "scale": {"domain": kinds, "range": [RUMOUR, CORRECTION]},
                "legend": {"title": None, "orient": "bottom"},
            },
        },
    }


def _months_of(levels: Sequence[ComplaintLevel], seen: Sequence[RacePoint], speech: Speech) -> list[str]:
    """Return the first and last day of all rows: what stands above each other is of the same time."""
    last = max([level.period_end for level in levels] + [point.at.astimezone(speech.zone).date() for point in seen])
    first = min(level.period_start for level in levels)
    return [max(first, last - timedelta(days=SHOWN_DAYS)).isoformat(), (last + timedelta(days=1)).isoformat()]
