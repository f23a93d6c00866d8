"""When complaints are above the ordinary: a count that the periods before it would hardly give, small counts too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from earlywarning.clock import is_working_day
from earlywarning.periods import Period, kind_of
from earlywarning.seasons import season_of, weekdays_of

WINDOW = {"day": 56, "week": 26, "month": 12, "quarter": 8, "year": 5, "other": 12}
"""Periods of the same kind that make the ordinary, the last ones before."""
LEAST = {"day": 14, "week": 4, "month": 3, "quarter": 3, "year": 3, "other": 4}
"""With fewer nothing is called above the ordinary."""
YEARS_BETWEEN = 4.0
"""An ordinary series is called above about once in so many years, whatever its period."""
MOST_CHANCE = 0.02
LEAST_COUNT = 3
"""Fewer complaints than these are no rise, however quiet it was before."""
CALM_WEIGHT = 4.0
"""So many periods' worth of belief that counts are Poisson: a handful of periods cannot show how uneven they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A period's complaints against what the periods before it make ordinary."""

    channel: str
    kind: str
    period: Period
    complaint_count: int
    usual: float | None
    """Expected; None when there are too few periods before."""
    highest_usual: int | None
    """The highest count that is still ordinary."""
    is_above: bool


def levels(counts: Iterable[tuple[str, Period, int]]) -> list[Level]:
    """Return the level of each (channel, period, count), oldest first; all topics must be one count.

    Periods are held against the last of their kind at the same channel, days against days of their sort (working or
    free) and by how busy their weekday is, all by how busy their season was in each of the years before. Periods that
    were above are left out of what is ordinary later, until a window of them has passed: then there is no ordinary, and
    the new height becomes it.
    """
    series: dict[tuple[str, str, bool], list[tuple[Period, int]]] = {}
    for channel, period, count in counts:
        kind = kind_of(period)
        is_free = kind == "day" and not is_working_day(period.start)
        series.setdefault((channel, kind, is_free), []).append((period, count))
    found = [level for key, rows in series.items() for level in _levels(key[0], key[1], sorted(rows))]
    return sorted(found, key=lambda level: (level.period, level.channel))


def _levels(channel: str, kind: str, rows: Sequence[tuple[Period, int]]) -> list[Level]:
    found: list[Level] = []
    past: list[tuple[Period, int, float]] = []  # what the season is told by: counts, and what was usual without it
    seasons: list[float] = []
    for period, count in rows:
        seasons.append(season_of(period, past))
        near = [
            (level, seasons[at])
            for at, level in enumerate(found)
            if at >= len(found) - WINDOW[kind]
            and level.period.end < period.start
            and not level.is_above
            and _is_near(level.period, period, kind)
        ]
        usual, highest = None, None
        if len(near) >= LEAST[kind]:
            busy = weekdays_of([(level.period, level.complaint_count) for level, _ in near]) if kind == "day" else {}

            def room(one: Period, season: float, busy: Mapping[int, float] = busy) -> float:
                return _days(one) * season * busy.get(one.start.weekday(), 1.0)

            before = [(level.complaint_count, room(level.period, season)) for level, season in near]
            usual, highest = _ordinary(before, room(period, seasons[-1]), _days(period))
            past.append((period, count, usual / seasons[-1]))
        found.append(
            Level(
                channel=channel,
                kind=kind,
                period=period,
                complaint_count=count,
                usual=usual,
                highest_usual=highest,
                is_above=highest is not None and count > highest,
            )
        )
    return found


def _ordinary(before: Sequence[tuple[int, float]], room: float, days: int) -> tuple[float, int]:
    """Return the expected count and the highest ordinary one of a period of so many days.

    before: counts, and the days in which they came, each worth as much as its season and its weekday are busy; `room`
    is that of the period. The rate has a Jeffreys prior: with Poisson counts the next one is negative binomial, of
    size 0.5 + all counts. Uneven counts widen it by their dispersion (Pearson's, drawn towards 1), as in Noufaily et
    al. 2013.
    """
    counts, rooms = (np.array(part, dtype=np.float64) for part in zip(*before, strict=True))
    total = rooms.sum()
    rate = (0.5 + counts.sum()) / total
    pearson = float((((counts - rate * rooms) ** 2) / (rate * rooms)).sum())
    spread = max(1.0, (pearson + CALM_WEIGHT) / (len(counts) - 1 + CALM_WEIGHT))
    mean = rate * room
    variance = spread * mean * (1.0 + room / total)
    size = mean**2 / (variance - mean)
    chance = min(MOST_CHANCE, days / (365.25 * YEARS_BETWEEN))
    return float(mean), max(LEAST_COUNT - 1, _quantile(chance, size, mean / (size + mean)))


def _quantile(chance: float, size: float, odds: float) -> int:
    """Return the least count that a negative binomial exceeds with at most a chance; its tail is a beta integral."""
    from scipy.special import betainc  # imported where it is needed: most passes need none of it

    high = 1
    while betainc(high + 1.0, size, odds) > chance:
        high *= 2
    low = high // 2 - 1 if high > 1 else -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if betainc(middle + 1.0, size, odds) > chance else (low, middle)
    return high


def _is_near(old: Period, new: Period, kind: str) -> bool:
    """Return whether a period is recent enough to say what is ordinary: within twice its window."""
    return (new.start - old.end).days <= 2 * WINDOW[kind] * _days(new)


def _days(period: Period) -> int:
    return (period.end - period.start).days + 1
