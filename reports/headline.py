"""What a digest and the board say first, in either language: the state in one word, why, and what to do now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reports.board.speech import Speech
from reports.swedish import ADVICE, clipped, inside, rough
from warehouse.records import Alert, ClaimUptake, Digest, Race

ORDER = {"critical": 0, "warning": 1, "watch": 2}
OPEN = ("new", "acknowledged")
LIVELY_SHARE = 0.005
Scope = Literal["state", "digest"]
"""Of which time a calm state is told: `state`, of today so far; `digest`, of the day that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How things stand."""

    level: str
    """`calm`, `watch`, `warning`, `critical` or `blind`."""
    word: str
    sentence: str
    actions: tuple[str, ...]
    """What to do now, most useful first."""


def state_of(digest: Digest, speech: Speech, *, scope: Scope = "state") -> State:
    """Return what is said first."""
    told = [alert for alert in waiting(digest.alerts) if alert.kind != "silence"]
    if told:
        level = told[0].severity
        return State(
            level=level,
            word=speech.name("severity", level),
            sentence=_why(told, digest, speech),
            actions=_actions(told, digest, speech),
        )
    if digest.sources and all(source.is_silent for source in digest.sources):
        return State(
            level="blind",
            word=speech.t("state.blind"),
            sentence=speech.t("state.blind_why"),
            actions=(speech.t("state.blind_do"),),
        )
    return State(level="calm", word=speech.t("state.calm"), sentence=_calm(digest, speech, scope), actions=())


def waiting(alerts: tuple[Alert, ...]) -> list[Alert]:
    """Return the alerts that wait for somebody, worst first; silent sources after the others of their severity."""
    found = [alert for alert in alerts if alert.state in OPEN]
    return sorted(found, key=lambda alert: (ORDER[alert.severity], alert.kind == "silence", alert.raised_at))


def is_news(uptake: ClaimUptake, alerts: Iterable[Alert]) -> bool:
    """Return whether somebody spreads a claim or asks about it now, or one of the alerts is about it."""
    claim_id = uptake.claim.claim_id
    return uptake.support_24h + uptake.query_24h > 0 or any(alert.subject_id == claim_id for alert in alerts)


def main_race(digest: Digest, claim_id: str) -> Race | None:
    """Return the claim's race in the segment where most people are misled, None when there is none."""
    return main_race_of(digest.races, claim_id)


def main_race_of(races: Iterable[Race], claim_id: str) -> Race | None:
    """Return the claim's race in the segment where most people are misled, None when there is none."""
    mine = [race for race in races if race.claim_id == claim_id]
    return max(mine, key=lambda race: race.segment.customer_count * _last_seen_reach(race), default=None)


def _last_seen_reach(race: Race) -> float:
    seen = [point for point in race.points if point.at <= race.forecast_from]
    return seen[-1].reach if seen else 0.0


def race_sentence(race: Race, speech: Speech) -> str:
    """Return who is ahead in one segment, and how sure that is."""
    seen = [point for point in race.points if point.at <= race.forecast_from]
    if not seen:
        return speech.t("race.none")
    reached = reached_sentence(race, speech)
    if race.lead_hours is not None and race.lead_hours > 0:
        return f"{reached} {speech.t('race.lead', days=speech.number(race.lead_hours / 24, 1))}"
    return f"{reached} {speech.t('race.tomorrow', chance=speech.chance(race.rumour_leads_24h))}"


def reached_sentence(race: Race, speech: Speech) -> str:
    """Return how far the claim and the correction have come in one segment."""
    seen = [point for point in race.points if point.at <= race.forecast_from]
    if not seen:
        return speech.t("race.none")
    return speech.t("race.now", reach=speech.percent(seen[-1].reach), coverage=speech.percent(seen[-1].coverage))


def leader(race: Race) -> str:
    """Return who is ahead now: `rumour`, `correction` or `nobody` (hardly anybody has seen either)."""
    seen = [point for point in race.points if point.at <= race.forecast_from]
    if not seen or max(seen[-1].reach, seen[-1].coverage) < LIVELY_SHARE:
        return "nobody"
    return "rumour" if seen[-1].reach > seen[-1].coverage else "correction"


def best_action(race: Race, speech: Speech) -> str | None:
    """Return which answer saves most people-days against the plan, with its 80 % interval."""
    better = [c for c in race.counterfactuals if c.action in ADVICE and rough(c.saved_people_days) > 0]
    if not better:
        return None
    best = max(better, key=lambda c: c.saved_people_days)
    name = inside(race.segment.name) if speech.language == "sv" else race.segment.name
    return speech.t(
        "state.advice",
        action=speech.name("advice", best.action),
        saved=speech.count(rough(best.saved_people_days), "people_day"),
        segment=name,
        low=speech.rough(max(0.0, best.saved_people_days_low)),
        high=speech.rough(max(0.0, best.saved_people_days_high)),
    )


def _why(alerts: list[Alert], digest: Digest, speech: Speech) -> str:
    uptake = _uptake(alerts[0], digest)
    if uptake is None:
        is_candidate = any(one.cluster_id == alerts[0].subject_id for one in digest.candidates)
        return f"{speech.called(alerts[0], is_candidate)}."
    statement = clipped(uptake.claim.statement, 140).rstrip(".")
    kinds = {alert.kind for alert in alerts if alert.subject_id == uptake.claim.claim_id}
    segments = {race.segment.segment: race.segment.name for race in digest.races}
    misled = [
        inside(segments[s]) if speech.language == "sv" else segments[s] for s in uptake.misled_segments if s in segments
    ]
    if "mismatch" in kinds and misled:
        return speech.t("state.mismatch", statement=statement, segments=speech.listed(misled))
    if "void" in kinds:
        return speech.t("state.void", statement=statement)
    return speech.t("state.false" if uptake.claim.verdict == "false" else "state.spreads", statement=statement)


def _actions(alerts: list[Alert], digest: Digest, speech: Speech) -> tuple[str, ...]:
    found: list[str] = []
    for subject in dict.fromkeys(alert.subject_id for alert in alerts):
        race = main_race(digest, subject)
        uptake = next((u for u in digest.claims if u.claim.claim_id == subject), None)
        if race is not None and (said := best_action(race, speech)):
            found.append(said)
        if uptake is not None and uptake.claim.verdict in ("unverified", "disputed"):
            found.append(speech.t("state.settle"))
        if uptake is None:
            kinds = {alert.kind for alert in alerts if alert.subject_id == subject}
            found.append(speech.t("state.quoted" if "mailing" in kinds else "state.read"))
    return tuple(dict.fromkeys(found))


def _calm(digest: Digest, speech: Speech, scope: Scope) -> str:
    today = digest.volume[-1].post_count if digest.volume else 0
    usual = digest.volume[-1].usual if digest.volume else 0.0
    if not today:
        return speech.t(f"{scope}.calm_none", company=digest.company)
    posts = speech.count(today, "post")
    return speech.t(f"{scope}.calm_some", posts=posts, company=digest.company, usual=speech.number(usual))


def _uptake(alert: Alert, digest: Digest) -> ClaimUptake | None:
    return next((u for u in digest.claims if u.claim.claim_id == alert.subject_id), None)
