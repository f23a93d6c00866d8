"""The board's charts as Vega-Lite, each with the table behind it; colours that colour-blind people tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from reports.board.speech import Speech
from reports.charts import CORRECTION, INK, QUIET, RUMOUR
from warehouse.records import Complaint, DailyVolume, Mailing, Race
from warehouse.records.board import ClaimDay, SourceDay

STANCE_COLOURS = {"support": RUMOUR, "query": "#E69F00", "deny": CORRECTION, "comment": "#B6BBC2"}
"""Okabe and Ito's colours; apart in lightness too."""
CHANNEL_DASHES = {"ko": [1, 0], "arn": [6, 3], "customer_service": [2, 2]}
CHANNEL_COLOURS = {"ko": RUMOUR, "arn": CORRECTION, "customer_service": "#009E73"}
TABLE_DAYS = 28
RACE_TABLE_HOURS = 24
LEAST_TOP = 0.1
"""A race that hardly anybody has been reached by is drawn on a tenth of the group, so that it does not look great."""


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
            "y": {"field": "posts", "type": "quantitative", "stack": True, "title": t("chart.posts"), "axis": _WHOLE},
            "color": _colour("kind", {rumour: RUMOUR, other: QUIET}),
            "order": {"field": "order", "type": "ordinal"},
            "tooltip": _tips(
                ("day", "temporal", t("chart.day")),
                ("kind", "nominal", " "),
                ("posts", "quantitative", t("chart.posts")),
            ),
        },
    }
    days = {"x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": _DAYS}}
    return Chart(
        spec=_spec({"data": {"values": values}, "encoding": days, "layer": [band, bars]}, height=170),
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


def race_chart(race: Race, mailings: Iterable[Mailing], speech: Speech) -> Chart:
    """Return reach against coverage over time with 80 % bands; the forecast dashed, corrections marked."""
    t, zone = speech.t, speech.zone
    names = {"reach": t("chart.rumour_reach"), "coverage": t("chart.correction_coverage")}
    seen, ahead = t("chart.seen"), t("chart.forecast")
    values = [
        {
            "at": _local(point.at, speech),
            "kind": names[kind],
            "low": getattr(point, f"{kind}_low"),
            "share": getattr(point, kind),
            "high": getattr(point, f"{kind}_high"),
            "part": part,
        }
        for point in race.points
        for kind in names
        for part in (
            (seen, ahead) if point.at == race.forecast_from else (seen,) if point.at < race.forecast_from else (ahead,)
        )
    ]
    sent = [
        (m.sent_at, t("chart.sent"))
        for m in mailings
        if m.corrects == race.claim_id and m.segment == race.segment.segment
    ]
    inside = [(at, label) for at, label in sent if race.points and race.points[0].at <= at <= race.points[-1].at]
    colour = _colour("kind", {names["reach"]: RUMOUR, names["coverage"]: CORRECTION})
    at = {"field": "at", "type": "temporal", "title": None, "axis": _DAYS}
    top = max([LEAST_TOP, *(max(p.reach_high, p.coverage_high) for p in race.points)])
    share = {"type": "quantitative", "scale": {"domain": [0, min(1.0, top)]}}
    tips = _tips(
        ("at", "temporal", t("chart.day")), ("kind", "nominal", " "), ("share", "quantitative", t("chart.share"))
    )
    tips[2]["format"] = ".0%"
    layers = [
        {
            "mark": {"type": "area", "opacity": 0.18},
            "encoding": {
                "x": at,
                "y": {"field": "low", "title": t("chart.share"), "axis": {"format": ".0%", "tickCount": 5}, **share},
                "y2": {"field": "high"},
                "color": colour,
                "detail": {"field": "part"},
            },
        },
        {
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {
                "x": at,
                "y": {"field": "share", **share},
                "color": colour,
                "strokeDash": {
                    "field": "part",
                    "scale": {"domain": [seen, ahead], "range": [[1, 0], [5, 4]]},
                    "legend": None,
                },
                "tooltip": tips,
            },
        },
        _rule([(race.forecast_from, t("chart.now"))], INK, 8, speech),
        *([_rule(inside, CORRECTION, 22, speech)] if inside else []),
    ]
    shown = [p for p in race.points if (p.at - race.forecast_from).total_seconds() % (RACE_TABLE_HOURS * 3600) == 0]
    return Chart(
        spec=_spec({"data": {"values": values}, "layer": layers}, height=220),
        label=t("chart.race", segment=race.segment.name),
        columns=(t("chart.day"), t("chart.rumour_reach"), "80 %", t("chart.correction_coverage"), "80 %"),
        rows=tuple(
            (
                speech.short_day(p.at.astimezone(zone).date()) + (f" ({ahead})" if p.at > race.forecast_from else ""),
                speech.percent(p.reach),
                f"{speech.percent(p.reach_low)} – {speech.percent(p.reach_high)}",
                speech.percent(p.coverage),
                f"{speech.percent(p.coverage_low)} – {speech.percent(p.coverage_high)}",
            )
            for p in reversed(shown)
        ),
    )


def timeline_chart(days: Sequence[ClaimDay], mailings: Iterable[Mailing], claim_id: str, speech: Speech) -> Chart:
    """Return posts on a claim a day by stance, with the corrections that were sent."""
    t = speech.t
    names = {stance: speech.name("stance", stance) for stance in STANCE_COLOURS}
    values = [
        {"day": d.day.isoformat(), "stance": names[stance], "posts": getattr(d, f"{stance}_count"), "order": order}
        for d in days
        for order, stance in enumerate(STANCE_COLOURS)
        if getattr(d, f"{stance}_count")
    ]
    sent = [(m.sent_at, t("chart.sent")) for m in mailings if m.corrects == claim_id]
    first = days[0].day if days else date.max
    sent = [(at, label) for at, label in sent if at.astimezone(speech.zone).date() >= first]
    bars = {
        "mark": {"type": "bar", "width": {"band": 0.8}},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": _DAYS},
            "y": {"field": "posts", "type": "quantitative", "title": t("chart.posts"), "axis": _WHOLE},
            "color": _colour("stance", {names[s]: colour for s, colour in STANCE_COLOURS.items()}),
            "order": {"field": "order", "type": "ordinal"},
            "tooltip": _tips(
                ("day", "temporal", t("chart.day")),
                ("stance", "nominal", " "),
                ("posts", "quantitative", t("chart.posts")),
            ),
        },
    }
    layers = [bars, *([_rule(sent, CORRECTION, 8, speech)] if sent else [])]
    return Chart(
        spec=_spec({"data": {"values": values}, "layer": layers}, height=170),
        label=t("chart.timeline"),
        columns=(t("chart.day"), *names.values()),
        rows=tuple(
            (speech.short_day(d.day), *(speech.number(getattr(d, f"{stance}_count")) for stance in names))
            for d in reversed(days)
        ),
    )


def complaint_chart(complaints: Sequence[Complaint], speech: Speech) -> Chart | None:
    """Return complaints by period and channel; None when there are none."""
    if not complaints:
        return None
    t, channels = speech.t, [c for c in CHANNEL_COLOURS if any(one.channel == c for one in complaints)]
    counts: dict[tuple[date, date], dict[str, int]] = {}
    for one in complaints:
        period = counts.setdefault((one.period_start, one.period_end), {})
        period[one.channel] = period.get(one.channel, 0) + one.complaint_count
    values = [
        {"day": start.isoformat(), "channel": speech.name("complaint_channel", channel), "cases": period[channel]}
        for (start, _), period in sorted(counts.items())
        for channel in channels
        if channel in period
    ]
    named = {speech.name("complaint_channel", c): CHANNEL_COLOURS[c] for c in channels}
    dashes = [CHANNEL_DASHES[c] for c in channels]
    mark = {"type": "line", "interpolate": "monotone", "point": {"filled": True, "size": 45}, "strokeWidth": 2}
    encoding = {
        "x": {"field": "day", "type": "temporal", "title": None, "axis": _DAYS},
        "y": {"field": "cases", "type": "quantitative", "title": t("chart.cases"), "axis": _WHOLE},
        "color": _colour("channel", named),
        "strokeDash": {"field": "channel", "scale": {"domain": list(named), "range": dashes}, "legend": None},
        "tooltip": _tips(
            ("day", "temporal", t("chart.from")),
            ("channel", "nominal", " "),
            ("cases", "quantitative", t("chart.cases")),
        ),
    }
    return Chart(
        spec=_spec({"data": {"values": values}, "mark": mark, "encoding": encoding}, height=190),
        label=t("chart.complaints"),
        columns=(t("chart.period"), *named),
        rows=tuple(
            (speech.period(*key), *(speech.number(counts[key][c]) if c in counts[key] else "–" for c in channels))
            for key in sorted(counts, reverse=True)
        ),
    )


def source_chart(days: Sequence[SourceDay], day: date, speech: Speech) -> Chart:
    """Return one source's posts a day over the last weeks."""
    counted = {one.day: one.post_count for one in days}
    span = [day - timedelta(days=back) for back in range(TABLE_DAYS - 1, -1, -1)]
    values = [{"day": d.isoformat(), "posts": counted.get(d, 0)} for d in span]
    encoding = {
        "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": None},
        "y": {"field": "posts", "type": "quantitative", "title": None, "axis": {**_WHOLE, "tickCount": 2}},
        "tooltip": _tips(
            ("day", "temporal", speech.t("chart.day")), ("posts", "quantitative", speech.t("chart.posts"))
        ),
    }
    mark = {"type": "bar", "color": QUIET, "width": {"band": 0.7}}
    return Chart(
        spec=_spec({"data": {"values": values}, "mark": mark, "encoding": encoding}, height=48),
        label=speech.t("chart.source"),
        columns=(speech.t("chart.day"), speech.t("chart.posts")),
        rows=tuple((speech.short_day(d), speech.number(counted.get(d, 0))) for d in reversed(span)),
    )


_DAYS: dict[str, Any] = {"format": "%-d %b", "tickCount": 7, "labelOverlap": True, "labelSeparation": 10, "grid": False}
_WHOLE: dict[str, Any] = {"tickMinStep": 1, "format": "d", "tickCount": 4}


def _colour(field: str, colours: Mapping[str, str]) -> dict[str, Any]:
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {
        "field": field,
        "type": "nominal",
        "scale": scale,
        "legend": {"title": None, "orient": "top", "symbolType": "square", "symbolOpacity": 1, "columns": 2},
    }


def _tips(*fields: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"field": name, "type": kind, "title": title} for name, kind, title in fields]


def _rule(moments: Sequence[tuple[datetime, str]], colour: str, height: int, speech: Speech) -> dict[str, Any]:
    """Draw a line down at each moment with its name beside it, `height` pixels from the top."""
    text = {"type": "text", "align": "left", "dx": 4, "color": colour, "fontSize": 11}
    return {
        "data": {"values": [{"at": _local(at, speech), "label": label} for at, label in moments]},
        "encoding": {"x": {"field": "at", "type": "temporal"}},
        "layer": [
            {"mark": {"type": "rule", "color": colour, "strokeDash": [2, 2]}},
            {"mark": text, "encoding": {"y": {"value": height}, "text": {"field": "label"}}},
        ],
    }


def _local(at: datetime, speech: Speech) -> str:
    """Return the local hour without its offset: a browser elsewhere shows the same hour."""
    return at.astimezone(speech.zone).replace(tzinfo=None).isoformat()


def _spec(parts: Mapping[str, Any], *, height: int) -> dict[str, Any]:
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
