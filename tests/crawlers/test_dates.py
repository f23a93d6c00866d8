"""The grammar of forum dates: what it reads, what it refuses, and what it never does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import SKEW, UnreadableDateError, from_timestamp, has_form, may_be_in, parse

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SUNDAY = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
"""15:00 in Stockholm."""

READ = [
    ("Idag, 14:03", "2026-11-22T14:03:00+01:00"),
    ("Idag kl. 14.03", "2026-11-22T14:03:00+01:00"),
    ("i dag 14:03:59", "2026-11-22T14:03:59+01:00"),
    ("Today, 2:59 PM", "2026-11-22T14:59:00+01:00"),
    ("Idag, 15:04", "2026-11-22T15:04:00+01:00"),
    ("Igår, 14:03", "2026-11-21T14:03:00+01:00"),
    ("Ig\u00e5r\u00a0kl 14:03", "2026-11-21T14:03:00+01:00"),
    ("i g\u00e5r kl. 09.12", "2026-11-21T09:12:00+01:00"),
    ("Yesterday at 11:59 PM", "2026-11-21T23:59:00+01:00"),
    ("I förrgår", "2026-11-20T00:00:00+01:00"),
    ("i forgårs kl. 08:00", "2026-11-20T08:00:00+01:00"),
    ("I tisdags 14:03", "2026-11-17T14:03:00+01:00"),
    ("i söndags 16:00", "2026-11-15T16:00:00+01:00"),
    ("Tuesday at 2:03 PM", "2026-11-17T14:03:00+01:00"),
    ("mandag kl. 14.03", "2026-11-16T14:03:00+01:00"),
    ("lørdag 10:00", "2026-11-21T10:00:00+01:00"),
    ("2026-11-21, 09:12", "2026-11-21T09:12:00+01:00"),
    ("2026-06-21 09:12", "2026-06-21T09:12:00+02:00"),
    ("2026-11-21T09:12:33", "2026-11-21T09:12:33+01:00"),
    ("2026-11-21T09:12:33+0200", "2026-11-21T09:12:33+02:00"),
    ("2026-11-21T09:12:33.5Z", "2026-11-21T09:12:33.500000+00:00"),
    ("12 maj", "2026-05-12T00:00:00+02:00"),
    ("12 dec", "2025-12-12T00:00:00+01:00"),
    ("22 nov 15:30", "2025-11-22T15:30:00+01:00"),
    ("29 feb", "2024-02-29T00:00:00+01:00"),
    ("Tor 12 nov 2026", "2026-11-12T00:00:00+01:00"),
    ("torsdag, 12 november 2026 kl 23:59", "2026-11-12T23:59:00+01:00"),
    ("Tor 12 nov", "2026-11-12T00:00:00+01:00"),
    ("den 12 maj 2026 14:03", "2026-05-12T14:03:00+02:00"),
    ("24. oktober 2026 11:12", "2026-10-24T11:12:00+02:00"),
    ("12. mai 2026", "2026-05-12T00:00:00+02:00"),
    ("12.5.2026 kl. 14.03", "2026-05-12T14:03:00+02:00"),
    ("12/5 2026", "2026-05-12T00:00:00+02:00"),
    ("Nov 12, 2026 at 2:03 PM", "2026-11-12T14:03:00+01:00"),
    ("Oct. 29, 2026, 12:39 a.m.", "2026-10-29T00:39:00+01:00"),
    ("Oct. 29, 2026, noon", "2026-10-29T12:00:00+01:00"),
    ("Nov. 1, 2026, 8 a.m.", "2026-11-01T08:00:00+01:00"),
    ("Nyss", "2026-11-22T15:00:00+01:00"),
    ("för 5 minuter sedan", "2026-11-22T14:55:00+01:00"),
    ("5 min", "2026-11-22T14:55:00+01:00"),
    ("för en timme sedan", "2026-11-22T14:00:00+01:00"),
    ("an hour ago", "2026-11-22T14:00:00+01:00"),
    ("2h", "2026-11-22T13:00:00+01:00"),
    ("for 3 timer siden", "2026-11-22T12:00:00+01:00"),
    ("3 dagar sedan", "2026-11-19T15:00:00+01:00"),
]
REFUSED = [
    "",
    "maj",
    "12:03",
    "2026",
    "2026-13-01",
    "2026-11-31, 09:12",
    "31 juni",
    "11/12/2026",
    "11-12-2026 09:12",
    "12 nov 26",
    "Idag 14",
    "Idag, 25:00",
    "Idag, 13:00 PM",
    "Idag, 15:06",
    "Fre 12 nov 2026",
    "Fre 12 nov",
    "på tisdag 14:03",
    "imorgon 14:03",
    "5 månader sedan",
    "för länge sedan",
    "om 5 minuter",
    "en timme",
    "9999 veckor sedan kl 12:00",
    "Postad: 2026-11-21",
    "Senast redigerad av anna 2026-11-21",
    "29 mars 2026 02:30",
    "٢٠٢٦-١١-٢١",
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_reads(text: str, expected: str) -> None:
    assert parse(text, anchor=SUNDAY, zone=STOCKHOLM).isoformat() == expected


@pytest.mark.parametrize("text", [text for text, _ in READ])
def test_a_date_is_of_a_form_and_of_words_that_dates_have(text: str) -> None:
    assert has_form(text)
    assert all(may_be_in(word) for word in text.split())


@pytest.mark.parametrize("text", ["Anna", "2 gånger", "version 12.3.4.5", "", "maj och juni"])
def test_other_words_have_no_form_of_a_date(text: str) -> None:
    assert not has_form(text)


@pytest.mark.parametrize("text", REFUSED)
def test_refuses(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        parse(text, anchor=SUNDAY, zone=STOCKHOLM)


def test_days_turn_at_the_forums_midnight_and_not_at_ours() -> None:
    anchor = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert parse("Idag, 00:10", anchor=anchor, zone=STOCKHOLM).day == 22
    assert parse("Igår, 23:50", anchor=anchor, zone=STOCKHOLM).day == 21


def test_elapsed_time_is_counted_across_a_change_of_clocks() -> None:
    anchor = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # 03:30, an hour after 02:30 came a second time
    assert parse("för 3 timmar sedan", anchor=anchor, zone=STOCKHOLM).isoformat() == "2026-10-25T01:30:00+02:00"


def test_the_repeated_hour_reads_as_its_first_time_and_the_skipped_one_as_nothing() -> None:
    anchor = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert parse("Idag, 02:30", anchor=anchor, zone=STOCKHOLM).isoformat() == "2026-10-25T02:30:00+02:00"
    spring = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    with pytest.raises(UnreadableDateError, match="skipped"):
        parse("Idag, 02:30", anchor=spring, zone=STOCKHOLM)


def test_a_day_starts_at_its_first_moment_where_spring_skips_midnight() -> None:
    santiago = ZoneInfo("America/Santiago")
    found = parse("2026-09-06", anchor=datetime(2026, 9, 7, tzinfo=UTC), zone=santiago)
    assert found.isoformat() == "2026-09-06T01:00:00-03:00"


def test_an_anchor_without_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse("nyss", anchor=datetime(2026, 11, 22, 12, 0), zone=STOCKHOLM)


@pytest.mark.parametrize("value", ["1763712753", 1763712753, "1763712753000"])
def test_timestamps_in_seconds_and_milliseconds(value: str | int) -> None:
    assert from_timestamp(value, zone=STOCKHOLM).isoformat() == "2025-11-21T09:12:33+01:00"


@pytest.mark.parametrize("value", ["", "Invalid Date", "nan", "inf", "1e400", "-1e30"])
def test_timestamps_that_are_none(value: str) -> None:
    with pytest.raises(UnreadableDateError):
        from_timestamp(value, zone=STOCKHOLM)


ANCHORS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["Europe/Stockholm", "Europe/London", "UTC", "America/Santiago", "Pacific/Kiritimati"])
DAYS = st.sampled_from(
    ["idag", "Igår", "i förrgår", "i tisdags", "Monday", "29 feb", "31 dec", "1 jan", "Tor 12 nov", "March 29"]
)
CLOCKS = st.one_of(
    st.just(""), st.tuples(st.integers(0, 24), st.integers(0, 60)).map(lambda t: f" kl {t[0]:02d}:{t[1]:02d}")
)
AGO = st.tuples(st.integers(0, 9999), st.sampled_from(["min", "timmar sedan", "days ago", "uger siden"])).map(
    lambda t: f"{t[0]} {t[1]}"
)


@given(text=st.one_of(st.tuples(DAYS, CLOCKS).map("".join), AGO), anchor=ANCHORS, zone=ZONES.map(ZoneInfo))
def test_a_relative_date_is_aware_and_never_after_the_anchor(text: str, anchor: datetime, zone: ZoneInfo) -> None:
    try:
        found = parse(text, anchor=anchor, zone=zone)
    except UnreadableDateError:
        return
    assert found.tzinfo is not None
    assert found.astimezone(UTC) <= anchor + SKEW


@given(text=st.text(max_size=40), anchor=ANCHORS)
def test_any_text_is_read_or_refused(text: str, anchor: datetime) -> None:
    try:
        found = parse(text, anchor=anchor, zone=STOCKHOLM)
    except UnreadableDateError:
        return
    assert found.utcoffset() is not None


@given(anchor=ANCHORS, ago=st.timedeltas(timedelta(), timedelta(days=360)))
def test_a_date_written_without_year_comes_back(anchor: datetime, ago: timedelta) -> None:
    meant = (anchor - ago).astimezone(STOCKHOLM).replace(second=0, microsecond=0)
    names = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    if meant.fold:
        return
    text = f"{meant.day} {names[meant.month - 1]} {meant:%H:%M}"
    assert parse(text, anchor=anchor, zone=STOCKHOLM) == meant
