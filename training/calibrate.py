"""Temperatures, thresholds and calibration error, chosen on dev and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.metrics import f1_score

from training.evaluate import sigmoid, softmax
from training.labels import TOPICS
from training.prepare import Example

Array = np.ndarray[Any, Any]
BINS = 10
FLAT = 0.02
"""How much F1 may differ for two thresholds of a topic to be alike: which of these is best is luck. Chosen on dev among
0, 0.005, 0.01, 0.02 and 0.03."""
STEPS = np.round(np.arange(0.1, 0.91, 0.02), 2)


def temperatures(examples: Sequence[Example], out: Mapping[str, Array]) -> dict[str, float]:
    """Return per head the number that logits are divided by, at the least negative log likelihood (Guo 2017)."""
    found = {}
    for name in ("relevance", "sentiment", "topics", "stance", "about"):
        logits, truth = known(name, examples, out)
        best = minimize_scalar(
            lambda log, y=logits, t=truth: _nll(y / np.exp(log), t), bounds=(-2, 3), method="bounded"
        )
        found[name] = round(float(np.exp(best.x)), 4)
    return found


def known(name: str, examples: Sequence[Example], out: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return a head's logits and true labels where the label is known (own texts before outside ones)."""
    own = [row for row, e in enumerate(examples) if getattr(e, name) is not None and e.source.startswith("fibre")]
    return out[name][own], np.array([getattr(examples[row], name) for row in own])


def thresholds(examples: Sequence[Example], out: Mapping[str, Array], scale: Mapping[str, float]) -> dict[str, Any]:
    """Return the probability over which each label is given, at the best F1; few examples stay near a half."""
    logits, truth = known("relevance", examples, out)
    relevance = _best(sigmoid(logits / scale["relevance"]), truth)
    logits, truth = known("topics", examples, out)
    chances = sigmoid(logits / scale["topics"])
    common = _best(chances.ravel(), truth.ravel(), flat=FLAT)
    topics = {}
    for number, name in enumerate(TOPICS):
        count = int(truth[:, number].sum())
        own = _best(chances[:, number], truth[:, number], flat=FLAT) if count else common
        # A topic's own best threshold is noise on few examples: shrink it to the common one.
        share = count / (count + 20)
        topics[name] = round(share * own + (1 - share) * common, 3)
    return {"relevance": relevance, "topics": topics, "stance_abstain": _abstain(examples, out, scale)}


def _abstain(examples: Sequence[Example], out: Mapping[str, Array], scale: Mapping[str, float]) -> float:
    """Return the confidence under which a stance goes to a person: the least certain twentieth of dev."""
    logits, _ = known("stance", examples, out)
    return round(float(np.quantile(softmax(logits / scale["stance"]).max(axis=1), 0.05)), 3)


def calibration_errors(
    examples: Sequence[Example], out: Mapping[str, Array], scale: Mapping[str, float]
) -> dict[str, float]:
    """Return expected calibration error (ten equal bins) per head, after the temperatures."""
    found = {}
    for name in ("sentiment", "stance"):
        logits, truth = known(name, examples, out)
        chances = softmax(logits / scale[name])
        found[name] = _ece(chances.max(axis=1), chances.argmax(axis=1) == truth)
    for name in ("relevance", "topics", "about"):
        logits, truth = known(name, examples, out)
        chances = sigmoid(logits / scale[name]).ravel()
        found[name] = _ece(np.maximum(chances, 1 - chances), (chances >= 0.5) == truth.ravel().astype(bool))
    return {name: round(value, 4) for name, value in found.items()}


def _best(chances: Array, truth: Array, *, flat: float = 0.0) -> float:
    """Return the middle one of the steps whose F1 is at most `flat` under the best."""
    scores = [f1_score(truth, chances >= step, zero_division=0) for step in STEPS]
    top = STEPS[np.flatnonzero(np.array(scores) >= max(scores) - flat - 1e-9)]
    return round(float(top[len(top) // 2]), 3)


def _nll(logits: Array, truth: Array) -> float:
    if logits.ndim == 2 and truth.ndim == 1:
        return float(-np.log(softmax(logits)[np.arange(len(truth)), truth] + 1e-9).mean())
    chances = sigmoid(logits)
    return float(-(truth * np.log(chances + 1e-9) + (1 - truth) * np.log(1 - chances + 1e-9)).mean())


def _ece(confidence: Array, is_right: Array) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - is_right[bins == b].mean()) * (bins == b).mean()
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))
