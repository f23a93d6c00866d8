"""Shingles: the runs of words that a text is known by, read from many texts at once (Broder 1997)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from nlp.tokens import Places, Words, read_words

RUN_WORDS = 3
LEAST_WORDS = 12
"""A shorter text says what many would say in the same words."""
Runs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
_EMPTY = blake2b(digest_size=8)
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


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
    read = [_runs(*_hashes(words)) for words in read_words(texts, _words)]
    return RunLists(np.concatenate([np.zeros(0, np.int64), *(one for one, _ in read)]), _starts(*(n for _, n in read)))


def joined(*lists: RunLists) -> RunLists:
    """Return the texts of several lists as one."""
    return RunLists(np.concatenate([one.values for one in lists]), _starts(*(one.counts for one in lists)))


def _starts(*counts: Places) -> Places:
    return np.concatenate([[0], *counts]).cumsum().astype(np.int64)


def _words(piece: str) -> list[str]:
    return _WORD.findall((_ADDRESS.sub(" ", piece) if "://" in piece else piece).casefold())


def _hashes(words: Words) -> tuple[Hashes, Places]:
    """Return the hashes of all words, and how many each text has; none of those that are too short."""
    counts = np.bincount(words.text, minlength=words.text_count)
    hashed = np.frombuffer(b"".join(map(_digest, words.distinct)), ">u8").astype(np.uint64)
    return hashed[words.word[counts[words.text] >= LEAST_WORDS]], np.where(counts >= LEAST_WORDS, counts, 0)


def _runs(words: Hashes, counts: Places) -> tuple[Runs, Places]:
    """Return each text's runs, and how many it has, from the words of all, of which it has so many."""
    size = max(len(words) - RUN_WORDS + 1, 0)
    mixed = np.zeros(size, dtype=np.uint64)
    for at, odd in enumerate(_ODD):
        mixed += words[at : size + at] * np.uint64(odd)
    owner = np.repeat(np.arange(len(counts)), counts)
    is_within = owner[:size] == owner[RUN_WORDS - 1 : size + RUN_WORDS - 1]
    owner = owner[:size][is_within]
    values = _sorted_each(
        (_mix(mixed[is_within]) >> np.uint64(1)).astype(np.int64), np.maximum(counts - RUN_WORDS + 1, 0)
    )
    is_first = np.ones(len(values), dtype=np.bool_)
    is_first[1:] = (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    return values[is_first], np.bincount(owner[is_first], minlength=len(counts)).astype(np.int64)


def _sorted_each(values: Runs, counts: Places) -> Runs:
    """Return the values of lists that lie one after another, each list's sorted; lists of a length are one matrix."""
    begins = counts.cumsum() - counts
    for count in np.unique(counts).tolist():
        places = begins[counts == count][:, None] + np.arange(count)
        values[places] = np.sort(values[places], axis=1)
    return values


def _mix(values: Hashes) -> Hashes:
    """Return the values with their bits spread: the last steps of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def _digest(word: str) -> bytes:
    # A copy of the empty state is made sooner than a new one.
    state = _EMPTY.copy()
    state.update(word.encode("utf-8", "replace"))
    return state.digest()
