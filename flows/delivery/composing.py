"""What is told now: news together in one message, held back while it is quiet or has just been told, and reminders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

import duckdb

from flows.delivery.channels import Channel, alert_channels, wanted_by
from flows.settings import Config
from warehouse import outbox
from warehouse.alerts import get_alert
from warehouse.outbox import ALERT, REMINDER, Untold

RANKS = {"watch": 0, "warning": 1, "critical": 2}
MOST_REMINDERS = 3


def compose_alerts(con: duckdb.DuckDBPyConnection, config: Config, *, now: datetime, local: datetime) -> list[str]:
    """Put what is news into the outbox, and what nobody has taken for long; return the ids of the new messages.

    local: now, in the team's own time. Alerts wait for their channels: while none is configured nothing is composed,
    and nothing is lost.
    """
    channels = alert_channels(config)
    if not channels:
        return []
    news = [(one.alert_id, one.event_number, one.severity) for one in _news(con, config, now=now, local=local)]
    made = _put(con, ALERT, news, channels, now, local)
    return made + _put(con, REMINDER, _reminders(con, config, now=now, local=local), channels, now, local)


def is_quiet(quiet: str, local: datetime) -> bool:
    """Return whether a local moment is in the quiet hours, `22:00-07:00`; they may go over midnight."""
    if not quiet:
        return False
    begin, end = (time.fromisoformat(part) for part in quiet.split("-"))
    at = local.time().replace(tzinfo=None)
    return begin <= at < end if begin <= end else at >= begin or at < end


def _news(con: duckdb.DuckDBPyConnection, config: Config, *, now: datetime, local: datetime) -> list[Untold]:
    settings = config.alerts
    found = outbox.untold(con)
    if is_quiet(settings.quiet, local):
        found = [one for one in found if one.severity == "critical"]
    since = now - timedelta(hours=settings.cool_down_hours)
    told: dict[str, int] = {}
    for subject, severity, _ in outbox.told_subjects(con, since=since):
        told[subject] = max(told.get(subject, -1), RANKS[severity])
    return [one for one in found if RANKS[one.severity] > told.get(get_alert(con, one.alert_id).subject_id, -1)]


def _reminders(
    con: duckdb.DuckDBPyConnection, config: Config, *, now: datetime, local: datetime
) -> list[tuple[str, int, str]]:
    settings = config.alerts
    if not settings.remind_hours:
        return []
    since, is_late = now - timedelta(hours=settings.remind_hours), is_quiet(settings.quiet, local)
    return [
        (one.alert_id, one.event_number, one.severity)
        for one in outbox.remindable(con)
        if one.told_at <= since and one.reminder_count < MOST_REMINDERS
        if one.severity == "critical" or (one.severity == "warning" and not is_late)
    ]


def _put(
    con: duckdb.DuckDBPyConnection,
    kind: str,
    told: Sequence[tuple[str, int, str]],
    channels: Iterable[Channel],
    now: datetime,
    local: datetime,
) -> list[str]:
    """Compose one message of what is told, for the channels that want to know; none where nobody does."""
    worst = max((severity for _, _, severity in told), key=RANKS.__getitem__, default="watch")
    wanting = [channel.key for channel in channels if wanted_by(channel, worst)]
    if not told or not wanting:
        return []
    name = outbox.compose(
        con,
        kind,
        day=local.date(),
        severity=worst,
        alerts=[(alert, number) for alert, number, _ in told],
        channels=wanting,
        at=now,
    )
    return [name]
