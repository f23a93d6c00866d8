"""From probabilities and mentions to labels: the rules that stand between the model and what is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.encoder import Floats
from nlp.mentions import OURS, Mention
from nlp.meta import Meta

CLEARLY_NOT = 0.03
"""Below this the head overrules a plain mention: the post names the company and is about something else."""
WEAKLY_NAMED = 0.25
"""The same for a misspelt name or a product."""
UNNAMED = 0.9
"""Least probability for a post that names nobody, outside the threads that are known to be about the company."""
OTHER = "other"


def judge_relevance(chance: float, mentions: Sequence[Mention], meta: Meta, *, in_thread: bool) -> tuple[bool, float]:
    """Return whether the post is about the company, and the probability behind it.

    A homonym alone never is; a clear mention is, unless the head is very sure that it is not; a post of a followed
    thread without any name is what the head says.
    """
    kinds = {mention.kind for mention in mentions}
    if "name" in kinds:
        return chance >= CLEARLY_NOT, max(chance, 0.5 if chance >= CLEARLY_NOT else 0.0)
    if kinds & OURS:
        return chance >= WEAKLY_NAMED, max(chance, 0.5 if chance >= WEAKLY_NAMED else 0.0)
    if "homonym" in kinds:
        return False, min(chance, 0.05)
    limit = meta.relevance_threshold
    return chance >= (limit if in_thread else max(limit, UNNAMED)), chance


def judge_sentiment(chances: Floats, meta: Meta) -> tuple[str, dict[str, float]]:
    """Return the likeliest sentiment and all three probabilities."""
    return meta.sentiment[int(np.argmax(chances))], _scores(meta.sentiment, chances)


def judge_topics(chances: Floats, meta: Meta) -> tuple[tuple[str, ...], dict[str, float]]:
    """Return the topics over their thresholds, else the nearest to it; `other` only where it stands alone."""
    limits = np.array([meta.topic_thresholds.get(topic, 0.5) for topic in meta.topics], np.float32)
    chosen = chances >= limits
    if not chosen.any():
        chosen[int(np.argmax(chances - limits))] = True
    found = [topic for topic, is_on in zip(meta.topics, chosen, strict=True) if is_on]
    if len(found) > 1 and OTHER in found:
        found.remove(OTHER)
    return tuple(found), _scores(meta.topics, chances)


def _scores(labels: Sequence[str], chances: Floats) -> dict[str, float]:
    return {label: round(float(chance), 4) for label, chance in zip(labels, chances, strict=True)}
