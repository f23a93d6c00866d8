"""Texts as bags of Swedish stems: the words that claims and clusters are compared by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import snowballstemmer

_WORD = re.compile(r"[^\W\d_]{2,}|\d{2,}")
STOPWORDS = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())
"""Words that say nothing of what a text is about, the masks among them."""


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    # Numbers have no endings, and there is no end of them.
    return word if word.isdigit() else str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("swedish")


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repetitions included."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in STOPWORDS]


def stem_places(text: str, vocabulary: Mapping[str, int], known: dict[str, int]) -> list[int]:
    """Return the places in a vocabulary of the stems of the words that carry meaning, repetitions included.

    `known` remembers the place of every word met, -1 for none: it belongs to the vocabulary, and is filled here.
    """
    words = _WORD.findall(text.lower())
    found = list(map(known.get, words))
    if None in found:
        for word in set(words).difference(known):
            known[word] = -1 if word in STOPWORDS else vocabulary.get(_stem(word), -1)
        found = list(map(known.get, words))
    return [at for at in found if at is not None and at >= 0]


def word_count(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())
