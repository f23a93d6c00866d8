"""Where the alert of each subject stands from pass to pass: raised once, escalated, re-opened, closed when over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import duckdb

from earlywarning.severity import QUIET, Standing, take
from warehouse import watching
from warehouse.alerts import OURSELVES, alert_events, list_alerts, put_alerts, set_alert_state
from warehouse.keys import stable_key
from warehouse.records import Alert

SUBJECT = "standings"
LASTING = frozenset({"mismatch", "void", "silence"})
"""Conditions that hold from pass to pass: a person who has handled one is told again when it ceased and came back."""
ENDING = frozenset({"mismatch", "silence"})
"""Of those the ones that are over as soon as they are not found; a void is over when it is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Grounds for an alert, before it is known whether they are news."""

    kind: str
    subject_id: str
    severity: str
    evidence_at: datetime
    reason: str
    facts: str = ""
    """What the reason is made of, as JSON."""
    segments: tuple[str, ...] = ()
    evidence: float | None = None
    threshold: float | None = None

    @property
    def key(self) -> str:
        """Return the name under which the standing of its alert is kept."""
        return f"{self.kind}:{self.subject_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the last pass left."""

    standings: Mapping[str, Standing]
    """By kind and subject, with what persons have said since."""
    pass_at: datetime | None
    """When it was."""


def recall(con: duckdb.DuckDBPyConnection, *, now: datetime) -> Memory:
    """Return where the alerts of each subject stand, with what persons have said of them since."""
    found = watching.get_states(con, now=now).get(SUBJECT)
    if found is None:
        return Memory(standings={}, pass_at=None)
    judged = {alert.alert_id: alert.state for alert in list_alerts(con)}
    standings = {key: _standing(value) for key, value in found[1].items()}
    told = {
        key: replace(standing, state=judged.get(alert_id(key, standing.opened_at), standing.state))
        for key, standing in standings.items()
    }
    return Memory(standings=told, pass_at=found[0])


def settle(
    con: duckdb.DuckDBPyConnection,
    memory: Memory,
    findings: Sequence[Finding],
    *,
    answered: Iterable[str] = (),
    now: datetime,
) -> tuple[list[Alert], dict[str, Standing]]:
    """Take the findings of a pass in: save what they make of the alerts, close what is over; return news and standings.

    answered: claims that we have published something about; their voids are over.
    """
    standings, alerts, reopened = dict(memory.standings), [], set()
    for finding in findings:
        before = standings.get(finding.key)
        is_lasting = _has_lasted(finding, before, memory.pass_at)
        after, change = take(before, finding.severity, at=finding.evidence_at, is_lasting=is_lasting)
        standings[finding.key] = after
        if change or finding.kind in LASTING:
            alert = _alert(finding, after, now)
            alerts.append(alert)
            reopened |= {alert.alert_id} if change == "reopened" else set()
    news = put_alerts(con, alerts, at=now, reopened=reopened)
    _close(con, standings, set(answered), now)
    return news, standings


def alert_id(key: str, opened_at: datetime) -> str:
    """Return the name of an alert: the same whenever the pass that raises it is done again."""
    return stable_key(key, opened_at.isoformat())


def as_json(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Return the standings as JSON values, for the next pass."""
    return {
        key: {
            "severity": standing.severity,
            "state": standing.state,
            "raised_at": standing.raised_at.isoformat(),
            "evidence_at": standing.evidence_at.isoformat(),
            "opened_at": standing.opened_at.isoformat(),
        }
        for key, standing in standings.items()
    }


def _has_lasted(finding: Finding, before: Standing | None, pass_at: datetime | None) -> bool:
    """Return whether the last pass found the same condition too."""
    return finding.kind in LASTING and before is not None and pass_at is not None and before.evidence_at >= pass_at


def _alert(finding: Finding, standing: Standing, now: datetime) -> Alert:
    return Alert(
        alert_id=alert_id(finding.key, standing.opened_at),
        kind=finding.kind,
        severity=standing.severity,
        subject_id=finding.subject_id,
        raised_at=now,
        reason=finding.reason,
        facts=finding.facts,
        segments=finding.segments,
        evidence=finding.evidence,
        threshold=finding.threshold,
    )


def _close(
    con: duckdb.DuckDBPyConnection, standings: Mapping[str, Standing], answered: set[str], now: datetime
) -> None:
    """Close alerts without new evidence for long, and conditions that have ceased; the record says that we did it."""
    for alert in list_alerts(con, open_only=True):
        standing = standings.get(f"{alert.kind}:{alert.subject_id}")
        is_answered = alert.kind == "void" and alert.subject_id in answered
        quiet = timedelta(0) if alert.kind in ENDING else QUIET
        is_over = standing is None or now - standing.evidence_at > quiet or is_answered
        if is_over and not _is_held(con, alert.alert_id, now):
            set_alert_state(con, alert.alert_id, "handled", by=OURSELVES, at=now)


def _is_held(con: duckdb.DuckDBPyConnection, name: str, now: datetime) -> bool:
    """Return whether a person has opened the alert again lately: it then stays open for a while, evidence or not."""
    opened = [
        event["happened_at"]
        for event in alert_events(con, name)
        if event["event"] == "reopened" and event["happened_by"] not in (None, OURSELVES)
    ]
    return bool(opened) and now - opened[-1] <= QUIET


def _standing(value: Mapping[str, Any]) -> Standing:
    raised_at = datetime.fromisoformat(value["raised_at"])
    return Standing(
        severity=value["severity"],
        state=value["state"],
        raised_at=raised_at,
        evidence_at=datetime.fromisoformat(value["evidence_at"]),
        opened_at=datetime.fromisoformat(value["opened_at"]) if "opened_at" in value else raised_at,
    )
