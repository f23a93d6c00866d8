"""What words alone say of a text's mood, topics and relevance: a linear model, added to the encoder's logits.

Words, pairs of words and letter groups within words are counted into tables by hash (Weinberger et al. 2009), damped
and weighted by how rare they are (TF-IDF), and held against int8 weights. It knows what the encoder's few training
steps do not bring home: which words belong to which topic. It costs some three hundredths of a pass of the encoder.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from nlp.errors import ModelError

Floats = npt.NDArray[np.float32]
FILE = "ngrams.npz"
BITS = 15
"""Each of the two tables has 2 ** BITS places."""
SHORTEST, LONGEST = 3, 5
"""Letters in a group; a word's margins count as spaces."""
MOST_CHARS = 4096
"""More of a text is not read: about what the encoder's window holds, and a bound on what a giant post costs."""
KEPT_WORDS, KEPT_CHARS = 8192, 30
"""Words whose letter groups are at hand, some 5 MB: forums use a few thousand again and again, none of them long."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Weights of a linear model over both tables."""

    rarity: Floats
    """(2, places): inverse document frequencies; zero where training saw nothing."""
    weights: npt.NDArray[np.int8]
    """(2, places, classes)"""
    scale: Floats
    """(classes,): what a step of a weight is worth."""
    bias: Floats
    """(classes,)"""


def counts(text: str) -> list[dict[int, int]]:
    """Return how often each place of the two tables is met in a text: words and pairs, and letter groups."""
    words = _WORD.findall(text[:MOST_CHARS].lower())
    pairs = (f"{one} {two}" for one, two in pairwise(words))
    groups = (_kept_places(word) if len(word) <= KEPT_CHARS else _group_places(word) for word in words)
    return [Counter(map(_place, (*words, *pairs))), Counter(chain.from_iterable(groups))]


def features(found: list[dict[int, int]], rarity: Floats) -> list[tuple[npt.NDArray[np.int64], Floats]]:
    """Return the places of both tables with their values, each table's of unit length."""
    return [_weighted(table, rarity[at]) for at, table in enumerate(found)]


def answer(model: Ngrams, text: str) -> Floats:
    """Return the logits of all classes, (classes,)."""
    total = np.zeros(len(model.bias), np.float32)
    for at, (places, values) in enumerate(features(counts(text), model.rarity)):
        total += values @ model.weights[at].take(places, axis=0).astype(np.float32)
    return np.asarray(total * model.scale + model.bias, np.float32)


def read_ngrams(folder: Path, *, classes: int) -> Ngrams | None:
    """Return a model folder's word model, or None where it has none. Raise ModelError when it is damaged."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as found:
            model = Ngrams(*(found[name] for name in ("rarity", "weights", "scale", "bias")))
        shapes = (model.rarity.shape, model.weights.shape, model.scale.shape, model.bias.shape)
        size = 2**BITS
        if shapes != ((2, size), (2, size, classes), (classes,), (classes,)):
            raise ValueError(f"has other shapes than {classes} classes over {size} places")
    except (OSError, ValueError, KeyError, EOFError, zlib.error, BadZipFile) as error:
        raise ModelError(f"model folder {folder}: {FILE} cannot be read ({error}); reinstall the package") from error
    return model


def write_ngrams(model: Ngrams, folder: Path) -> None:
    """Write a word model into a model folder."""
    np.savez_compressed(folder / FILE, rarity=model.rarity, weights=model.weights, scale=model.scale, bias=model.bias)


def _groups(word: str) -> Iterator[str]:
    padded = f" {word} "
    for length in range(SHORTEST, LONGEST + 1):
        if len(padded) <= length:
            yield padded
            return
        yield from (padded[at : at + length] for at in range(len(padded) - length + 1))


def _group_places(word: str) -> tuple[int, ...]:
    return tuple(map(_place, _groups(word)))


_kept_places = lru_cache(maxsize=KEPT_WORDS)(_group_places)


def _place(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass")) & ((1 << BITS) - 1)


def _weighted(table: dict[int, int], rarity: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    places = np.fromiter(table.keys(), np.int64, len(table))
    seen = np.fromiter(table.values(), np.float32, len(table))
    values = (1 + np.log(seen)) * rarity[places]
    length = float(np.sqrt((values**2).sum()))
    return places, np.asarray(values / length if length else values, np.float32)
