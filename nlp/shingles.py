"""Shingles: the runs of words that a text is known by, read from many texts at once (Broder 1997).

Letters of all texts lie in one array, and so do their words and runs: what is done, is done to all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

RUN_WORDS = 3
LEAST_WORDS = 12
"""A shorter text says what many would say in the same words."""
CHARS = 1 << 21
"""Characters that are read together, and at the least one text."""
MOST_TEXTS = 1 << 16
"""Texts that are read together: their places fit 16 bits, by which an array is sorted fastest."""
Runs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_BASE = np.uint64(0xD6E8FEB86659FD93)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))


@dataclass(frozen=True, slots=True)
class RunLists:
    """Each text's runs, one text after another: hashes, sorted, each once; none for a text that is too short."""

    values: Runs
    starts: Places
    """(texts + 1,): text `i` has the values from `starts[i]` to `starts[i + 1]`."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> Runs:
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self.values[self.starts[at] : self.starts[at + 1]]

    @property
    def counts(self) -> Places:
        """How many runs each text has."""
        return np.diff(self.starts)


def read_runs(texts: Sequence[str]) -> RunLists:
    """Return the runs of texts."""
    read = [_runs(*_words(some)) for some in _together(texts)]
    return RunLists(np.concatenate([np.zeros(0, np.int64), *(one for one, _ in read)]), _starts(*(n for _, n in read)))


def joined(*lists: RunLists) -> RunLists:
    """Return the texts of several lists as one."""
    return RunLists(np.concatenate([one.values for one in lists]), _starts(*(one.counts for one in lists)))


def _starts(*counts: Places) -> Places:
    return np.concatenate([[0], *counts]).cumsum().astype(np.int64)


def _together(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield texts as they are compared, without addresses and case, so many as are read together."""
    some, size = list[str](), 0
    for text in texts:
        some.append((_ADDRESS.sub(" ", text) if "://" in text else text).casefold())
        size += len(some[-1]) + 1
        if size >= CHARS or len(some) == MOST_TEXTS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _words(texts: Sequence[str]) -> tuple[Words, Places]:
    """Return the hashes of all words, and how many each text has; none of those that are too short."""
    whole = "\n".join(texts)
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32)
    edges = _edges(codes)
    begins, ends = edges[::2], edges[1::2]
    limits = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    counts = np.diff(np.searchsorted(begins, limits.cumsum()), prepend=0)
    is_long = np.repeat(counts >= LEAST_WORDS, counts)
    begins, ends = begins[is_long], ends[is_long]
    spelt = pa.array(_spelling(codes, begins, ends)).dictionary_encode()
    place = spelt.indices.to_numpy()
    one_of = np.zeros(len(spelt.dictionary), np.int64)
    one_of[place] = np.arange(len(place))
    spans = zip(begins[one_of].tolist(), ends[one_of].tolist(), strict=True)
    hashed = np.fromiter((_hash(whole[begin:end]) for begin, end in spans), np.uint64, len(one_of))
    return hashed[place], np.where(counts >= LEAST_WORDS, counts, 0)


def _edges(codes: npt.NDArray[np.uint32]) -> Places:
    """Return where words begin and end, by turns."""
    is_within = np.zeros(len(codes) + 2, np.bool_)
    if len(codes):
        is_within[1:-1] = _letters(1 << int(codes.max()).bit_length())[codes]
    return np.flatnonzero(is_within[1:] != is_within[:-1])


@lru_cache(maxsize=8)
def _letters(size: int) -> npt.NDArray[np.bool_]:
    """Return which characters words are made of: letters and figures of all scripts."""
    return np.fromiter((chr(code).isalnum() for code in range(min(size, 0x110000))), np.bool_, min(size, 0x110000))


def _spelling(codes: npt.NDArray[np.uint32], begins: Places, ends: Places) -> Words:
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


def _runs(words: Words, counts: Places) -> tuple[Runs, Places]:
    """Return each text's runs, and how many it has, from the words of all, of which it has so many."""
    size = max(len(words) - RUN_WORDS + 1, 0)
    mixed = np.zeros(size, dtype=np.uint64)
    for at, odd in enumerate(_ODD):
        mixed += words[at : size + at] * np.uint64(odd)
    owner = np.repeat(np.arange(len(counts), dtype=np.uint16), counts)
    is_within = owner[:size] == owner[RUN_WORDS - 1 : size + RUN_WORDS - 1]
    values, owner = (_mix(mixed[is_within]) >> np.uint64(1)).astype(np.int64), owner[:size][is_within]
    order = np.argsort(values)
    order = order[np.argsort(owner[order], kind="stable")]
    values, owner = values[order], owner[order]
    is_first = np.ones(len(values), dtype=np.bool_)
    is_first[1:] = (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    return values[is_first], np.bincount(owner[is_first], minlength=len(counts)).astype(np.int64)


def _mix(values: Words) -> Words:
    """Return the values with their bits spread: the last steps of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
