"""The outbox: what is to be told, to whom it went, what stood in the way. Written before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from warehouse.alerts import mark_delivered
from warehouse.connection import transaction
from warehouse.named import insert_new, records, rows, run
from warehouse.records import FailedDelivery

DIGEST = "digest"
ALERT = "alert"
REMINDER = "reminder"
REMOVED = "removed"
"""The problem of a message whose channel is not in the settings any more: nobody is waiting for it."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An alert that is news and in no message."""

    alert_id: str
    event_number: int
    event: str
    severity: str
    happened_at: datetime
    told_severity: str | None
    """How severe it was when it was told of last; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remindable:
    """An alert that was told of and that nobody has taken."""

    alert_id: str
    event_number: int
    severity: str
    told_at: datetime
    reminder_count: int
    message_id: str
    """The message that told of it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingAlert:
    """An alert as it was when it became the news that a message tells."""

    alert_id: str
    event_number: int
    kind: str
    subject_id: str
    event: str
    severity: str
    reason: str
    facts: str
    state: str
    raised_at: datetime
    segments: tuple[str, ...]
    before_severity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message that a channel has not got."""

    message_id: str
    kind: str
    severity: str | None
    composed_at: datetime
    channel: str
    attempt_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a message to a channel stands."""

    message_id: str
    kind: str
    severity: str | None
    composed_at: datetime
    channel: str
    state: str
    attempt_count: int
    next_attempt_at: datetime | None
    attempted_at: datetime | None
    delivered_at: datetime | None
    problem: str

    @property
    def is_failing(self) -> bool:
        """Return whether it was tried in vain."""
        return self.state == "failed" or (self.state == "pending" and self.attempt_count > 0)


def untold(con: duckdb.DuckDBPyConnection) -> list[Untold]:
    """Return the alerts that are news, open, taken by nobody and in no message; the worst first."""
    return records(con, "untold_alerts", Untold)


def remindable(con: duckdb.DuckDBPyConnection) -> list[Remindable]:
    """Return the alerts that were told of and that nobody has taken."""
    return records(con, "remindable_alerts", Remindable)


def told_subjects(con: duckdb.DuckDBPyConnection, *, since: datetime) -> list[tuple[str, str, datetime]]:
    """Return subject, severity and time of what has been told since a time."""
    found = rows(con, "told_subjects", since=since)
    return [(row["subject_id"], row["severity"], row["composed_at"]) for row in found]


def compose(
    con: duckdb.DuckDBPyConnection,
    kind: str,
    *,
    day: date,
    severity: str | None,
    alerts: Iterable[tuple[str, int]] = (),
    channels: Sequence[str],
    at: datetime,
) -> str:
    """Put a message into the outbox for its channels, and return its id. A day's digest that is there stays as it is.

    alerts: id and number of the event that is news. All of it or nothing is written: from here on it is never lost.
    """
    with transaction(con):
        name = f"{DIGEST} {day}" if kind == DIGEST else _next_id(con, day)
        insert_new(con, "outbox", [{"message_id": name, "kind": kind, "severity": severity, "composed_at": at}])
        told = [{"message_id": name, "alert_id": alert, "event_number": number} for alert, number in alerts]
        insert_new(con, "outbox_alert", told)
        waits = {"state": "pending", "attempt_count": 0, "problem": ""}
        insert_new(con, "delivery", [{"message_id": name, "channel": channel, **waits} for channel in channels])
    return name


def alerts_of(con: duckdb.DuckDBPyConnection, message_id: str) -> list[TellingAlert]:
    """Return what a message tells of, the worst first."""
    return records(con, "message_alerts", TellingAlert, message_id=message_id)


def due(con: duckdb.DuckDBPyConnection, *, at: datetime, is_all: bool = False) -> list[Due]:
    """Return what is to be sent now (`is_all`: also what waits for its next try), the worst first.

    What somebody has taken meanwhile, or is over, is dropped first.
    """
    run(con, "drop_deliveries")
    return records(con, "due_deliveries", Due, at=at, is_all=is_all)


def record_sent(con: duckdb.DuckDBPyConnection, one: Due, *, at: datetime) -> None:
    """Record that a channel took a message; its alerts are delivered from then on."""
    first = not any(d.state == "sent" for d in list_deliveries(con, since=None) if d.message_id == one.message_id)
    with transaction(con):
        _put(con, one, state="sent", at=at, delivered_at=at)
        if one.kind == DIGEST:
            day = date.fromisoformat(number_of(one.message_id))
            run(con, "record_delivery", day=day, generated_at=one.composed_at, delivered_at=at)
        for alert in alerts_of(con, one.message_id) if first else ():
            mark_delivered(con, alert.alert_id, at=at)


def record_problem(
    con: duckdb.DuckDBPyConnection, one: Due, problem: str, *, at: datetime, next_attempt_at: datetime | None
) -> None:
    """Record that a channel did not take a message; without a next attempt it is given up."""
    state = "pending" if next_attempt_at else "dropped" if problem == REMOVED else "failed"
    _put(con, one, state=state, at=at, next_attempt_at=next_attempt_at, problem=problem)


def forget_digest(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Take a day's digest out of the outbox, so that it is sent anew, to everybody."""
    with transaction(con):
        run(con, "forget_digest_deliveries", message_id=f"{DIGEST} {day}")
        run(con, "forget_digest", message_id=f"{DIGEST} {day}")


def list_deliveries(con: duckdb.DuckDBPyConnection, *, since: datetime | None) -> list[Delivery]:
    """Return the deliveries of messages composed since a time (all of them for None), newest first."""
    return records(con, "list_deliveries", Delivery, since=since or EVER)


def failed_deliveries(
    con: duckdb.DuckDBPyConnection, *, since: datetime, until: datetime
) -> tuple[FailedDelivery, ...]:
    """Return the alerts of a time that have not reached some of their channels, newest first; without digests."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for one in list_deliveries(con, since=since):
        if one.kind != DIGEST and one.is_failing and one.composed_at <= until:
            names = found.setdefault((number_of(one.message_id), one.problem, one.state == "failed"), [])
            names += [name] if (name := channel_name(one.channel)) not in names else []
    return tuple(
        FailedDelivery(number=number, channels=tuple(names), problem=problem, is_given_up=is_given_up)
        for (number, problem, is_given_up), names in found.items()
    )


def digests_until(con: duckdb.DuckDBPyConnection, day: date) -> list[tuple[date, str | None, datetime]]:
    """Return day, fingerprint and moment of the last digest of each day until one, the latest day first."""
    found = rows(con, "last_digests", day=day)
    return [(row["day"], row["fingerprint"], row["generated_at"]) for row in found]


def number_of(message_id: str) -> str:
    """Return what the readers of a message know it by: `2026-11-08/3`."""
    return message_id.partition(" ")[2]


def channel_name(channel: str) -> str:
    """Return a channel's name in the settings: what follows tells one recipient from another."""
    return channel.partition(":")[0]


def _next_id(con: duckdb.DuckDBPyConnection, day: date) -> str:
    prefix = f"{ALERT} {day}/"
    return f"{prefix}{rows(con, 'message_numbers', prefix=prefix)[0]['message_count'] + 1}"


def _put(
    con: duckdb.DuckDBPyConnection,
    one: Due,
    *,
    state: str,
    at: datetime,
    next_attempt_at: datetime | None = None,
    delivered_at: datetime | None = None,
    problem: str = "",
) -> None:
    values = {"message_id": one.message_id, "channel": one.channel, "state": state, "at": at, "problem": problem}
    run(con, "put_delivery", **values, next_attempt_at=next_attempt_at, delivered_at=delivered_at)
