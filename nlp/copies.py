"""Copies with small changes: texts whose runs of three words are mostly the same, found without comparing all.

A text is known by its shingles (Broder 1997, *On the resemblance and containment of documents*) and found by the least
hashes of them, its prints: the longer of two texts that share most of the shorter's runs has some of its prints too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

import numpy as np
import numpy.typing as npt

RUN_WORDS = 3
LEAST_WORDS = 12
"""A shorter text says what many would say in the same words."""
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
Runs = npt.NDArray[np.int64]
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text that new ones may be copies of."""

    id: str
    group: str
    """Its group; its own id while it stands alone."""
    runs: Runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What became of a new text."""

    id: str
    group: str
    copy_of: str | None
    """The text that it is most like; None where it begins a group, or is too short."""
    likeness: float
    prints: tuple[int, ...]
    """What it is found by; none where it is too short, or where the one that it is a copy of is enough."""


def read_runs(texts: Sequence[str]) -> list[Runs]:
    """Return for each text the hashes of its runs of words, sorted, each once; none for one that is too short."""
    words = [_words(text) for text in texts]
    words = [found if len(found) >= LEAST_WORDS else [] for found in words]
    hashed = {word: _hash(word) for word in set(chain.from_iterable(words))}
    counts = np.fromiter(map(len, words), np.int64, len(words))
    row = np.fromiter(map(hashed.__getitem__, chain.from_iterable(words)), np.uint64, int(counts.sum()))
    return _runs(row, counts)


def _words(text: str) -> list[str]:
    plain = _ADDRESS.sub(" ", text) if "://" in text else text
    return _WORD.findall(plain.casefold())


def prints_of(runs: Runs) -> tuple[int, ...]:
    """Return the least hashes of a text's runs."""
    return tuple(runs[:PRINTS].tolist())


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


def place(new: Sequence[tuple[str, Runs]], known: Sequence[Known]) -> list[Placed]:
    """Return the groups of new texts, in their order; each is held against those that are known and came before it.

    The same texts in the same order give the same groups, in however many calls.
    """
    seen, holders, placed = list(known), defaultdict[int, list[int]](list), list[Placed]()
    meeting = _meeting([*(other.runs for other in known), *(runs for _, runs in new)])
    for at in range(len(seen)):
        _add(holders, meeting[at], at)
    for (id_, runs), prints in zip(new, meeting[len(known) :], strict=True):
        one, is_found = _place(id_, runs, [seen[at] for at in _candidates(holders, prints)] if prints else [])
        placed.append(one)
        if is_found and prints:
            _add(holders, prints, len(seen))
            seen.append(Known(id=id_, group=one.group, runs=runs))
    return placed


def _meeting(texts: Sequence[Runs]) -> list[list[int]]:
    """Return for each text those of its prints that another has too: what nobody else has leads nowhere."""
    prints = [runs[:PRINTS] for runs in texts]
    found: list[list[int]] = [[] for _ in texts]
    if not prints:
        return found
    _, place_, counts = np.unique(flat := np.concatenate(prints), return_inverse=True, return_counts=True)
    owner = np.repeat(np.arange(len(prints)), np.fromiter(map(len, prints), np.int64, len(prints)))
    is_met = counts[place_] > 1
    for at, print_ in zip(owner[is_met].tolist(), flat[is_met].tolist(), strict=True):
        found[at].append(print_)
    return found


def _place(id_: str, runs: Runs, candidates: Sequence[Known]) -> tuple[Placed, bool]:
    """Return where a text belongs, and whether later ones can be found by it."""
    like = [likeness(runs, one.runs) for one in candidates]
    best = max(range(len(like)), key=lambda at: (like[at], -at), default=None)
    if best is None or like[best] < ALIKE:
        return Placed(id=id_, group=id_, copy_of=None, likeness=1.0, prints=prints_of(runs)), bool(len(runs))
    other = candidates[best]
    # What only holds another text among much else would bring together what else it holds.
    of_a_length = min(len(runs), len(other.runs)) >= ALIKE * max(len(runs), len(other.runs))
    is_found = of_a_length and like[best] < SAME
    prints = prints_of(runs) if is_found else ()
    return Placed(id=id_, group=other.group, copy_of=other.id, likeness=round(like[best], 4), prints=prints), is_found


def _candidates(holders: dict[int, list[int]], prints: Sequence[int]) -> list[int]:
    """Return the texts that share most prints, the earliest first among equals."""
    counts = Counter(at for print_ in prints for at in holders.get(print_, ()))
    return [at for at, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CANDIDATES]]


def _add(holders: dict[int, list[int]], prints: Sequence[int], at: int) -> None:
    for print_ in prints:
        if len(holders[print_]) < MOST_HOLDERS:
            holders[print_].append(at)


def _runs(row: npt.NDArray[np.uint64], counts: npt.NDArray[np.int64]) -> list[Runs]:
    """Return each text's runs from the words of all, one after another, of which it has so many."""
    size = max(len(row) - RUN_WORDS + 1, 0)
    mixed = np.zeros(size, dtype=np.uint64)
    for place_, odd in enumerate(_ODD):
        mixed += row[place_ : size + place_] * np.uint64(odd)
    owner = np.repeat(np.arange(len(counts)), counts)
    is_within = owner[:size] == owner[RUN_WORDS - 1 : size + RUN_WORDS - 1]
    values, owner = (_mix(mixed) >> np.uint64(1)).astype(np.int64)[is_within], owner[:size][is_within]
    order = np.lexsort((values, owner))
    values, owner = values[order], owner[order]
    is_first = np.ones(len(values), dtype=np.bool_)
    is_first[1:] = (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    values, owner = values[is_first], owner[is_first]
    return np.split(values, np.searchsorted(owner, np.arange(1, len(counts)))) if len(counts) else []


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return the values with their bits spread: the last steps of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
