"""How many posts a second a pass takes from landing files to the published snapshot, without crawl and encoder.

    python -m benchmarks.pipeline [--posts 100000]

The pass is the real one (`flows.story.one_pass`, no source read, no digest): it loads compressed landing files of ten
sources, saves what the language stage says, groups copies, holds posts against claims, watches, runs the races, raises
alerts, counts for the views, publishes. What a model would say is laid out beforehand: a post's annotation is looked
up by its text, and the encoder of claims and titles gives a vector without computing. So redaction and the finding of
names, which the language stage does, are not in the figure; `python -m benchmarks.language` has them. Left out, too, is
the gathering of what no claim explains (`gather_unmatched`), whose time grows with the square of a pass's posts.
`judge_stances` reads the texts of the pairs that a model is asked about, up to 400 of a claim in 8,192 posts, as the
language stage does: the figures `without_pairs` leave that out as well.
Copies are grouped beside the annotating, on the second core, and are in its figure.
`tables` is a hash of what all tables then hold: the same for the same posts, so that a quicker way is seen to do the
same work.

Two posts in five are about the company, one in twenty is on one of four claims. Seconds are by the clock; beside them
the processor's time of all cores, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from flows.config import validate
from flows.desk import Desk, open_desk
from flows.paths import paths_of
from flows.sources import company_of
from flows.steps import annotate as annotating
from flows.steps import match as matching
from flows.story import one_pass
from nlp.annotation import Annotation
from nlp.encoder import SHIPPED, Encoder
from nlp.mentions import Mention
from nlp.meta import Meta, read_meta
from nlp.pipeline import LanguageStage
from warehouse.audit import table_hash
from warehouse.connection import open_warehouse
from warehouse.ledger import put_claim, put_segments
from warehouse.records import Claim, Post, Segment, Visit, to_line
from warehouse.rollups import refresh

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = 60
SIZE = 384
SOURCES = tuple(f"forum{number}" for number in range(10))
TOPICS = ("price", "speed", "outage", "billing", "support", "terms")
CLAIMS = (
    "Alla kunder ska betala en ny avgift för drift och underhåll.",
    "Alla avtal sägs upp vid årsskiftet.",
    "Routern spelar in samtal i hemmet.",
    "Fibern stängs av för den som inte godkänner villkoren.",
)
CONFIG = {
    "company": {"name": "Open Infra", "aliases": ["OpenInfra"]},
    "segment": [{"id": "villa", "name": "Villor", "customers": 9000}],
}
SYLLABLES = ("fi", "ber", "av", "gift", "vil", "la", "näs", "ta", "mån", "ad", "rou", "ter", "nät", "sva", "gre", "lön")


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=100_000)
    count = parser.parse_args().posts
    with tempfile.TemporaryDirectory() as name:
        config = a_config(Path(name))
        said = write_landing(Path(name) / "landing", count)
        stages: dict[str, tuple[float, float]] = {}
        do = timing(stages)
        judge = patch.object(annotating, "judge", lambda texts, **_: [said[text] for text in texts])
        stances = matching.judge_stances
        pairs = patch.object(matching, "judge_stances", lambda pairs, **how: do(stances, pairs, **how))
        with judge, pairs, open_desk(config, now=NOW) as desk:
            desk._stage = trivial_stage(desk)
            report = one_pass(desk, do=do, write_digest=False, sources="none")
            digest = table_hash(desk.con)
        whole, part = stages["match"], stages["judge_stances"]
        stages["match"] = whole[0] - part[0], whole[1] - part[1]
        size = report.published.stat().st_size
    clock, processor = (sum(one[at] for one in stages.values()) for at in (0, 1))
    pair_clock, pair_processor = stages["judge_stances"]
    figures = {
        "posts": count,
        "posts_per_second": round(count / clock),
        "posts_per_processor_second": round(count / processor),
        "posts_per_second_without_pairs": round(count / (clock - pair_clock)),
        "posts_per_processor_second_without_pairs": round(count / (processor - pair_processor)),
        "loaded": report.load.loaded,
        "annotated": report.annotated_count,
        "matched": report.matched_count,
        "snapshot_mb": round(size / 1e6, 1),
        "tables": digest[:16],
        "stage_seconds_clock_and_processor": {
            name: (round(by_clock, 2), round(by_processor, 2)) for name, (by_clock, by_processor) in stages.items()
        },
    }
    print(json.dumps(figures, indent=2))


def a_config(data: Path) -> Any:
    """Return the configuration of a data folder, made with its ledger."""
    config = validate({**CONFIG, "storage": {"data": str(data)}}, where="benchmark")
    (data / "secrets").mkdir()
    (data / "secrets" / "author.key").write_text("k" * 64)
    with open_warehouse(paths_of(config).warehouse) as con:
        put_segments(con, [Segment(segment="villa", name="Villor", customer_count=9000)])
        for number, statement in enumerate(CLAIMS):
            put_claim(con, Claim(claim_id=f"c{number}", statement=statement, truth="Nej.", created_at=NOW))
    return config


def write_landing(folder: Path, count: int) -> dict[str, Annotation]:
    """Write the posts of one crawl of every source; return what a model says of each text."""
    pick = random.Random(7)
    words = ["".join(pick.choices(SYLLABLES, k=pick.randint(1, 4))) for _ in range(5000)]
    vectors = unit(np.random.default_rng(7).standard_normal((count, SIZE)))
    said: dict[str, Annotation] = {}
    for at, source in enumerate(SOURCES):
        path = folder / source / "20261120T110000Z.jsonl.gz"
        path.parent.mkdir(parents=True)
        # Without the time in its head, which would make another file of the same posts.
        with TextIOWrapper(gzip.GzipFile(path, "wb", compresslevel=1, mtime=0), encoding="utf-8") as file:
            for number in range(at, count, len(SOURCES)):
                post = a_post(number, source, pick, words, count)
                said[post.text] = an_annotation(number, post.text, vectors[number])
                file.write(to_line(post) + "\n")
            file.write(to_line(a_visit(source)) + "\n")
    return said


def a_post(number: int, source: str, pick: random.Random, words: Sequence[str], count: int) -> Post:
    """Return a post of about 300 characters in a thread of 20."""
    on_claim = f" {CLAIMS[number // 20 % len(CLAIMS)]}" if number % 20 == 0 else ""
    who = "Open Infra" if number % 5 < 2 else "De"
    return Post(
        source=source,
        post_id=str(number),
        thread_id=str(number // 200),
        thread_title=f"Fråga {number // 200} om fiber",
        author_key=f"author-{pick.randrange(20_000)}",
        posted_at=NOW - timedelta(seconds=DAYS * 86_400 * (count - number) / count),
        seen_at=NOW - timedelta(hours=1),
        url=f"https://{source}.example/{number}",
        text=f"{who} {number}{on_claim} " + " ".join(pick.choices(words, k=40)),
        content_key=f"content-{number}",
        view_count=number % 5000,
    )


def a_visit(source: str) -> Visit:
    begun = NOW - timedelta(hours=1)
    return Visit(
        source=source, started_at=begun, finished_at=NOW, is_complete=True, page_count=9, post_count=9, read_count=9
    )


def an_annotation(number: int, text: str, vector: Any) -> Annotation:
    """Return what the model is taken to say of a post."""
    is_ours = number % 5 < 2
    tone = ("negative", "neutral", "positive")[number % 3]
    if number % 20 == 0:
        vector = unit((wording(CLAIMS[number // 20 % len(CLAIMS)], len(vector)) + 0.02 * vector)[None])[0]
    return Annotation(
        lang="sv",
        is_relevant=is_ours,
        relevance_score=0.9 if is_ours else 0.1,
        sentiment=tone if is_ours else None,
        sentiment_scores={"negative": 0.2, "neutral": 0.3, "positive": 0.1, tone: 0.6} if is_ours else {},
        topics=(TOPICS[number % 6],) if is_ours else (),
        topic_scores=dict.fromkeys(TOPICS, 0.3) if is_ours else {},
        mentions=(Mention(0, 10, "Open Infra", "alias"),) if is_ours else (),
        redactions=(),
        redacted_text=text,
        own_text=text,
        embedding=vector.astype(np.float32),
    )


def unit(rows: Any) -> Any:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def wording(text: str, size: int = SIZE) -> Any:
    """Return the vector of a text: the same for the same, and far from all others."""
    return unit(np.random.default_rng(sum(text.encode())).standard_normal((1, size)))[0]


class Session:
    """Answers without computing."""

    def __init__(self, meta: Meta, size: int) -> None:
        self.size = size
        sizes = {"relevance": 1, "about": 1, "sentiment": len(meta.sentiment), "topics": len(meta.topics), "stance": 4}
        self.zeros = {name: np.zeros((1, size), np.float32) for name, size in sizes.items()}

    def run(self, outputs: Sequence[str], feed: Mapping[str, Any]) -> list[Any]:
        """Return a vector made of the text's number, and answers that are all alike."""
        vector = numbered(int(feed["input_ids"][0, 0]), self.size)
        return [vector if name == "embedding" else self.zeros[name] for name in outputs]


@cache
def numbered(number: int, size: int) -> Any:
    """Return the vector of a number; drawn once, as it stands in for what costs the stages nothing."""
    return unit(np.random.default_rng(number).standard_normal((1, size)))


def tokenise(texts: Sequence[str], *_: Any, **__: Any) -> dict[str, list[list[int]]]:
    """Return one number for each text."""
    return {"input_ids": [[sum(text.encode())] for text in texts]}


def trivial_stage(desk: Desk, *, size: int = SIZE) -> LanguageStage:
    """Return a language stage whose model computes nothing."""
    meta = replace(read_meta(SHIPPED), texts_per_run=1)
    encoder = Encoder(Session(meta, size), tokenise, meta, 1, size)
    return LanguageStage(company=company_of(desk.config), encoder=encoder, pipeline=None)


def timing(stages: dict[str, tuple[float, float]]) -> Callable[..., Any]:
    """Return what does a step and notes the seconds by the clock and the processor; counting apart from publishing."""

    def do(step: Callable[..., Any], *given: Any, **options: Any) -> Any:
        if step.__name__ == "gather_unmatched":
            return 0
        if step.__name__ == "publish":
            do(rollups, given[0])
        begun = time.perf_counter(), time.process_time()
        try:
            return step(*given, **options)
        finally:
            before = stages.get(step.__name__, (0.0, 0.0))
            took = time.perf_counter() - begun[0], time.process_time() - begun[1]
            stages[step.__name__] = before[0] + took[0], before[1] + took[1]

    return do


def rollups(desk: Desk) -> int:
    """Count for the views."""
    return refresh(desk.con)


if __name__ == "__main__":
    main()
