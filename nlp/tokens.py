"""The words of many texts at once: what stands between two spaces is looked at once, however often it comes.

Arrow parts the texts and numbers the pieces; a piece that comes back, as most do, costs no more than its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

CHARS = 1 << 24
"""Characters that are read together, and at the least one text: some hundred megabytes are taken meanwhile."""
Places = npt.NDArray[np.int64]
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which no word has and Arrow does not take."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, in their order."""

    distinct: list[str]
    word: Places
    """(words,): which of the distinct ones each is."""
    text: Places
    """(words,): place of the text that it stands in, among those read together."""
    text_count: int


def read_words(texts: Iterable[str], words_of: Callable[[str], Sequence[str]]) -> Iterator[Words]:
    """Yield the words of texts, so many as are read together.

    `words_of` says which words a piece of a text has; it is given what stands between two ASCII spaces.
    """
    for some in _together(texts):
        pieces = pc.ascii_split_whitespace(_column(some))
        parts = pieces.flatten().dictionary_encode()
        found = [words_of(piece) for piece in parts.dictionary.to_pylist()]
        numbers: dict[str, int] = {}
        word = np.array([numbers.setdefault(one, len(numbers)) for one in chain.from_iterable(found)], np.int64)
        place, count = expanded(np.fromiter(map(len, found), np.int64, len(found)), parts.indices.to_numpy())
        owner = np.repeat(np.arange(len(some)), np.diff(pieces.offsets.to_numpy()))
        yield Words(list(numbers), word[place], np.repeat(owner, count), len(some))


def expanded(counts: Places, which: Places) -> tuple[Places, Places]:
    """Return the places of what some lists hold, one list after another, and how many each of them holds.

    `counts` says how many values each list has, of all that lie one after another; `which` lists are meant, in order.
    """
    count = counts[which]
    begins = (counts.cumsum() - counts)[which]
    within = np.arange(int(count.sum()))
    return np.asarray(np.repeat(begins - (count.cumsum() - count), count) + within, np.int64), count


def _column(texts: list[str]) -> pa.Array:
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([_HALVES.sub("\ufffd", text) for text in texts], pa.string())


def _together(texts: Iterable[str]) -> Iterator[list[str]]:
    some, size = list[str](), 0
    for text in texts:
        some.append(text)
        size += len(text) + 1
        if size >= CHARS:
            yield some
            some, size = [], 0
    if some:
        yield some
