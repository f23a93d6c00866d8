"""Examples, their cached hidden states and their labels as tensors, dealt out in seeded batches of like length."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.augment import vary
from training.cache import Cache, encode, hidden, join
from training.confusion import confused, near_misses
from training.labels import STANCES, TOPICS
from training.model import Network
from training.prepare import SEED, Example
from training.text import post_text, statement_text

MAX_TRAIN_LENGTH = 96
MAX_OUTSIDE_LENGTH = 60
"""Longer texts of outside sources are left out: attention to them costs more than they teach."""
OWN = ("fibre", "fibre_pair", "claim")
SUPPORT, DENY, QUERY, COMMENT = range(len(STANCES))
FLIPPED = {SUPPORT: DENY, DENY: SUPPORT, QUERY: QUERY, COMMENT: COMMENT}


@dataclass(frozen=True, slots=True)
class Batch:
    """Hidden states and labels; -1 where a label is not known. `at` are places in the dataset."""

    at: list[int]
    x: Tensor
    mask: Tensor
    labels: dict[str, Tensor]


class Dataset:
    """All examples of a run with their cache; batches are a function of a random generator alone."""

    def __init__(self, examples: Sequence[Example], cache: Cache) -> None:
        self.examples, self.cache = list(examples), cache
        self.lengths = cache.lengths()
        self.labels = _labels(self.examples)
        self.streams: dict[tuple[str, str], Any] = {}
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, example in enumerate(self.examples):
            places[example.source, example.split].append(at)
        self.streams = {key: np.array(value) for key, value in places.items()}

    def fingerprint(self) -> str:
        """Return a short hash of the texts and their order."""
        texts = repr([(e.source, e.split, e.text, e.claim) for e in self.examples])
        return hashlib.sha256(texts.encode()).hexdigest()[:12]

    def take(self, at: Sequence[int]) -> Batch:
        """Return the batch of the examples at these places."""
        x, mask = self.cache.batch(at)
        return Batch(list(at), x, mask, {name: value[list(at)] for name, value in self.labels.items()})

    def deal(self, source: str, rng: np.random.Generator, *, tokens: int) -> Batch:
        """Return a batch of training examples of one source with like lengths, at most `tokens` padded."""
        places = self.streams[source, "train"]
        if source == "paraphrase":
            return self.take(_pairs(places, self.lengths, rng, tokens))
        order = places[np.argsort(self.lengths[places] + rng.uniform(0, 6, len(places)))]
        anchor = int(rng.integers(len(order)))
        count = int(max(4, tokens // max(int(self.lengths[order[anchor]]), 8)))
        first = max(0, min(anchor - count // 2, len(order) - count))
        return self.take(order[first : first + count].tolist())


def build(examples: Sequence[Example], network: Network, tokenizer: Any, *, folder: Path) -> Dataset:
    """Return the dataset of these examples for a network, computing or reading its cache."""
    ids = encode(tokenizer, examples, max_length=MAX_TRAIN_LENGTH)
    fits = [e.source in OWN or len(value) <= MAX_OUTSIDE_LENGTH for e, value in zip(examples, ids, strict=True)]
    kept = [at for at, is_kept in enumerate(_keep_pairs(examples, fits)) if is_kept]
    # Outside texts and our own have a file each: ours change more often.
    parts = [[at for at in kept if (examples[at].source in OWN) == is_own] for is_own in (False, True)]
    caches = [hidden(network, [ids[at] for at in part], folder=folder) for part in parts if part]
    return Dataset([examples[at] for part in parts for at in part], join(caches))


def _keep_pairs(examples: Sequence[Example], fits: list[bool]) -> list[bool]:
    lost = {(e.source, e.group) for e, is_fit in zip(examples, fits, strict=True) if not is_fit and e.group}
    return [is_fit and (e.source, e.group) not in lost for e, is_fit in zip(examples, fits, strict=True)]


def _pairs(places: Any, lengths: Any, rng: np.random.Generator, tokens: int) -> list[int]:
    pairs = places.reshape(-1, 2)
    longest = lengths[pairs].max(axis=1)
    order = pairs[np.argsort(longest + rng.uniform(0, 6, len(pairs)))]
    anchor = int(rng.integers(len(order)))
    count = int(max(4, tokens // (2 * max(int(lengths[order[anchor]].max()), 8))))
    first = max(0, min(anchor - count // 2, len(order) - count))
    return [int(at) for pair in order[first : first + count] for at in pair]


def _labels(examples: Sequence[Example]) -> dict[str, Tensor]:
    unknown = (-1,) * len(TOPICS)
    return {
        "relevance": torch.tensor([-1 if e.relevance is None else e.relevance for e in examples]),
        "sentiment": torch.tensor([-1 if e.sentiment is None else e.sentiment for e in examples]),
        "stance": torch.tensor([-1 if e.stance is None else e.stance for e in examples]),
        "about": torch.tensor([-1 if e.about is None else e.about for e in examples]),
        "topics": torch.tensor([e.topics or unknown for e in examples]),
        "score": torch.tensor([-1.0 if e.score is None else e.score for e in examples]),
    }


def claim_examples(claims: dict[str, dict[str, Any]]) -> list[Example]:
    """Return each claim's statement as a text of its own, to be matched."""
    return [
        Example(
            source="claim", split=row["split"], text=statement_text(row["statement"], row["company"]), group=claim_id
        )
        for claim_id, row in claims.items()
    ]


def vary_fibre(
    examples: Sequence[Example], claims: dict[str, dict[str, Any]], posts: Sequence[dict[str, Any]]
) -> list[Example]:
    """Return more training examples: typed otherwise, homonyms masked, the truth as the claim, claims not meant."""
    rng = random.Random(SEED)
    train = [example for example in examples if example.split == "train"]
    found = [replace(example, text=vary(example.text, rng)) for example in train]
    for row in posts:
        if row["split"] == "train" and not row["is_relevant"]:
            text = post_text(row["text"], row["company"], homonyms=False)
            found.append(Example(source="fibre", split="train", text=text, relevance=0))
    known = {key: row for key, row in claims.items() if row["split"] == "train"}
    found += near_misses(posts, known)
    for example in train:
        if example.source == "fibre_pair" and example.group in known:
            found += _other_pairs(example, known, rng)
    for key, row in known.items():
        statement, truth = (statement_text(row[part], row["company"]) for part in ("statement", "truth"))
        for text, stance in ((truth, DENY), (statement, SUPPORT)):
            found.append(
                Example(
                    source="fibre_pair", split="train", text=text, claim=statement, stance=stance, about=1, group=key
                )
            )
    return found + confused(train, known)


def _other_pairs(example: Example, claims: dict[str, dict[str, Any]], rng: random.Random) -> list[Example]:
    own = claims[example.group or ""]
    found = []
    if example.stance is not None and rng.random() < 0.5:
        truth = statement_text(own["truth"], own["company"])
        found.append(replace(example, claim=truth, stance=FLIPPED[example.stance]))
    if rng.random() < 0.15:
        other = rng.choice([row for key, row in sorted(claims.items()) if key != example.group])
        statement = statement_text(other["statement"], other["company"])
        found.append(replace(example, claim=statement, stance=None, about=0))
    return found
