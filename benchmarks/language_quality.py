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
from unittest import mock

from nlp import stance
from nlp.claims import Claim, index_claims
from nlp.evaluate import Figure, evaluate
from nlp.pipeline import LanguageStage, annotate, load_stage
from nlp.predict import match_posts
from training.matching import Row, claims_of, match_block, posts_of
from training.text import company_named


def stages(gold: Sequence[Row], model: Path | None) -> dict[str, LanguageStage]:
    """Return one stage for each company; the model is loaded once."""
    names = sorted({row["company"] for row in gold})
    return {name: load_stage(company=company_named(name), model_dir=model) for name in names}


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
        first += bool(pairs) and pairs[0].claim_id == row.get("claim")
        for match in pairs:
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


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--model", type=Path, default=None)
    options = parser.parse_args()
    gold, claims = posts_of(options.split), claims_of(options.split)
    for f in quality(gold, claims, options.model):
        print(f"{f.task:18} {f.metric:24} {f.value:.3f} ({f.low:.3f} to {f.high:.3f})  n={f.count}")
    print(json.dumps({"matching": matching(gold, claims, options.model)}))
    print(json.dumps({"match": match_block(gold, claims, stages(gold, options.model)["Open Infra"])}))


if __name__ == "__main__":
    main()
