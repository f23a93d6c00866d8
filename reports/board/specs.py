"""The board's charts as Vega-Lite, each with the table behind it; colours that colour-blind people tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from reports.board.speech import Speech
from reports.charts import INK, QUIET, RUMOUR
from warehouse.records import DailyVolume
from warehouse.records.board import SourceDay

TABLE_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, what it shows in one sentence, and its numbers as a table."""

    spec: Mapping[str, Any]
    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def volume_chart(volume: Sequence[DailyVolume], speech: Speech) -> Chart:
    """Return posts a day over the usual band, those that spread or ask about a claim marked."""
    t, rumour, other = speech.t, speech.t("chart.rumour"), speech.t("chart.other")
    values = [
        {
            "day": v.day.isoformat(),
            "kind": kind,
            "posts": count,
            "low": v.usual_low,
            "high": v.usual_high,
            "order": order,
        }
        for v in volume
        for order, (kind, count) in enumerate(((rumour, v.rumour_count), (other, v.post_count - v.rumour_count)))
    ]
    band = {
        "mark": {"type": "area", "color": "#DDE1E6", "interpolate": "step"},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }
    bars = {
        "mark": {"type": "bar", "width": {"band": 0.7}},
        "encoding": {
            "y": {"field": "posts", "type": "quantitative", "stack": True, "title": t("chart.posts"), "axis": WHOLE},
            "color": colour("kind", {rumour: RUMOUR, other: QUIET}),
            "order": {"field": "order", "type": "ordinal"},
            "tooltip": tips(
                ("day", "temporal", t("chart.day")),
                ("kind", "nominal", " "),
                ("posts", "quantitative", t("chart.posts")),
            ),
        },
    }
    days = {"x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": DAYS}}
    return Chart(
        spec=spec({"data": {"values": values}, "encoding": days, "layer": [band, bars]}, height=170),
        label=t("chart.volume"),
        columns=(t("chart.day"), t("chart.posts"), rumour, t("chart.usual")),
        rows=tuple(
            (
                speech.short_day(v.day),
                speech.number(v.post_count),
                speech.number(v.rumour_count),
                speech.number(v.usual),
            )
            for v in reversed(volume)
        ),
    )


def source_chart(days: Sequence[SourceDay], day: date, speech: Speech) -> Chart:
    """Return one source's posts a day over the last weeks."""
    counted = {one.day: one.post_count for one in days}
    span = [day - timedelta(days=back) for back in range(TABLE_DAYS - 1, -1, -1)]
    values = [{"day": d.isoformat(), "posts": counted.get(d, 0)} for d in span]
    encoding = {
        "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": None},
        "y": {"field": "posts", "type": "quantitative", "title": None, "axis": {**WHOLE, "tickCount": 2}},
        "tooltip": tips(("day", "temporal", speech.t("chart.day")), ("posts", "quantitative", speech.t("chart.posts"))),
    }
    mark = {"type": "bar", "color": QUIET, "width": {"band": 0.7}}
    return Chart(
        spec=spec({"data": {"values": values}, "mark": mark, "encoding": encoding}, height=48),
        label=speech.t("chart.source"),
        columns=(speech.t("chart.day"), speech.t("chart.posts")),
        rows=tuple((speech.short_day(d), speech.number(counted.get(d, 0))) for d in reversed(span)),
    )


DAYS: dict[str, Any] = {"format": "%-d %b", "tickCount": 7, "labelOverlap": True, "labelSeparation": 10, "grid": False}
WHOLE: dict[str, Any] = {"tickMinStep": 1, "format": "d", "tickCount": 4}


def colour(field: str, colours: Mapping[str, str]) -> dict[str, Any]:
    """Return the encoding of a colour by name, with its legend."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {
        "field": field,
        "type": "nominal",
        "scale": scale,
        "legend": {"title": None, "orient": "top", "symbolType": "square", "symbolOpacity": 1, "columns": 2},
    }


def tips(*fields: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return what is said of a mark under the pointer."""
    return [{"field": name, "type": kind, "title": title} for name, kind, title in fields]


def rule(moments: Sequence[tuple[datetime, str]], colour: str, height: int, speech: Speech) -> dict[str, Any]:
    """Draw a line down at each moment with its name beside it, `height` pixels from the top."""
    text = {"type": "text", "align": "left", "dx": 4, "color": colour, "fontSize": 11}
    return {
        "data": {"values": [{"at": local(at, speech), "label": label} for at, label in moments]},
        "encoding": {"x": {"field": "at", "type": "temporal"}},
        "layer": [
            {"mark": {"type": "rule", "color": colour, "strokeDash": [2, 2]}},
            {"mark": text, "encoding": {"y": {"value": height}, "text": {"field": "label"}}},
        ],
    }


def local(at: datetime, speech: Speech) -> str:
    """Return the local hour without its offset: a browser elsewhere shows the same hour."""
    return at.astimezone(speech.zone).replace(tzinfo=None).isoformat()


def spec(parts: Mapping[str, Any], *, height: int) -> dict[str, Any]:
    """Return a whole Vega-Lite specification, as wide as its place."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "background": "transparent",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            "font": "system-ui, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK,
                "titleColor": INK,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "gridColor": "#E4E7EB",
                "titleFontWeight": 400,
            },
            "legend": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 320},
        },
        **parts,
    }
