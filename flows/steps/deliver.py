"""Steps that reach people: alerts at once, the digest when it is written. What cannot be sent waits in the outbox."""

from __future__ import annotations

from datetime import timedelta

from flows.delivery.composing import compose_alerts
from flows.delivery.digest_mailing import compose_digest
from flows.delivery.sending import Sent, send_due
from flows.desk import Desk
from warehouse.outbox import ALERT, DIGEST, REMINDER


def deliver(desk: Desk, *, is_all: bool = False) -> tuple[Sent, ...]:
    """Tell what is news, remind of what nobody has taken, try again what failed; return what became of each.

    is_all: also what waits for its next try.
    """
    compose_alerts(desk.con, desk.config, now=desk.now, local=desk.now.astimezone(desk.zone))
    return _sent(desk, (ALERT, REMINDER), is_all)


def mail_digest(desk: Desk, *, is_new: bool, is_all: bool = False) -> tuple[Sent, ...]:
    """Mail the digest that has just been written (`is_new`), and those that could not be sent before."""
    if is_new:
        day = desk.now.astimezone(desk.zone).date() - timedelta(days=1)
        compose_digest(desk.con, desk.config, day)
    return _sent(desk, (DIGEST,), is_all)


def _sent(desk: Desk, kinds: tuple[str, ...], is_all: bool) -> tuple[Sent, ...]:
    return tuple(send_due(desk.con, desk.config, clock=lambda: desk.now, kinds=kinds, is_all=is_all))
