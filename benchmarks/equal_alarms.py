"""Slow rumours at an equal number of false alarms: each method's threshold is set on quiet claims, then all are timed.

The quiet claims have the form of the chatter under the rumours (Poisson on a forum's hours, 180 days). The oracle knows
which posts are the rumour's and alarms at its fifth: what nobody can beat who asks for five voices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import sqrt

import numpy as np

from benchmarks.alarm_tables import Series, busy_of, delay_cell, delays_of, our_alarms
from benchmarks.rivals import AT
from earlywarning.alarm_state import AlarmSettings

FALSE_ALARMS = 0.25
"""In 30 days of a quiet claim."""
SEED = 20261123
Hits = list[list[int]]
Method = Callable[[Sequence[Series], float], Hits]


def our_watch(series: Sequence[Series], hours: float) -> Hits:
    """Return when our watch alarms at a threshold A."""
    settings = AlarmSettings(watch_hours=hours)
    return our_alarms(series, np.random.default_rng(SEED), settings=settings)["our watch"]


def _openings(series: Sequence[Series], hours: float) -> Hits:
    settings = AlarmSettings(watch_hours=hours)
    return our_alarms(series, np.random.default_rng(SEED), settings=settings, with_escalations=False)["our watch"]


def equal_alarm_cells(quiet: Sequence[Series], rumours: Sequence[Series]) -> Iterator[tuple[str, str]]:
    """Yield for each method its threshold and the delays at which it finds the rumours."""
    at = _threshold(_openings, quiet, 15.0, 500.0, steps=6)
    yield "our watch", f"{delay_cell(delays_of(rumours, our_watch(rumours, at)))} A={at:.0f}"
    for name, rival in AT.items():

        def hits(series: Sequence[Series], at: float, rival: Callable = rival) -> Hits:
            busy, found = busy_of(series), rival(at)
            return [found(one.counts, busy) for one in series]

        at = _threshold(hits, quiet, 0.5, 60.0, steps=8)
        yield name, f"{delay_cell(delays_of(rumours, hits(rumours, at)))} at {at:.1f}"
    yield "oracle, 5th post", delay_cell(np.array([_fifth(one) for one in rumours]))


def _threshold(method: Method, quiet: Sequence[Series], low: float, high: float, *, steps: int) -> float:
    """Return the lowest threshold found at which false alarms are no more than they may be."""
    days = sum(len(one.counts) for one in quiet) / 24
    for _ in range(steps):
        middle = sqrt(low * high)
        alarms = 30 / days * sum(map(len, method(quiet, middle)))
        low, high = (middle, high) if alarms > FALSE_ALARMS else (low, middle)
    return high


def _fifth(one: Series) -> float:
    return float(np.ceil(one.times[4]) + 1 - one.times[0]) if len(one.times) > 4 else np.inf
