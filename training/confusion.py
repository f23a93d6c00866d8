"""Pairs of a post and a claim that it is not about, though they share words: what the `about` head learns from."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nlp.words import stems
from training.prepare import SEED, Example
from training.text import post_text, statement_text

NEAREST = 6
"""Claims that share most words with a post: the first, and one of the others, are put beside it."""
SHARE_OF_CLAIMLESS = 0.5
Array = np.ndarray[Any, Any]


def confused(examples: Sequence[Example], claims: Mapping[str, Mapping[str, Any]]) -> list[Example]:
    """Return each post with two claims that it is not about; of the posts on no claim every other one, with one.

    examples: training examples, of which the posts on the company and the posts with their claims are used. Stance is
    unknown for these pairs: what is not about a claim stands nowhere.
    """
    ids = sorted(claims)
    statements = [statement_text(claims[key]["statement"], claims[key]["company"]) for key in ids]
    posts = [e for e in examples if e.source == "fibre" and e.relevance != 0 and e.sentiment is not None]
    rng, near = random.Random(SEED), _shared([post.text for post in posts], statements)
    found = []
    for post, shares in zip(posts, near, strict=True):
        others = [at for at in np.argsort(-shares, kind="stable").tolist() if ids[at] != post.group][:NEAREST]
        if post.group is None and rng.random() >= SHARE_OF_CLAIMLESS:
            continue
        for at in others[:1] if post.group is None else [others[0], rng.choice(others[1:])]:
            found.append(_pair(post, statements[at]))
    return found


def near_misses(posts: Sequence[Mapping[str, Any]], claims: Mapping[str, Mapping[str, Any]]) -> list[Example]:
    """Return the posts that were written to be taken for being about one of the claims, with it."""
    return [
        Example(
            source="fibre_pair",
            split=row["split"],
            text=post_text(row["text"], row["company"]),
            claim=statement_text(claims[row["near"]]["statement"], claims[row["near"]]["company"]),
            about=0,
        )
        for row in posts
        if row.get("near") in claims
    ]


def about_pairs(
    examples: Sequence[Example], claims: Mapping[str, Mapping[str, Any]], posts: Sequence[Mapping[str, Any]], split: str
) -> list[Example]:
    """Return the pairs of a split by which the `about` head is measured: right ones, near misses and confusions."""
    own = [e for e in examples if e.split == split]
    known = {key: row for key, row in claims.items() if row["split"] == split}
    wrong = [*near_misses(posts, known), *confused(own, known)]
    right = [replace(e, stance=None) for e in own if e.source == "fibre_pair" and e.about]
    return [replace(e, source="fibre_about") for e in (*right, *wrong)]


def _pair(post: Example, statement: str) -> Example:
    bare = replace(post, relevance=None, sentiment=None, topics=None, stance=None, group=None)
    return replace(bare, source="fibre_pair", claim=statement, about=0)


def _shared(texts: Sequence[str], statements: Sequence[str]) -> Array:
    """Return (texts, statements): the share of a statement's words, rare ones weighing more, that a text has."""
    bags = [set(stems(statement)) for statement in statements]
    place = {word: at for at, word in enumerate(sorted(set().union(*bags)))}
    held = np.zeros((len(bags), len(place)))
    for row, bag in enumerate(bags):
        held[row, [place[word] for word in bag]] = 1.0
    weights = held * np.log(len(bags) / held.sum(axis=0))
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    has = np.zeros((len(texts), len(place)))
    for row, text in enumerate(texts):
        has[row, [place[word] for word in set(stems(text)) if word in place]] = 1.0
    return np.asarray(has @ weights.T)
