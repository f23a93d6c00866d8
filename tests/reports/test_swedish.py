"""Swedish as the digest writes it."""

import pytest

from reports.swedish import inside


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
