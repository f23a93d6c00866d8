"""Figures from outputs and labels: what the model gets right, per source and question."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import snowballstemmer
import torch
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, precision_score, recall_score

from training.dataset import Dataset
from training.labels import SENTIMENTS, STANCES, TOPICS
from training.model import Network
from training.prepare import Example

Array = np.ndarray[Any, Any]
_STEM = snowballstemmer.stemmer("swedish")


def predict(network: Network, data: Dataset, places: Sequence[int]) -> dict[str, Array]:
    """Return the network's outputs for these places of a dataset, in their order."""
    network.eval()
    order = sorted(range(len(places)), key=lambda row: int(data.lengths[places[row]]))
    parts: list[dict[str, Array]] = []
    for first in range(0, len(order), 48):
        batch = data.take([int(places[row]) for row in order[first : first + 48]])
        with torch.inference_mode():
            out = network.upper(batch.x, batch.mask)
        parts.append({name: value.numpy() for name, value in out._asdict().items()})
    back = np.argsort(order)
    return {name: np.concatenate([part[name] for part in parts])[back] for name in parts[0]}


def figures(examples: Sequence[Example], out: Mapping[str, Array], thresholds: Mapping[str, Any]) -> dict[str, float]:
    """Return all figures that the examples' labels allow, by `source.figure`."""
    found: dict[str, float] = {}
    for source in dict.fromkeys(e.source for e in examples):
        at = [row for row, e in enumerate(examples) if e.source == source]
        own = [examples[row] for row in at]
        values = {name: value[at] for name, value in out.items()}
        scores = {**_sentiment(own, values), **_stance(own, values), **_relevance(own, values, thresholds)}
        scores |= {**_topics(own, values, thresholds), **_about(own, values)}
        found |= {f"{source}.{name}": round(float(value), 4) for name, value in scores.items()}
    return found


def _sentiment(examples: Sequence[Example], out: Mapping[str, Array]) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.sentiment is not None]
    if not rows:
        return {}
    truth = np.array([examples[row].sentiment for row in rows])
    guess = out["sentiment"][rows].argmax(1)
    found = {
        "sentiment_macro_f1": f1_score(truth, guess, average="macro", labels=range(3), zero_division=0),
        "sentiment_accuracy": accuracy_score(truth, guess),
    }
    for number, name in enumerate(SENTIMENTS):
        found[f"sentiment_{name}_f1"] = f1_score(truth == number, guess == number, zero_division=0)
    polar = truth != 1
    found["sentiment_polar_accuracy"] = accuracy_score(
        truth[polar] == 2, out["sentiment"][rows][polar][:, 2] > out["sentiment"][rows][polar][:, 0]
    )
    return found


def _stance(examples: Sequence[Example], out: Mapping[str, Array]) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.stance is not None]
    if not rows:
        return {}
    truth = np.array([examples[row].stance for row in rows])
    guess = out["stance"][rows].argmax(1)
    known = sorted(set(truth.tolist()))
    found = {
        "stance_macro_f1": f1_score(truth, guess, average="macro", labels=known, zero_division=0),
        "stance_accuracy": accuracy_score(truth, guess),
    }
    for number in known:
        name = STANCES[number]
        found[f"stance_{name}_recall"] = recall_score(truth == number, guess == number, zero_division=0)
        found[f"stance_{name}_precision"] = precision_score(truth == number, guess == number, zero_division=0)
    return found


def _relevance(
    examples: Sequence[Example], out: Mapping[str, Array], thresholds: Mapping[str, Any]
) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.relevance is not None]
    truth = np.array([examples[row].relevance for row in rows])
    if len(set(truth.tolist())) < 2:
        return {}
    guess = sigmoid(out["relevance"][rows]) >= thresholds.get("relevance", 0.5)
    return {
        "relevance_f1": f1_score(truth, guess),
        "relevance_precision": precision_score(truth, guess, zero_division=0),
        "relevance_recall": recall_score(truth, guess),
    }


def _about(examples: Sequence[Example], out: Mapping[str, Array]) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.about is not None]
    truth = np.array([examples[row].about for row in rows])
    if len(set(truth.tolist())) < 2:
        return {}
    logits = out["about"][rows]
    return {
        "about_average_precision": average_precision_score(truth, logits),
        "about_accuracy": accuracy_score(truth, logits > 0),
    }


def _topics(examples: Sequence[Example], out: Mapping[str, Array], thresholds: Mapping[str, Any]) -> dict[str, float]:
    rows = [row for row, e in enumerate(examples) if e.topics is not None]
    if not rows:
        return {}
    truth = np.array([examples[row].topics for row in rows])
    guess = choose_topics(sigmoid(out["topics"][rows]), thresholds.get("topics", {}))
    found = {
        "topics_micro_f1": f1_score(truth, guess, average="micro", zero_division=0),
        "topics_macro_f1": f1_score(truth, guess, average="macro", zero_division=0),
    }
    for number, name in enumerate(TOPICS):
        if truth[:, number].any():
            found[f"topics_{name}_f1"] = f1_score(truth[:, number], guess[:, number], zero_division=0)
    return found


def choose_topics(chances: Array, thresholds: Mapping[str, float]) -> Array:
    """Return 0/1 per topic: those over their threshold, else the likeliest; `other` only when it stands alone."""
    limits = np.array([thresholds.get(topic, 0.5) for topic in TOPICS])
    chosen = chances >= limits
    none = ~chosen.any(axis=1)
    chosen[none, (chances - limits)[none].argmax(axis=1)] = True
    other = TOPICS.index("other")
    chosen[chosen.sum(axis=1) > 1, other] = False
    return chosen.astype(int)


def retrieval(
    posts: Sequence[Example], claims: Sequence[Example], post_vectors: Array, claim_vectors: Array
) -> dict[str, float]:
    """Return MAP@5 of finding each post's claim among all claims: by embedding, by words, by both."""
    by_meaning = post_vectors @ claim_vectors.T
    by_words = bm25([claim.text for claim in claims], [post.text for post in posts])
    both = _ranks(by_meaning) + _ranks(by_words)
    truth = [[claim.group for claim in claims].index(post.group) for post in posts]
    return {
        "posts": len(posts),
        "claims": len(claims),
        "map5_embedding": round(_map5(by_meaning, truth), 4),
        "map5_bm25": round(_map5(by_words, truth), 4),
        "map5_both": round(_map5(both, truth), 4),
    }


def _ranks(scores: Array) -> Array:
    # Reciprocal rank fusion (Cormack 2009), k = 10 for a short list of claims.
    return 1.0 / (10 + np.argsort(np.argsort(-scores, axis=1), axis=1))


def _map5(scores: Array, truth: Sequence[int]) -> float:
    # One right claim per post: average precision is one over its rank.
    ranks = [(scores[row] > scores[row, right]).sum() + 1 for row, right in enumerate(truth)]
    return float(np.mean([1 / rank if rank <= 5 else 0.0 for rank in ranks]))


def bm25(texts: Sequence[str], queries: Sequence[str], *, k1: float = 1.2, b: float = 0.75) -> Array:
    """Return Okapi BM25 scores (queries, texts) over stemmed Swedish words."""
    bags = [Counter(_words(text)) for text in texts]
    spread: dict[str, int] = defaultdict(int)
    for bag in bags:
        for word in bag:
            spread[word] += 1
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)
    scores = np.zeros((len(queries), len(texts)))
    for row, query in enumerate(queries):
        for word in _words(query):
            weight = math.log(1 + (len(texts) - spread.get(word, 0) + 0.5) / (spread.get(word, 0) + 0.5))
            for column, bag in enumerate(bags):
                if count := bag.get(word, 0):
                    length = k1 * (1 - b + b * sum(bag.values()) / mean)
                    scores[row, column] += weight * count * (k1 + 1) / (count + length)
    return scores


def _words(text: str) -> list[str]:
    words = "".join(char.lower() if char.isalnum() else " " for char in text).split()
    return list(_STEM.stemWords(words))


def sigmoid(value: Array) -> Array:
    """Return the logistic function."""
    return 1.0 / (1.0 + np.exp(-value))


def softmax(value: Array) -> Array:
    """Return softmax over the last axis."""
    powers = np.exp(value - value.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
