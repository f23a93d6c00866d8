"""Coverage: the share of a segment that has read the correction, by working days, post and reading habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from earlywarning.channels import Channel, Letter, default_channels, read_within
from earlywarning.clock import STOCKHOLM, is_working_day
from earlywarning.errors import ChannelsError
from earlywarning.mailings import Mailing, Segment

Floats = NDArray[np.float64]

LAST_COLLECTION_HOUR = 17
"""A letter handed in after this local hour goes the next working day."""
DELIVERY_HOUR = 12
EVENING_HOUR = 24
"""What is read on a day is read evenly from delivery until midnight; on a later day from 7."""
MORNING_HOUR = 7


def coverage(
    segment: Segment,
    mailings: Sequence[Mailing],
    *,
    at: Sequence[datetime],
    claim_id: str,
    channels: Mapping[str, Channel] | None = None,
) -> Floats:
    """Return C(t) for each moment: the share of the segment that has read a correction of the claim.

    `C = 1 - prod_j (1 - a_j F_j(t))`: mailings are read independently; a_j is the share of the segment that mailing j
    goes to, 0 for mailings to other segments. A mailing to the segment `all` goes to its share of every segment.
    """
    missed = np.ones(len(at))
    for mailing in mailings:
        if mailing.corrects == claim_id and (share := addressed(segment, mailing)) > 0:
            missed *= 1.0 - share * read_share(mailing, at=at, channels=channels)
    return np.asarray(1.0 - missed, dtype=np.float64)


def addressed(segment: Segment, mailing: Mailing) -> float:
    """Return a: the share of the segment that the mailing is addressed to."""
    if mailing.segment not in (segment.segment, "all") or segment.customer_count <= 0:
        return 0.0
    return min(1.0, mailing.recipient_count / segment.customer_count)


def read_share(mailing: Mailing, *, at: Sequence[datetime], channels: Mapping[str, Channel] | None = None) -> Floats:
    """Return F(t - sent) for each moment: the share of recipients that has read it, never-readers included."""
    stamps = np.array([moment.timestamp() for moment in at])
    return share_read(mailing, stamps, channels=default_channels() if channels is None else channels)


def share_read(mailing: Mailing, stamps: Floats, *, channels: Mapping[str, Channel]) -> Floats:
    """Return the same as `read_share` for moments given in seconds since the epoch."""
    channel = channels.get(mailing.channel)
    if channel is None:
        raise ChannelsError(f"unknown channel {mailing.channel!r}; known: {', '.join(channels)}")
    hours = (stamps - mailing.sent_at.timestamp()) / 3600
    if isinstance(channel, Letter):
        knots, shares = _letter(channel, mailing.sent_at)
        return np.asarray(np.interp(hours, knots, shares, left=0.0), dtype=np.float64)
    return read_within(channel, hours)


def delivery_days(channel: Letter, sent_at: datetime) -> list[tuple[date, float]]:
    """Return the days on which a letter arrives, with the share of the letters; working days all.

    The day of sending is day 0 of production; a letter handed in too late, or on a free day, waits for the next
    working day.
    """
    local = sent_at.astimezone(STOCKHOLM)
    day = local.date()
    if local.hour >= LAST_COLLECTION_HOUR or not is_working_day(day):
        day = _working_days_after(day, 1)
    posted = _working_days_after(day, channel.production_days)
    return [(_working_days_after(posted, k), share) for k, share in enumerate(channel.transit_days, start=1)]


def _letter(channel: Letter, sent_at: datetime) -> tuple[Floats, Floats]:
    """Return the curve as knots (hours after sending) and shares read by then."""
    per_day: dict[tuple[date, int], float] = {}
    for day, arrived in delivery_days(channel, sent_at):
        for lag, read in enumerate(channel.reading_days):
            key = (day + timedelta(days=lag), DELIVERY_HOUR if lag == 0 else MORNING_HOUR)
            per_day[key] = per_day.get(key, 0.0) + arrived * read
    knots = sorted({_local(day, hour) for day, first in per_day for hour in (first, EVENING_HOUR)})
    shares = np.zeros(len(knots))
    for (day, first), share in per_day.items():
        begin, end = _local(day, first), _local(day, EVENING_HOUR)
        shares += share * np.clip([(k - begin) / (end - begin) for k in knots], 0.0, 1.0)
    hours = np.array([(knot - sent_at).total_seconds() / 3600 for knot in knots])
    return hours, channel.read_share * shares


def _local(day: date, hour: int) -> datetime:
    whole, hour = (day + timedelta(days=1), 0) if hour == EVENING_HOUR else (day, hour)
    return datetime(whole.year, whole.month, whole.day, hour, tzinfo=STOCKHOLM).astimezone(UTC)


def _working_days_after(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
