"""What a model folder says of itself in `meta.json`: labels, calibration and thresholds, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.errors import ModelError

HEADS = ("relevance", "sentiment", "topics", "stance", "about")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchWeights:
    """What says that a post is about a claim, as a logistic regression: weights on the pair's measures."""

    bias: float = 0.0
    meaning: float = 0.0
    lexical: float = 0.0
    about: float = 1.0
    """On the log odds of the pair pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """A model's identity, and how its outputs are to be read."""

    name: str
    version: str
    sentiment: tuple[str, ...]
    topics: tuple[str, ...]
    stance: tuple[str, ...]
    max_length: int
    texts_per_run: int
    """Texts of one length that the graph may read together, their answers the same to the bit as if alone; 1: none."""
    temperatures: Mapping[str, float]
    """By head: what its logits are divided by (Guo et al. 2017)."""
    relevance_threshold: float
    topic_thresholds: Mapping[str, float]
    stance_abstain: float
    """Confidence under which a stance goes to a person."""
    match_near: float
    """Nearness of a post to a claim (`nlp.claims.nearness`) from which the pair pass is asked about them."""
    match_thread: float
    """Nearness of a thread's title to a claim from which the thread is held to be about it."""
    lexical_weight: float
    """What the share of a claim's words adds to likeness by meaning in nearness."""
    match_weights: MatchWeights
    match_auto: float
    match_suggest: float
    """Probability that a post is about a claim, from which it counts at once, and from which a person should look."""
    figures: Mapping[str, Any]


def read_meta(folder: Path) -> Meta:
    """Return what `meta.json` says. Raise ModelError when it is not there or lacks something."""
    path = folder / "meta.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        labels, thresholds, match = raw["labels"], raw.get("thresholds", {}), raw.get("match", {})
        return Meta(
            name=str(raw["name"]),
            version=str(raw["version"]),
            sentiment=tuple(labels["sentiment"]),
            topics=tuple(labels["topics"]),
            stance=tuple(labels["stance"]),
            max_length=int(raw["max_length"]),
            texts_per_run=max(1, int(raw.get("texts_per_run", 1))),
            temperatures={head: float(raw.get("temperatures", {}).get(head, 1.0)) for head in HEADS},
            relevance_threshold=float(thresholds.get("relevance", 0.5)),
            topic_thresholds={str(k): float(v) for k, v in thresholds.get("topics", {}).items()},
            stance_abstain=float(thresholds.get("stance_abstain", 0.5)),
            match_near=float(match.get("near", 0.85)),
            match_thread=float(match.get("thread", 0.95)),
            lexical_weight=float(match.get("lexical_weight", 0.3)),
            match_weights=MatchWeights(**{str(k): float(v) for k, v in match.get("weights", {}).items()}),
            match_auto=float(match.get("auto", 0.5)),
            match_suggest=float(match.get("suggest", 0.2)),
            figures=raw.get("figures", {}),
        )
    except OSError as error:
        raise ModelError(f"model folder {folder}: no readable meta.json ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"model folder {folder}: meta.json is not a model's ({type(error).__name__}: {error})"
        ) from error
