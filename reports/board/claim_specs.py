"""The charts of a claim: the race between rumour and correction, and how it has spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reports.board.specs import DAYS, WHOLE, Chart, colour, local, rule, spec, tips
from reports.board.speech import Speech
from reports.charts import CORRECTION, INK, RUMOUR
from warehouse.records import Mailing, Race
from warehouse.records.board import ClaimDay

STANCE_COLOURS = {"support": RUMOUR, "query": "#E69F00", "deny": CORRECTION, "comment": "#B6BBC2"}
"""Okabe and Ito's colours; apart in lightness too."""
RACE_TABLE_HOURS = 24
LEAST_TOP = 0.1
"""A race that hardly anybody has been reached by is drawn on a tenth of the group, so that it does not look great."""


def race_chart(race: Race, mailings: Iterable[Mailing], speech: Speech) -> Chart:
    """Return reach against coverage over time with 80 % bands; the forecast dashed, corrections marked."""
    t, zone = speech.t, speech.zone
    names = {"reach": t("chart.rumour_reach"), "coverage": t("chart.correction_coverage")}
    seen, ahead = t("chart.seen"), t("chart.forecast")
    values = [
        {
            "at": local(point.at, speech),
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
    colours = colour("kind", {names["reach"]: RUMOUR, names["coverage"]: CORRECTION})
    at = {"field": "at", "type": "temporal", "title": None, "axis": DAYS}
    top = max([LEAST_TOP, *(max(p.reach_high, p.coverage_high) for p in race.points)])
    share = {"type": "quantitative", "scale": {"domain": [0, min(1.0, top)]}}
    told = tips(
        ("at", "temporal", t("chart.day")), ("kind", "nominal", " "), ("share", "quantitative", t("chart.share"))
    )
    told[2]["format"] = ".0%"
    layers = [
        {
            "mark": {"type": "area", "opacity": 0.18},
            "encoding": {
                "x": at,
                "y": {"field": "low", "title": t("chart.share"), "axis": {"format": ".0%", "tickCount": 5}, **share},
                "y2": {"field": "high"},
                "color": colours,
                "detail": {"field": "part"},
            },
        },
        {
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {
                "x": at,
                "y": {"field": "share", **share},
                "color": colours,
                "strokeDash": {
                    "field": "part",
                    "scale": {"domain": [seen, ahead], "range": [[1, 0], [5, 4]]},
                    "legend": None,
                },
                "tooltip": told,
            },
        },
        rule([(race.forecast_from, t("chart.now"))], INK, 8, speech),
        *([rule(inside, CORRECTION, 22, speech)] if inside else []),
    ]
    shown = [p for p in race.points if (p.at - race.forecast_from).total_seconds() % (RACE_TABLE_HOURS * 3600) == 0]
    return Chart(
        spec=spec({"data": {"values": values}, "layer": layers}, height=220),
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
            "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": DAYS},
            "y": {"field": "posts", "type": "quantitative", "title": t("chart.posts"), "axis": WHOLE},
            "color": colour("stance", {names[s]: shade for s, shade in STANCE_COLOURS.items()}),
            "order": {"field": "order", "type": "ordinal"},
            "tooltip": tips(
                ("day", "temporal", t("chart.day")),
                ("stance", "nominal", " "),
                ("posts", "quantitative", t("chart.posts")),
            ),
        },
    }
    layers = [bars, *([rule(sent, CORRECTION, 8, speech)] if sent else [])]
    return Chart(
        spec=spec({"data": {"values": values}, "layer": layers}, height=170),
        label=t("chart.timeline"),
        columns=(t("chart.day"), *names.values()),
        rows=tuple(
            (speech.short_day(d.day), *(speech.number(getattr(d, f"{stance}_count")) for stance in names))
            for d in reversed(days)
        ),
    )
