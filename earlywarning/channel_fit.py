"""A channel's delay curve from the company's own log, by Kaplan and Meier: mailings still being read do not mislead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from earlywarning.channel_log import Delay
from earlywarning.channels import Channel, Curve, Letter, read_within
from earlywarning.clock import STOCKHOLM
from earlywarning.coverage import read_share
from earlywarning.mailings import Mailing

Floats = NDArray[np.float64]

LEAST_RECIPIENTS = 30
"""With fewer the default stays: a share of thirty is known to within a fifth."""
LEAST_AT_RISK = 10.0
"""The log speaks of delays that so many recipients were followed for; beyond them the default's shape goes on."""
MOST_KNOTS = 48
TAIL_HOURS = (24.0, 48.0, 96.0, 168.0, 336.0)
SHOWN_HOURS = (1, 6, 24, 48, 72, 168, 336)
EXAMPLE_SENT = datetime(2024, 4, 15, 9, tzinfo=STOCKHOLM)
"""A Monday with two weeks without holidays after it: letters are shown as if sent then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A channel as the company's own log has it."""

    channel: Channel
    recipient_count: int
    parts: tuple[str, ...]
    """What the log replaced: `read`, `delivery`, `reading`; empty when it says too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownShare:
    """Share of the recipients that has read within so many hours, by default and by the company's own log."""

    hours: int
    default: float
    own: float
    own_low: float
    own_high: float
    """95 % interval by Greenwood's formula, of what the log counts."""


def fit(default: Channel, delays: Iterable[Delay]) -> Fitted:
    """Return the channel that a log's delays tell, what they do not tell being the default's."""
    found = list(delays)
    count = max((_size(found, part) for part in ("read", "delivery")), default=0.0)
    tell = {part: _size(found, part) >= LEAST_RECIPIENTS for part in ("read", "delivery", "reading")}
    channel: Channel = default
    parts: tuple[str, ...] = ()
    if isinstance(default, Letter) and tell["delivery"]:
        channel, parts = _letter(default, found, has_reading=tell["reading"])
    elif tell["read"] and any(d.part == "read" and d.is_observed for d in found):
        channel, parts = _curve(default, found), ("read",)
    return Fitted(channel=channel, recipient_count=round(count), parts=parts)


def compare(default: Channel, own: Fitted, delays: Iterable[Delay]) -> list[ShownShare]:
    """Return both curves side by side."""
    times, shares, errors, _ = estimate(delays, "read")
    rows = []
    for hours in SHOWN_HOURS:
        here = _share(own.channel, hours)
        place = int(np.searchsorted(times, hours, side="right")) - 1
        error = float(errors[place]) if len(shares) and place >= 0 else 0.0
        low, high = max(0.0, here - 1.96 * error), min(1.0, here + 1.96 * error)
        rows.append(ShownShare(hours=hours, default=_share(default, hours), own=here, own_low=low, own_high=high))
    return rows


def estimate(delays: Iterable[Delay], part: str) -> tuple[Floats, Floats, Floats, float]:
    """Return the times of events, the share it has happened to by then, its standard error, and the last known time.

    Kaplan and Meier 1958, Greenwood 1926. Who was followed for a shorter time counts as long as followed.
    """
    mine = [delay for delay in delays if delay.part == part and delay.recipient_count > 0]
    times = np.unique([delay.delay for delay in mine])
    happened, ended = np.zeros(len(times)), np.zeros(len(times))
    for delay in mine:
        place = int(np.searchsorted(times, delay.delay))
        (happened if delay.is_observed else ended)[place] += delay.recipient_count
    at_risk = (happened + ended)[::-1].cumsum()[::-1]
    left = np.cumprod(1.0 - happened / np.maximum(at_risk, 1e-12))
    rest = np.maximum(at_risk - happened, 1e-12)
    error = left * np.sqrt(np.cumsum(np.where(at_risk > happened, happened / (at_risk * rest), 0.0)))
    followed = times[at_risk >= LEAST_AT_RISK]
    hit = happened > 0
    return times[hit], 1.0 - left[hit], error[hit], float(followed[-1]) if len(followed) else 0.0


def _size(delays: Iterable[Delay], part: str) -> float:
    return sum(delay.recipient_count for delay in delays if delay.part == part)


def _curve(default: Channel, delays: Sequence[Delay]) -> Curve:
    times, shares, _, followed = estimate(delays, "read")
    known = times <= followed
    times, shares = (times[known], shares[known]) if known.any() else (times[:1], shares[:1])
    ends = np.unique(np.searchsorted(shares, np.linspace(0, shares[-1], MOST_KNOTS + 1)[1:] - 1e-12))
    hours, values = [0.0, *times[ends].tolist()], [0.0, *shares[ends].tolist()]
    if not isinstance(default, Letter):
        end = max(followed, hours[-1])
        base, done = float(read_within(default, np.array([end]))[0]), values[-1]
        values.append(done)
        hours.append(end)
        for tail in (t for t in TAIL_HOURS if t > end):
            more = (float(read_within(default, np.array([tail]))[0]) - base) / max(1e-12, 1.0 - base)
            hours.append(tail)
            values.append(done + max(0.0, more) * (1.0 - done))
    share = values[-1]
    return Curve(hours=tuple(hours), shares=tuple(value / share for value in values), read_share=share)


def _letter(default: Letter, delays: Sequence[Delay], *, has_reading: bool) -> tuple[Letter, tuple[str, ...]]:
    transit = _by_day(delays, "delivery", first=1)
    if not transit:
        return default, ()
    channel = replace(default, production_days=0, production_late_days=0, transit_days=transit)
    reading = _by_day(delays, "reading", first=0) if has_reading else ()
    if not reading:
        return channel, ("delivery",)
    share = sum(reading)
    return replace(channel, reading_days=tuple(r / share for r in reading), read_share=share), ("delivery", "reading")


def _by_day(delays: Iterable[Delay], part: str, *, first: int) -> tuple[float, ...]:
    """Return the share that it happens to on each day from the first; earlier days count in the first."""
    times, shares, _, followed = estimate(delays, part)
    if not len(times):
        return ()
    last = max(first, int(min(times[-1], followed)))
    by = [float(shares[times <= day].max(initial=0.0)) for day in range(first, last + 1)]
    return tuple(np.diff([0.0, *by]).tolist())


def _share(channel: Channel, hours: int) -> float:
    mailing = Mailing(mailing_id="example", channel="own", segment="", recipient_count=1, sent_at=EXAMPLE_SENT)
    at = [mailing.sent_at + timedelta(hours=hours)]
    return float(read_share(mailing, at=at, channels={"own": channel})[0])
