"""How good the labels are on the posts written for this project, whose claims the model has never seen.

Run as `python -m benchmarks.language_quality --split test`. Each post is judged for the company that it is about; posts
that name nobody are judged as replies in a followed thread, as the product meets them. `--split dev` is for choosing
thresholds and cue weights, `test` for the figures that are quoted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from nlp import stance
from nlp.claims import Claim, index_claims, likeness
from nlp.clean import model_text
from nlp.company import Company, Homonym
from nlp.encoder import encode
from nlp.evaluate import Figure, evaluate
from nlp.pipeline import LanguageStage, annotate, load_stage
from nlp.predict import match_posts
from nlp.quotes import split_quotes

ROOT = Path(__file__).parents[1]
DATA = ROOT / "training" / "data"
OPERATORS = ("Telia", "Bahnhof", "Tele2", "Telenor", "IP-Only", "GlobalConnect", "Bredband2", "Com Hem", "Ownit")
HOMONYMS = tuple(Homonym(name=f"Open Infra {what}") for what in ("Summit", "Days", "Foundation"))
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
Row = dict[str, Any]


def rows(split: str) -> list[Row]:
    """Return the written posts of a split."""
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


def stages(gold: Sequence[Row], model: Path | None) -> dict[str, LanguageStage]:
    """Return one stage for each company; the model is loaded once."""
    names = sorted({row["company"] for row in gold})
    return {
        name: load_stage(company=Company(name=name, operators=OPERATORS, homonyms=HOMONYMS), model_dir=model)
        for name in names
    }


def quality(gold: Sequence[Row], claims: Sequence[Claim], model: Path | None) -> list[Figure]:
    """Return the figures of all labels, Open Infra's posts; with stance also as the model alone gives it."""
    stage = stages(gold, model)["Open Infra"]
    own = [row for row in gold if row["company"] == "Open Infra"]
    named = [row for row in own if row.get("named", True)]
    unnamed = [{**row, "is_relevant": None} for row in own if not row.get("named", True)]
    found = [*evaluate([*named, *unnamed], stage=stage, claims=claims).figures]
    pairs = [row for row in gold if row.get("claim")]
    found += [replace(f, task="stance_all") for f in evaluate(_bare(pairs), stage=stage, claims=claims).figures]
    with mock.patch.object(stance, "cues", lambda *_: {}):
        alone = evaluate(_bare(pairs), stage=stage, claims=claims).figures
    return [*found, *(replace(f, task="stance_model_alone") for f in alone)]


def _bare(pairs: Sequence[Row]) -> list[Row]:
    return [{"text": row["text"], "claim": row["claim"], "stance": row["stance"]} for row in pairs]


def matching(gold: Sequence[Row], claims: Sequence[Claim], model: Path | None) -> Mapping[str, float]:
    """Return how claims are found among those of the split: by tier, and who comes first."""
    stage = stages(gold, model)["Open Infra"]
    own = [row for row in gold if row["company"] == "Open Infra"]
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    texts = [row["text"] for row in own]
    found = match_posts(texts, annotate(texts, language_stage=stage, in_thread=True), index, stage=stage)
    right = {"auto": 0, "suggest": 0}
    given = {"auto": 0, "suggest": 0}
    first = 0
    for row, pairs in zip(own, found, strict=True):
        first += bool(pairs) and pairs[0][0].claim_id == row.get("claim")
        for match, _ in pairs:
            given[match.tier] += 1
            right[match.tier] += match.claim_id == row.get("claim")
    wanted = sum(bool(row.get("claim")) for row in own)
    return {
        "posts_with_a_claim": wanted,
        "auto_precision": round(right["auto"] / max(given["auto"], 1), 4),
        "auto_recall": round(right["auto"] / wanted, 4),
        "any_recall": round(sum(right.values()) / wanted, 4),
        "any_per_post": round(sum(given.values()) / len(own), 3),
        "first_is_right": round(first / wanted, 4),
    }


def match_block(gold: Sequence[Row], claims: Sequence[Claim], model: Path | None) -> Mapping[str, float]:
    """Return the `match` block for a model's `meta.json`, chosen on these posts, as matching will use it.

    `auto`: at least 19 of 20 pairs over it are right; `suggest`: 9 of 10 posts about a claim lie over it. The weight is
    the one that finds most at `auto`.
    """
    stage = stages(gold, model)["Open Infra"]
    own = [row for row in gold if row["company"] == "Open Infra" and row["is_relevant"]]
    index = index_claims(claims, encoder=stage.encoder, company=stage.company)
    found = encode(stage.encoder, [model_text(row["text"], stage.company) for row in own])
    cosines, shares = likeness([split_quotes(row["text"]).own for row in own], found.embedding, index)
    right = np.array([[row.get("claim") == claim.claim_id for claim in claims] for row in own])
    tried = [_limits(cosines + weight * shares, right, weight) for weight in WEIGHTS]
    return max(tried, key=lambda block: block["auto_recall"])


def _limits(near: np.ndarray, right: np.ndarray, weight: float) -> dict[str, float]:
    order = np.argsort(-near.ravel(), kind="stable")
    hits = np.cumsum(right.ravel()[order])
    sure = np.flatnonzero(hits / np.arange(1, len(order) + 1) >= 0.95)
    last = int(sure[-1]) if len(sure) else 0
    return {
        "auto": round(float(near.ravel()[order][last]), 4),
        "suggest": round(float(np.quantile(near[right], 0.1)), 4),
        "lexical_weight": weight,
        "auto_recall": round(float(hits[last] / max(right.sum(), 1)), 4),
    }


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--model", type=Path, default=None)
    options = parser.parse_args()
    gold, claims = rows(options.split), claims_of(options.split)
    for f in quality(gold, claims, options.model):
        print(f"{f.task:18} {f.metric:24} {f.value:.3f} ({f.low:.3f} to {f.high:.3f})  n={f.count}")
    print(json.dumps({"matching": matching(gold, claims, options.model)}))
    print(json.dumps({"match": match_block(gold, claims, options.model)}))


if __name__ == "__main__":
    main()
