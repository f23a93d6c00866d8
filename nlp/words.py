"""Texts as bags of Swedish stems: the words that claims and clusters are compared by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path

import numpy as np
import snowballstemmer

from nlp.tokens import Places, read_words

_WORD = re.compile(r"[^\W\d_]{2,}|\d{2,}")
STOPWORDS = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())
"""Words that say nothing of what a text is about, the masks among them."""
HEAD = 3
"""Letters that a word and its stem are compared by before it is stemmed."""


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    # Numbers have no endings, and there is no end of them.
    return word if word.isdigit() else str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("swedish")


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repetitions included."""
    return [_stem(word) for word in _words(text) if word not in STOPWORDS]


def stem_places(texts: Sequence[str], vocabulary: Mapping[str, int]) -> tuple[Places, Places]:
    """Return the places in a vocabulary of the stems of the words that carry meaning, repetitions included, of texts.

    Two lists of one length: the place of the text, and that of the stem. A different word is stemmed once, and only
    where it may have one of these stems.
    """
    heads = _heads_of(vocabulary)
    rows, places, first = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for words in read_words(texts, _words):
        place = np.array([_place(word, vocabulary, heads) for word in words.distinct], np.int64)[words.word]
        rows.append(words.text[place >= 0] + first)
        places.append(place[place >= 0])
        first += words.text_count
    return np.concatenate(rows), np.concatenate(places)


def shared_stems(text: str, vocabulary: Mapping[str, int]) -> int:
    """Return how many different stems of a vocabulary a text has."""
    heads = _heads_of(vocabulary)
    return len({_place(word, vocabulary, heads) for word in _words(text)} - {-1})


def _heads_of(vocabulary: Mapping[str, int]) -> frozenset[str]:
    """Return the beginnings of stems."""
    return frozenset(stem[:HEAD] for stem in vocabulary)


def _words(piece: str) -> list[str]:
    return _WORD.findall(piece.lower())


def _place(word: str, vocabulary: Mapping[str, int], heads: Set[str]) -> int:
    # A stem is a beginning of its word: Swedish only takes endings away. To stem takes long.
    if heads.isdisjoint((word[:1], word[:2], word[:HEAD])) or word in STOPWORDS:
        return -1
    return vocabulary.get(_stem(word), -1)


def word_count(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())
