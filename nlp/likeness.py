"""How alike two posts are, or a post and a claim, by meaning and by words, in units that do not depend on the model.

A model's raw cosines all lie close together. Against the posts of a fixed background they spread out: the background's
mean is taken away, and likeness by meaning is counted in the spread that posts on different things have among
themselves. Likeness by words is the cosine of stems weighted by their rarity in the written posts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from nlp.clean import clean
from nlp.company import Company
from nlp.encoder import Encoder, Floats, encode
from nlp.mentions import mask_company
from nlp.quotes import split_quotes
from nlp.words import stems

SLOTS = 2048
"""Numbers that a post's words are hashed into, with signs: two stems seldom meet, and then cancel as often as add."""
SPREADS = 10.0
"""So many spreads of likeness by meaning weigh as much as all words shared."""
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Ground:
    """What a model's embeddings are seen against."""

    centre: Floats
    """(size,)"""
    unit: float
    """What a cosine to the centre's other side is multiplied by."""


def lay_ground(encoder: Encoder) -> Ground:
    """Return the ground of a model: ordinary posts on many things, as it sees them."""
    found = encode(encoder, (_HERE / "background.txt").read_text(encoding="utf-8").splitlines()).embedding
    centre = np.asarray(found.mean(axis=0), np.float32)
    apart = _unit_rows(found - centre)
    spread = float((apart @ apart.T)[np.triu_indices(len(apart), 1)].std())
    return Ground(centre=centre, unit=1.0 / (SPREADS * max(spread, 1e-3)))


def towards(embeddings: Floats, ground: Ground) -> Floats:
    """Return (texts, size): embeddings as seen from the ground; the inner product of two is likeness by meaning.

    A text that was not judged, all zeros, is like none.
    """
    apart = _unit_rows(np.where(embeddings.any(axis=1, keepdims=True), embeddings - ground.centre, 0.0))
    return np.asarray(apart * np.float32(math.sqrt(ground.unit)), np.float32)


def places(texts: Sequence[str], embeddings: Floats, *, ground: Ground, company: Company) -> Floats:
    """Return (texts, size + SLOTS): the inner product of two rows is how alike the posts are.

    Two halves, by meaning and by words, each as long as it weighs.
    """
    words = np.zeros((len(texts), SLOTS), np.float32)
    for row, text in enumerate(texts):
        for stem in own_stems(text, company):
            slot, sign = _slot(stem)
            words[row, slot] += sign * rarity(stem)
    return np.concatenate([towards(embeddings, ground), _unit_rows(words)], axis=1)


def levelled(sums: Floats, *, size: int, ground: Ground) -> Floats:
    """Return sums of places as places: each half again as long as it weighs. `size` is that of the embedding."""
    meaning = _unit_rows(sums[:, :size]) * np.float32(math.sqrt(ground.unit))
    return np.concatenate([meaning, _unit_rows(sums[:, size:])], axis=1)


def own_stems(text: str, company: Company) -> set[str]:
    """Return the stems of the author's own words, without names of companies."""
    return set(stems(mask_company(clean(split_quotes(text).own), company)))


def rarity(stem: str) -> float:
    """Return the weight of a stem: how seldom the written posts have it."""
    count, common = _counts()
    return math.log(count / max(common.get(stem, 0), count / 500))


@lru_cache(maxsize=1)
def _counts() -> tuple[int, dict[str, int]]:
    """Return of how many posts the stems were counted, and those that one post in 500 has."""
    first, *lines = (_HERE / "stem_counts.txt").read_text(encoding="utf-8").splitlines()
    return int(first), {stem: int(count) for stem, count in (line.split() for line in lines)}


@lru_cache(maxsize=65_536)
def _slot(stem: str) -> tuple[int, float]:
    number = int.from_bytes(blake2b(stem.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")
    return number % SLOTS, 1.0 if number >> 31 else -1.0


def _unit_rows(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
