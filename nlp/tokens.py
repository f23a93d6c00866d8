"""The words of many texts at once: letters of all texts lie in one array, and what is done is done to all of them.

Words are runs of letters and figures of all scripts. A different word is made a string once, however often it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

CHARS = 1 << 21
"""Characters that are read together, and at the least one text."""
MOST_TEXTS = 1 << 16
"""Texts that are read together: their places fit 16 bits, by which an array is sorted fastest."""
Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint32]
_BASE = np.uint64(0xD6E8FEB86659FD93)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, in their order."""

    distinct: list[str]
    word: Places
    """(words,): which of the distinct ones each is."""
    text: Places
    """(words,): place of the text that it stands in, among those read together."""
    text_count: int


def read_words(texts: Iterable[str], *, figures_apart: bool = False, least: int = 1) -> Iterator[Words]:
    """Yield the words of texts, so many as are read together; `least` is the fewest characters of one.

    `figures_apart` makes decimal figures words of their own: "kl12" is two.
    """
    for some in _together(texts):
        whole = "\n".join(some)
        codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
        begins, ends = _spans(codes, figures_apart=figures_apart)
        is_long = ends - begins >= least
        begins, ends = begins[is_long], ends[is_long]
        limits = (np.fromiter(map(len, some), np.int64, len(some)) + 1).cumsum()
        counts = np.diff(np.searchsorted(begins, limits), prepend=0)
        spelt = pa.array(_spelling(codes, begins, ends)).dictionary_encode()
        word = spelt.indices.to_numpy()
        one_of = np.zeros(len(spelt.dictionary), np.int64)
        one_of[word] = np.arange(len(word))
        spans = zip(begins[one_of].tolist(), ends[one_of].tolist(), strict=True)
        distinct = [whole[begin:end] for begin, end in spans]
        yield Words(distinct, word, np.repeat(np.arange(len(some)), counts), len(some))


def _together(texts: Iterable[str]) -> Iterator[list[str]]:
    some, size = list[str](), 0
    for text in texts:
        some.append(text)
        size += len(text) + 1
        if size >= CHARS or len(some) == MOST_TEXTS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _spans(codes: Codes, *, figures_apart: bool) -> tuple[Places, Places]:
    """Return where words begin and end."""
    kinds = np.zeros(len(codes) + 2, np.uint8)
    if len(codes):
        kinds[1:-1] = _kinds(1 << int(codes.max()).bit_length(), figures_apart)[codes]
    edges = np.flatnonzero(kinds[1:] != kinds[:-1])
    is_word = kinds[edges[:-1] + 1] > 0
    return edges[:-1][is_word], edges[1:][is_word]


@lru_cache(maxsize=8)
def _kinds(size: int, figures_apart: bool) -> npt.NDArray[np.uint8]:
    """Return of each character 1 for a letter, 2 for a figure that is no letter, 0 for what stands between words."""
    found = (chr(code) for code in range(min(size, 0x110000)))
    return np.fromiter((c.isalnum() + (figures_apart and c.isdecimal()) for c in found), np.uint8)


def _spelling(codes: Codes, begins: Places, ends: Places) -> npt.NDArray[np.uint64]:
    """Return a number for each word, the same for the same letters alone: they are a polynomial's coefficients.

    Of all letters up to a word's end less all before it, brought back to where it would begin the text.
    """
    powers = np.full(len(codes) + 1, _BASE, np.uint64)
    powers[0] = 1
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * np.cumprod(powers, out=powers)[:-1], out=sums[1:])
    powers[1:] = _INVERSE
    powers[0] = 1
    return np.asarray((sums[ends] - sums[begins]) * np.cumprod(powers, out=powers)[begins], np.uint64)
