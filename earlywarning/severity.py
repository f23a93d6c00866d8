"""How grave an alert is and what becomes of it: opened, escalated, re-opened; never repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SEVERITIES = ("watch", "warning", "critical")
OPEN_STATES = frozenset({"new", "acknowledged"})
STATES = ("new", "acknowledged", "handled", "false_alarm")
QUIET = timedelta(days=14)
"""After so long without new evidence an open alert is over, and new evidence is news again."""
CRITICAL_LEAD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the alert of one subject stands."""

    severity: str
    state: str = "new"
    raised_at: datetime
    """When it was last news: opened, escalated or re-opened."""
    evidence_at: datetime
    """When evidence last reached a level."""
    opened_at: datetime
    """When its story began: escalating and re-opening go on with it, evidence after a quiet spell begins another."""
    closed_at: datetime | None = None
    """When a person handled or dismissed it."""


def severity_of(level: str, *, rumour_leads_168h: float | None = None) -> str:
    """Return the severity of a crossed level: a warning is critical when the rumour will probably lead in 7 days."""
    if level not in SEVERITIES:
        raise ValueError(f"unknown level {level!r}; known: {', '.join(SEVERITIES)}")
    if level == "warning" and rumour_leads_168h is not None and rumour_leads_168h > CRITICAL_LEAD:
        return "critical"
    return level


def take(
    standing: Standing | None, severity: str, *, at: datetime, quiet: timedelta = QUIET, is_lasting: bool = False
) -> tuple[Standing, str | None]:
    """Take new evidence in; return where the alert stands and `opened`, `escalated`, `reopened` or None (no news).

    A handled alert re-opens on any new evidence, since the bet began anew; but evidence that has only lasted since
    before it was handled (`is_lasting`: a condition that never ceased) is not new. One that a person called false
    re-opens only if it is graver than before, or after a quiet spell.
    """
    rank = SEVERITIES.index(severity)
    if standing is None:
        return Standing(severity=severity, raised_at=at, evidence_at=at, opened_at=at), "opened"
    at = max(at, standing.evidence_at)
    if at - standing.evidence_at > quiet:
        return Standing(severity=severity, raised_at=at, evidence_at=at, opened_at=at), "reopened"
    anew = Standing(severity=severity, raised_at=at, evidence_at=at, opened_at=standing.opened_at)
    is_graver = rank > SEVERITIES.index(standing.severity)
    if standing.state == "handled" and (is_graver or not is_lasting):
        return anew, "reopened"
    if is_graver:
        return anew, "reopened" if standing.state == "false_alarm" else "escalated"
    return replace(standing, evidence_at=at), None


def judge(standing: Standing, state: str, *, at: datetime) -> Standing:
    """Return the alert as a person judged it: acknowledged, handled or false_alarm. Raise ValueError for another."""
    if state not in STATES[1:]:
        raise ValueError(f"an alert cannot be set to {state!r}; choose one of {', '.join(STATES[1:])}")
    return replace(standing, state=state, closed_at=None if state == "acknowledged" else at)


def is_open(standing: Standing, *, at: datetime, quiet: timedelta = QUIET) -> bool:
    """Return whether the alert still asks for attention."""
    return standing.state in OPEN_STATES and at - standing.evidence_at <= quiet
