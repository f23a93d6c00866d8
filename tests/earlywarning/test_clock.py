"""The activity clock: mean one, local hours through summer time, holidays as Sundays, slow to learn."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from earlywarning.clock import (
    Clock,
    activity,
    end_of,
    hour_of,
    hours_of_week,
    is_public_holiday,
    is_working_day,
    learn,
    profiles,
)


def local_hour(text: str) -> int:
    return int(hours_of_week(np.array([hour_of(datetime.fromisoformat(text))]))[0])


def test_the_profile_has_mean_one_and_an_evening_peak() -> None:
    week = profiles(np.zeros(24), np.zeros(7))[0]
    assert week.mean() == pytest.approx(1)
    assert 19 <= int(week[:24].argmax()) <= 21
    assert week.min() > 0.3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-10-02T00:30:00+02:00", 0),  # Monday
        ("2023-10-29T02:30:00+02:00", 6 * 24 + 2),  # the hour that autumn repeats, first
        ("2023-10-29T02:30:00+01:00", 6 * 24 + 2),  # and second
        ("2023-10-29T03:30:00+01:00", 6 * 24 + 3),
        ("2024-03-31T01:30:00+01:00", 6 * 24 + 1),
        ("2024-03-31T03:30:00+02:00", 6 * 24 + 3),  # 02 was skipped
        ("2023-12-26T20:15:00+01:00", 6 * 24 + 20),  # a Tuesday, kept as a Sunday
        ("2023-12-31T23:30:00Z", 6 * 24),  # already New Year's Day in Stockholm
    ],
)
def test_hours_are_those_of_stockholm(text: str, expected: int) -> None:
    assert local_hour(text) == expected


def test_summer_time_loses_and_gives_back_one_hour() -> None:
    spring = np.arange(hour_of(datetime(2024, 3, 30, 23, tzinfo=UTC)), hour_of(datetime(2024, 3, 31, 22, tzinfo=UTC)))
    assert len(spring) == 23
    assert sorted(set(hours_of_week(spring) % 24)) == [h for h in range(24) if h != 2]


def test_the_prior_gives_way_slowly_to_what_is_counted() -> None:
    hours = hour_of(datetime(2023, 10, 2, tzinfo=UTC)) + np.arange(24 * 28)
    nightly = (hours_of_week(hours) % 24 == 3).astype(float)
    little, much = learn(Clock(), hours, nightly), learn(Clock(), hours, 500 * nightly)
    prior, few, many = (activity(clock, hours)[nightly > 0].mean() for clock in (Clock(), little, much))
    assert prior < few < 3
    assert many > 15
    assert np.allclose(profiles(np.array(much.hour_posts), np.array(much.day_posts)).mean(), 1)
    assert activity(learn(much, hours, 0 * nightly, keep=0.0), hours) == pytest.approx(activity(Clock(), hours))


def test_swedish_days() -> None:
    assert is_public_holiday(date(2023, 12, 25))
    assert is_public_holiday(date(2024, 6, 21))  # Midsummer Eve
    assert not is_public_holiday(date(2023, 10, 1))  # an ordinary Sunday is a Sunday, no holiday
    assert not is_working_day(date(2023, 10, 1))
    assert is_working_day(date(2023, 10, 2))


def test_an_hour_ends_when_the_next_begins() -> None:
    hour = hour_of(datetime(2023, 10, 5, 17, 59, 59, tzinfo=UTC))
    assert end_of(hour) == datetime(2023, 10, 5, 18, tzinfo=UTC)
    with pytest.raises(ValueError, match="without offset"):
        hour_of(datetime(2023, 10, 5))
