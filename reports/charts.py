"""The pictures of a digest and of alerts, in colours that colour-blind people tell apart; legible on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import vl_convert as vlc

from reports.board.speech import Speech
from warehouse.records import DailyVolume, Mailing, Race, RacePoint

RUMOUR = "#D55E00"
CORRECTION = "#0072B2"
QUIET = "#8A8F98"
INK = "#1F2933"
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
WIDTH = 440
"""Pixels. On a phone that is scaled to about 300, where letters of 13 are still read."""
LEAST_TOP = 4
"""Posts a day that the scale reaches at least: one post is no tower."""
SHARPNESS = 2.0
"""Pixels of a PNG for one of the drawing: screens of phones are that fine."""
_LOCALES: Mapping[str, Literal["sv-SE", "en-GB"]] = {"sv": "sv-SE", "en": "en-GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing before it is drawn."""

    name: str
    """Short and of our own making: it stands in the addresses that a mail finds its pictures by."""
    alt: str
    """What it shows, in one sentence, for those who do not see it."""
    spec: Mapping[str, Any]
    language: str

    def svg(self) -> str:
        """Return it as SVG text, for a page."""
        locale = _LOCALES[self.language]
        drawn: str = vlc.vegalite_to_svg(dict(self.spec), time_format_locale=locale, format_locale=locale)
        return drawn

    def png(self) -> bytes:
        """Return it as a PNG on white, for mails: their readers drop SVG."""
        given = {**self.spec, "background": "#FFFFFF", "padding": 10}
        locale = _LOCALES[self.language]
        drawn: bytes = vlc.vegalite_to_png(given, scale=SHARPNESS, time_format_locale=locale, format_locale=locale)
        return drawn


def volume_chart(volume: Sequence[DailyVolume], speech: Speech) -> Picture:
    """Return bars of posts a day, those that spread or ask about a claim marked, over the usual band (grey)."""
    rows = [
        {
            "day": row.day.isoformat(),
            "other": row.post_count - row.rumour_count,
            "rumour": row.rumour_count,
            "low": row.usual_low,
            "high": row.usual_high,
        }
        for row in volume
    ]
    told, other = speech.t("chart.rumour"), speech.t("chart.other")
    top = max([LEAST_TOP, *(max(row.post_count, row.usual_high) for row in volume)])
    axis = {"tickMinStep": 1, "format": "d"}
    whole = {"title": speech.t("chart.posts"), "axis": axis, "scale": {"domain": [0, top]}}
    layers = [
        {
            "mark": {"type": "area", "color": "#DDE1E6", "interpolate": "step", "opacity": 0.8},
            "encoding": {"y": {"field": "low", "type": "quantitative", **whole}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "bar", "width": {"band": 0.7}},
            "transform": [{"fold": ["rumour", "other"], "as": ["kind", "posts"]}],
            "encoding": {
                "y": {"field": "posts", "type": "quantitative", **whole},
                "color": {
                    "field": "kind",
                    "scale": {"domain": ["rumour", "other"], "range": [RUMOUR, QUIET]},
                    "legend": {
                        "title": None,
                        "orient": "top",
                        "direction": "vertical",
                        "labelExpr": f"datum.value == 'rumour' ? {told!r} : {other!r}",
                    },
                },
                "order": {"field": "kind", "sort": "descending"},
            },
        },
    ]
    spec = {
        "width": WIDTH,
        "height": 150,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate", "title": None, "axis": DAYS}
        },
        "layer": layers,
    }
    return picture("volume", spec, speech.t("digest.volume"), speech)


def race_chart(race: Race, mailings: Sequence[Mailing], speech: Speech, *, name: str = "race") -> Picture:
    """Return reach and coverage over time with 80 % bands; the forecast is dashed, mailings are marked."""
    zone, now = speech.zone, speech.t("chart.now")
    kinds = [speech.t("chart.short_rumour"), speech.t("chart.short_correction")]
    rows = [
        {
            "at": point.at.astimezone(zone).replace(tzinfo=None).isoformat(),
            "kind": kind,
            "low": low,
            "share": share,
            "high": high,
            "part": part,
        }
        for point in _thinned(race)
        for kind, low, share, high in (
            (kinds[0], point.reach_low, point.reach, point.reach_high),
            (kinds[1], point.coverage_low, point.coverage, point.coverage_high),
        )
        for part in _parts(point.at <= race.forecast_from, point.at == race.forecast_from)
    ]
    color = {"field": "kind", "scale": {"domain": kinds, "range": [RUMOUR, CORRECTION]}}
    at = {"field": "at", "type": "temporal", "title": None, "axis": DAYS}
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": SHARE_AXIS}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area", "opacity": 0.18},
            "encoding": {
                "x": at,
                "y": {"field": "low", "title": speech.t("chart.share"), **share},
                "y2": {"field": "high"},
                "color": {**color, "legend": None},
                "detail": {"field": "part"},
            },
        },
        {
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {
                "x": at,
                "y": {"field": "share", **share},
                "color": {**color, "legend": None},
                "strokeDash": {
                    "field": "part",
                    "scale": {"domain": ["sett", "prognos"], "range": [[1, 0], [5, 4]]},
                    "legend": None,
                },
            },
        },
        _ends(rows, color),
        _marks([(race.forecast_from, now)], speech, INK, height=10),
    ]
    sent = [m.sent_at for m in mailings if m.corrects == race.claim_id and m.segment == race.segment.segment]
    shown = [at for at in sent if race.points and race.points[0].at <= at <= race.points[-1].at]
    if shown:
        layers.append(_marks([(at, speech.t("chart.sent")) for at in shown], speech, CORRECTION, height=26))
    spec = {"width": WIDTH, "height": 210, "data": {"values": rows}, "layer": layers}
    return picture(name, spec, speech.t("chart.race", segment=race.segment.name), speech)


DAYS = {
    "labelExpr": "timeFormat(datum.value, '%-d ') + lower(timeFormat(datum.value, '%b'))",
    "tickCount": 5,
    "labelOverlap": True,
    "labelSeparation": 10,
    "grid": False,
}
SHARE_AXIS = {"labelExpr": "format(datum.value * 100, 'd') + ' %'", "tickCount": 5}


def _thinned(race: Race) -> list[RacePoint]:
    """Return every third point, the border among them: more than a picture this wide can show takes time to draw."""
    border = next((i for i, point in enumerate(race.points) if point.at >= race.forecast_from), 0)
    return [point for i, point in enumerate(race.points) if (i - border) % 3 == 0]


def _ends(rows: Sequence[dict[str, Any]], color: dict[str, Any]) -> dict[str, Any]:
    """Name the two lines where they end: nobody has to look anything up in a legend."""
    last = max((row["at"] for row in rows), default="")
    found = [row for row in rows if row["at"] == last and row["part"] == "prognos"]
    # Above its band, where neither line nor shade lies under it; a band that reaches the top has it inside.
    ends = sorted(({**row, "high": min(row["high"], 0.92)} for row in found), key=lambda row: row["high"])
    is_close = len(ends) > 1 and ends[-1]["high"] - ends[0]["high"] < 0.12
    if is_close:  # both above the upper band, in the order of their lines
        ends = [{**row, "high": ends[-1]["high"]} for row in ends]
    labels = [{**row, "dy": -23 if is_close and place else -9} for place, row in enumerate(ends)]
    mark = {"type": "text", "align": "right", "fontWeight": "bold", "fontSize": 13}
    return {
        "layer": [
            {
                "data": {"values": [label]},
                "mark": {**mark, "dy": label["dy"]},
                "encoding": {
                    "x": {"field": "at", "type": "temporal"},
                    "y": {"field": "high", "type": "quantitative"},
                    "text": {"field": "kind"},
                    "color": {**color, "legend": None},
                },
            }
            for label in labels
        ]
    }


def _marks(moments: Sequence[tuple[datetime, str]], speech: Speech, color: str, *, height: int) -> dict[str, Any]:
    """Draw a line down at each moment with its name beside it, `height` pixels from the top."""
    values = [
        {"at": at.astimezone(speech.zone).replace(tzinfo=None).isoformat(), "label": label} for at, label in moments
    ]
    text = {"type": "text", "align": "left", "dx": 4, "color": color, "fontSize": 13}
    return {
        "data": {"values": values},
        "encoding": {"x": {"field": "at", "type": "temporal"}},
        "layer": [
            {"mark": {"type": "rule", "color": color, "strokeDash": [2, 2]}},
            {"mark": text, "encoding": {"y": {"value": height}, "text": {"field": "label"}}},
        ],
    }


def _parts(is_seen: bool, is_border: bool) -> tuple[str, ...]:
    """The border point belongs to both, so that the line does not break."""
    if is_border:
        return ("sett", "prognos")
    return ("sett",) if is_seen else ("prognos",)


def picture(name: str, spec: Mapping[str, Any], alt: str, speech: Speech) -> Picture:
    """Return a specification as a picture, in the house's letters and colours."""
    axis = {"labelColor": INK, "titleColor": INK, "labelFontSize": 13, "titleFontSize": 13, "gridColor": "#E4E7EB"}
    full = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": None,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "description": alt,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "legend": {"labelColor": INK, "labelFontSize": 13, "labelLimit": 360},
        },
        **spec,
    }
    return Picture(name=name, alt=alt, spec=full, language=speech.language)
