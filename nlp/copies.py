"""Copies with small changes: texts whose runs of three words are mostly the same, found without comparing all.

A text is known by its runs (Broder 1997, *On the resemblance and containment of documents*) and found by the least
hashes of them, its prints: the longer of two texts that share most of the shorter's runs has some of its prints too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nlp.shingles import RunLists, Runs, joined
from nlp.tokens import Places, expanded

LEAST_SHARED = 8
"""Runs that two texts must share at least: of the shortest that are looked at, nearly all."""
ALIKE = 0.5
"""Share of the shorter text's runs that both must have."""
LEAST_RATIO = 0.25
"""The shorter text has at least this share of the longer's runs: a line that is quoted makes no copy."""
SAME = 0.95
"""What is so like another, and as long, is found by that one."""
PRINTS = 16
MOST_CANDIDATES = 12
MOST_HOLDERS = 50
"""Texts that one print is looked up for, the first: a phrase that everybody writes leads to no more."""
TOGETHER = 4096
"""Texts whose candidates are looked up together: their pairs take some hundred megabytes at the very most."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of new texts; texts have the places that those known and the new ones after them have in one list."""

    copy_of: Places
    """(new,): the text that each is most like; -1 where it begins a group, or is too short."""
    first: Places
    """(new,): what each copy's group begins with, or a known text of it; a text that stands alone is its own."""
    likeness: npt.NDArray[np.float64]
    """(new,): 0.5 to 1; 1 for what begins a group."""
    is_found: Flags
    """(new,): whether later ones are found by its prints: not where it is too short, or what it copies is enough."""


@dataclass(frozen=True, slots=True)
class _Prints:
    """The prints that more than one text has, by number, and of each the texts in their order; `key` holds both."""

    number: Places
    text: Places
    key: Places
    count: int
    """Texts in all."""


def prints_of(lists: RunLists) -> RunLists:
    """Return the least hashes of each text's runs."""
    counts = np.minimum(lists.counts, PRINTS)
    starts = np.concatenate([[0], counts.cumsum()])
    taken = np.repeat(lists.starts[:-1] - starts[:-1], counts) + np.arange(starts[-1])
    return RunLists(lists.values[taken], starts)


def likeness(left: Runs, right: Runs) -> float:
    """Return the share of the shorter text's runs that both have, 0 to 1; 0 where they are too few or too unequal."""
    if len(left) > len(right):
        left, right = right, left
    least = len(left)
    if least < LEAST_SHARED or least < LEAST_RATIO * len(right):
        return 0.0
    at = np.searchsorted(right, left)
    shared = int(np.count_nonzero(right.take(at, mode="clip") == left))
    return shared / least if shared >= LEAST_SHARED else 0.0


def place(new: RunLists, known: RunLists) -> Placed:
    """Return the groups of new texts, each held against those that are known and came before it.

    The same texts in the same order give the same groups, in however many calls, where what is known is what was found
    by its prints. Which texts are looked up depends on what became of those before: first all are, and what changes by
    those that turn out not to be is looked at again, until nothing does.
    """
    texts, begin = joined(known, new), len(known)
    prints = _met(prints_of(texts))
    likely = _Likely(texts, np.unique(prints.text))
    copy_of, like = np.full(len(texts), -1), np.ones(len(texts))
    is_found = texts.counts > 0
    asked = np.unique(prints.text[prints.text >= begin])
    while len(asked):
        copy_of[asked], like[asked] = -1, 1.0
        for text, other in _candidates(prints, is_found, asked, likely):
            if (found := likely.likeness(text, other)) >= ALIKE and (copy_of[text] < 0 or found > like[text]):
                copy_of[text], like[text] = other, found
        now = _by_prints(texts.counts, copy_of, like)
        changed = now != is_found
        is_found = now
        asked = _sharing(prints, changed)
        asked = asked[asked >= begin]
    first = np.arange(len(texts))
    for text in np.flatnonzero(copy_of >= 0).tolist():
        first[text] = first[copy_of[text]]
    return Placed(copy_of[begin:], first[begin:], np.round(like[begin:], 4), is_found[begin:])


def _by_prints(counts: Places, copy_of: Places, like: npt.NDArray[np.float64]) -> Flags:
    """Return which texts later ones are looked up by."""
    others = np.where(copy_of >= 0, counts[copy_of], 0)
    # What only holds another text among much else would bring together what else it holds.
    of_a_length = np.minimum(counts, others) >= ALIKE * np.maximum(counts, others)
    return np.asarray((counts > 0) & ((copy_of < 0) | (of_a_length & (like < SAME))))


def _met(prints: RunLists) -> _Prints:
    """Return the prints that more than one text has: what nobody else has leads nowhere."""
    is_met = _is_shared(prints.values)
    text = np.repeat(np.arange(len(prints)), prints.counts)[is_met]
    _, number = np.unique(prints.values[is_met], return_inverse=True)
    key = np.sort(number * len(prints) + text)
    number, text = np.divmod(key, max(len(prints), 1))
    return _Prints(number, text, key, len(prints))


def _is_shared(values: Runs) -> Flags:
    """Return which values occur more than once."""
    ordered = np.sort(values)
    twice = pa.array(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.asarray(pc.is_in(pa.array(values), value_set=twice).to_numpy(zero_copy_only=False), np.bool_)


class _Likely:
    """Which pairs of some texts can be copies at all, told by how many runs each shares with any other of them.

    And which are.
    """

    def __init__(self, texts: RunLists, some: Places) -> None:
        self.texts, self.counts = texts, texts.counts
        place, counts = expanded(self.counts, some)
        owner = np.repeat(some, counts)
        self.shared = np.bincount(owner[_is_shared(texts.values[place])], minlength=len(texts))
        self.known: dict[tuple[int, int], float] = {}

    def may_be(self, left: Places, right: Places) -> Flags:
        least = np.minimum(self.counts[left], self.counts[right])
        shared = np.minimum(self.shared[left], self.shared[right])
        return np.asarray((shared >= LEAST_SHARED) & (shared >= ALIKE * least))

    def likeness(self, left: int, right: int) -> float:
        if (left, right) not in self.known:
            self.known[left, right] = likeness(self.texts[left], self.texts[right])
        return self.known[left, right]


def _sharing(prints: _Prints, some: Flags) -> Places:
    """Return the texts that share a print with some, those themselves among them."""
    numbers = np.unique(prints.number[some[prints.text]])
    return np.unique(prints.text[np.isin(prints.number, numbers)])


def _candidates(prints: _Prints, is_found: Flags, asked: Places, likely: _Likely) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a text that is asked about and one that it may be a copy of, the nearest of each first."""
    holds = is_found[prints.text]
    number, key = prints.number[holds], prints.key[holds]
    begins = np.searchsorted(number, number)
    key = key[np.arange(len(number)) - begins < MOST_HOLDERS]
    is_asked = np.zeros(prints.count, np.bool_)
    is_asked[asked] = True
    wanted = np.flatnonzero(is_asked[prints.text])
    wanted = wanted[np.argsort(prints.text[wanted], kind="stable")]
    limits = np.searchsorted(prints.text[wanted], asked[::TOGETHER])
    for some in np.split(wanted, limits[1:]):
        pairs = _nearest(prints, key, some)
        left, right = (one[likely.may_be(*pairs)] for one in pairs)
        yield from zip(left.tolist(), right.tolist(), strict=True)


def _nearest(prints: _Prints, held: Places, wanted: Places) -> tuple[Places, Places]:
    """Return texts and those of the texts before them that share most prints, the earliest first among equals."""
    low = np.searchsorted(held, prints.number[wanted] * prints.count)
    counts = np.searchsorted(held, prints.key[wanted]) - low
    within = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
    others = held[np.repeat(low, counts) + within] % prints.count
    pairs, shared = np.unique(np.repeat(prints.text[wanted], counts) * prints.count + others, return_counts=True)
    text, other = np.divmod(pairs, prints.count)
    order = np.sort((text * (PRINTS + 1) + PRINTS - shared) * prints.count + other)
    text, other = order // (prints.count * (PRINTS + 1)), order % prints.count
    is_near = np.arange(len(text)) - np.searchsorted(text, text) < MOST_CANDIDATES
    return text[is_near], other[is_near]
