"""Seeded variations of a post that leave its labels true: how people really type Swedish."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_SPOKEN = {
    "de": "dom", "dem": "dom", "mig": "mej", "dig": "dej", "sig": "sej", "något": "nåt", "någon": "nån",
    "några": "nåra", "sedan": "sen", "sådan": "sån", "sådant": "sånt", "är": "e", "det": "de", "och": "o",
    "också": "oxå", "jag": "ja", "inte": "int", "måste": "måst", "ska": "skall", "väl": "la", "varandra": "varann",
}  # fmt: skip
_DOTS = str.maketrans("åäöÅÄÖ", "aaoAAO")
_MASKS = re.compile(r"(Företaget|Operatören)", re.IGNORECASE)


def vary(text: str, rng: random.Random) -> str:
    """Return the text with one or two of: dots dropped, lower case, spoken forms, typing slips, marks dropped."""
    for change in rng.sample(CHANGES, k=rng.choice((1, 1, 2))):
        # Names are masked before the encoder sees them: a mask itself is never misspelt.
        parts = _MASKS.split(text)
        text = "".join(part if at % 2 else change(part, rng) for at, part in enumerate(parts))
    return text


def _without_dots(text: str, _: random.Random) -> str:
    return text.translate(_DOTS)


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _spoken(text: str, rng: random.Random) -> str:
    def change(found: re.Match[str]) -> str:
        spoken = _SPOKEN.get(found.group().lower())
        return spoken if spoken and rng.random() < 0.7 else found.group()

    return re.sub(r"\w+", change, text)


def _slips(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for at, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and rng.random() < 0.08:
            cut = rng.randrange(1, len(word) - 1)
            swapped = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
            words[at] = rng.choice((word[:cut] + word[cut + 1 :], swapped, word[:cut] + word[cut] + word[cut:]))
    return " ".join(words)


def _without_marks(text: str, _: random.Random) -> str:
    return re.sub(r"[.,;:]+(?=\s|$)", "", text)


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (_without_dots, _lower, _spoken, _slips, _without_marks)
