"""How near the model was to another answer: what a person's word on a post would teach it most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from nlp.annotation import Annotation
from nlp.meta import Meta

_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Each 0 (sure) to 1 (a toss-up between the two best answers); None where nothing was asked."""

    relevance: float
    sentiment: float | None
    topic: float | None
    """Of the topic that is nearest to its threshold."""


def doubts_of(note: Annotation, meta: Meta) -> Doubts:
    """Return the doubts behind a post's labels."""
    best = sorted(note.sentiment_scores.values(), reverse=True)
    limits = meta.topic_thresholds
    apart = [abs(_logit(chance) - _limit(limits.get(topic, 0.5))) for topic, chance in note.topic_scores.items()]
    return Doubts(
        relevance=round(2.0 * min(note.relevance_score, 1.0 - note.relevance_score), 4),
        sentiment=round(2.0 * best[1] / max(best[0] + best[1], _LEAST), 4) if len(best) > 1 else None,
        topic=round(_beside(min(apart)), 4) if apart else None,
    )


def _beside(apart: float) -> float:
    """Return 1 at the limit, less the farther the odds are from the limit's."""
    return 2.0 / (1.0 + math.exp(min(apart, 50.0)))


def _logit(chance: float) -> float:
    kept = min(max(chance, _LEAST), 1.0 - _LEAST)
    return math.log(kept / (1.0 - kept))


_limit = lru_cache(_logit)
"""Thresholds are a dozen, and every post is held against all."""
