"""Fit the word model that stands beside the encoder, on our own training posts; weigh the two on dev."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from nlp.ngrams import BITS, Ngrams, answer, counts, features
from training.evaluate import sigmoid, softmax
from training.labels import SENTIMENTS, TOPICS
from training.prepare import Example

Array = np.ndarray[Any, Any]
HEADS = {
    "sentiment": slice(0, len(SENTIMENTS)),
    "topics": slice(len(SENTIMENTS), len(SENTIMENTS) + len(TOPICS)),
    "relevance": slice(len(SENTIMENTS) + len(TOPICS), len(SENTIMENTS) + len(TOPICS) + 1),
}
"""Which classes of the word model belong to which head."""
SOURCES = ("fibre", "social", "norec")
"""Outside texts too, so that mood is not learnt from talk of fibre alone."""
TAUGHT = (*SOURCES, "scene")
LOOSENESS = 10.0
"""Inverse strength of the penalty on weights (`C`)."""
STEPS = 127


def fit(examples: Sequence[Example]) -> Ngrams:
    """Return a logistic regression per class, in int8, over the n-grams of single texts of `train`."""
    own = [e for e in examples if e.source in TAUGHT and e.split == "train"]
    found = [counts(e.text) for e in own]
    rarity = np.stack([_rarity([bag[table] for bag in found]) for table in range(2)])
    rows = [features(bags, rarity) for bags in found]
    x = hstack([_matrix([row[table] for row in rows]) for table in range(2)]).tocsr()
    fitted = [_class(x, own, head, at) for head, part in HEADS.items() for at in range(part.stop - part.start)]
    weights = np.stack([w for w, _ in fitted], axis=1).reshape(2, 2**BITS, len(fitted))
    scale = np.abs(weights).max(axis=(0, 1)) / STEPS
    steps = np.round(weights / scale).astype(np.int8)
    return Ngrams(rarity, steps, scale.astype(np.float32), np.array([bias for _, bias in fitted], np.float32))


def weigh(model: Ngrams, examples: Sequence[Example], out: Mapping[str, Array]) -> Ngrams:
    """Return the word model with each head scaled as it helps the encoder's logits most on these dev texts.

    Every source counts alike, however many texts it has.
    """
    scale, bias = model.scale.copy(), model.bias.copy()
    for head, classes in HEADS.items():
        held = []
        for source in SOURCES:
            rows = [row for row, e in enumerate(examples) if e.source == source and getattr(e, head) is not None]
            if rows:
                logits = out[head][rows]
                words = np.stack([answer(model, examples[row].text)[classes] for row in rows]).reshape(logits.shape)
                held.append((logits, words, np.array([getattr(examples[row], head) for row in rows])))
        share = _share(head, held)
        scale[classes] *= share
        bias[classes] *= share
    return Ngrams(model.rarity, model.weights, scale, bias)


def add(model: Ngrams, examples: Sequence[Example], out: Mapping[str, Array]) -> dict[str, Array]:
    """Return the encoder's outputs with the word model's logits added where a text stands alone."""
    found = {name: value.copy() for name, value in out.items()}
    for row, example in enumerate(examples):
        if example.claim is None:
            words = answer(model, example.text)
            for head, classes in HEADS.items():
                found[head][row] += words[classes].reshape(found[head][row].shape)
    return found


def _class(x: Any, own: Sequence[Example], head: str, at: int) -> tuple[Array, float]:
    labels = {row: getattr(e, head) for row, e in enumerate(own) if getattr(e, head) is not None}
    truth = [_is(label, head, at) for label in labels.values()]
    model = LogisticRegression(C=LOOSENESS, class_weight="balanced", solver="liblinear", random_state=0)
    model.fit(x[list(labels)], truth)
    return model.coef_[0], float(model.intercept_[0])


def _is(label: Any, head: str, at: int) -> int:
    return int(label == at) if head == "sentiment" else int(label[at] if head == "topics" else label)


def _rarity(tables: Sequence[Mapping[int, int]]) -> Array:
    met = np.zeros(2**BITS)
    for table in tables:
        met[list(table)] += 1
    return np.where(met > 0, np.log((1 + len(tables)) / (1 + met)) + 1, 0).astype(np.float32)


def _matrix(rows: Sequence[tuple[Array, Array]]) -> Any:
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places, values = (np.concatenate([row[part] for row in rows]) for part in range(2))
    return csr_matrix((values, places, ends), shape=(len(rows), 2**BITS))


def _share(head: str, held: Sequence[tuple[Array, Array, Array]]) -> float:
    """Return the factor on the word model at the least negative log likelihood, the temperature free beside it.

    held: by source the encoder's logits, the word model's and the truth.
    """

    def loss(at: Array) -> float:
        return sum(_nll(head, (logits + np.exp(at[0]) * words) / np.exp(at[1]), truth) for logits, words, truth in held)

    return float(np.exp(minimize(loss, np.array([0.0, 0.5]), method="Nelder-Mead").x[0]))


def _nll(head: str, logits: Array, truth: Array) -> float:
    if head == "sentiment":
        return float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-9).mean())
    chances = sigmoid(logits)
    return float(-(truth * np.log(chances + 1e-9) + (1 - truth) * np.log(1 - chances + 1e-9)).mean())
