"""The charts of complaints: each channel on a scale of its own, above the race so far, all over the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from reports.board.specs import DAYS, Chart, colour, local, spec, tips
from reports.board.speech import Speech
from reports.charts import CORRECTION, INK, RUMOUR
from reports.complaint_chart import SHOWN_DAYS, whole_axis
from reports.swedish import COMPLAINT_CHANNELS
from warehouse.records import Complaint, ComplaintLevel, Race

ORDINARY = "#B8BEC6"
EVEN: dict[str, Any] = {"minExtent": 48}
"""Pixels beside each chart, so that the same day stands at the same place in all."""
Periods = dict[tuple[date, date], int]


def complaint_charts(
    complaints: Sequence[Complaint], levels: Sequence[ComplaintLevel], race: Race | None, speech: Speech
) -> list[tuple[str, Chart]]:
    """Return, each with its heading, complaints a week by channel and what a race has reached; none without any."""
    if not complaints:
        return []
    by_channel: dict[str, Periods] = {}
    for one in complaints:
        periods = by_channel.setdefault(one.channel, {})
        key = one.period_start, one.period_end
        periods[key] = periods.get(key, 0) + one.complaint_count
    above = {(one.channel, one.period_start, one.period_end) for one in levels if one.is_above}
    keys = [key for periods in by_channel.values() for key in periods]
    last = max(end for _, end in keys)
    first = max(last - timedelta(days=SHOWN_DAYS), min(start for start, _ in keys))
    days = {"type": "temporal", "title": None, "axis": DAYS}
    days |= {"scale": {"domain": [first.isoformat(), (last + timedelta(days=1)).isoformat()]}}
    found = [
        (
            _headed(speech.name("complaint_channel", code)),
            _channel(code, {key: n for key, n in by_channel[code].items() if key[1] >= first}, above, days, speech),
        )
        for code in COMPLAINT_CHANNELS
        if code in by_channel
    ]
    return [*found, (speech.t("complaints.reach"), _reach(race, first, last, days, speech))] if race else found


def _headed(name: str) -> str:
    return name[:1].upper() + name[1:]


def _channel(
    code: str, periods: Periods, above: set[tuple[str, date, date]], days: dict[str, Any], speech: Speech
) -> Chart:
    t = speech.t
    kinds = {t("chart.above"): INK, t("chart.ordinary"): ORDINARY}
    high, usual = kinds
    values: list[dict[str, Any]] = [
        {
            "from": start.isoformat(),
            "to": (end + timedelta(days=1)).isoformat(),
            "cases": count,
            "rate": 7 * count / ((end - start).days + 1),
            "kind": high if (code, start, end) in above else usual,
            "period": speech.period(start, end),
        }
        for (start, end), count in sorted(periods.items())
    ]
    top = max(one["rate"] for one in values)
    encoding = {
        "x": {"field": "from", **days},
        "x2": {"field": "to"},
        "y": {"field": "rate", "type": "quantitative", "title": None, "axis": {**whole_axis(top), **EVEN}},
        "y2": {"datum": 0},
        "color": {**colour("kind", kinds), "legend": None},
        "tooltip": tips(("period", "nominal", t("chart.period")), ("cases", "quantitative", t("chart.cases"))),
    }
    mark = {"type": "bar", "stroke": "white", "strokeWidth": 0.5}
    return Chart(
        spec=spec({"data": {"values": values}, "mark": mark, "encoding": encoding}, height=80),
        label=t("chart.complaints_of", channel=speech.name("complaint_channel", code)),
        columns=(t("chart.period"), t("chart.cases"), t("chart.against_usual")),
        rows=tuple(
            (speech.period(*key), speech.number(count), high if (code, *key) in above else usual)
            for key, count in sorted(periods.items(), reverse=True)
        ),
    )


def _reach(race: Race, first: date, last: date, days: dict[str, Any], speech: Speech) -> Chart:
    t = speech.t
    kinds = {t("chart.rumour_reach"): RUMOUR, t("chart.correction_coverage"): CORRECTION}
    dated = [(p.at.astimezone(speech.zone).date(), p) for p in race.points if p.at <= race.forecast_from]
    seen = [(day, point) for day, point in dated if first <= day <= last]
    values = [
        {"at": local(point.at, speech), "kind": kind, "share": share}
        for _, point in seen
        for kind, share in zip(kinds, (point.reach, point.coverage), strict=True)
    ]
    shares = {"format": ".0%", "tickCount": 3, **EVEN}
    encoding = {
        "x": {"field": "at", **days},
        "y": {"field": "share", "type": "quantitative", "title": None, "axis": shares},
        "color": colour("kind", kinds),
    }
    mark = {"type": "line", "strokeWidth": 2.5}
    return Chart(
        spec=spec({"data": {"values": values}, "mark": mark, "encoding": encoding}, height=110),
        label=t("chart.race", segment=race.segment.name),
        columns=(t("chart.day"), *kinds),
        rows=tuple(
            (speech.short_day(day), speech.percent(point.reach), speech.percent(point.coverage))
            for day, point in reversed(dict(seen).items())
        ),
    )
