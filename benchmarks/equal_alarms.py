"""Slow rumours at an equal number of false alarms: each method's threshold is set on quiet claims, then all are timed.

The quiet claims have the form of the chatter under the rumours (Poisson on a forum's hours, 180 days). The oracle knows
which posts are the rumour's and alarms at its fifth. Our alert stands for a week and is not told again in it, so one
that chatter opened hides a rumour that begins the day after; "our bets" are the same detector with what the rivals
have: it alarms anew after a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import sqrt

import numpy as np

from benchmarks.alarm_tables import Series, busy_of, delay_cell, delays_of, our_alarms
from benchmarks.rivals import AT, DAY
from earlywarning.alarm import advance
from earlywarning.alarm_state import AlarmSettings, AlarmState

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


def our_bets(series: Sequence[Series], hours: float) -> Hits:
    """Return when the bets of our watch cross a threshold A, a day apart, on the clock that the rivals are given."""
    counts = np.stack([one.counts for one in series], axis=1)
    past = np.concatenate([np.zeros((1, len(series)), dtype=np.int64), np.cumsum(counts, axis=0)])
    ends = np.arange(1, len(past))
    authors = np.stack([past[1:] - past[np.maximum(0, ends - 24 * days)] for days in (2, 7)], axis=2)
    _, crossings = advance(
        [AlarmState()] * len(series),
        hours=series[0].first_hour + ends - 1,
        activity=busy_of(series),
        counts=counts,
        authors=authors,
        settings=AlarmSettings(watch_hours=hours),
    )
    found: Hits = [[] for _ in series]
    for crossing in crossings:
        hits, hour = found[crossing.index], crossing.hour - series[0].first_hour
        if crossing.level == "watch" and (not hits or hour - hits[-1] >= DAY):
            hits.append(hour)
    return found


def equal_alarm_cells(quiet: Sequence[Series], rumours: Sequence[Series]) -> Iterator[tuple[str, str]]:
    """Yield for each method its threshold and the delays at which it finds the rumours."""
    at = _threshold(_openings, quiet, 15.0, 500.0, steps=6)
    yield "our watch", f"{delay_cell(delays_of(rumours, our_watch(rumours, at)))} A={at:.0f}"
    at = _threshold(our_bets, quiet, 15.0, 500.0, steps=6)
    yield "our bets", f"{delay_cell(delays_of(rumours, our_bets(rumours, at)))} A={at:.0f}"
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
