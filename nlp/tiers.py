"""How far it is trusted that a post is about a claim: by likeness, by words and by the pair pass together."""

from __future__ import annotations

import math

from nlp.claims import Candidate
from nlp.meta import Meta

LEAST_CHANCE = 1e-4
"""The pair pass is never surer than this, either way."""


def chance_of(candidate: Candidate, about: float, *, meta: Meta) -> float:
    """Return the probability that a post is about the claim: what the pair pass says, and how near the two are.

    about: the pair pass's probability. Together they are right far more often than either (docs/models.md).
    """
    told = math.log(min(max(about, LEAST_CHANCE), 1 - LEAST_CHANCE)) - math.log1p(-min(about, 1 - LEAST_CHANCE))
    weights = meta.match_weights
    score = weights.bias + weights.meaning * candidate.meaning + weights.lexical * candidate.lexical
    return 1 / (1 + math.exp(-max(min(score + weights.about * told, 60.0), -60.0)))


def tier_of(candidate: Candidate, about: float, *, meta: Meta) -> str | None:
    """Return how far a pair may be trusted, or None when the post is not about the claim.

    about: the pair pass's probability that it is. A post that might be about the claim is about it when its thread
    surely is; a short one by itself says too little to count.
    """
    chance = chance_of(candidate, about, meta=meta)
    if candidate.is_given:
        return "auto"
    if chance >= meta.match_suggest and candidate.thread >= meta.match_thread:
        return "auto"
    if chance >= meta.match_auto:
        return "suggest" if candidate.is_short else "auto"
    return "suggest" if chance >= meta.match_suggest else None
