"""Swedish as the digest writes it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.board.speech import Speech
from reports.swedish import inside, period


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Boende i BRF Linden", "boende i BRF Linden"),
        ("Ägare av villor", "ägare av villor"),
        ("BRF Linden", "BRF Linden"),
        ("E-postkunder", "E-postkunder"),
        ("", ""),
    ],
)
def test_a_heading_inside_a_sentence(heading: str, said: str) -> None:
    assert inside(heading) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2023, 11, 13), date(2023, 11, 19), "13–19 november 2023"),
        (date(2023, 10, 30), date(2023, 11, 5), "30 oktober–5 november 2023"),
        (date(2023, 12, 25), date(2024, 1, 7), "25 december 2023–7 januari 2024"),
        (date(2024, 1, 7), date(2024, 1, 7), "7 januari 2024"),
    ],
)
def test_a_period_says_no_more_than_it_must(start: date, end: date, said: str) -> None:
    assert period(start, end) == said


def test_another_year_is_told() -> None:
    at, now = datetime(2023, 11, 14, 5, 30, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    told = {language: Speech(language, ZoneInfo("Europe/Stockholm")) for language in ("sv", "en")}
    assert told["sv"].moment(at) == told["sv"].moment(at, at) == "14 november kl. 06.30"
    assert told["sv"].moment(at, now) == "14 november 2023 kl. 06.30"
    assert told["en"].moment(at, now) == "14 November 2023, 06:30"
    assert told["sv"].moment(datetime(2023, 12, 31, 23, 30, tzinfo=UTC), now) == "1 januari 2024 kl. 00.30"
