"""What a digest says, chosen, worded and cut to length, before it has any shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from reports import charts
from reports.board.speech import Speech
from reports.complaint_chart import complaint_chart
from reports.headline import is_news, main_race, race_sentence, reached_sentence, state_of, waiting
from warehouse.records import CandidateClaim, ClaimUptake, Complaint, Digest, FailedDelivery, ModelFigure, Race

TOPIC_ROWS = 6
COMPLAINT_ROWS = 6
"""Periods; the tables hold the others."""
LIVELY_POSTS = 3
"""Posts in the weeks of the picture under which it says less than the figures beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many of each are shown: a mail that is too large is cut off by its reader, anywhere."""

    alerts: int = 12
    claims: int = 5
    posts: int = 5
    candidates: int = 5
    sources: int = 20

    def halved(self) -> Limits:
        """Return limits for half as much, at least one of each."""
        names = self.__dataclass_fields__
        return Limits(**{name: max(1, getattr(self, name) // 2) for name in names})


EVERYTHING = Limits()


def speech_of(digest: Digest, language: str) -> Speech:
    """Return how a digest is spoken."""
    return Speech(language, ZoneInfo(digest.timezone))


def contents(
    digest: Digest,
    speech: Speech,
    *,
    limits: Limits = EVERYTHING,
    board_url: str | None = None,
    unchanged_since: date | None = None,
) -> dict[str, Any]:
    """Return what the templates are given."""
    unseen = [{"source": s.source, "said": said} for s in digest.sources if (said := speech.health(s))]
    shown = digest.claims[: limits.claims]
    return {
        "digest": digest,
        "board_url": board_url,
        "unchanged_since": unchanged_since,
        "top": state_of(digest, speech, scope="digest"),
        "failed": [failed_said(one, speech) for one in digest.failed_deliveries],
        "alerts": waiting(digest.alerts)[: limits.alerts],
        "candidate_ids": {candidate.cluster_id for candidate in digest.candidates},
        "claims": [_claim(uptake, digest, speech, number) for number, uptake in enumerate(shown, start=1)],
        "more_claims": len(digest.claims) - len(shown),
        "posts": digest.posts[: limits.posts],
        "last": digest.volume[-1] if digest.volume else None,
        "is_lively": sum(day.post_count for day in digest.volume) >= LIVELY_POSTS,
        "volume": charts.volume_chart(digest.volume, speech) if digest.volume else None,
        "topics": sorted((t for t in digest.topics if t.post_count), key=lambda t: -t.post_count)[:TOPIC_ROWS],
        "candidates": [{"row": row, "said": _candidate(row, speech)} for row in digest.candidates[: limits.candidates]],
        "complaints": {**_complaints(digest.complaints, speech), "picture": _complaint_picture(digest, speech)},
        "unseen": unseen[: limits.sources],
        "is_silent": any(s.is_silent for s in digest.sources),
        "all_read": _all_read(digest, speech),
        "unverified": speech.listed([s.source for s in digest.sources if not s.is_verified_live][: limits.sources]),
        "sure": _sure(digest, speech),
    }


def _claim(uptake: ClaimUptake, digest: Digest, speech: Speech, number: int) -> dict[str, Any]:
    """Return what is said of a claim: briefly where nobody has spread it for a day and nothing is open."""
    claim = uptake.claim
    race = main_race(digest, claim.claim_id)
    others = [r for r in digest.races if r.claim_id == claim.claim_id and r is not race]
    is_current = is_news(uptake, digest.alerts)
    verdict = speech.name("verdict", claim.verdict)
    parity = ""
    if uptake.hours_to_parity is not None:
        parity = speech.t("digest.parity", hours=speech.duration(uptake.hours_to_parity))
    elif uptake.support_count:
        parity = speech.t("digest.no_parity")
    by = claim.verdict_by
    said = race_sentence if is_current else _dormant
    return {
        "uptake": uptake,
        "verdict": speech.t("digest.verdict_by" if by else "digest.verdict", verdict=verdict, by=by),
        "race": race,
        "is_brief": not is_current,
        "sentence": said(race, speech) if race else "",
        "picture": _race_picture(race, digest, speech, number) if race and is_current else None,
        "parity": parity,
        "other_races": [_row(other, speech) for other in others],
    }


def _dormant(race: Race, speech: Speech) -> str:
    return speech.t("digest.dormant", reached=reached_sentence(race, speech))


def _race_picture(race: Race, digest: Digest, speech: Speech, number: int) -> charts.Picture:
    return charts.race_chart(race, digest.mailings, speech, name=f"race{number}")


def _row(race: Race, speech: Speech) -> dict[str, str]:
    seen = [point for point in race.points if point.at <= race.forecast_from] or list(race.points[:1])
    return {
        "name": race.segment.name,
        "reach": speech.percent(seen[-1].reach) if seen else "–",
        "coverage": speech.percent(seen[-1].coverage) if seen else "–",
        "leads": speech.chance(race.rumour_leads_24h),
    }


def failed_said(one: FailedDelivery, speech: Speech) -> str:
    """Return that an alert has not reached somebody, why, and what happens next."""
    key = "digest.given_up" if one.is_given_up else "digest.undelivered_why"
    message, said = speech.t("alert.id", number=one.number), speech.name("problem", one.problem)
    return speech.t(key, message=message, channels=speech.listed(list(one.channels)), problem=said)


def _candidate(row: CandidateClaim, speech: Speech) -> str:
    posts, persons = speech.count(row.post_count, "post"), speech.count(row.author_count, "person")
    said = speech.t("digest.candidate", posts=posts, persons=persons)
    if row.first_posted_at:
        said += " " + speech.t("digest.candidate_since", at=speech.moment(row.first_posted_at))
    said += "; " + speech.t("digest.candidate_growth", after=row.posts_24h, before=row.posts_before)
    return said + (" · " + speech.t("digest.candidate_terms", terms=", ".join(row.terms)) if row.terms else "")


def _complaint_picture(digest: Digest, speech: Speech) -> charts.Picture | None:
    """Return the chart of complaints beside the race of the claim that spreads most, where either is worth a look."""
    is_spread = any(is_news(uptake, digest.alerts) for uptake in digest.claims)
    ends = sorted({level.period_end for level in digest.complaint_levels})[-COMPLAINT_ROWS:]
    is_unusual = any(level.is_above and level.period_end in ends for level in digest.complaint_levels)
    if not ends or not (is_spread or is_unusual):
        return None
    race = main_race(digest, digest.claims[0].claim.claim_id) if digest.claims else None
    return complaint_chart(digest.complaint_levels, race, speech)


def _complaints(complaints: Sequence[Complaint], speech: Speech) -> dict[str, Any]:
    """Return the latest periods, newest first, with a column for each channel that ever counted; topics together."""
    counts: dict[tuple[date, date], dict[str, int]] = {}
    for one in complaints:
        period = counts.setdefault((one.period_end, one.period_start), {})
        period[one.channel] = period.get(one.channel, 0) + one.complaint_count
    channels = [code for code in speech.names("complaint_channel") if any(code in period for period in counts.values())]
    latest = sorted(counts, reverse=True)[:COMPLAINT_ROWS]
    return {
        "channels": channels,
        "rows": [
            {"period": speech.period(start, end), "counts": [counts[end, start].get(code) for code in channels]}
            for end, start in latest
        ],
    }


def _all_read(digest: Digest, speech: Speech) -> str:
    if not digest.sources:
        return speech.t("digest.no_sources")
    if len(digest.sources) == 1:
        return speech.t("digest.the_one_read")
    return speech.t("digest.all_read", count=speech.count(len(digest.sources), "source"))


def _sure(digest: Digest, speech: Speech) -> list[str]:
    """Return how sure we are, one sentence a fact."""
    said = [speech.t("digest.promise", count=speech.number(digest.false_alarms_per_month, 1))]
    if digest.delay.posted_to_seen_hours is not None:
        hours = speech.duration(digest.delay.posted_to_seen_hours)
        said.append(speech.t("digest.delay", hours=hours, posts=speech.count(digest.delay.post_count, "post")))
    said += [_figure(figure, speech) for figure in told_figures(digest.figures)]
    return [*said, speech.t("digest.assumption"), speech.t("digest.machine")]


def told_figures(figures: Sequence[ModelFigure]) -> list[ModelFigure]:
    """Return one figure a task, that which says how often the machine is right where there is one."""
    found: dict[str, ModelFigure] = {}
    for figure in sorted(figures, key=lambda one: (one.task, one.metric != "accuracy", one.metric)):
        found.setdefault(figure.task, figure)
    return list(found.values())


def _figure(figure: ModelFigure, speech: Speech) -> str:
    task = speech.name("said_to", figure.task)
    is_known = figure.low < figure.high
    if figure.metric == "accuracy":
        low, high = speech.number(100 * figure.low), speech.number(100 * figure.high)
        interval = speech.t("digest.right_interval", low=low, high=high) if is_known else ""
        return speech.t("digest.right", task=task, right=speech.number(100 * figure.value), interval=interval)
    low, high = speech.number(figure.low, 2), speech.number(figure.high, 2)
    interval = speech.t("digest.figure_interval", low=low, high=high) if is_known else ""
    value = speech.number(figure.value, 2)
    return speech.t("digest.figure", task=task, metric=figure.metric, value=value, interval=interval)
