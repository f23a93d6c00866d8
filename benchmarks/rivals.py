"""What others use on counts: EARS C1-C3, three sigma by hour and by day, NB-CUSUM, Poisson FOCuS.

Every rival takes hourly counts of one claim and how busy each hour is (mean 1), and returns the hours at whose end it
alarms. It sees nothing but the past. Within a day of an alarm it says nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

Rival = Callable[[np.ndarray, np.ndarray], list[int]]
DAY = 24
BASELINE_DAYS, LAG_DAYS = 56, 3
LEAST_PER_HOUR = 1 / 168


def ears(counts: np.ndarray, *, lag: int, is_c3: bool = False, threshold: float | None = None) -> list[int]:
    """Return alarms of EARS (Hutwagner et al. 2003): a day above the mean + 3 sd of seven days that ended `lag` ago.

    C1 has lag 0, C2 lag 2; C3 adds what three days of C2 lie above 1 sd, and alarms at 2. The sd is at least 0.2.
    threshold: instead of 3 sd, or of C3's 2.
    """
    days = _by_day(counts)
    score = np.zeros(len(days))
    for d in range(7 + lag, len(days)):
        before = days[d - 7 - lag : d - lag]
        score[d] = (days[d] - before.mean()) / max(before.std(ddof=1), 0.2)
    if is_c3:
        above = np.maximum(0.0, score - 1.0)
        hits = [d for d in range(9 + 2, len(days)) if above[d - 2 : d + 1].sum() > (threshold or 2.0)]
    else:
        hits = [d for d in range(7 + lag, len(days)) if score[d] > (threshold or 3.0)]
    return _apart(24 * d + 23 for d in hits)


def three_sigma(counts: np.ndarray, *, hours: int) -> list[int]:
    """Return alarms of mean + 3 sd over the last 28 days, on sums of so many hours."""
    sums = counts[: len(counts) // hours * hours].reshape(-1, hours).sum(axis=1)
    span = 28 * 24 // hours
    hits = [
        t
        for t in range(span, len(sums))
        if sums[t] and sums[t] > sums[t - span : t].mean() + 3 * sums[t - span : t].std()
    ]
    return _apart(hours * t + hours - 1 for t in hits)


def nb_cusum(counts: np.ndarray, busy: np.ndarray, *, threshold: float, factor: float = 2.0) -> list[int]:
    """Return alarms of the negative binomial CUSUM (Hoehle and Paul 2008) for a rate that is `factor` times as high.

    Mean and size by moments from the days before; after an alarm the sum starts at 0.
    """
    mean, size = _baseline(counts, busy)
    low = mean * busy
    high = factor * low
    step = counts * np.log(high * (low + size) / (low * (high + size))) + size * np.log((low + size) / (high + size))
    total, hits = 0.0, []
    for t, gain in enumerate(step.tolist()):
        total = max(0.0, total + gain)
        if total >= threshold and counts[t]:
            hits.append(t)
            total = 0.0
    return _apart(hits)


def poisson_focus(counts: np.ndarray, busy: np.ndarray, *, threshold: float) -> list[int]:
    """Return alarms of Poisson FOCuS (Ward, Dilillo, Eckley and Fearnhead 2023): the log-likelihood ratio of a higher
    rate, the highest over all rates and all hours in which it may have begun.

    The best beginning is always an hour with a post, so those alone are tried, of the last 28 days, without pruning.
    """
    mean, _ = _baseline(counts, busy)
    expected = np.concatenate([[0.0], np.cumsum(mean * busy)])
    posts = np.concatenate([[0.0], np.cumsum(counts)])
    at, begin, hits = np.flatnonzero(counts), 0, []
    for t in at.tolist():
        starts = at[(at >= max(begin, t - 28 * 24)) & (at <= t)]
        seen, held = posts[t + 1] - posts[starts], expected[t + 1] - expected[starts]
        if np.where(seen > held, seen * np.log(seen / held) - seen + held, 0.0).max() >= threshold:
            hits.append(t)
            begin = t + 1
    return _apart(hits)


RIVALS: dict[str, Rival] = {
    "EARS C1": lambda counts, busy: ears(counts, lag=0),
    "EARS C2": lambda counts, busy: ears(counts, lag=2),
    "EARS C3": lambda counts, busy: ears(counts, lag=2, is_c3=True),
    "3-sigma day": lambda counts, busy: three_sigma(counts, hours=24),
    "3-sigma hour": lambda counts, busy: three_sigma(counts, hours=1),
    "NB-CUSUM h=5": lambda counts, busy: nb_cusum(counts, busy, threshold=5.0),
    "NB-CUSUM h=8": lambda counts, busy: nb_cusum(counts, busy, threshold=8.0),
    "FOCuS 10": lambda counts, busy: poisson_focus(counts, busy, threshold=10.0),
}


AT: dict[str, Callable[[float], Rival]] = {
    "EARS C1": lambda sd: lambda counts, busy: ears(counts, lag=0, threshold=sd),
    "EARS C2": lambda sd: lambda counts, busy: ears(counts, lag=2, threshold=sd),
    "EARS C3": lambda at: lambda counts, busy: ears(counts, lag=2, is_c3=True, threshold=at),
    "NB-CUSUM": lambda h: lambda counts, busy: nb_cusum(counts, busy, threshold=h),
    "FOCuS": lambda at: lambda counts, busy: poisson_focus(counts, busy, threshold=at),
}
"""The rivals whose threshold can be set, so that they can be held to an equal number of false alarms."""


def _by_day(counts: np.ndarray) -> np.ndarray:
    return counts[: len(counts) // 24 * 24].reshape(-1, 24).sum(axis=1).astype(float)


def _baseline(counts: np.ndarray, busy: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the mean per busy hour [T] by the 56 days that ended three days before, and the size of an hour's count.

    The size is fitted once, on the first days: what a user would do when setting it up.
    """
    days, spent = _by_day(counts), _by_day(busy)
    mean = np.full(len(counts), LEAST_PER_HOUR)
    for d in range(1, len(counts) // 24 + 1):
        window = slice(max(0, d - LAG_DAYS - BASELINE_DAYS), max(0, d - LAG_DAYS))
        rate = (days[window].sum() + 0.5) / (spent[window].sum() + 48.0)
        mean[24 * d : 24 * d + 24] = max(rate, LEAST_PER_HOUR)
    first = days[: max(7, min(BASELINE_DAYS, len(days) // 2))]
    spread = first.var() - first.mean()
    size = first.mean() ** 2 / spread / 24 if spread > 0 else 10.0
    return mean, float(np.clip(size, 0.05, 10.0))


def _apart(hits: Iterable[int]) -> list[int]:
    """Return the alarms that are at least a day apart."""
    found: list[int] = []
    for hit in hits:
        if not found or hit - found[-1] >= DAY:
            found.append(int(hit))
    return found
