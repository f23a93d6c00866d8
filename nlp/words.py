"""Texts as bags of Swedish stems: the words that claims and clusters are compared by."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import snowballstemmer

_WORD = re.compile(r"[^\W\d_]{2,}|\d{2,}")
STOPWORDS = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())
"""Words that say nothing of what a text is about, the masks among them."""


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("swedish")


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repetitions included."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in STOPWORDS]


def word_count(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())
