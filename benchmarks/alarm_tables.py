"""The alarm and its rivals on the same series: when each alarms, and the table rows with 95 % bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from benchmarks.rivals import RIVALS
from earlywarning.alarm_state import AlarmSettings
from earlywarning.backtest import backtest
from earlywarning.clock import Clock, activity
from earlywarning.matches import Match

OURS = ("our watch", "our warning")
SEED = 20261122
Alarms = dict[str, list[list[int]]]
"""By method: for each claim the hours (of the series) at whose end it alarmed."""


@dataclass(frozen=True, slots=True)
class Series:
    """Hourly counts of one claim, every post by an author of its own."""

    counts: np.ndarray
    first_hour: int
    """Since the epoch."""
    watched_from: int | None = 0
    """The hour from which we watch it; None: from its first post, with no history at all."""
    times: np.ndarray | None = None
    """Hours of the rumour's posts, in the series."""
    bursts: np.ndarray | None = None
    """Hours that a person has marked as a burst: alarms in them are not false."""


def alarms(series: Sequence[Series], rng: np.random.Generator, *, with_escalations: bool = True) -> Alarms:
    """Return when our alarm and every rival alarms; a rival sees the same hours, and nothing but the past.

    An alert that escalates is news of a rumour, but not one more false alarm.
    """
    found = our_alarms(series, rng, with_escalations=with_escalations)
    busy = busy_of(series)
    for name, rival in RIVALS.items():
        found[name] = [rival(one.counts, busy) for one in series]
    return found


def our_alarms(
    series: Sequence[Series],
    rng: np.random.Generator,
    *,
    with_escalations: bool = True,
    settings: AlarmSettings | None = None,
) -> Alarms:
    """Return when our watch and our warning alarm."""
    found: Alarms = {name: [[] for _ in series] for name in OURS}
    first, length = series[0].first_hour, len(series[0].counts)
    rows = [match for i, one in enumerate(series) for match in posts_of(one.counts, first, f"c{i}", rng)]
    start = None if series[0].watched_from is None else _moment(first + series[0].watched_from)
    for alert in backtest(rows, start=start, until=_moment(first + length), settings=settings).alerts:
        claim, hour = int(alert.claim_id[1:]), int(alert.raised_at.timestamp() // 3600) - first - 1
        if with_escalations or alert.change != "escalated":
            found["our watch"][claim].append(hour)
        if alert.severity != "watch":
            found["our warning"][claim].append(hour)
    return found


def busy_of(series: Sequence[Series]) -> np.ndarray:
    """Return how busy the hours of the series are, by the clock that every method is given."""
    return activity(Clock(), np.arange(series[0].first_hour, series[0].first_hour + len(series[0].counts)))


def posts_of(counts: np.ndarray, first_hour: int, claim: str, rng: np.random.Generator) -> list[Match]:
    """Return posts by different authors, at random moments of the hours that they are counted in."""
    hours = np.repeat(first_hour + np.arange(len(counts)), counts)
    seconds = np.sort(hours * 3600 + rng.random(len(hours)) * 3600)
    return [Match(claim, datetime.fromtimestamp(s, tz=UTC), f"{claim}-{i}") for i, s in enumerate(seconds.tolist())]


def false_alarm_cells(series: Sequence[Series], rng: np.random.Generator) -> dict[str, str]:
    """Return for each method the alarms in 30 days of a claim."""
    return _rates(series, alarms(series, rng, with_escalations=False))


def false_and_calm_alarm_cells(
    series: Sequence[Series], rng: np.random.Generator
) -> tuple[dict[str, str], dict[str, str]]:
    """Return for each method the alarms in 30 days of a claim: in all hours, and outside the marked bursts."""
    found = alarms(series, rng, with_escalations=False)
    marked = [np.zeros(len(one.counts), dtype=bool) if one.bursts is None else one.bursts for one in series]
    outside = {
        name: [[hit for hit in hits if not bursts[hit]] for hits, bursts in zip(each, marked, strict=True)]
        for name, each in found.items()
    }
    return _rates(series, found), _rates(
        series, outside, days=float(np.mean([(~bursts).sum() for bursts in marked])) / 24
    )


def _rates(series: Sequence[Series], found: Alarms, *, days: float | None = None) -> dict[str, str]:
    days = len(series[0].counts) / 24 if days is None else days
    return {
        name: with_interval(30 / days * np.array([len(hits) for hits in each], dtype=float), np.mean, "{:.2f}")
        for name, each in found.items()
    }


def rumour_cells(series: Sequence[Series], rng: np.random.Generator) -> dict[str, str]:
    """Return for each method how many of the rumours it finds before their last post, after how long, how far gone."""
    return {name: _found(series, each) for name, each in alarms(series, rng).items()}


def delay_cells(series: Sequence[Series], rng: np.random.Generator) -> dict[str, str]:
    """Return for each method median and 90 % point of the hours from the rumour's first post to the alarm."""
    return {name: delay_cell(delays_of(series, each)) for name, each in alarms(series, rng).items()}


def delays_of(series: Sequence[Series], found: Sequence[Sequence[int]]) -> np.ndarray:
    """Return hours from each rumour's first post to the first alarm after it; inf for none."""
    return np.array([_delay(one, hits, np.inf) for one, hits in zip(series, found, strict=True)])


def delay_cell(hours: np.ndarray) -> str:
    """Return median and 90 % point with intervals."""
    late = with_interval(hours, lambda drawn: float(np.quantile(drawn, 0.9, method="nearest")), "{:.0f}")
    return f"{with_interval(hours, np.median, '{:.0f}')} p90 {late}"


def print_table(title: str, columns: Sequence[str], cells: Sequence[dict[str, str]]) -> None:
    """Print one table: a row for each method, a column for each world."""
    print(f"\n{title}\n{'':<16}" + "".join(f"{column:>36}" for column in columns))
    for name in cells[0]:
        print(f"{name:<16}" + "".join(f"{cell[name]:>36}" for cell in cells), flush=True)


def _found(series: Sequence[Series], each: Sequence[Sequence[int]]) -> str:
    ends = [np.ceil(one.times[-1]) + 1 for one in series]
    hours = np.array([_delay(one, hits, end) for one, hits, end in zip(series, each, ends, strict=True)])
    is_found = np.isfinite(hours)
    share = with_interval(is_found.astype(float), np.mean, "{:.0%}")
    if not is_found.any():
        return share
    out = [
        (one.times <= one.times[0] + delay).mean() for one, delay in zip(series, hours, strict=True) if delay < np.inf
    ]
    return f"{share} {np.median(hours[is_found]):.1f} h {np.median(out):.0%}"


def _delay(one: Series, hits: Sequence[int], end: float) -> float:
    """Return hours from the first post of the rumour to the first alarm between it and `end`."""
    return next((hit + 1 - one.times[0] for hit in hits if one.times[0] < hit + 1 <= end), np.inf)


def with_interval(values: np.ndarray, statistic: Callable[[np.ndarray], float], form: str, draws: int = 400) -> str:
    """Return a statistic and its 95 % bootstrap interval."""
    rng = np.random.default_rng(SEED)
    drawn = [statistic(values[rng.integers(len(values), size=len(values))]) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return f"{form.format(statistic(values))} ({form.format(low)}-{form.format(high)})"


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, tz=UTC)
