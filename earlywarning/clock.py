"""The activity clock: how busy an hour is, by local hour of day and day of week, with mean 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hours = NDArray[np.int64]

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOURS_OF_WEEK = 168
# Our prior for a Swedish forum: slow nights, busy evenings. Kept flatter than a real night on purpose: a clock that
# runs too slow at night lets an ordinary night post look like news.
_NIGHT = (0.65, 0.45, 0.40, 0.40, 0.40, 0.45)
_MORNING = (0.55, 0.75, 0.90, 1.00, 1.10, 1.10)
_AFTERNOON = (1.10, 1.10, 1.10, 1.10, 1.15, 1.25)
_EVENING = (1.35, 1.55, 1.70, 1.70, 1.45, 1.00)
_HOUR_OF_DAY = _NIGHT + _MORNING + _AFTERNOON + _EVENING
_DAY_OF_WEEK = (1.04, 1.04, 1.04, 1.02, 0.96, 0.92, 0.98)
PRIOR_POSTS = 300.0
"""Posts that the prior counts as: a dozen in each hour of the day. Chosen on simulated chatter with another rhythm."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Posts learned from, by local hour of day [24] and by day of week [7] from Monday; the prior comes on top."""

    hour_posts: tuple[float, ...] = (0.0,) * 24
    day_posts: tuple[float, ...] = (0.0,) * 7


def learn(clock: Clock, hours: Hours, posts: Floats, *, keep: float = 1.0) -> Clock:
    """Return the clock after posts were counted in hours since the epoch; `keep` is the share of the old that stays.

    Give volumes of the sources as a whole, days late, and hours that were all seen: a rumour must not teach the clock
    its own rhythm.
    """
    week = hours_of_week(hours)
    hour_posts = keep * np.array(clock.hour_posts) + np.bincount(week % 24, weights=posts, minlength=24)
    day_posts = keep * np.array(clock.day_posts) + np.bincount(week // 24, weights=posts, minlength=7)
    return Clock(tuple(hour_posts.tolist()), tuple(day_posts.tolist()))


def profiles(hour_posts: Floats, day_posts: Floats) -> Floats:
    """Return the activity of the local week [n, 168], mean 1, of n clocks that learned [n, 24] and [n, 7] posts."""
    by_hour = _shrunk(np.atleast_2d(hour_posts), np.array(_HOUR_OF_DAY))
    by_day = _shrunk(np.atleast_2d(day_posts), np.array(_DAY_OF_WEEK))
    return np.asarray((by_day[:, :, None] * by_hour[:, None, :]).reshape(len(by_hour), HOURS_OF_WEEK))


def activity(clock: Clock, hours: Hours) -> Floats:
    """Return s_t for hours counted from 1970-01-01 00 UTC; a Swedish public holiday runs as a Sunday."""
    return np.asarray(profiles(np.array(clock.hour_posts), np.array(clock.day_posts))[0][hours_of_week(hours)])


def _shrunk(posts: Floats, prior: Floats) -> Floats:
    """Return the shares with mean 1 that the prior, worth `PRIOR_POSTS`, and the posts give together."""
    shares = PRIOR_POSTS * prior / prior.sum() + posts
    return np.asarray(shares / shares.mean(axis=1, keepdims=True))


def hours_of_week(hours: Hours) -> Hours:
    """Return the hour of the local week (0 is Monday 00-01 in Stockholm) of hours since the epoch.

    The hour that summer time repeats has the same number twice, the one that it skips never comes.
    """
    hours = np.asarray(hours, dtype=np.int64)
    if not hours.size:
        return hours
    days, place = np.unique(hours // 24, return_inverse=True)
    table = np.array([_local_day(int(day)) for day in days])
    return np.asarray(table[place, hours % 24], dtype=np.int64)


def hour_of(moment: datetime) -> int:
    """Return the number of the hour, counted from 1970-01-01 00 UTC, that an aware moment lies in."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without offset cannot be placed: {moment}")
    return int(moment.timestamp() // 3600)


def end_of(hour: int) -> datetime:
    """Return when an hour has ended (UTC): the first moment at which its count is known."""
    return datetime.fromtimestamp((hour + 1) * 3600, tz=UTC)


@lru_cache(maxsize=8192)
def _local_day(day: int) -> tuple[int, ...]:
    """Return the hours of the local week of the 24 UTC hours of a day since the epoch."""
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
    local = [(start + timedelta(hours=h)).astimezone(STOCKHOLM) for h in range(24)]
    return tuple(24 * (6 if is_public_holiday(at.date()) else at.weekday()) + at.hour for at in local)


def is_public_holiday(day: date) -> bool:
    """Return whether a day is a Swedish public holiday, or one of the eves that are kept as such."""
    return day in _swedish(day.year)


def is_working_day(day: date) -> bool:
    """Return whether letters are sorted and carried: Monday to Friday, no public holiday or eve."""
    return day.weekday() < 5 and not is_public_holiday(day)


@lru_cache(maxsize=64)
def _swedish(year: int) -> frozenset[date]:
    import holidays  # imported where it is needed: most passes need none of it

    found = holidays.country_holidays("SE", years=year, categories=("public", "de_facto"), include_sundays=False)
    return frozenset(found)
