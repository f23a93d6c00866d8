"""Commands that reach people: the digest again and by mail, alerts that wait, a test of every channel."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.alerts import alert_app
from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load
from flows.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.delivery.sending import Sent

SHOWN = timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(digest)


def digest(
    send: Annotated[bool, typer.Option("--send", help="Mail it to those that [delivery] to names.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --send: also to those who have got it.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the digest of the day that ended at midnight, as of now, and mail it if asked.

    A pass does both by itself in the morning. A mail that could not be sent waits in the outbox, and the next pass
    tries again; one that was sent is not sent twice. Example: ryktesvakt digest --send --config my.toml
    """
    from flows.desk import open_desk
    from flows.steps.deliver import mail_digest
    from flows.steps.digest import digest as write_digest
    from warehouse.outbox import forget_digest

    settings = load(config)
    if again and not send:
        raise UsageError("--again goes with --send")
    if send and not settings.delivery.to:
        raise UsageError("--send: nobody is to get it; set `to`, `sender` and `smtp` under [delivery] (docs/alerts.md)")
    with open_desk(settings) as desk:
        path = write_digest(desk)
        if again:
            forget_digest(desk.con, _yesterday(desk.now.astimezone(desk.zone).date()))
        sent = mail_digest(desk, is_new=True, is_all=True) if send else ()
    if as_json:
        emit({"digest": path, "sent": [asdict(one) for one in sent]})
    else:
        say(f"Digest: {path}")
        if send and not sent:
            say("Nothing to send: everybody has got it, or nothing is new and [delivery] unchanged is skip.")
        _say_sent(sent)
    _fail_if_any(sent)


@alert_app.command("send")
def alert_send(
    all_: Annotated[bool, typer.Option("--now", help="Also what waits for its next try.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send the alerts that wait now, as every pass does. Example: */10 * * * * ryktesvakt alert send"""
    from flows.desk import open_desk
    from flows.steps.deliver import deliver

    with open_desk(load(config)) as desk:
        sent = deliver(desk, is_all=all_)
    if as_json:
        emit([asdict(one) for one in sent])
    else:
        _say_sent(sent)
        if not sent:
            say("No alert waits to be sent.")
    _fail_if_any(sent)


@alert_app.command("test")
def alert_test(
    channel: Annotated[list[str] | None, typer.Argument(help="Channels by name; all when left out.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a test message to every channel of alerts and reader of the digest, and say which took it.

    Exit status 1 when one did not. Example: ryktesvakt alert test teams --config my.toml
    """
    from flows.delivery.trying import send_test

    sent = send_test(load(config), only=channel or (), at=datetime.now(UTC))
    if as_json:
        emit([asdict(one) for one in sent])
    else:
        _say_sent(sent)
    _fail_if_any(sent)


@alert_app.command("messages")
def alert_messages(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the messages of the last 30 days, and how each delivery stands."""
    from flows.paths import open_ledger
    from warehouse.outbox import list_deliveries

    with open_ledger(load(config)) as con:
        found = list_deliveries(con, since=datetime.now(UTC) - SHOWN)
    if as_json:
        emit([asdict(one) for one in found])
        return
    rows = [
        (d.message_id, d.channel, d.state, d.attempt_count, d.delivered_at or d.next_attempt_at or "", d.problem)
        for d in found
    ]
    show(["message", "channel", "state", "tried", "delivered, or next try", "problem"], rows)


def _yesterday(today: date) -> date:
    return today - timedelta(days=1)


def _say_sent(sent: Iterable[Sent]) -> None:
    from flows.delivery.sending import advice

    for one in sent:
        if one.problem:
            warn(f"{one.message_id} to {one.channel}: not delivered: {advice(one)}")
        else:
            say(f"{one.message_id} to {one.channel}: delivered")


def _fail_if_any(sent: Iterable[Sent]) -> None:
    if any(one.problem for one in sent):
        raise typer.Exit(1)
