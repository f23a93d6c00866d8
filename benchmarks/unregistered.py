"""Rumours that nobody has registered: how pure the clusters are, and after how many posts one stands out.

Run as `python -m benchmarks.unregistered --split test`. All posts of the split that the product would gather (about
the company by its own labels of relevance and tone) are shuffled together several times and gathered as they come. The
claims of the split were never seen in training. `found`: a cluster holds three posts of the claim by then, and three
posts in five of it are; `within`: how many of the claim's posts that took. Purity and completeness are B-cubed
(Bagga and Baldwin 1998) over the posts that are about a claim. `--town` gathers the simulated autumn in its own order.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.clusters import Group, gather
from nlp.encoder import Floats
from nlp.likeness import Ground, lay_ground, places
from nlp.pipeline import LanguageStage, annotate, load_stage
from training.matching import posts_of
from training.text import company_named

ROUNDS = 5
ENOUGH, MOSTLY = 3, 0.6


@dataclass(frozen=True, slots=True)
class Post:
    """A post with the claim that it is truly about, if any."""

    text: str
    claim: str | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the rounds."""

    posts: int
    claims: int
    purity: float
    completeness: float
    found: float
    within: float
    """Posts of a claim until it stood out, over the claims that did."""
    stray: float
    """Clusters of three posts or more of which no claim is the most, a round."""


def written(split: str) -> list[Post]:
    """Return the posts about Open Infra of a split of the written data."""
    return [Post(r["text"], r["claim"]) for r in posts_of(split) if r["company"] == "Open Infra"]


def simulated() -> list[Post]:
    """Return the simulated town's posts about the company, in their order."""
    from town import build_world

    told = sorted((p for p in build_world(1).posts if p.truth.is_about_company), key=lambda p: p.posted_at)
    return [Post(p.text, min(p.truth.claims, default=None)) for p in told]


def quality(posts: Sequence[Post], stage: LanguageStage, *, is_ordered: bool = False, rounds: int = ROUNDS) -> Quality:
    """Return how well the posts gather, over several orders, or in the one given."""
    notes = annotate([post.text for post in posts], language_stage=stage, in_thread=True)
    kept = [at for at, note in enumerate(notes) if note.is_relevant and note.sentiment not in (None, "positive")]
    claims = [posts[at].claim for at in kept]
    ground = lay_ground(stage.encoder)
    vectors = np.stack([notes[at].embedding for at in kept])
    put = places([posts[at].text for at in kept], vectors, ground=ground, company=stage.company)
    rng = np.random.default_rng(0)
    orders = [np.arange(len(kept))] if is_ordered else [rng.permutation(len(kept)) for _ in range(rounds)]
    figures = [
        _round(put[order], [claims[at] for at in order], size=vectors.shape[1], ground=ground) for order in orders
    ]
    means = np.array(figures, np.float64).mean(axis=0).round(3).tolist()
    return Quality(len(kept), len({claim for claim in claims if claim}), *means)


def _round(put: Floats, claims: Sequence[str | None], *, size: int, ground: Ground) -> tuple[float, ...]:
    groups: list[Group] = []
    waits: dict[str, int] = {}
    for count in range(1, len(put) + 1):
        # As they come: what joins two groups later is not known yet.
        groups = gather(put[:count], [0.0] * count, size=size, ground=ground, begun=groups)
        claim = claims[count - 1]
        if claim is not None and claim not in waits and _stands_out(claim, groups, claims, count - 1):
            waits[claim] = sum(about == claim for about in claims[:count])
    group_of = {post: group for group in groups for post in group}
    total = Counter(claims)
    pure, whole = [], []
    for post, claim in enumerate(claims):
        if claim is not None:
            same = sum(claims[other] == claim for other in group_of[post])
            pure.append(same / len(group_of[post]))
            whole.append(same / total[claim])
    stray = sum(len(group) >= ENOUGH and _most(group, claims) < MOSTLY for group in groups)
    found = len(waits) / len(set(total) - {None})
    return float(np.mean(pure)), float(np.mean(whole)), found, float(np.mean([*waits.values()] or [0])), stray


def _stands_out(claim: str, groups: Sequence[Group], claims: Sequence[str | None], post: int) -> bool:
    group = next(group for group in groups if post in group)
    own = sum(claims[other] == claim for other in group)
    return own >= ENOUGH and own >= MOSTLY * len(group)


def _most(group: Group, claims: Sequence[str | None]) -> float:
    counts = Counter(claims[post] for post in group if claims[post] is not None)
    return max(counts.values(), default=0) / len(group)


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--town", action="store_true")
    parser.add_argument("--model", type=Path, default=None)
    options = parser.parse_args()
    stage = load_stage(company=company_named("Open Infra"), model_dir=options.model)
    found = quality(simulated() if options.town else written(options.split), stage, is_ordered=options.town)
    print(json.dumps({name: getattr(found, name) for name in Quality.__slots__}))


if __name__ == "__main__":
    main()
