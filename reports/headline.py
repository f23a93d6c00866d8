"""What a digest says first: the state in one word, one sentence why, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from reports.swedish import ADVICE, SEVERITIES, chance, clipped, counted, inside, listed, number, percent, rough
from warehouse.records import Alert, ClaimUptake, Digest, Race

ORDER = {"critical": 0, "warning": 1, "watch": 2}
OPEN = ("new", "acknowledged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The top of a digest."""

    level: str
    """`calm`, `watch`, `warning`, `critical` or `blind` (nothing was seen, so calm cannot be promised)."""
    word: str
    sentence: str
    actions: tuple[str, ...]
    """What to do now, most useful first; empty on a calm day."""


def headline(digest: Digest) -> Headline:
    """Return what the digest says first."""
    alerts = open_alerts(digest)
    told = [alert for alert in alerts if alert.kind != "silence"]
    if told:
        level = told[0].severity
        return Headline(
            level=level, word=SEVERITIES[level], sentence=_why(told, digest), actions=_actions(told, digest)
        )
    if digest.sources and all(source.is_silent for source in digest.sources):
        return Headline(
            level="blind",
            word="Vi ser inget",
            sentence="Ingen källa har kunnat läsas. Det kan vara lugnt, men vi vet inte.",
            actions=("Be driften läsa avsnittet Det vi inte såg.",),
        )
    return Headline(level="calm", word="Lugnt", sentence=_calm(digest), actions=())


def open_alerts(digest: Digest) -> list[Alert]:
    """Return the alerts that wait for somebody, worst first."""
    waiting = [alert for alert in digest.alerts if alert.state in OPEN]
    return sorted(waiting, key=lambda alert: (ORDER[alert.severity], alert.kind == "silence", alert.raised_at))


def main_race(digest: Digest, claim_id: str) -> Race | None:
    """Return the claim's race in the segment where most people are misled, None when there is none."""
    races = [race for race in digest.races if race.claim_id == claim_id]
    return max(races, key=lambda race: race.segment.customer_count * _last_seen_reach(race), default=None)


def _last_seen_reach(race: Race) -> float:
    seen = [point for point in race.points if point.at <= race.forecast_from]
    return seen[-1].reach if seen else 0.0


def _why(alerts: list[Alert], digest: Digest) -> str:
    uptake = _uptake_of(alerts[0], digest)
    if uptake is None:
        return alerts[0].reason
    said = f"Påståendet ”{clipped(uptake.claim.statement, 140).rstrip('.')}” sprids"
    kinds = {alert.kind for alert in alerts if alert.subject_id == uptake.claim.claim_id}
    names = [_segment_name(segment, digest) for segment in uptake.misled_segments]
    if "mismatch" in kinds and names:
        return f"{said}, och ingen rättelse är på väg till {listed(names)}."
    if "void" in kinds:
        return f"{said}, och vi har inte sagt något om det."
    return f"{said}. Det stämmer inte." if uptake.claim.verdict == "false" else f"{said}."


def _actions(alerts: list[Alert], digest: Digest) -> tuple[str, ...]:
    found: list[str] = []
    for claim_id in dict.fromkeys(alert.subject_id for alert in alerts):
        race = main_race(digest, claim_id)
        uptake = next((u for u in digest.claims if u.claim.claim_id == claim_id), None)
        if race is not None and (said := best_action(race)):
            found.append(said)
        if uptake is not None and uptake.claim.verdict in ("unverified", "disputed"):
            found.append("Avgör om påståendet stämmer, och skriv in svaret i liggaren.")
        if uptake is None:
            found.append("Läs inläggen nedan och avgör om det är ett påstående att följa.")
    return tuple(dict.fromkeys(found))


def best_action(race: Race) -> str | None:
    """Return one sentence: which answer saves most people-days against the plan, with its 80 % interval."""
    better = [c for c in race.counterfactuals if c.action in ADVICE and c.saved_people_days > 0]
    if not better:
        return None
    best = max(better, key=lambda c: c.saved_people_days)
    low, high = (number(max(0, rough(days))) for days in (best.saved_people_days_low, best.saved_people_days_high))
    saved = counted(rough(best.saved_people_days), "persondag", "persondagar")
    return (
        f"{ADVICE[best.action]}. Det sparar ungefär {saved} med fel bild bland {inside(race.segment.name)}, "
        f"jämfört med det som är planerat (med 80 % säkerhet mellan {low} och {high})."
    )


def race_sentence(race: Race) -> str:
    """Return who is ahead in one segment, and how sure that is."""
    seen = [point for point in race.points if point.at <= race.forecast_from]
    if not seen:
        return "Ingen uppgift än."
    now = seen[-1]
    said = f"Påståendet har nått {percent(now.reach)} och rättelsen {percent(now.coverage)}. "
    if race.lead_hours is not None and race.lead_hours > 0:
        return (
            said + f"Rättelsen kommer ungefär {number(race.lead_hours / 24, decimals=1)} dygn efter till en fjärdedel."
        )
    return said + f"Om ett dygn leder påståendet med sannolikheten {chance(race.rumour_leads_24h)}."


def _calm(digest: Digest) -> str:
    today = digest.volume[-1].post_count if digest.volume else 0
    usual = digest.volume[-1].usual if digest.volume else 0.0
    if today == 0:
        return f"Ingen skrev om {digest.company} i det vi läste."
    return (
        f"{counted(today, 'inlägg', 'inlägg')} om {digest.company}; en vanlig dag är det {number(usual, decimals=0)}. "
        "Inget påstående sprids mer än vanligt prat."
    )


def _uptake_of(alert: Alert, digest: Digest) -> ClaimUptake | None:
    return next((u for u in digest.claims if u.claim.claim_id == alert.subject_id), None)


def _segment_name(segment: str, digest: Digest) -> str:
    names = {race.segment.segment: race.segment.name for race in digest.races}
    return inside(names.get(segment, segment))
