"""The channels: who can be told, by which way, and the few words for why it did not work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flows.settings import Config

RANKS = {"watch": 0, "warning": 1, "critical": 2}
DIGEST = "digest"


class NotTaken(Exception):  # noqa: N818 - a channel's answer, not a fault of ours
    """Raised when a channel did not take a message; `problem` is the code of why, without addresses."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One receiver."""

    key: str
    """As the outbox has it: the name in the settings, and for mail a hash of the recipient."""
    name: str
    recipient: str | None
    """A mail address; None: by Apprise."""
    from_severity: str = "watch"
    is_short: bool = False


def alert_channels(config: Config) -> list[Channel]:
    """Return who is told of alerts, each recipient of mail a channel of its own: one that fails stops no other."""
    return list(_alert_channels(config))


def digest_channels(config: Config) -> list[Channel]:
    """Return who gets the digest."""
    recipients = dict.fromkeys(config.delivery.to)
    return [Channel(key=f"{DIGEST}:{_print(to)}", name=DIGEST, recipient=to) for to in recipients]


def wanted_by(channel: Channel, severity: str) -> bool:
    """Return whether a channel is told of a severity."""
    return RANKS[severity] >= RANKS[channel.from_severity]


def _alert_channels(config: Config) -> Iterator[Channel]:
    for one in config.alerts.channel:
        base = Channel(key=one.name, name=one.name, recipient=None, from_severity=one.from_severity, is_short=one.short)
        if not one.to:
            yield base
        for to in dict.fromkeys(one.to):
            yield replace(base, key=f"{one.name}:{_print(to)}", recipient=to)


def _print(recipient: str) -> str:
    """The tables are read by analysts: they tell recipients apart and do not name them."""
    return hashlib.sha256(recipient.strip().lower().encode()).hexdigest()[:8]
