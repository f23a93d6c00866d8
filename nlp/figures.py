"""The arithmetic of measuring labels: scores by label, intervals by resampling, calibration by bins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20231101
RESAMPLES = 1000
BINS = 10
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure with its 95 % bootstrap interval over posts."""

    task: str
    metric: str
    value: float
    low: float
    high: float
    count: int
    """Posts or pairs that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Judgements that were about equally sure, and how often they were right."""

    low: float
    high: float
    count: int
    chance: float
    """Their mean probability."""
    share: float
    """How many of them were right: the nearer to `chance`, the better calibrated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All that is known of one task."""

    figures: tuple[Figure, ...]
    confusion: Mapping[str, Mapping[str, int]]
    reliability: tuple[Bin, ...]


def bootstrap(score: Callable[[Rows], float], count: int) -> tuple[float, float, float]:
    """Return a score over all rows, and its 2.5 and 97.5 percentiles over resampled rows (Efron 1979); seeded."""
    rng = np.random.default_rng(SEED)
    drawn = [score(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(score(np.arange(count)), 4), round(float(low), 4), round(float(high), 4)


def measure_single(task: str, truth: Sequence[str], given: Sequence[str], chances: Sequence[float]) -> Measured:
    """Return what one label a row comes to: `chances` are the probabilities of the labels given."""
    labels = sorted(set(truth) | set(given))
    true = np.array([[one == label for label in labels] for one in truth])
    guess = np.array([[one == label for label in labels] for one in given])
    sure, is_right = np.array(chances), (true & guess).any(axis=1)
    scores: dict[str, Callable[[Rows], float]] = {
        "accuracy": lambda at: float(is_right[at].mean()),
        "macro_f1": lambda at: float(by_label(true[at], guess[at])[2].mean()),
        **_label_scores(true, guess, labels),
        "calibration_error": lambda at: calibration_error(sure[at], is_right[at]),
    }
    return Measured(
        figures=figures(task, scores, len(truth)),
        confusion=_confusion(truth, given),
        reliability=reliability(sure, is_right),
    )


def measure_several(
    task: str, truth: Sequence[Sequence[str]], given: Sequence[Sequence[str]], chances: Sequence[Mapping[str, float]]
) -> Measured:
    """Return what any number of labels a row comes to; confusion counts the right, the missed and the wrong ones."""
    labels = sorted({label for rows in (truth, given) for row in rows for label in row})
    true = np.array([[label in row for label in labels] for row in truth])
    guess = np.array([[label in row for label in labels] for row in given])
    sure = np.array([[row.get(label, 0.0) for label in labels] for row in chances])
    scores: dict[str, Callable[[Rows], float]] = {
        "micro_f1": lambda at: float(by_label(true[at].reshape(-1, 1), guess[at].reshape(-1, 1))[2][0]),
        "macro_f1": lambda at: float(by_label(true[at], guess[at])[2].mean()),
        **_label_scores(true, guess, labels),
        "calibration_error": lambda at: calibration_error(sure[at].ravel(), true[at].ravel()),
    }
    counts = zip(labels, (true & guess).sum(0), (true & ~guess).sum(0), (~true & guess).sum(0), strict=True)
    return Measured(
        figures=figures(task, scores, len(truth)),
        confusion={label: {"right": int(r), "missed": int(m), "wrong": int(w)} for label, r, m, w in counts},
        reliability=reliability(sure.ravel(), true.ravel()),
    )


def figures(task: str, scores: Mapping[str, Callable[[Rows], float]], count: int) -> tuple[Figure, ...]:
    """Return each score over all rows with its interval."""
    found = {metric: bootstrap(score, count) for metric, score in scores.items()}
    return tuple(
        Figure(task=task, metric=metric, value=value, low=low, high=high, count=count)
        for metric, (value, low, high) in found.items()
    )


def by_label(true: Flags, guess: Flags) -> tuple[npt.NDArray[np.float64], ...]:
    """Return precision, recall and F1 of each column; 0 where they are not defined."""
    hits, given, wanted = (true & guess).sum(0), guess.sum(0), true.sum(0)
    return hits / np.maximum(given, 1), hits / np.maximum(wanted, 1), 2 * hits / np.maximum(given + wanted, 1)


def calibration_error(chances: npt.NDArray[np.float64], is_right: Flags) -> float:
    """Return the expected calibration error over ten equal bins (Naeini et al. 2015)."""
    bins = _bin(chances)
    gaps = np.bincount(bins, weights=chances - is_right, minlength=BINS)
    return float(np.abs(gaps).sum() / max(len(chances), 1))


def reliability(chances: npt.NDArray[np.float64], is_right: Flags) -> tuple[Bin, ...]:
    """Return the bins of the calibration error that are not empty, the least sure first."""
    bins = _bin(chances)
    return tuple(
        Bin(
            low=at / BINS,
            high=(at + 1) / BINS,
            count=int((bins == at).sum()),
            chance=round(float(chances[bins == at].mean()), 4),
            share=round(float(is_right[bins == at].mean()), 4),
        )
        for at in sorted(set(bins.tolist()))
    )


def _bin(chances: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    return np.minimum((chances * BINS).astype(np.intp), BINS - 1)


def _label_scores(true: Flags, guess: Flags, labels: Sequence[str]) -> dict[str, Callable[[Rows], float]]:
    def score(column: int, place: int) -> Callable[[Rows], float]:
        one = slice(column, column + 1)
        return lambda at: float(by_label(true[at, one], guess[at, one])[place][0])

    return {
        f"{label}_{metric}": score(column, place)
        for column, label in enumerate(labels)
        for place, metric in enumerate(("precision", "recall", "f1"))
    }


def _confusion(truth: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for true, guess in zip(truth, given, strict=True):
        row = found.setdefault(true, {})
        row[guess] = row.get(guess, 0) + 1
    return found
