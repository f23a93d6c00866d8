"""How near a post must be to a claim, chosen on the written posts of a split, as the product will match them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.claims import Claim, index_claims, likeness
from nlp.clean import model_text
from nlp.encoder import encode
from nlp.pipeline import LanguageStage
from nlp.quotes import split_quotes

DATA = Path(__file__).parent / "data"
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
UNMATCHED = {"auto": 2.0, "suggest": 2.0, "lexical_weight": 0.0}
"""The block of a model whose limits are not chosen yet: nothing is near enough."""
AUTO_PRECISION = 0.8
"""Share of `auto` pairs that must be right on the written posts, whose hard negatives are many."""
Row = dict[str, Any]


def posts_of(split: str) -> list[Row]:
    """Return the written posts of a split, as they stand in the data."""
    found = [
        json.loads(line)
        for path in sorted(DATA.glob("fibre_posts_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in found if row["split"] == split]


def claims_of(split: str) -> list[Claim]:
    """Return the claims of a split."""
    lines = (DATA / "fibre_claims.jsonl").read_text(encoding="utf-8").splitlines()
    found = [row for row in map(json.loads, lines) if row["split"] == split]
    return [Claim(claim_id=r["claim_id"], statement=r["statement"], truth=r["truth"]) for r in found]


def match_block(gold: Sequence[Row], claims: Sequence[Claim], stage: LanguageStage) -> dict[str, float]:
    """Return the `match` block for a model's `meta.json`, chosen on the posts about the stage's company.

    `auto`: at least four of five pairs over it are right, among posts of which one in six is written to mislead;
    `suggest`: 9 of 10 posts about a claim lie over it. The weight is the one that finds most at `auto`.
    """
    own = [row for row in gold if row["company"] == stage.company.name and row["is_relevant"]]
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    found = encode(stage.encoder, [model_text(row["text"], stage.company) for row in own])
    cosines, shares = likeness([split_quotes(row["text"]).own for row in own], found.embedding, index)
    right = np.array([[row.get("claim") == claim.claim_id for claim in claims] for row in own])
    tried = [_limits(cosines + weight * shares, right, weight) for weight in WEIGHTS]
    return max(tried, key=lambda block: block["auto_recall"])


def _limits(near: np.ndarray[Any, Any], right: np.ndarray[Any, Any], weight: float) -> dict[str, float]:
    order = np.argsort(-near.ravel(), kind="stable")
    hits = np.cumsum(right.ravel()[order])
    sure = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= AUTO_PRECISION)
    last = int(sure[-1]) if len(sure) else 0
    return {
        "auto": round(float(near.ravel()[order][last]), 4),
        "suggest": round(float(np.quantile(near[right], 0.1)), 4),
        "lexical_weight": weight,
        "auto_recall": round(float(hits[last] / max(right.sum(), 1)), 4),
    }
