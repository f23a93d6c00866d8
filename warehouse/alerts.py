"""Alerts: raised once, escalated never repeated, signed by the person who closes them; with their whole history."""

from __future__ import annotations

from collections.abc import Sequence
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


def put_alerts(con: duckdb.DuckDBPyConnection, alerts: Sequence[Alert], *, at: datetime) -> list[Alert]:
    """Save alerts as they now stand; return those that are news: raised, or more severe than before.

    What a person has said of an alert stays: only `set_alert_state` changes its state.
    """
    known = {alert.alert_id: alert for alert in records(con, "list_alerts", Alert, now=None)}
    news = []
    with transaction(con):
        for alert in alerts:
            before = known.get(alert.alert_id)
            event = "raised" if before is None else _change(before, alert)
            if event is None:
                continue
            state = before.state if before else alert.state
            raised_at = before.raised_at if before else alert.raised_at
            _save_alert(con, replace(alert, raised_at=raised_at, state=state), event=event, at=at, by=None)
            news += [alert] if event in ("raised", "escalated") else []
    return news


def set_alert_state(con: duckdb.DuckDBPyConnection, alert_id: str, state: str, *, by: str, at: datetime) -> Alert:
    """Record what a person makes of an alert, and return it. Raises LedgerError."""
    if state not in STATES or not by.strip():
        raise LedgerError(f"alert {alert_id}: the state is one of {', '.join(STATES)}, and a person signs it")
    alert = replace(_require_alert(con, alert_id), state=state)
    with transaction(con):
        _save_alert(con, alert, event="reopened" if state == "new" else state, at=at, by=by)
    return alert


def list_alerts(con: duckdb.DuckDBPyConnection, *, now: datetime | None = None, open_only: bool = False) -> list[Alert]:
    """Return the alerts as they stood at `now` (else as they stand), worst first, then newest."""
    found = records(con, "list_alerts", Alert, now=now)
    return [alert for alert in found if not open_only or alert.state in OPEN_STATES]


def undelivered_alerts(con: duckdb.DuckDBPyConnection) -> list[Alert]:
    """Return the open alerts that were raised or escalated since they were last delivered, worst first.

    Deliver these, not what `put_alerts` returned: a kill between the two then delays an alert and never loses it.
    """
    waiting = {row["alert_id"] for row in rows(con, "undelivered_alerts")}
    return [alert for alert in list_alerts(con, open_only=True) if alert.alert_id in waiting]


def mark_delivered(con: duckdb.DuckDBPyConnection, alert_id: str, *, at: datetime) -> None:
    """Record that an alert was delivered as it now stands. Raises LedgerError."""
    _save_alert(con, _require_alert(con, alert_id), event="delivered", at=at, by=None)


def alert_events(con: duckdb.DuckDBPyConnection, alert_id: str) -> list[dict[str, Any]]:
    """Return the history of an alert, oldest first: the columns of `alert_event`."""
    return rows(con, "alert_events", alert_id=alert_id)


def _require_alert(con: duckdb.DuckDBPyConnection, alert_id: str) -> Alert:
    for alert in list_alerts(con):
        if alert.alert_id == alert_id:
            return alert
    raise LedgerError(f"no alert has the id {alert_id!r}")


def _change(before: Alert, after: Alert) -> str | None:
    if before.severity == after.severity:
        return None
    return "escalated" if SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity) else "eased"


def _save_alert(con: duckdb.DuckDBPyConnection, alert: Alert, *, event: str, at: datetime, by: str | None) -> None:
    upsert(con, "alert", [asdict(alert)])
    number = len(rows(con, "alert_events", alert_id=alert.alert_id)) + 1
    stands = {"severity": alert.severity, "state": alert.state, "reason": alert.reason, "evidence": alert.evidence}
    happened = {"event_number": number, "happened_at": at, "event": event, "happened_by": by}
    insert_new(con, "alert_event", [{"alert_id": alert.alert_id, **happened, **stands}])
