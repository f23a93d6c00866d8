"""The digest as one self-contained HTML file: no script, no picture from elsewhere, hostile text harmless."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import charts, health, swedish
from reports.complaint_chart import complaint_chart
from reports.headline import headline, main_race, open_alerts, race_sentence
from warehouse.records import ClaimUptake, Complaint, Digest, Race

TOPIC_ROWS = 6
COMPLAINT_ROWS = 6
"""Periods; the tables hold the others."""


def render_digest(digest: Digest) -> str:
    """Return the digest as HTML in Swedish."""
    zone = ZoneInfo(digest.timezone)
    template = _environment(zone).get_template("digest.html.j2")
    return template.render(
        digest=digest,
        top=headline(digest),
        alerts=open_alerts(digest),
        candidate_ids={candidate.cluster_id for candidate in digest.candidates},
        claims=[_claim(uptake, digest, zone) for uptake in digest.claims],
        last=digest.volume[-1] if digest.volume else None,
        # Our own SVG from numbers and our own words: no user's text is in it.
        volume=Markup(charts.volume_chart(digest.volume)) if digest.volume else "",  # noqa: S704
        topics=sorted((t for t in digest.topics if t.post_count), key=lambda t: -t.post_count)[:TOPIC_ROWS],
        unseen=[{"source": s.source, "said": said} for s in digest.sources if (said := health.sentences(s))],
        complaints=_complaints(digest.complaints),
        complaint_chart=_complaint_chart(digest, zone),
        is_silent=any(s.is_silent for s in digest.sources),
        unverified=swedish.listed([s.source for s in digest.sources if not s.is_verified_live]),
    )


def _claim(uptake: ClaimUptake, digest: Digest, zone: ZoneInfo) -> dict[str, Any]:
    race = main_race(digest, uptake.claim.claim_id)
    others = [r for r in digest.races if r.claim_id == uptake.claim.claim_id and r is not race]
    return {
        "uptake": uptake,
        "race": race,
        "sentence": race_sentence(race) if race else "",
        "chart": Markup(charts.race_chart(race, digest.mailings, zone)) if race else "",  # noqa: S704
        "other_races": [_row(other) for other in others],
    }


def _complaint_chart(digest: Digest, zone: ZoneInfo) -> Markup | str:
    """Return the chart of complaints beside the race of the claim that spreads most, if there are any complaints."""
    if not digest.complaint_levels:
        return ""
    race = main_race(digest, digest.claims[0].claim.claim_id) if digest.claims else None
    return Markup(complaint_chart(digest.complaint_levels, race, zone))  # noqa: S704 - numbers and our own words


def _complaints(complaints: Sequence[Complaint]) -> dict[str, Any]:
    """Return the latest periods, newest first, with a column for each channel that ever counted; topics together."""
    counts: dict[tuple[date, date], dict[str, int]] = {}
    for one in complaints:
        period = counts.setdefault((one.period_end, one.period_start), {})
        period[one.channel] = period.get(one.channel, 0) + one.complaint_count
    channels = [code for code in swedish.COMPLAINT_CHANNELS if any(code in period for period in counts.values())]
    latest = sorted(counts, reverse=True)[:COMPLAINT_ROWS]
    return {
        "channels": channels,
        "rows": [
            {
                "period": swedish.period(start, end),
                "counts": [counts[end, start].get(code) for code in channels],
            }
            for end, start in latest
        ],
    }


def _row(race: Race) -> dict[str, str]:
    seen = [point for point in race.points if point.at <= race.forecast_from] or list(race.points[:1])
    return {
        "name": race.segment.name,
        "reach": swedish.percent(seen[-1].reach) if seen else "–",
        "coverage": swedish.percent(seen[-1].coverage) if seen else "–",
        "leads": swedish.chance(race.rumour_leads_24h),
    }


def _environment(zone: ZoneInfo) -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters(zone))
    return environment


def _filters(zone: ZoneInfo) -> dict[str, Callable[..., Any]]:
    def named(names: dict[str, str]) -> Callable[[str], str]:
        return lambda code: names.get(code, code)

    return {
        "long_date": swedish.long_date,
        "moment": lambda at: swedish.moment(at, zone),
        "number": lambda value, decimals=0: swedish.number(value, decimals=decimals),
        "rough": lambda value: swedish.number(swedish.rough(value)),
        "counted": swedish.counted,
        "duration": swedish.duration,
        "clipped": swedish.clipped,
        "author": lambda key: f"Skribent {key[:6]}",
        "web": lambda url: url.startswith(("https://", "http://")),
        "severity": named(swedish.SEVERITIES),
        "kind": named(swedish.KINDS),
        "state": named(swedish.STATES),
        "stance": named(swedish.STANCES),
        "sentiment": named(swedish.SENTIMENTS),
        "topic": named(swedish.TOPICS),
        "action": named(swedish.ACTIONS),
        "verdict": named(swedish.VERDICTS),
        "complaint_channel": named(swedish.COMPLAINT_CHANNELS),
    }
