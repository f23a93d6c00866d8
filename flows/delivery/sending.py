"""Sends what waits in the outbox, each to its own channel: what fails waits longer each time and stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from flows.config import alert_variable
from flows.delivery.apprising import send_apprise
from flows.delivery.channels import Channel, NotTaken, alert_channels, digest_channels
from flows.delivery.composing import is_quiet
from flows.delivery.digest_mailing import build_digest_mail
from flows.delivery.smtp import send_mail
from flows.delivery.wording import alert_mail, alert_message, speech_of
from flows.poison import kind_of
from flows.settings import Config
from reports.alert_message import plain_text, short_text, title_of
from warehouse import outbox
from warehouse.outbox import DIGEST, REMOVED, Due

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = {DIGEST: timedelta(hours=36)}
"""A digest of the day before yesterday is no news; an alert is tried for a week."""
OTHERWISE = timedelta(days=7)
ADVICE = {
    "no_address": "no address, or none that Apprise knows: set {variable}; for mail, [delivery.smtp]",
    "unreachable": "the server does not answer: check its host, port and the network",
    "login": "the mail server does not accept the login: check user, and RYKTESVAKT_SMTP_PASSWORD",
    "refused": "the mail server refused it: check sender, and what it lets this machine send",
    "recipient": "the mail server knows no such recipient: check `to`",
    "tls": "the connection could not be secured: check security, port and the server's certificate",
    "not_taken": "the service did not take it: check {variable}, and whether the service is up",
    "broken": "it could not be made or handed over: the log says why",
    "removed": "the channel is not in the settings any more; given up",
}
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one message to one channel."""

    message_id: str
    channel: str
    """Its name in the settings."""
    problem: str
    """The code of why it was not taken; empty when it was."""


def send_due(
    con: duckdb.DuckDBPyConnection, config: Config, *, clock: Clock, kinds: tuple[str, ...], is_all: bool = False
) -> list[Sent]:
    """Send what is due of some kinds; return what became of it. `is_all`: what waits for its next try too.

    A kill after a channel has taken a message and before that is recorded has it sent again, by the same id.
    """
    channels = {one.key: one for one in [*alert_channels(config), *digest_channels(config)]}
    local = clock().astimezone(speech_of(config).zone)
    done = []
    for due in outbox.due(con, at=clock(), is_all=is_all):
        is_waiting = due.kind != DIGEST and due.severity != "critical" and is_quiet(config.alerts.quiet, local)
        if due.kind in kinds and not is_waiting:
            done.append(_send(con, config, due, channels, clock))
    return done


def _send(
    con: duckdb.DuckDBPyConnection, config: Config, due: Due, channels: Mapping[str, Channel], clock: Clock
) -> Sent:
    name = outbox.channel_name(due.channel)
    try:
        if due.channel not in channels:
            raise NotTaken(REMOVED)
        _tried(con, config, due, channels[due.channel])
    except NotTaken as error:
        now = clock()
        next_at = None if error.problem == REMOVED else next_attempt(due, now)
        outbox.record_problem(con, due, error.problem, at=now, next_attempt_at=next_at)
        log.warning("message not delivered", extra={"what": f"{due.message_id} to {name}", "reason": error.problem})
        return Sent(message_id=due.message_id, channel=name, problem=error.problem)
    outbox.record_sent(con, due, at=clock())
    log.info("message delivered", extra={"what": f"{due.message_id} to {name}"})
    return Sent(message_id=due.message_id, channel=name, problem="")


def next_attempt(due: Due, now: datetime) -> datetime | None:
    """Return when it is tried again: after five minutes, twice as long each time, six hours at most; None: never."""
    wait = min(FIRST_WAIT * 2 ** min(due.attempt_count, 10), LONGEST_WAIT)
    return None if now + wait > due.composed_at + GIVEN_UP_AFTER.get(due.kind, OTHERWISE) else now + wait


def advice(one: Sent) -> str:
    """Return what stood in the way and what to do, for operations."""
    return ADVICE.get(one.problem, one.problem).format(variable=alert_variable(outbox.channel_name(one.channel)))


def _tried(con: duckdb.DuckDBPyConnection, config: Config, due: Due, channel: Channel) -> None:
    """Hand a message over. Raises NotTaken, whatever went wrong: one message that breaks us stops no other."""
    try:
        _hand_over(con, config, due, channel)
    except NotTaken:
        raise
    except Exception as error:
        # The error alone, not its message, which may quote a post, an address or a password.
        log.error("message not made", extra={"what": due.message_id, "error": kind_of(error)})
        raise NotTaken("broken") from error


def _hand_over(con: duckdb.DuckDBPyConnection, config: Config, due: Due, channel: Channel) -> None:
    if due.kind == DIGEST:
        if channel.recipient and config.delivery.smtp:
            send_mail(build_digest_mail(con, config, due, channel.recipient), config.delivery.smtp)
        return
    message, speech = alert_message(con, config, due), speech_of(config)
    if channel.recipient:
        if config.delivery.smtp is None:
            raise NotTaken("no_address")
        send_mail(alert_mail(message, config, channel), config.delivery.smtp)
        return
    send_apprise(
        channel.name,
        title=title_of(message, speech),
        body=short_text(message, speech) if channel.is_short else plain_text(message, speech),
        severity=message.severity,
        png=message.picture.png() if message.picture and not channel.is_short else None,
    )
