"""What the draws of a race say: shares with their intervals, leads, and what each answer would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from earlywarning.actions import ACTIONS
from earlywarning.growth import Particles

Floats = NDArray[np.float64]

INTERVAL = (0.1, 0.5, 0.9)
LEAD_SHARES = (0.10, 0.25, 0.50)


@dataclass(frozen=True, slots=True, kw_only=True)
class RacePoint:
    """Shares of a segment at an hour; each with its 80 % interval. Hours after `forecast_from` are forecasts."""

    at: datetime
    reach_low: float
    reach: float
    reach_high: float
    coverage_low: float
    coverage: float
    coverage_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """What one way to answer would give over the horizon: misinformed people-days, with 80 % interval."""

    action: str
    people_days_low: float
    people_days: float
    people_days_high: float
    saved_people_days_low: float
    saved_people_days: float
    saved_people_days_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Hours from the rumour reaching a share until the correction does (below 0: the correction was first)."""

    share: float
    low: float | None
    middle: float | None
    high: float | None
    """None when one of them does not get there within what was simulated."""


def lead(share: float, reached: Floats, covered: Floats) -> Lead:
    """Return the hours from reach [P, T] getting to a share until coverage does."""
    rumour, correction = _first(reached >= share), _first(covered >= share)
    both_never = np.isinf(rumour) & np.isinf(correction)
    with np.errstate(invalid="ignore"):
        hours = np.where(both_never, np.nan, correction - rumour)
    hours = hours[~np.isnan(hours)]
    if 2 * len(hours) < len(rumour):  # mostly neither gets there: no lead to speak of
        return Lead(share=share, low=None, middle=None, high=None)
    low, middle, high = (
        float(q) if np.isfinite(q) else None for q in np.quantile(hours, INTERVAL, method="inverted_cdf")
    )
    return Lead(share=share, low=low, middle=middle, high=high)


def _first(hit: NDArray[np.bool_]) -> Floats:
    return np.where(hit.any(axis=1), hit.argmax(axis=1).astype(np.float64), np.inf)


def points(
    moments: Sequence[datetime], reached: Floats, covered: Floats, *, first: int, step: int
) -> tuple[RacePoint, ...]:
    """Return reach and coverage [P, T] with their intervals, every so many hours."""
    places = range(first, len(moments), step)
    m, c = (np.quantile(share[:, places], INTERVAL, axis=0).T.tolist() for share in (reached, covered))
    return tuple(
        RacePoint(
            at=moments[place],
            reach_low=m[i][0],
            reach=m[i][1],
            reach_high=m[i][2],
            coverage_low=c[i][0],
            coverage=c[i][1],
            coverage_high=c[i][2],
        )
        for i, place in enumerate(places)
    )


def compare(ran: Floats, among: Floats, customer_count: int) -> tuple[Counterfactual, ...]:
    """Return the people-days under each of `ACTIONS`; ran: [A, P, H] reach, among: coverage of those reached."""
    days = customer_count * (ran * (1.0 - among)).sum(axis=2) / 24.0  # [A, P]
    total = np.quantile(days, INTERVAL, axis=1)
    saved = np.quantile(days[1] - days, INTERVAL, axis=1)
    return tuple(
        Counterfactual(
            action=action,
            people_days_low=float(total[0, a]),
            people_days=float(total[1, a]),
            people_days_high=float(total[2, a]),
            saved_people_days_low=float(saved[0, a]),
            saved_people_days=float(saved[1, a]),
            saved_people_days_high=float(saved[2, a]),
        )
        for a, action in enumerate(ACTIONS)
    )


def doubling(particles: Particles) -> float | None:
    """Return the activity hours in which the rumour doubles; None when it does not grow."""
    rate = float(np.median((particles.offspring - 1.0) / particles.tau))
    return float(np.log(2) / rate) if rate > 0 else None
