"""Simulated chatter and rumours for the early warning's figures; none has the form that the alarm assumes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from earlywarning.clock import hour_of, hours_of_week

START = datetime(2024, 1, 1, tzinfo=UTC)
_NIGHT_AND_MORNING = (0.3, 0.15, 0.1, 0.05, 0.05, 0.1, 0.3, 0.6, 0.9, 1.0, 1.1, 1.2)
_DAY_AND_EVENING = (1.3, 1.2, 1.1, 1.1, 1.2, 1.4, 1.6, 1.9, 2.1, 2.0, 1.6, 0.9)
_FORUM = np.array(_NIGHT_AND_MORNING + _DAY_AND_EVENING)
_AMERICA = np.roll(_FORUM, 7)


def clock_of(kind: str, hours: np.ndarray) -> np.ndarray:
    """Return how busy hours since the epoch are, mean 1: flat, a forum steeper than our prior, or seven hours late."""
    if kind == "uniform":
        return np.ones(len(hours))
    profile = _AMERICA if kind == "us" else _FORUM
    return (profile / profile.mean())[hours_of_week(hours) % 24]


def chatter(kind: str, length: int, per_day: float, rng: np.random.Generator) -> np.ndarray:
    """Return counts [length] of ordinary chatter from `START`.

    uniform: Poisson, all hours alike. us, forum: Poisson on another clock. bursty: days gamma of shape 1, so that a
    day's count has variance mean + mean^2. threads: half of the posts begin a thread that brings one more on average,
    geometric in number, exponential of 6 h in time: as clustered as the bound allows, in another form.
    """
    hours = hour_of(START) + np.arange(length)
    if kind == "threads":
        counts = np.zeros(length, dtype=int)
        for hour in np.repeat(np.arange(length), rng.poisson(per_day / 48 * clock_of("forum", hours))):
            followers = hour + rng.exponential(6.0, rng.geometric(0.5) - 1).astype(int)
            np.add.at(counts, np.concatenate([[hour], followers[followers < length]]), 1)
        return counts
    rate = per_day / 24 * clock_of("forum" if kind == "bursty" else kind, hours)
    if kind == "bursty":
        rate = rate * rng.gamma(1.0, 1.0, length // 24 + 1).repeat(24)[:length]
    return rng.poisson(rate)


def slow_rumour(length: int, first_hour: int, rng: np.random.Generator) -> np.ndarray:
    """Return counts of a rumour like that of 2023: two posts, then R of 1.1-1.6 with a memory of 8-16 h.

    Only those that reach 30 posts in a fortnight are rumours; they stop at 400 posts.
    """
    busy = clock_of("forum", first_hour + np.arange(length))
    while True:
        offspring, tau = rng.uniform(1.1, 1.6), rng.uniform(8, 16)
        counts, excited = np.zeros(length, dtype=int), 0.0
        counts[0] = 2
        for t in range(length):
            if t and counts[:t].sum() < 400:
                mean = offspring * -np.expm1(-busy[t] / tau) * excited
                counts[t] = rng.poisson(rng.gamma(4, 0.25) * mean)
            excited = excited * np.exp(-busy[t] / tau) + counts[t]
        if counts[: 14 * 24].sum() >= 30:
            return counts
