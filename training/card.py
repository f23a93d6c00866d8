"""Write the figures of the model card from what was measured: nobody copies a number by hand.

Run as `python -m training.card` after a build; a test fails where `docs/models.md` says anything else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CARD = ROOT / "docs" / "models.md"
METRICS = ROOT / "training" / "metrics.json"
META = ROOT / "nlp" / "model" / "meta.json"
BEGIN, END = "<!-- figures: written by `python -m training.card` -->", "<!-- end of figures -->"
TOPICS = (
    "terms", "maintenance_fee", "price", "marketing", "billing", "outage", "speed", "installation", "support",
    "switching", "complaints", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: what it says, which measured figure it shows, and what the project wants of it."""

    says: str
    key: str
    goal: float | None = None


LINES = (
    Line("own posts: sentiment, macro-F1", "fibre.sentiment_macro_f1", 0.80),
    Line("own posts: topics, micro-F1", "fibre.topics_micro_f1", 0.75),
    Line("own posts: relevance, F1 (text alone, without the rules on names)", "fibre.relevance_f1", 0.97),
    Line("stance on unseen claims, macro-F1", "fibre_pair.stance_macro_f1", 0.70),
    Line("- recall of support", "fibre_pair.stance_support_recall"),
    Line("- recall of deny", "fibre_pair.stance_deny_recall"),
    Line("- recall of query", "fibre_pair.stance_query_recall"),
    Line("- recall of comment", "fibre_pair.stance_comment_recall"),
    Line("whether a post is about a claim, average precision", "fibre_about.about_average_precision"),
    Line("- share of the pairs judged rightly", "fibre_about.about_accuracy"),
    Line("Swedish social posts, three classes, macro-F1", "social.sentiment_macro_f1", 0.70),
    Line("Swedish social posts, the clearly good and bad ones, accuracy", "social.sentiment_polar_accuracy"),
    Line("Norwegian review sentences (NoReC), macro-F1", "norec.sentiment_macro_f1"),
    Line("SweNLI's hand-made test as stance, macro-F1", "nli.stance_macro_f1"),
)


def figures(metrics: Mapping[str, Any], meta: Mapping[str, Any]) -> str:
    """Return the part of the card that is measured, as Markdown."""
    test, dev = metrics["test"], metrics.get("dev", {})
    rows = [_row(line, test, dev) for line in LINES if line.key in test]
    parts = [
        f"Model `{meta['name']}` {meta['version']}, {metrics['model_bytes']:,} bytes"
        f" and {metrics['ngrams_bytes']:,} of word model.",
        _table(("figure", "test", "dev", "goal"), rows),
        "Topics, F1 on the test posts: " + ", ".join(_topics(test)) + ".",
        *_rest(metrics),
    ]
    return "\n\n".join(parts)


def _row(line: Line, test: Mapping[str, float], dev: Mapping[str, float]) -> tuple[str, ...]:
    value = test[line.key]
    goal = "-" if line.goal is None else f"{line.goal:.2f}" + ("" if value >= line.goal else ", **not reached**")
    return line.says, f"{value:.3f}", f"{dev[line.key]:.3f}" if line.key in dev else "-", goal


def _topics(test: Mapping[str, float]) -> list[str]:
    return [f"`{topic}` {test[key]:.2f}" for topic in TOPICS if (key := f"fibre.topics_{topic}_f1") in test]


def _rest(metrics: Mapping[str, Any]) -> list[str]:
    found = metrics["retrieval_test"]
    gain = found["map5_both"] - found["map5_bm25"]
    errors = ", ".join(f"{head} {value:.3f}" for head, value in metrics["calibration_error_test"].items())
    small = metrics["int8_against_fp32"]
    return [
        f"Claims found among {found['claims']} for {found['posts']} posts, MAP@5:"
        f" embedding {found['map5_embedding']:.3f}, BM25 {found['map5_bm25']:.3f},"
        f" both {found['map5_both']:.3f} (goal: BM25 + 0.05; {gain:+.3f}).",
        f"Expected calibration error on test: {errors}.",
        f"Int8 gives the label of unrounded arithmetic in {small['sentiment_same_label']:.1%} (sentiment) and"
        f" {small['stance_same_label']:.1%} (stance) of the test texts.",
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def written(card: str) -> str:
    """Return the card with its figures as they are measured now. Raise ValueError where it has no place for them."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the card lacks {BEGIN} or {END}")
    made = figures(json.loads(METRICS.read_text(encoding="utf-8")), json.loads(META.read_text(encoding="utf-8")))
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


if __name__ == "__main__":
    CARD.write_text(written(CARD.read_text(encoding="utf-8")), encoding="utf-8")
