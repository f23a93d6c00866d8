"""A bet against ordinary chatter: an e-detector with a promised number of false alarms, for many claims at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarning.alarm_state import LEVELS, AlarmSettings, AlarmState, Batch, Bools, Floats, Ints, join, split, turn
from earlywarning.bets import base_rate_bound, bet, learned_offspring, watch_alternatives

WEALTH_CAP = 1e12
"""Wealth above this is thrown away: that only makes the bet poorer, so the promise stands and nothing overflows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """An hour in which the evidence of one claim reached a level."""

    index: int
    """Place of the claim among those given."""
    hour: int
    """Evidence was complete at the end of this hour."""
    level: str
    evidence: float
    threshold: float


@dataclass(frozen=True, slots=True)
class _News:
    """T hours of n claims."""

    hours: Ints  # [T]
    activity: Floats  # [T, n]
    counts: Floats  # [T, n]
    authors: NDArray[Any] | None  # [T, n, 2]
    pay_in: Floats  # [T]
    sharers: Floats | None  # [T]
    betting: Bools  # [T]

    def part(self, i: int, j: int) -> _News:
        authors = None if self.authors is None else self.authors[i:j]
        sharers = None if self.sharers is None else self.sharers[i:j]
        return _News(
            self.hours[i:j], self.activity[i:j], self.counts[i:j], authors, self.pay_in[i:j], sharers, self.betting[i:j]
        )


def advance(
    states: Sequence[AlarmState],
    *,
    hours: Ints,
    activity: Floats,
    counts: NDArray[Any],
    authors: NDArray[Any] | None = None,
    pay_in: float | Floats = 1.0,
    sharers: float | Floats | None = None,
    betting: Bools | None = None,
    settings: AlarmSettings | None = None,
) -> tuple[list[AlarmState], list[Crossing]]:
    """Take new hours in and return the new states and the levels crossed, oldest first.

    hours: [T] rising, all after every state's last. activity: [T] or [T, n] activity hours that were really seen
    (0: unknown, the hour is skipped). counts: [T, n] posts, each author once. authors: [T, n, 2] different authors
    within two days and within a week, as `authors.count_once` counts them; None: all are different.
    pay_in: share of the promise that each claim may use, a number or [T]. sharers: how many claims, those given among
    them, use that share together, a number or [T]: each hour it goes where there is talk (None: each has its own; the
    shares of claims that share one promise must then not sum to more than 1). betting: [T] False for hours that only
    teach the base rate.
    Cost: O(T n), whatever the history; the ring of daily sums is all that is kept of it.
    """
    settings = settings or AlarmSettings()
    hours = np.asarray(hours, dtype=np.int64)
    if not states or not len(hours):
        return list(states), []
    _check(states, hours, activity, counts)
    shape = counts.shape
    by_claim = np.asarray(activity, dtype=np.float64)
    by_claim = by_claim if by_claim.ndim == 2 else by_claim[:, None]
    news = _News(
        hours,
        np.broadcast_to(by_claim, shape),
        np.asarray(counts, dtype=np.float64),
        authors,
        np.broadcast_to(pay_in, hours.shape),
        None if sharers is None else np.broadcast_to(sharers, hours.shape),
        np.ones(len(hours), dtype=bool) if betting is None else betting,
    )
    batch = join(states, day=int(hours[0]) // 24, settings=settings)
    ends = [*(np.flatnonzero(np.diff(hours // 24)) + 1).tolist(), len(hours)]
    crossings = [found for i, j in pairwise([0, *ends]) for found in _day(batch, news.part(i, j), settings)]
    return split(batch, int(hours[-1])), crossings


def _day(batch: Batch, news: _News, settings: AlarmSettings) -> list[Crossing]:
    """Take in the hours of one UTC day: within it the bound of the base rate stands still."""
    turn(batch, int(news.hours[0]) // 24)
    exposure, posts = (ring[:, : settings.window_days] for ring in (batch.exposure, batch.posts))
    base = np.maximum(base_rate_bound(exposure.sum(axis=1), posts.sum(axis=1), settings), batch.prior_rate)
    # What a letter makes ordinary comes in threads, whatever the days before it were like.
    threads = np.where(batch.prior_rate > 0, settings.benign_offspring, learned_offspring(exposure, posts, settings))
    excitement = _excite(batch, news, settings.tau_hours)
    past = {"activity": news.activity, "base": base, "excitement": excitement}
    levels = (threads, watch_alternatives(posts, threads, settings)), (None, None)
    gains = np.stack(
        [bet(news.counts, **past, settings=settings, offspring=own, alternatives=on) for own, on in levels], axis=2
    )
    pay_in = _part(news, excitement)
    batch.exposure[:, -1] += news.activity.sum(axis=0)
    batch.posts[:, -1] += news.counts.sum(axis=0)
    crossings: list[Crossing] = []
    for t in np.flatnonzero(news.betting & news.activity.any(axis=1)).tolist():
        crossings += _stake(batch, t, news, gains[t], pay_in[t], settings)
    return crossings


def _part(news: _News, excitement: Floats) -> Floats:
    """Return what each claim is paid [T, n]: of a promise that is shared, half alike, half in proportion to X.

    The parts are known before the hour's posts and sum to at most one, so the promise holds as for equal parts.
    """
    if news.sharers is None:
        return np.broadcast_to(news.pay_in[:, None], excitement.shape)
    alike = 1.0 / news.sharers[:, None]
    by_talk = (excitement + alike) / (1.0 + excitement.sum(axis=1, keepdims=True))
    return np.asarray(news.pay_in[:, None] * (alike + by_talk) / 2.0, dtype=np.float64)


def _excite(batch: Batch, news: _News, tau_hours: float) -> Floats:
    """Return X [T, n] before each hour, and leave in the batch what it is after the last."""
    path = np.empty_like(news.counts)
    kept = np.exp(-news.activity / tau_hours)
    for t in range(len(path)):
        path[t] = batch.excitement
        batch.excitement = batch.excitement * kept[t] + news.counts[t]
    return path


def _stake(batch: Batch, t: int, news: _News, gain: Floats, pay_in: Floats, settings: AlarmSettings) -> list[Crossing]:
    """Pay one hour in, let the bets win or lose, and start those anew that reached a level."""
    head, seen = pay_in[:, None] * np.array(settings.head_start_hours), news.activity[t]
    if batch.fresh.any():
        starting = batch.fresh & (seen > 0)
        batch.wealth[starting] = head[starting][:, :, None]
        batch.fresh &= seen <= 0
    batch.wealth += (pay_in * seen)[:, None, None]
    batch.wealth *= gain
    if not news.counts[t].any():  # without posts wealth cannot pass a cap that it kept to before
        return []
    np.minimum(batch.wealth, WEALTH_CAP, out=batch.wealth)
    return _cross(batch.wealth, _enough(t, news, settings), int(news.hours[t]), head=head, settings=settings)


def _enough(t: int, news: _News, settings: AlarmSettings) -> tuple[Bools, Bools]:
    """Return [n] whether so many different people wrote that careful evidence may alarm, and whether bold may too."""
    counts = news.counts[t]
    if news.authors is None:
        return counts > 0, counts > 0
    lately, in_week = np.moveaxis(news.authors[t], -1, 0)
    several = (lately >= settings.lately_authors) | (counts >= settings.sudden_authors)
    return (counts > 0) & (in_week >= settings.min_authors), (counts > 0) & several


def _cross(
    wealth: Floats, enough: tuple[Bools, Bools], hour: int, *, head: Floats, settings: AlarmSettings
) -> list[Crossing]:
    """Return the levels crossed, by careful evidence alone or (the watch) by all, and start their bets anew."""
    thresholds, stakes = np.array(settings.thresholds), wealth * settings.weights
    careful, evidence = stakes[:, :, : len(settings.careful)].sum(axis=2), stakes.sum(axis=2)
    crossed = (careful >= thresholds) & enough[0][:, None]
    crossed[:, 0] |= (evidence[:, 0] >= thresholds[0]) & enough[1]
    if not crossed.any():
        return []
    wealth[crossed] = head[crossed][:, None]
    return [
        Crossing(index=i, hour=hour, level=LEVELS[j], evidence=float(evidence[i, j]), threshold=settings.thresholds[j])
        for i, j in np.argwhere(crossed).tolist()
    ]


def _check(states: Sequence[AlarmState], hours: Ints, activity: NDArray[Any], counts: NDArray[Any]) -> None:
    if counts.shape != (len(hours), len(states)):
        raise ValueError(f"counts must be [{len(hours)}, {len(states)}], not {list(counts.shape)}")
    if (np.diff(hours) <= 0).any() or any(s.hour is not None and s.hour >= hours[0] for s in states):
        raise ValueError("hours must rise and lie after the last hour that every state has taken in")
    if (np.asarray(activity) < 0).any() or (counts < 0).any():
        raise ValueError("activity and counts cannot be negative")
