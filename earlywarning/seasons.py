"""How much busier than the periods around it a season or a weekday is, year after year or week after week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from earlywarning.periods import Period

YEARS = (1, 2, 3)
LEAST_YEARS = 2
"""A season is what was busy in each of the last years: one year alone may have been a rumour's."""
YEAR_DAYS = 365.25
NEAR_DAYS = 10.0
"""A season does not come on the same day each year."""
SEASON_BELIEF, WEEKDAY_BELIEF = 1.0, 4.0
"""So many complaints' worth of belief that a season, or a weekday, is as any other."""
MOST = 10.0


def season_of(period: Period, past: Sequence[tuple[Period, int, float]]) -> float:
    """Return how many times the usual a period has always been, at least 1; past: (period, count, usual) before it.

    Of each year the busiest period about the same day tells, and of the years the calmest that is known; with fewer
    than two of them it is 1.
    """
    found = []
    for years in YEARS:
        at, reach = _middle(period) - timedelta(days=years * YEAR_DAYS), _length(period) / 2 + NEAR_DAYS
        same = [
            (SEASON_BELIEF + count) / (SEASON_BELIEF + usual)
            for one, count, usual in past
            if abs((_middle(one) - at).days) <= reach
        ]
        found += [max(same)] if same else []
    return min(MOST, max(1.0, min(found))) if len(found) >= LEAST_YEARS else 1.0


def weekdays_of(days: Iterable[tuple[Period, int]]) -> dict[int, float]:
    """Return how busy each weekday (0 is Monday) is against all of them, from counts of single days."""
    known = [(one.start.weekday(), count) for one, count in days]
    mean = sum(count for _, count in known) / max(1, len(known))
    found = {}
    for weekday in {weekday for weekday, _ in known}:
        mine = [count for other, count in known if other == weekday]
        found[weekday] = (WEEKDAY_BELIEF + sum(mine)) / (WEEKDAY_BELIEF + mean * len(mine))
    return found


def _middle(period: Period) -> date:
    return period.start + (period.end - period.start) / 2


def _length(period: Period) -> int:
    return (period.end - period.start).days + 1
