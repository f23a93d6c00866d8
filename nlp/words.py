"""Texts as bags of Swedish stems: the words that claims and clusters are compared by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import snowballstemmer

from nlp.tokens import Places, read_words

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


def stem_places(texts: Sequence[str], vocabulary: Mapping[str, int]) -> tuple[Places, Places]:
    """Return the places in a vocabulary of the stems of the words that carry meaning, repetitions included, of texts.

    Two lists of one length: the place of the text, and that of the stem. A different word is stemmed once.
    """
    rows, places, first = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for words in read_words((text.lower() for text in texts), figures_apart=True, least=2):
        place = np.fromiter((_place(word, vocabulary) for word in words.distinct), np.int64, len(words.distinct))
        place = place[words.word]
        rows.append(words.text[place >= 0] + first)
        places.append(place[place >= 0])
        first += words.text_count
    return np.concatenate(rows), np.concatenate(places)


def _place(word: str, vocabulary: Mapping[str, int]) -> int:
    return -1 if word in STOPWORDS else vocabulary.get(_stem(word), -1)


def word_count(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())
