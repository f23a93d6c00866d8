"""How fast corrections arrive: PostNord's shares by working day, weekends, Christmas, and the other channels."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.channels import Letter, default_channels, parse_channels
from earlywarning.coverage import coverage, delivery_days, read_share
from earlywarning.errors import ChannelsError
from earlywarning.mailings import Mailing, Segment

FIBRE = Segment(segment="fibre", name="Fibervillor", customer_count=10_000)


def sent(text: str, channel: str = "letter_first", **changes) -> Mailing:
    fields = {
        "mailing_id": "m1",
        "segment": "fibre",
        "recipient_count": 10_000,
        "corrects": "c1",
        "sent_at": datetime.fromisoformat(text),
    }
    return Mailing(**{**fields, "channel": channel, **changes})


def share(mailing: Mailing, *hours: float) -> list[float]:
    return read_share(mailing, at=[mailing.sent_at + timedelta(hours=h) for h in hours]).tolist()


def letter(name: str = "letter_first") -> Letter:
    channel = default_channels()[name]
    assert isinstance(channel, Letter)
    return channel


@pytest.mark.parametrize(
    ("name", "days", "expected"),
    [
        ("letter_first", 2, 0.931),
        ("letter_first", 5, 1.0),
        ("letter_economy", 2, 0.30),
        ("letter_economy", 6, 1.0),
        ("letter_first_2026", 3, 0.85),
        ("letter_first_2026", 5, 0.97),
    ],
)
def test_letters_arrive_as_measured(name: str, days: int, expected: float) -> None:
    assert sum(letter(name).transit_days[:days]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "first_day"),
    [
        ("2023-10-09T09:00+02:00", date(2023, 10, 12)),  # Monday: printed Tuesday, Wednesday; arrives Thursday
        ("2023-10-09T18:00+02:00", date(2023, 10, 13)),  # after the last collection
        ("2023-10-12T09:00+02:00", date(2023, 10, 17)),  # Thursday: over the weekend
        ("2023-10-14T09:00+02:00", date(2023, 10, 19)),  # Saturday counts as Monday
        ("2023-12-21T10:00+01:00", date(2023, 12, 28)),  # Christmas: 22 and 27 print, 28 arrives
        ("2023-12-28T10:00+01:00", date(2024, 1, 3)),  # 29 December and 2 January print; eve and day are free
    ],
)
def test_letters_go_by_swedish_working_days(text: str, first_day: date) -> None:
    days = [day for day, _ in delivery_days(letter(), datetime.fromisoformat(text))]

    assert days[0] == first_day
    assert days == sorted(set(days))


def test_reading_lags_and_never_readers() -> None:
    monday = sent("2023-10-09T09:00+02:00")
    thursday_night, friday_night = share(monday, 3 * 24 + 15, 4 * 24 + 15)
    assert thursday_night == pytest.approx(0.8 * 0.45 * 0.75)
    assert friday_night == pytest.approx(0.8 * (0.45 * 0.90 + 0.481 * 0.75))
    assert share(monday, -1, 0, 71, 24 * 60) == pytest.approx([0, 0, 0, 0.8])


def test_other_channels() -> None:
    noon = "2023-10-09T12:00+02:00"
    assert share(sent(noon, "email"), 1, 6, 24, 168) == pytest.approx([0.45 * x for x in (0.27, 0.53, 0.78, 0.95)])
    assert share(sent(noon, "sms"), 2) == pytest.approx([0.85 * (1 - np.exp(-1))])
    assert share(sent(noon, "thread_post"), 20, 40) == pytest.approx([0.3, 0.45])
    with pytest.raises(ChannelsError, match="unknown channel 'pigeon'"):
        share(sent(noon, "pigeon"), 1)


def test_a_correction_covers_only_whom_it_goes_to() -> None:
    moment = [datetime.fromisoformat("2023-12-09T12:00+01:00")]
    other = Segment(segment="other", name="Andra", customer_count=90_000)
    mailings = [sent("2023-10-09T09:00+02:00")]
    assert coverage(FIBRE, mailings, at=moment, claim_id="c1")[0] == pytest.approx(0.8)
    assert coverage(other, mailings, at=moment, claim_id="c1")[0] == 0
    assert coverage(FIBRE, mailings, at=moment, claim_id="c2")[0] == 0
    half = sent("2023-10-09T09:00+02:00", recipient_count=5_000)
    assert coverage(FIBRE, [half, half], at=moment, claim_id="c1")[0] == pytest.approx(1 - 0.6**2)


@given(
    name=st.sampled_from(sorted(default_channels())),
    start=st.datetimes(datetime(2023, 1, 1), datetime(2027, 1, 1)),
    hours=st.lists(st.floats(-50, 1500), min_size=2, max_size=30),
)
@settings(max_examples=80, deadline=None)
def test_coverage_never_falls_and_stays_a_share(name: str, start: datetime, hours: list[float]) -> None:
    curve = share(sent(start.isoformat() + "+00:00", name), *sorted(hours))
    assert (np.diff(curve) >= -1e-12).all()
    assert min(curve) >= 0
    assert max(curve) <= 1


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[fax]\nhours = [0, 1]", "lacks 'read_share'"),
        ("[fax]\nhalf_life_hours = 0\nread_share = 0.5", "above 0"),
        ("[fax]\nhours = [0, 1]\nshares = [0.5, 0.1]\nread_share = 1", "rise together"),
        ("[fax]\ntransit_days=[0.9, 0.3]\nproduction_days=1\nreading_days=[1]\nread_share=1", "sum to at most 1"),
        ("fax = 3", "must be a table"),
        ("[fax", "not TOML"),
    ],
)
def test_impossible_channels_are_named(text: str, match: str) -> None:
    with pytest.raises(ChannelsError, match=match):
        parse_channels(text)
