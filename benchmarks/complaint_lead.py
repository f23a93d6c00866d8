"""How long the alarm comes before the complaints: simulated complaints about simulated slow rumours.

All of it is assumed: 150 people see a post, one in 2,000 of them complains to the authority, after 7 days on average
(gamma of shape 2), upon one complaint a week that has nothing to do with the rumour. The company sees a spike on the
first day whose week has more complaints than 99 of 100 ordinary weeks. Rumours that give no spike are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import poisson

from benchmarks.alarm_tables import Series, alarms, delays_of, with_interval

SEEN_BY, COMPLAINS, MEAN_DAYS, USUAL_A_DAY = 150, 1 / 2000, 7.0, 1 / 7
WEEK = 7


def spike_hours(one: Series, rng: np.random.Generator) -> float:
    """Return hours from the rumour's first post until a spike of complaints is seen; inf for none."""
    begin, days = one.times[0], 28
    caused = rng.poisson(SEEN_BY * COMPLAINS, len(one.times))
    late = np.repeat(one.times - begin, caused) + 24 * rng.gamma(2.0, MEAN_DAYS / 2, caused.sum())
    usual = rng.poisson(USUAL_A_DAY, days + WEEK)
    a_day = usual + np.bincount(WEEK + (late // 24).astype(int), minlength=days + WEEK)[: days + WEEK]
    weeks = np.convolve(a_day, np.ones(WEEK))[WEEK : days + WEEK]
    above = np.flatnonzero(weeks > poisson.ppf(0.99, WEEK * USUAL_A_DAY))
    return 24.0 * (above[0] + 1) if len(above) else np.inf


def lead_cells(series: Sequence[Series], rng: np.random.Generator) -> dict[str, str]:
    """Return for each method the days by which its alarm comes before the spike; no alarm counts as none."""
    spikes = np.array([spike_hours(one, rng) for one in series])
    seen = np.isfinite(spikes)
    return {
        name: f"{_days(spikes[seen] - delays_of(series, each)[seen], np.median)} of {seen.sum()}"
        for name, each in alarms(series, rng).items()
    }


def _days(hours: np.ndarray, statistic: Callable[[np.ndarray], float]) -> str:
    return with_interval(np.maximum(hours, 0.0) / 24, statistic, "{:.1f}")
