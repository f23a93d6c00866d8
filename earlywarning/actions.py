"""The ways to answer a rumour, and the coverage that each would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from earlywarning.channels import Channel, Letter
from earlywarning.coverage import addressed, share_read
from earlywarning.mailings import Mailing, Segment

Floats = NDArray[np.float64]

ACTIONS = ("nothing", "planned", "email", "thread_post", "email_and_thread_post")
IN_THREAD = "thread_post"
READ_SPREAD = 0.15
"""Standard deviation of the log odds of being read, about the channel's default (our assumption)."""


def plans(claim_id: str, segment: Segment, planned: list[Mailing], now: datetime) -> list[list[Mailing]]:
    """Return the corrections under each of `ACTIONS`."""
    fresh = Mailing(
        mailing_id="counterfactual",
        channel="email",
        segment=segment.segment,
        recipient_count=segment.customer_count,
        sent_at=now,
        corrects=claim_id,
    )
    thread = replace(fresh, channel=IN_THREAD)
    sent = [mailing for mailing in planned if mailing.sent_at <= now]
    return [sent, planned, [*planned, fresh], [*planned, thread], [*planned, fresh, thread]]


def told(
    claim_id: str,
    segment: Segment,
    mailings: Sequence[Mailing],
    *,
    moments: Sequence[datetime],
    now: datetime,
    channels: Mapping[str, Channel],
) -> list[tuple[Floats, Floats]]:
    """Return each action's coverage by mail and in the thread, [T, 2]: as planned, and printed late."""
    stamps = np.array([moment.timestamp() for moment in moments])
    known: dict[tuple[str, str], Floats] = {}
    found = []
    for plan in plans(claim_id, segment, [m for m in mailings if m.corrects == claim_id], now):
        missed = np.ones((2, len(moments), 2))
        for mailing in plan:
            share = 1.0 if mailing.channel == IN_THREAD else addressed(segment, mailing)
            key = mailing.mailing_id, mailing.channel
            if share > 0 and key not in known:
                both = (channels, _later(channels))
                known[key] = np.stack([share_read(mailing, stamps, channels=each) for each in both], axis=1)
            if share > 0:
                missed[int(mailing.channel == IN_THREAD)] *= 1.0 - share * known[key]
        found.append((1.0 - missed[0], 1.0 - missed[1]))
    return found


def _later(channels: Mapping[str, Channel]) -> dict[str, Channel]:
    return {
        name: replace(channel, production_days=channel.production_days + channel.production_late_days)
        if isinstance(channel, Letter)
        else channel
        for name, channel in channels.items()
    }


def among_readers(mail: Floats, thread: Floats) -> Floats:
    """Return coverage among those who read the forum, by mail or in the thread."""
    return np.asarray(1.0 - (1.0 - mail) * (1.0 - thread))


def vary(curve: Floats, noise: Floats, is_late: NDArray[np.bool_]) -> Floats:
    """Return the curve [P, T + H] of each particle: letters late or not, and read more or less than assumed."""
    if not curve.any():
        return np.zeros((len(noise), len(curve)))
    base = np.where(is_late[:, None], curve[:, 1], curve[:, 0])
    odds = np.exp(READ_SPREAD * noise)[:, None] * base / np.maximum(1.0 - base, 1e-12)
    return np.asarray(odds / (1.0 + odds))
