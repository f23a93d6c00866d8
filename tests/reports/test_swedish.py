"""Swedish as the digest writes it."""

from datetime import date

import pytest

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
