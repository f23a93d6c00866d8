"""Complaint counts: any table a company hands out, any period, and when a count is above the ordinary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.clock import is_working_day
from earlywarning.complaints import read_complaints
from earlywarning.errors import PeriodError, TableError
from earlywarning.levels import levels
from earlywarning.periods import Period, kind_of, parse_count, parse_period, parse_time

PERIODS = [
    ("2023-10-05", "2023-10-05", "2023-10-05"),
    ("2023-10-05 00:00:00", "2023-10-05", "2023-10-05"),
    ("20231005", "2023-10-05", "2023-10-05"),
    ("5 okt 2023", "2023-10-05", "2023-10-05"),
    ("5:e oktober 2023", "2023-10-05", "2023-10-05"),
    ("5/10 2023", "2023-10-05", "2023-10-05"),
    ("25/10/2023", "2023-10-25", "2023-10-25"),
    ("2023 v. 41", "2023-10-09", "2023-10-15"),
    ("v.41 2023", "2023-10-09", "2023-10-15"),
    ("Vecka 7, 2024", "2024-02-12", "2024-02-18"),
    ("2023-W41", "2023-10-09", "2023-10-15"),
    ("2020 v 53", "2020-12-28", "2021-01-03"),
    ("2023-10", "2023-10-01", "2023-10-31"),
    ("okt-23", "2023-10-01", "2023-10-31"),
    ("FEBRUARI 2024", "2024-02-01", "2024-02-29"),
    ("2023 maj", "2023-05-01", "2023-05-31"),
    ("2023-Q4", "2023-10-01", "2023-12-31"),
    ("kvartal 4 2023", "2023-10-01", "2023-12-31"),
    ("4:e kvartalet 2023", "2023-10-01", "2023-12-31"),
    ("Kv 1 -24", "2024-01-01", "2024-03-31"),
    ("halvår 2 2023", "2023-07-01", "2023-12-31"),
    ("2023", "2023-01-01", "2023-12-31"),
    ("2023-10-02 – 2023-10-08", "2023-10-02", "2023-10-08"),
    ("2023-10-02/2023-10-08", "2023-10-02", "2023-10-08"),
    ("2 okt 2023 till 8 okt 2023", "2023-10-02", "2023-10-08"),
]


@pytest.mark.parametrize(("text", "start", "end"), PERIODS)
def test_periods_as_swedes_write_them(text: str, start: str, end: str) -> None:
    assert parse_period(text) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "text",
    ["", "v. 41", "2023 v 53", "2023-13", "31 feb 2023", "05/10/2023", "kvartal 5 2023", "ma 2023", "1823-10", "hej"],
)
def test_what_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
@settings(max_examples=50, deadline=None)
def test_every_day_is_in_its_week_month_and_quarter_however_it_is_written(day: date) -> None:
    year, week, _ = day.isocalendar()
    for text in (f"{year} v. {week}", f"v{week} {year}", f"{year}-W{week:02d}"):
        if 1990 <= year <= 2100 and parse_period(f"{day:%Y-%m-%d}"):
            try:
                found = parse_period(text)
            except PeriodError:  # a week that reaches out of the years that are taken
                continue
            assert found.start <= day <= found.end
            assert kind_of(found) == "week"
    month = parse_period(f"{day:%Y-%m}")
    assert month.start <= day <= month.end
    assert kind_of(month) == "month"
    quarter = parse_period(f"kvartal {(day.month + 2) // 3} {day.year}")
    assert quarter.start <= day <= quarter.end
    assert kind_of(quarter) == "quarter"


@pytest.mark.parametrize(("text", "count"), [("12", 12), ("1 234", 1234), ("1\u00a0234", 1234), ("12,0", 12)])
def test_counts(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["", "-3", "12,5", "1.234", "1.000", "1e3", "många", "=1+1"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "at", "has_hour"),
    [
        ("2023-10-05T14:30+02:00", "2023-10-05T12:30", True),
        ("2023-10-05 kl 9.05", "2023-10-05T07:05", True),
        ("5 okt 2023 14:30", "2023-10-05T12:30", True),
        ("2023-12-05 14:30", "2023-12-05T13:30", True),
        ("2023-10-05", "2023-10-04T22:00", False),
        ("2023-10-05T12:00:00Z", "2023-10-05T12:00", True),
    ],
)
def test_times_are_swedish_unless_they_say_otherwise(text: str, at: str, has_hour: bool) -> None:
    assert parse_time(text) == (datetime.fromisoformat(at).replace(tzinfo=UTC), has_hour)


TABLES = {
    "ours": b"channel,period_start,period_end,complaint_count,topic\nko,2023-10-02,2023-10-08,4,\n",
    "excel": "\ufeffKanal;Period;Antal ärenden\r\nKO;2023 v. 40;4\r\n".encode(),
    "old excel": "Myndighet;Datum från;Från;Till;Antal\r\nKonsumentombudsmannen;;2023-10-02;2023-10-08;4\r\n".encode(
        "cp1252"
    ),
    "wide": "Vecka;KO;ARN;Kundtjänst\n2023 v. 40;4;;\nSumma;4;;\n".encode("cp1252"),
    "year beside": "År\tVecka\tInstans\tAntal\n2023\t40\tKO\t4\n".encode("utf-16"),
    "week number": b"sep=;\nvecka;kanal;antal\n2023-40;ko;4,0\n\nK\xe4lla: Konsumentverket;;\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_the_same_in_any_dress(name: str) -> None:
    found = read_complaints(TABLES[name], name=name)
    assert not found.faults
    assert [(c.channel, c.period, c.complaint_count, c.topic) for c in found.counts] == [
        ("ko", Period(date(2023, 10, 2), date(2023, 10, 8)), 4, None)
    ]


def test_bad_lines_are_named_and_the_others_kept() -> None:
    text = "kanal;period;antal\nko;2023-10;4\nko;oktober;5\nbrev;2023-10;1\nko;2023-11;x\nko;2023-10;5\nko;2023-10;4\n"
    found = read_complaints(text.encode(), name="f")
    assert [c.complaint_count for c in found.counts] == [4]
    assert [fault.line for fault in found.faults] == [3, 4, 5, 6]
    assert "line 2 has another count" in found.faults[-1].reason


@pytest.mark.parametrize(
    "data", [b"", b"a;b\n1;2\n", b"kanal;antal\nko;1\n", b"period;antal\n2023-10;3\n", b"\x00\xff\x00"]
)
def test_what_is_no_table_of_complaints_is_refused(data: bytes) -> None:
    with pytest.raises(TableError):
        read_complaints(data, name="f")
    assert read_complaints(b"period;antal\n2023-10;3\n", name="f", channel="arn").counts[0].channel == "arn"


def weeks(counts, channel: str = "ko"):
    first = date(2015, 1, 5)
    return [
        (channel, Period(first + timedelta(weeks=i), first + timedelta(weeks=i, days=6)), int(count))
        for i, count in enumerate(counts)
    ]


def above(counts) -> list[int]:
    return [i for i, level in enumerate(levels(weeks(counts))) if level.is_above]


def test_small_counts_are_not_a_rise_and_a_rise_is_found() -> None:
    assert above([0, 1, 0, 0, 1, 0, 2, 1]) == []
    assert above([1, 0, 1, 1, 0, 1, 1, 2, 4, 9, 11, 8, 6, 4, 2]) == [9, 10, 11]
    assert above([0] * 20 + [2]) == []
    assert above([9, 9, 9]) == []


def test_a_level_that_stays_becomes_the_ordinary() -> None:
    found = above([2, 3, 1, 2, 2, 3] * 4 + [20] * 60)
    assert found[0] == 24
    assert found[-1] < 24 + 30


@pytest.mark.parametrize(("mean", "size"), [(0.3, None), (2.0, None), (20.0, None), (5.0, 2.0)])
def test_an_ordinary_series_is_seldom_above(mean: float, size: float | None) -> None:
    rng, years, found = np.random.default_rng(3), 0, 0
    for _ in range(4):
        counts = rng.poisson(mean, 520) if size is None else rng.negative_binomial(size, size / (size + mean), 520)
        found, years = found + len(above(counts)), years + 10
    assert years / max(1, found) >= (4.0 if size is None else 0.7)


def test_days_are_held_against_days_of_their_sort() -> None:
    monday = date(2024, 1, 8)
    days = [monday + timedelta(days=i) for i in range(70)]
    rows = [("customer_service", Period(d, d), 0 if d.weekday() >= 5 else 40 + d.day % 3) for d in days]
    assert not [level for level in levels(rows) if level.is_above]
    saturday = next(d for d in reversed(days) if d.weekday() == 5)
    rows = [(c, p, 9 if p.start == saturday else n) for c, p, n in rows]
    assert [level.period.start for level in levels(rows) if level.is_above] == [saturday]


def test_mondays_that_are_always_busy_are_held_against_mondays() -> None:
    days = [date(2024, 1, 8) + timedelta(days=i) for i in range(84)]
    rows = [
        ("customer_service", Period(d, d), (30 if d.weekday() == 0 else 8) * is_working_day(d) + d.day % 3)
        for d in days
    ]
    assert not [level for level in levels(rows) if level.is_above and level.period.start > days[35]]
    thursday = next(d for d in reversed(days) if d.weekday() == 3)
    rows = [(c, p, 24 if p.start == thursday else n) for c, p, n in rows]
    assert [level.period.start for level in levels(rows) if level.is_above and level.period.start > days[35]] == [
        thursday
    ]


def yearly(peaks: list[int]) -> list[int]:
    """Return weeks of about four complaints; of each year, weeks 14-17 have as many more as told."""
    counts = [3 + i % 3 for i in range(52 * len(peaks))]
    for year, peak in enumerate(peaks):
        for week in range(14, 18):
            counts[52 * year + week] += peak
    return counts


def test_a_spring_that_is_always_busy_is_ordinary_from_its_third_year() -> None:
    found = above(yearly([25, 25, 25, 25]))
    assert {i // 52 for i in found} == {0, 1}, "a season is what was busy in two years"
    rumour = yearly([25, 25, 25, 25])
    rumour[52 * 3 + 40] += 20
    rumour[52 * 3 + 15] += 60
    assert [i for i in above(rumour) if i >= 52 * 2] == [52 * 3 + 15, 52 * 3 + 40], "what is above the season is above"


def test_one_bad_autumn_makes_no_season() -> None:
    found = above(yearly([0, 25, 0, 25]))
    assert {i // 52 for i in found} == {1, 3}


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(0, 60))
@settings(max_examples=15, deadline=None)
def test_what_comes_later_changes_no_level(counts: list[int], more: int) -> None:
    assert levels(weeks([*counts, more]))[: len(counts)] == levels(weeks(counts))
