"""What boards written in PHP share: addresses that last, dates in sentences, clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawlers.dates import UnreadableDateError
from crawlers.engines import boards
from tests.crawlers.golden import FETCHED_AT, site

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LASTING = [
    ("https://a.example/viewtopic.php?f=2&t=9&sid=0123abcd", "https://a.example/viewtopic.php?f=2&t=9"),
    ("https://a.example/viewtopic.php?sid=0123abcd&t=9#p4", "https://a.example/viewtopic.php?t=9#p4"),
    ("https://a.example/viewtopic.php?sid=0123abcd", "https://a.example/viewtopic.php"),
    ("https://a.example/index.php?PHPSESSID=x&topic=12.20", "https://a.example/index.php?topic=12.20"),
    (
        "https://a.example/index.php?action=recent;PHPSESSID=x;start=10",
        "https://a.example/index.php?action=recent;start=10",
    ),
    ("https://a.example/t/9?hilit=a=b&start=20", "https://a.example/t/9?start=20"),
    ("https://a.example/t/9?asid=1&x", "https://a.example/t/9?asid=1&x"),
    ("https://a.example/t/9", "https://a.example/t/9"),
]
SENTENCES = [
    ("Senast redigerad av Bo fre 20 nov 2026, 15:10, redigerad totalt 2 gånger.", "2026-11-20T15:10:00+01:00"),
    ("on Tue Nov 03, 2026 5:33 pm, edited 1 time in total.", "2026-11-03T17:33:00+01:00"),
    ("\u00ab Last Edit: June 06, 2026, 07:00:00 AM by Sigge \u00bb", "2026-06-06T07:00:00+02:00"),
    ("i går kl. 22:10 av Gäst", "2026-11-21T22:10:00+01:00"),
    ("för 5 minuter sedan av Maj", "2026-11-22T18:55:00+01:00"),
]
NOT_SENTENCES = ["", "av Bo", "12 nov 26x, 14:03", "3 12 maj 2026", "2 januari 2020, 09:00:00av admin", "maj och juni"]
CLOCKS = [
    ("22 november 2026, 19:00:12", STOCKHOLM),
    ("November 22, 2026, 06:00:12 PM", ZoneInfo("UTC")),
    ("2026-11-22, 13:00", ZoneInfo("Etc/GMT+5")),
    ("2026-11-23 02:01", ZoneInfo("Etc/GMT-8")),
    ("2026-11-22 19:17", STOCKHOLM),
    ("2024-01-01 19:00", STOCKHOLM),
    ("nu", STOCKHOLM),
]


@pytest.mark.parametrize(("url", "expected"), LASTING)
def test_an_address_is_the_same_on_every_visit(url: str, expected: str) -> None:
    assert boards.lasting(url) == expected
    assert boards.lasting(expected) == expected


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_date_is_found_in_a_sentence(text: str, expected: str) -> None:
    assert boards.date_in(text, anchor=FETCHED_AT, zone=STOCKHOLM).isoformat() == expected


@pytest.mark.parametrize("text", NOT_SENTENCES)
def test_half_a_date_is_none(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        boards.date_in(text, anchor=FETCHED_AT, zone=STOCKHOLM)


@pytest.mark.parametrize(("shown", "zone"), CLOCKS)
def test_a_board_tells_its_zone_by_its_clock(shown: str, zone: ZoneInfo) -> None:
    assert boards.clock_zone(shown, FETCHED_AT, site()) == zone


@pytest.mark.parametrize(("hours", "offset"), [(0, 0), (1, 1), (-5, -5), (14, 14), (-12, -12)])
def test_a_fixed_zone_is_as_far_ahead_as_it_says(hours: int, offset: int) -> None:
    zone = boards.fixed_zone(hours)
    found = datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone).utcoffset()
    assert found is not None
    assert found.total_seconds() == offset * 3600


@pytest.mark.parametrize("hours", [15, -13, 99])
def test_there_are_no_zones_further_off(hours: int) -> None:
    assert boards.fixed_zone(hours) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "Europe/Atlantis", "utc", "", "UTC+01:00", "Europe/Stock holm"])
def test_other_texts_name_no_zone(name: str) -> None:
    assert boards.named_zone(name) is None
