"""When a post is near enough to a claim, and sure enough to be about it: chosen on the written posts of a split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from nlp.claims import MOST_CANDIDATES, Candidate, Claim, index_claims, likeness
from nlp.clean import model_text
from nlp.encoder import encode
from nlp.meta import MatchWeights
from nlp.pipeline import LanguageStage
from nlp.quotes import split_quotes
from nlp.stance import judge_stances
from nlp.tiers import LEAST_CHANCE, chance_of
from training.text import NOBODY, company_named, statement_text

DATA = Path(__file__).parent / "data"
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
UNMATCHED: Row = {"near": 2.0, "thread": 2.0, "lexical_weight": 0.0, "auto": 1.0, "suggest": 1.0}
"""The block of a model whose limits are not chosen yet: nothing is near enough."""
PRECISION, THREAD_PRECISION = 0.9, 0.8
"""Share of what counts at once, and of the threads that are sure, that must be right on the written posts."""
MISSED = 0.05
"""Share of the posts about a claim that may be too far from it to be judged, and that may stay unsuggested."""
RIDGE = 0.005
"""Penalty on squared weights: next to none, enough that equal data give equal weights."""
WEIGHED = ("bias", "meaning", "lexical", "about")
Row = dict[str, Any]
Array = np.ndarray[Any, Any]


def posts_of(split: str) -> list[Row]:
    """Return the written posts of a split, as they stand in the data."""
    found = [
        json.loads(line)
        for path in sorted(DATA.glob("fibre_posts_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in found if row["split"] == split]


def claims_of(split: str) -> list[Claim]:
    """Return the claims of a split, as the model reads them."""
    lines = (DATA / "fibre_claims.jsonl").read_text(encoding="utf-8").splitlines()
    found = [row for row in map(json.loads, lines) if row["split"] == split]
    return [
        Claim(claim_id=r["claim_id"], statement=statement_text(r["statement"], r["company"]), truth=r["truth"])
        for r in found
    ]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Posts held against claims, (posts, claims)."""

    meanings: Array
    shares: Array
    right: Array
    read: list[str]
    """Each post, its company masked, what it quotes before its own words."""


def hold(gold: Sequence[Row], claims: Sequence[Claim], stage: LanguageStage) -> Likeness:
    """Return how near the relevant posts of all companies are to the claims, and which pairs are right."""
    own = [row for row in gold if row["is_relevant"]]
    index = index_claims(claims, encoder=stage.encoder, company=NOBODY)
    texts = [model_text(row["text"], company_named(row["company"])) for row in own]
    meanings, shares = likeness(texts, encode(stage.encoder, texts).embedding, index)
    right = np.array([[row.get("claim") == claim.claim_id for claim in claims] for row in own])
    quoted = [split_quotes(row["text"]).quoted for row in own]
    return Likeness(meanings, shares, right, [f"{q}\n{t}" if q else t for q, t in zip(quoted, texts, strict=True)])


def match_block(gold: Sequence[Row], claims: Sequence[Claim], stage: LanguageStage) -> Row:
    """Return the `match` block for a model's `meta.json`.

    `near`: 19 of 20 posts about a claim lie over it; the weight of words is the one that ranks pairs best. `thread`: a
    pair that near is right four times in five, by nearness alone. `weights`: a logistic regression of being about the
    claim on likeness, words and the pair pass. `auto` and `suggest` are its probabilities: at least nine of ten pairs
    over `auto` are right, among posts of which one in six is written to mislead; 19 of 20 right pairs that are judged
    lie over `suggest`.
    """
    held = hold(gold, claims, stage)
    weight = max(WEIGHTS, key=lambda w: _average_precision(held.meanings + w * held.shares, held.right))
    nearness = held.meanings + weight * held.shares
    near = float(np.quantile(nearness[held.right], MISSED))
    pairs = [
        (row, int(at))
        for row in range(len(nearness))
        for at in np.argsort(-nearness[row])[:MOST_CANDIDATES]
        if nearness[row, at] >= near
    ]
    masked = [claim.statement for claim in claims]
    judged = judge_stances([(masked[at], held.read[row]) for row, at in pairs], encoder=stage.encoder, company=NOBODY)
    right = np.array([held.right[pair] for pair in pairs])
    weights = _weights([(held.meanings[p], held.shares[p], j.about) for p, j in zip(pairs, judged, strict=True)], right)
    meta = replace(stage.encoder.meta, match_weights=MatchWeights(**weights))
    chances = np.array(
        [
            chance_of(_candidate(held.meanings[p], held.shares[p]), j.about, meta=meta)
            for p, j in zip(pairs, judged, strict=True)
        ]
    )
    sure, found = _limit(chances, right, PRECISION)
    return {
        "near": round(near, 4),
        "thread": round(_limit(nearness.ravel(), held.right.ravel(), THREAD_PRECISION)[0], 4),
        "lexical_weight": weight,
        "weights": weights,
        "auto": round(sure, 4),
        "suggest": round(min(sure, float(np.quantile(chances[right], MISSED))), 4),
        "auto_recall": round(found / max(int(held.right.sum()), 1), 4),
    }


def _weights(measures: Sequence[tuple[float, float, float]], right: Array) -> dict[str, float]:
    meaning, lexical, about = np.array(measures).T
    sure = np.clip(about, LEAST_CHANCE, 1 - LEAST_CHANCE)
    x = np.stack([meaning, lexical, np.log(sure) - np.log1p(-sure)], axis=1)
    sign = np.where(right, 1.0, -1.0)

    def loss(at: Array) -> float:
        return float(np.logaddexp(0, -sign * (at[0] + x @ at[1:])).sum() + RIDGE * (at[1:] ** 2).sum())

    found = minimize(loss, np.zeros(4), method="BFGS").x
    return {name: round(float(value), 4) for name, value in zip(WEIGHED, found, strict=True)}


def _candidate(meaning: float, share: float) -> Candidate:
    return Candidate(
        claim_id="", meaning=float(meaning), lexical=float(share), thread=0.0, is_short=False, is_given=False, start=0,
        end=0,
    )  # fmt: skip


def _average_precision(scores: Array, right: Array) -> float:
    hits = right.ravel()[np.argsort(-scores.ravel(), kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _limit(scores: Array, right: Array, precision: float) -> tuple[float, int]:
    """Return the least score over which that share of the pairs is right, and how many right ones those are."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    sure = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= precision)
    last = int(sure[-1]) if len(sure) else 0
    return float(scores[order][last]), int(hits[last])
