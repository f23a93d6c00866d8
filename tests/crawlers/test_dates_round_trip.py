"""Dates written as forums write them, in four languages, come back as the times that were meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.dates import EARLIEST_YEAR, UnreadableDateError, from_timestamp, parse

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ANCHOR = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def words(text: str) -> list[str]:
    return text.split()


SV, EN, DA, NB = "sv", "en", "da", "nb"
MONTHS = {
    SV: words("januari februari mars april maj juni juli augusti september oktober november december"),
    EN: words("January February March April May June July August September October November December"),
    DA: words("januar februar marts april maj juni juli august september oktober november december"),
    NB: words("januar februar mars april mai juni juli august september oktober november desember"),
}
SHORT = {
    SV: words("jan feb mar apr maj jun jul aug sep okt nov dec"),
    EN: words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    DA: words("jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec."),
    NB: words("jan. feb. mars apr. mai juni juli aug. sep. okt. nov. des."),
}
WEEKDAYS = {
    SV: words("måndag tisdag onsdag torsdag fredag lördag söndag"),
    EN: words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    DA: words("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
    NB: words("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
}
TODAY = {SV: "Idag", EN: "Today", DA: "I dag", NB: "I dag"}
YESTERDAY = {SV: "Igår", EN: "Yesterday", DA: "I går", NB: "I går"}
AGO = {SV: "för {n} {u} sedan", EN: "{n} {u} ago", DA: "for {n} {u} siden", NB: "for {n} {u} siden"}
UNITS = {
    SV: {60: "minuter", 3600: "timmar", 86400: "dagar", 604800: "veckor"},
    EN: {60: "minutes", 3600: "hours", 86400: "days", 604800: "weeks"},
    DA: {60: "minutter", 3600: "timer", 86400: "dage", 604800: "uger"},
    NB: {60: "minutter", 3600: "timer", 86400: "dager", 604800: "uker"},
}
FORMATS = {
    "xenforo": ("{d} {M} {Y} kl. {H}:{i}", "{m} {d}, {Y} at {g}:{i} {A}", "{d} {m} {Y}, {H}:{i}"),
    "vbulletin": ("{d}th {M} {Y}, {H}:{i}", "{M} {d}th, {Y}, {g}:{i} {A}", "{Y}-{nn}-{dd}, {H}:{i}"),
    "phpbb": (
        "{w} {m} {d}, {Y} {g}:{i} {a}",
        "{w} {d} {m} {Y}, {H}:{i}",
        "{dd} {m} {Y} {H}:{i}",
        "{d}. {m} {Y}, {H}:{i}",
    ),
    "smf": ("{M} {dd}, {Y}, {hh}:{i}:{s} {A}", "{dd} {M} {Y}, {H}:{i}:{s}", "{Y}-{nn}-{dd}, {H}:{i}:{s}"),
    "mybb": ("{dd}.{nn}.{Y}, {H}:{i}", "{m} {d}th, {Y}, {hh}:{i} {A}", "{Y}-{nn}-{dd}, {H}:{i}"),
    "invision": ("{W} {d} {M} {Y} {H}:{i}", "{M} {d}, {Y} {hh}:{i} {A}", "{d} {M} {Y}"),
    "flashback": ("{Y}-{nn}-{dd}, {H}:{i}",),
    "familjeliv": ("{Y}-{nn}-{dd} {H}:{i}", "{w} {d} {m} {Y} {H}:{i}"),
    "others": (
        "{H}:{i}, {d} {M} {Y}",
        "{H}.{i} den {d} {m} {Y}",
        "{W} den {d}. {M} {Y} kl. {H}.{i}",
        "{Y}/{nn}/{dd} {H}:{i}",
        "{dd}-{m3}-{Y} {H}:{i}",
        "{w}, {dd} {m3} {Y} {H}:{i}:{s}",
        "{d}/{n} {Y} {H}:{i}",
        "{d}/{n}-{yy} {H}:{i}",
        "{d} {m} -{yy}",
        "{d} {m} {yy}, {H}:{i}",
    ),
}
ALL = [(board, form) for board, forms in FORMATS.items() for form in forms]
TIMES = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2026, 11, 20))


def _written(form: str, meant: datetime, language: str) -> str:
    month = SHORT[language][meant.month - 1]
    return form.format(
        d=meant.day, dd=f"{meant.day:02d}", n=meant.month, nn=f"{meant.month:02d}", Y=meant.year, yy=f"{meant:%y}",
        M=MONTHS[language][meant.month - 1], m=month, m3=month.rstrip("."), W=WEEKDAYS[language][meant.weekday()],
        w=WEEKDAYS[language][meant.weekday()][:3], H=f"{meant.hour:02d}", i=f"{meant.minute:02d}",
        s=f"{meant.second:02d}", g=meant.hour % 12 or 12, hh=f"{meant.hour % 12 or 12:02d}", A=f"{meant:%p}",
        a="am" if meant.hour < 12 else "pm",
    )  # fmt: skip


@pytest.mark.parametrize(("board", "form"), ALL)
@pytest.mark.parametrize("language", [SV, EN, DA, NB])
@settings(max_examples=12)
@given(naive=TIMES)
def test_every_form_of_every_forum_comes_back(board: str, form: str, language: str, naive: datetime) -> None:
    keep = {"second": naive.second if "{s}" in form else 0, "microsecond": 0}
    keep |= {} if "{i}" in form else {"hour": 0, "minute": 0}
    meant = naive.replace(**keep, tzinfo=STOCKHOLM)
    if meant.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) != meant.replace(tzinfo=None):
        return  # The clocks skipped it.
    assert parse(_written(form, meant, language), anchor=ANCHOR, zone=STOCKHOLM) == meant


@pytest.mark.parametrize("language", [SV, EN, DA, NB])
@given(ago=st.timedeltas(timedelta(), timedelta(hours=60)))
def test_todays_and_yesterdays_posts_come_back(language: str, ago: timedelta) -> None:
    meant = (ANCHOR - ago).astimezone(STOCKHOLM).replace(second=0, microsecond=0)
    days = (ANCHOR.astimezone(STOCKHOLM).date() - meant.date()).days
    word = WEEKDAYS[language][meant.weekday()] if days > 1 else (TODAY, YESTERDAY)[days][language]
    for text in (f"{word}, {meant:%H:%M}", f"{word.lower()} kl {meant:%H.%M}", f"{word} at {meant:%I:%M} {meant:%p}"):
        assert parse(text, anchor=ANCHOR, zone=STOCKHOLM) == meant


@pytest.mark.parametrize("language", [SV, EN, DA, NB])
@given(count=st.integers(2, 40), seconds=st.sampled_from([60, 3600, 86400, 604800]))
def test_elapsed_times_come_back(language: str, count: int, seconds: int) -> None:
    text = AGO[language].format(n=count, u=UNITS[language][seconds])
    assert parse(text, anchor=ANCHOR, zone=STOCKHOLM) == ANCHOR - timedelta(seconds=count * seconds)


@given(
    meant=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2040, 1, 1)),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_an_offset_is_kept(meant: datetime, minutes: int) -> None:
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    offset = f"{sign}{ahead // 60:02d}:{ahead % 60:02d}"
    naive = meant.replace(microsecond=0)
    for text in (f"{naive:%Y-%m-%dT%H:%M:%S}{offset}", f"{naive:%Y-%m-%d %H:%M:%S} {offset.replace(':', '')}"):
        found = parse(text, anchor=ANCHOR, zone=STOCKHOLM)
        assert found.replace(tzinfo=None) == naive
        assert found.utcoffset() == timedelta(minutes=minutes)


NUMBERS = [
    ("25/12/2025 10:00", None, "2025-12-25T10:00:00+01:00"),
    ("12/25/2025 10:00", None, "2025-12-25T10:00:00+01:00"),
    ("11/11/2025", None, "2025-11-11T00:00:00+01:00"),
    ("11-12-2025, 02:03 PM", "mdy", "2025-11-12T14:03:00+01:00"),
    ("11-12-2025, 02:03 PM", "dmy", "2025-12-11T14:03:00+01:00"),
    ("31/12/25 10:00", None, "2025-12-31T10:00:00+01:00"),
    ("25-11-12 10:00", "ymd", "2025-11-12T10:00:00+01:00"),
    ("12.11.25 kl. 10:00", None, "2025-11-12T10:00:00+01:00"),
    ("12/5 14:03", "dmy", "2026-05-12T14:03:00+02:00"),
    ("12/5 14:03", "mdy", "2025-12-05T14:03:00+01:00"),
    ("12/5-26", None, "2026-05-12T00:00:00+02:00"),
    ("12 maj ’25", None, "2025-05-12T00:00:00+02:00"),
    ("12 nov 99, 10:00", None, "1999-11-12T10:00:00+01:00"),
]
AMBIGUOUS = [
    ("11/12/2025 10:00", None), ("11-12-25 10:00", None), ("26-11-12 10:00", None), ("12/5 14:03", None),
    ("13/13/2025", None), ("25/12/2025", "mdy"), ("12.11.26", None), ("1.8.26", None), ("12 nov 26", None),
    ("11/12/2025", "ydm"), ("0001-01-01T00:00:00Z", None), ("1970-01-01", None), ("1900-01-01T00:00:00", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "order", "expected"), NUMBERS)
def test_numbers_alone(text: str, order: str | None, expected: str) -> None:
    assert parse(text, anchor=ANCHOR, zone=STOCKHOLM, order=order).isoformat() == expected


@pytest.mark.parametrize(("text", "order"), AMBIGUOUS)
def test_what_may_mean_two_days_or_none_is_refused(text: str, order: str | None) -> None:
    with pytest.raises(UnreadableDateError):
        parse(text, anchor=ANCHOR, zone=STOCKHOLM, order=order)


ZONED = [
    ("Thu, 12 Nov 2026 14:03:00 GMT", "2026-11-12T14:03:00+00:00"),
    ("Thu, 12 Nov 2026 14:03:00 +0100", "2026-11-12T14:03:00+01:00"),
    ("12 november 2026 kl. 14.03 (CET)", "2026-11-12T14:03:00+01:00"),
    ("12 juli 2026 kl. 14.03 CEST", "2026-07-12T14:03:00+02:00"),
    ("2026-11-12 14:03 UTC", "2026-11-12T14:03:00+00:00"),
    ("2026-11-12 14:03 UTC+1", "2026-11-12T14:03:00+01:00"),
    ("2026-11-12 14:03 GMT-03:30", "2026-11-12T14:03:00-03:30"),
    ("20261112T140300Z", "2026-11-12T14:03:00+00:00"),
    ("25 oktober 2026 02:30", "2026-10-25T02:30:00+02:00"),
    ("25 oktober 2026 02:30 CEST", "2026-10-25T02:30:00+02:00"),
    ("25 oktober 2026 02:30 CET", "2026-10-25T02:30:00+01:00"),
    ("29 mars 2026 02:30 UTC", "2026-03-29T02:30:00+00:00"),
    ("Idag 13:30 UTC", "2026-11-22T13:30:00+00:00"),
]


@pytest.mark.parametrize(("text", "expected"), ZONED)
def test_a_zone_that_the_text_names(text: str, expected: str) -> None:
    assert parse(text, anchor=ANCHOR, zone=STOCKHOLM).isoformat() == expected


MORE = [
    ("2:03 em den 12 maj 2026", "2026-05-12T14:03:00+02:00"),
    ("12 maj 2026 2:03\u202fPM", "2026-05-12T14:03:00+02:00"),
    ("i ga\u030ar kl. 09:12", "2026-11-21T09:12:00+01:00"),
    ("14:03 idag", "2026-11-22T14:03:00+01:00"),
    ("ungefär en timme sedan", "2026-11-22T14:00:00+01:00"),
    ("about 2 hours ago", "2026-11-22T13:00:00+01:00"),
    ("1 timme och 5 minuter sedan", "2026-11-22T13:55:00+01:00"),
    ("3 hours, 5 minutes ago", "2026-11-22T11:55:00+01:00"),
    ("för några sekunder sedan", "2026-11-22T15:00:00+01:00"),
    ("less than a minute ago", "2026-11-22T15:00:00+01:00"),
    ("for få sekunder siden", "2026-11-22T15:00:00+01:00"),
    ("2026 November 12, 14:03", "2026-11-12T14:03:00+01:00"),
    ("1:a maj 2026", "2026-05-01T00:00:00+02:00"),
    ("Wednesday, 12th of November 2025, 12:00 midnight", None),
    ("i over en time siden", None),
    ("a few minutes ago", None),
    ("a year ago", None),
    ("Idag 14:03 CET+1", None),
    ("12 maj 2026 14:03 +1", None),
    ("1 timme, 5 minuter", None),
    ("0000-00-00 00:00:00", None),
    ("24:00 12 maj 2026", None),
]


@pytest.mark.parametrize(("text", "expected"), MORE)
def test_more_ways_to_say_it(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UnreadableDateError):
            parse(text, anchor=ANCHOR, zone=STOCKHOLM)
    else:
        assert parse(text, anchor=ANCHOR, zone=STOCKHOLM).isoformat() == expected


WORDS = st.sampled_from(
    words(
        "idag igår i dag kl 12 14:03 2026 26 -26 maj november tis måndag , . / - 11 sedan ago för en timme utc +0100 "
        "(cet) pm em den at"
    )
)


@given(
    parts=st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=9),
    glue=st.sampled_from([" ", "", ", "]),
    order=st.sampled_from([None, "dmy", "mdy", "ymd", "x"]),
    zone=st.sampled_from(["Europe/Stockholm", "UTC", "America/Santiago", "Pacific/Kiritimati", "Asia/Kathmandu"]),
)
def test_whatever_is_written_is_read_or_refused(parts: list[str], glue: str, order: str | None, zone: str) -> None:
    try:
        found = parse(glue.join(parts), anchor=ANCHOR, zone=ZoneInfo(zone), order=order)
    except UnreadableDateError as error:
        assert "\n" not in str(error)
    else:
        assert found.utcoffset() is not None
        assert found.astimezone(UTC).year >= EARLIEST_YEAR - 1


@given(value=st.one_of(st.floats(), st.integers(), st.text(max_size=20)))
def test_a_timestamp_is_read_or_refused(value: float | str) -> None:
    try:
        found = from_timestamp(value, zone=STOCKHOLM)
    except UnreadableDateError:
        return
    assert found.utcoffset() is not None


@pytest.mark.parametrize("text", ["1 " * 50_000, "i dag " * 20, "för " * 24, "(" * 99, "1/1/" * 24, "1 t 1 t " * 12])
def test_long_and_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        parse(text, anchor=ANCHOR, zone=STOCKHOLM)
