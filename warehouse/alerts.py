"""Alerts: raised once, escalated never repeated, signed by the person who closes them; with their whole history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import duckdb

from warehouse.connection import transaction
from warehouse.errors import LedgerError
from warehouse.named import insert_new, records, rows, upsert
from warehouse.records import Alert

OPEN_STATES = ("new", "acknowledged")
STATES = (*OPEN_STATES, "handled", "false_alarm")
SEVERITIES = ("watch", "warning", "critical")
OURSELVES = "ryktesvakt"
"""Signs what the product closes by itself."""
NEWS = ("raised", "escalated", "reopened")


def put_alerts(
    con: duckdb.DuckDBPyConnection, alerts: Sequence[Alert], *, at: datetime, reopened: Collection[str] = ()
) -> list[Alert]:
    """Save alerts as they now stand; return those that are news: raised, more severe than before, or re-opened.

    reopened: ids of those that news have opened again. News make an alert `new`; apart from that what a person has
    said of it stays. One that now concerns other segments than before is changed in silence.
    """
    known = {alert.alert_id: alert for alert in records(con, "list_alerts", Alert, now=None)}
    news = []
    with transaction(con):
        for alert in alerts:
            before = known.get(alert.alert_id)
            event = "raised" if before is None else _change(before, alert, is_reopened=alert.alert_id in reopened)
            if event is None:
                continue
            state = before.state if before and event not in NEWS else alert.state
            raised_at, topics = (before.raised_at, before.topics) if before else (alert.raised_at, alert.topics)
            stands = replace(alert, raised_at=raised_at, topics=topics, state=state)
            _save_alert(con, stands, event=event, at=at, by=None)
            known[alert.alert_id] = stands
            news += [alert] if event in NEWS else []
    return news


def set_alert_state(con: duckdb.DuckDBPyConnection, alert_id: str, state: str, *, by: str, at: datetime) -> Alert:
    """Record what a person makes of an alert, and return it; the same again changes nothing. Raises LedgerError."""
    if state not in STATES or not by.strip():
        raise LedgerError(f"alert {alert_id}: the state is one of {', '.join(STATES)}, and a person signs it")
    before = get_alert(con, alert_id)
    alert = replace(before, state=state)
    if alert != before:
        with transaction(con):
            _save_alert(con, alert, event="reopened" if state == "new" else state, at=at, by=by)
    return alert


def note_topic(con: duckdb.DuckDBPyConnection, alert_id: str, topic: str, *, at: datetime) -> None:
    """Note at an alert that it explains a topic's alarm; the same again changes nothing. Raises LedgerError."""
    before = get_alert(con, alert_id)
    if topic not in before.topics:
        with transaction(con):
            _save_alert(con, replace(before, topics=(*before.topics, topic)), event="changed", at=at, by=None)


def undo_alert_state(con: duckdb.DuckDBPyConnection, alert_id: str, *, by: str, at: datetime) -> Alert:
    """Take back what a person last made of an alert, and return it as it then stands.

    What was said before the alert last was news is not taken back: it was news of something else. Raises LedgerError.
    """
    before = get_alert(con, alert_id)
    if not by.strip():
        raise LedgerError(f"alert {alert_id}: a person signs what is taken back")
    stack = _said(alert_events(con, alert_id))
    if not stack:
        raise LedgerError(f"alert {alert_id}: nobody has said anything of it since it was last news; nothing to undo")
    alert = replace(before, state=stack[-1])
    with transaction(con):
        _save_alert(con, alert, event="undone", at=at, by=by)
    return alert


def _said(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the state before each thing that a person has said and not taken back, since the last news."""
    found: list[str] = []
    state = "new"
    for event in events:
        if event["event"] == "undone":
            found.pop()
        elif event["happened_by"] not in (None, OURSELVES):
            found.append(state)
        elif event["event"] in NEWS or event["happened_by"] == OURSELVES:
            found = []
        state = event["state"]
    return found


def list_alerts(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None, open_only: bool = False) -> list[Alert]:
    """Return the alerts as they stood at `now` (else as they stand), worst first, then newest."""
    found = records(con, "list_alerts", Alert, now=now)
    return [alert for alert in found if not open_only or alert.state in OPEN_STATES]


def get_alert(con: duckdb.DuckDBPyConnection, alert_id: str) -> Alert:
    """Return an alert as it stands. Raises LedgerError."""
    for alert in list_alerts(con):
        if alert.alert_id == alert_id:
            return alert
    raise LedgerError(f"no alert has the id {alert_id!r}; `ryktesvakt alert list --all` shows them")


def undelivered_alerts(con: duckdb.DuckDBPyConnection) -> list[Alert]:
    """Return the open alerts that were raised, escalated or re-opened since they were last delivered, worst first.

    Deliver these, not what `put_alerts` returned: a kill between the two then delays an alert and never loses it.
    """
    waiting = {row["alert_id"] for row in rows(con, "undelivered_alerts")}
    return [alert for alert in list_alerts(con, open_only=True) if alert.alert_id in waiting]


def mark_delivered(con: duckdb.DuckDBPyConnection, alert_id: str, *, at: datetime) -> None:
    """Record that an alert was delivered as it now stands. Raises LedgerError."""
    _save_alert(con, get_alert(con, alert_id), event="delivered", at=at, by=None)


def alert_events(con: duckdb.DuckDBPyConnection, alert_id: str) -> list[dict[str, Any]]:
    """Return the history of an alert, oldest first: the columns of `alert_event`."""
    return rows(con, "alert_events", alert_id=alert_id)


def _change(before: Alert, after: Alert, *, is_reopened: bool) -> str | None:
    if is_reopened and before.state not in OPEN_STATES:
        return "reopened"
    if before.severity == after.severity:
        return "changed" if before.segments != after.segments else None
    return "escalated" if SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity) else "eased"


def _save_alert(con: duckdb.DuckDBPyConnection, alert: Alert, *, event: str, at: datetime, by: str | None) -> None:
    upsert(con, "alert", [asdict(alert)])
    number = len(rows(con, "alert_events", alert_id=alert.alert_id)) + 1
    said = {"severity": alert.severity, "state": alert.state, "reason": alert.reason, "facts": alert.facts}
    stands = {**said, "evidence": alert.evidence}
    happened = {"event_number": number, "happened_at": at, "event": event, "happened_by": by}
    insert_new(con, "alert_event", [{"alert_id": alert.alert_id, **happened, **stands}])
