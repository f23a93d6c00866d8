"""How near the model was to another answer: what a person's word on a post would teach it most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from nlp.annotation import Annotation
from nlp.meta import Meta

_LEAST = 1e-6
Chances = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """One of each for a post, 0 (sure) to 1 (a toss-up between the two best answers); None where nothing was asked."""

    relevance: list[float]
    sentiment: list[float | None]
    topic: list[float | None]
    """Of the topic that is nearest to its threshold."""


def doubts_of(notes: Sequence[Annotation], meta: Meta) -> Doubts:
    """Return the doubts behind the labels of posts."""
    chances = np.array([note.relevance_score for note in notes], dtype=np.float64)
    return Doubts(
        relevance=_rounded(2.0 * np.minimum(chances, 1.0 - chances)),
        sentiment=_sentiment_doubts(notes),
        topic=_topic_doubts(notes, meta),
    )


def _sentiment_doubts(notes: Sequence[Annotation]) -> list[float | None]:
    asked = [place for place, note in enumerate(notes) if len(note.sentiment_scores) > 1]
    if not asked:
        return [None] * len(notes)
    scores = np.array([list(notes[place].sentiment_scores.values()) for place in asked], dtype=np.float64)
    scores.sort(axis=1)
    return _placed(2.0 * scores[:, -2] / np.maximum(scores[:, -1] + scores[:, -2], _LEAST), asked, len(notes))


def _topic_doubts(notes: Sequence[Annotation], meta: Meta) -> list[float | None]:
    asked = [place for place, note in enumerate(notes) if note.topic_scores]
    if not asked:
        return [None] * len(notes)
    found = [notes[place].topic_scores for place in asked]
    limits = {topic: meta.topic_thresholds.get(topic, 0.5) for topic in set(chain.from_iterable(found))}
    chances = _numbers(chain.from_iterable(one.values() for one in found))
    apart = np.abs(_logits(chances) - _logits(_numbers(limits[topic] for one in found for topic in one)))
    starts = np.cumsum([0, *(len(one) for one in found[:-1])])
    # 1 at the limit, less the farther the odds are from the limit's.
    beside = 2.0 / (1.0 + np.exp(np.minimum(np.minimum.reduceat(apart, starts), 50.0)))
    return _placed(beside, asked, len(notes))


def _numbers(values: Iterable[float]) -> Chances:
    return np.fromiter(values, dtype=np.float64)


def _logits(chances: Chances) -> Chances:
    kept = np.clip(chances, _LEAST, 1.0 - _LEAST)
    return np.log(kept / (1.0 - kept))


def _placed(values: Chances, places: Sequence[int], count: int) -> list[float | None]:
    found: list[float | None] = [None] * count
    for place, value in zip(places, _rounded(values), strict=True):
        found[place] = value
    return found


def _rounded(values: Chances) -> list[float]:
    return [round(value, 4) for value in values.tolist()]
