"""How good the labels are against posts that people labelled: per label, with intervals, confusion and calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.claims import Claim, index_claims
from nlp.pipeline import LanguageStage, annotate
from nlp.stance import judge_stances

SEED = 20231101
RESAMPLES = 1000
BINS = 10


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
class Report:
    """All figures of one evaluation, and where the labels went wrong."""

    figures: tuple[Figure, ...]
    confusion: Mapping[str, Mapping[str, Mapping[str, int]]]
    """By task: true label, then given label, then count."""

    def value(self, task: str, metric: str) -> float:
        """Return one figure's value. Raise KeyError when it was not measured."""
        for figure in self.figures:
            if (figure.task, figure.metric) == (task, metric):
                return figure.value
        raise KeyError(f"{task} {metric}")


def evaluate(
    gold: Sequence[Mapping[str, Any]], *, stage: LanguageStage, claims: Sequence[Claim] = (), in_thread: bool = False
) -> Report:
    """Return how the stage's labels compare with gold rows.

    A row has `text` and any of `is_relevant`, `sentiment`, `topics`, and `claim` with `stance`; what is absent or None
    is not judged. Stance is judged on the gold pairs, so that it does not depend on matching.
    """
    found = annotate([str(row["text"]) for row in gold], language_stage=stage, in_thread=in_thread)
    figures: list[Figure] = []
    confusion: dict[str, dict[str, dict[str, int]]] = {}

    def add(task: str, truth: list[str], given: list[str], chances: list[float]) -> None:
        if truth:
            figures.extend(_label_figures(task, truth, given, chances))
            confusion[task] = _confusion(truth, given)

    known = [(row, one) for row, one in zip(gold, found, strict=True) if row.get("is_relevant") is not None]
    add(
        "relevance",
        [str(bool(row["is_relevant"])) for row, _ in known],
        [str(one.is_relevant) for _, one in known],
        [max(one.relevance_score, 1 - one.relevance_score) for _, one in known],
    )
    known = [(row, one) for row, one in zip(gold, found, strict=True) if row.get("sentiment")]
    add(
        "sentiment",
        [str(row["sentiment"]) for row, _ in known],
        [one.sentiment or "neutral" for _, one in known],
        [max(one.sentiment_scores.values(), default=1.0) for _, one in known],
    )
    add("stance", *_stances(gold, claims, stage))
    topics = [(row["topics"], one.topics) for row, one in zip(gold, found, strict=True) if row.get("topics")]
    figures += _topic_figures(topics)
    return Report(figures=tuple(figures), confusion=confusion)


def _stances(
    gold: Sequence[Mapping[str, Any]], claims: Sequence[Claim], stage: LanguageStage
) -> tuple[list[str], list[str], list[float]]:
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    read = {claim.claim_id: text for claim, text in zip(claims, index.masked, strict=True)}
    rows = [row for row in gold if row.get("claim") in read and row.get("stance")]
    pairs = [(read[str(row["claim"])], str(row["text"])) for row in rows]
    found = judge_stances(pairs, encoder=stage.encoder, company=stage.company)
    return [str(row["stance"]) for row in rows], [one.stance for one in found], [one.score for one in found]


def _label_figures(task: str, truth: list[str], given: list[str], chances: list[float]) -> list[Figure]:
    labels = sorted(set(truth) | set(given))
    true, guess = np.array(truth), np.array(given)
    made = []

    def add(metric: str, score: Callable[[npt.NDArray[np.intp]], float]) -> None:
        value, low, high = bootstrap(score, len(truth))
        made.append(Figure(task=task, metric=metric, value=value, low=low, high=high, count=len(truth)))

    add("accuracy", lambda at: float((true[at] == guess[at]).mean()))
    add("macro_f1", lambda at: float(np.mean([_scores(true[at], guess[at], label)[2] for label in labels])))
    for label in labels:
        for place, metric in enumerate(("precision", "recall", "f1")):
            add(f"{label}_{metric}", lambda at, x=label, p=place: _scores(true[at], guess[at], x)[p])  # type: ignore[misc]
    sure, is_right = np.array(chances), true == guess
    add("calibration_error", lambda at: calibration_error(sure[at], is_right[at]))
    return made


def _topic_figures(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[Figure]:
    if not pairs:
        return []
    labels = sorted({topic for both in pairs for side in both for topic in side})
    true = np.array([[label in side for label in labels] for side, _ in pairs])
    guess = np.array([[label in side for label in labels] for _, side in pairs])

    def micro(at: npt.NDArray[np.intp]) -> float:
        hits = float((true[at] & guess[at]).sum())
        return 2 * hits / max(float(true[at].sum() + guess[at].sum()), 1.0)

    scores: dict[str, Callable[[npt.NDArray[np.intp]], float]] = {"micro_f1": micro}
    for column, label in enumerate(labels):
        scores[f"{label}_f1"] = lambda at, c=column: _scores(true[at, c], guess[at, c], True)[2]  # type: ignore[misc]
    made = []
    for metric, score in scores.items():
        value, low, high = bootstrap(score, len(pairs))
        made.append(Figure(task="topics", metric=metric, value=value, low=low, high=high, count=len(pairs)))
    return made


def _scores(true: npt.NDArray[Any], guess: npt.NDArray[Any], label: object) -> tuple[float, float, float]:
    """Return precision, recall and F1 of one label; 0 where they are not defined."""
    hits = float(((true == label) & (guess == label)).sum())
    given, wanted = float((guess == label).sum()), float((true == label).sum())
    precision, recall = hits / given if given else 0.0, hits / wanted if wanted else 0.0
    return precision, recall, 2 * hits / (given + wanted) if given + wanted else 0.0


def bootstrap(score: Callable[[npt.NDArray[np.intp]], float], count: int) -> tuple[float, float, float]:
    """Return a score over all rows, and its 2.5 and 97.5 percentiles over resampled rows (Efron 1979); seeded."""
    rng = np.random.default_rng(SEED)
    drawn = [score(rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(score(np.arange(count)), 4), round(float(low), 4), round(float(high), 4)


def calibration_error(chances: npt.NDArray[np.float64], is_right: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten equal bins (Naeini et al. 2015)."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    gaps = np.bincount(bins, weights=chances - is_right, minlength=BINS)
    return float(np.abs(gaps).sum() / max(counts.sum(), 1))


def _confusion(truth: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for true, guess in zip(truth, given, strict=True):
        row = found.setdefault(true, {})
        row[guess] = row.get(guess, 0) + 1
    return found
