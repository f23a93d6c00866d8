"""A claim added in the evening: how long it takes to hold it against the posts of 90 days that are kept already.

Run as `python -m benchmarks.late_claim --posts 100000`. The posts are the project's own, varied by a word and a number,
with vectors near those of their originals, so that the warehouse is as full as a real one and nothing is encoded
before the clock starts. Two passes are timed through the real step: the first claim, and one more beside it. What the
model is asked in each is counted: only the claims, the titles of threads with a likely post, and the pairs to judge.
On a busy machine the seconds of the processor say more than those of the clock.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import numpy as np

from benchmarks.language import posts as own_posts
from crawlers.worker import CrawlerWorker
from flows.config import validate
from flows.desk import Desk
from flows.paths import paths_of
from flows.steps.annotate import labels_version
from flows.steps.match import match
from nlp import claims as matching
from nlp import stance as stances
from nlp.clean import model_text
from nlp.encoder import encode
from warehouse.connection import open_warehouse
from warehouse.keys import post_key
from warehouse.labels import Annotation, pending_posts, save_labels
from warehouse.ledger import put_claim
from warehouse.load import load_landing
from warehouse.records import Claim, Post, to_line

NOW = datetime(2026, 11, 1, 18, tzinfo=UTC)
ORIGINALS = 150
THREAD_POSTS = 20


def varied(texts: list[str], count: int) -> Iterator[Post]:
    """Yield posts over 90 days, twenty a thread."""
    for number in range(count):
        text = f"{texts[number % len(texts)]} ({number})"
        at = NOW - timedelta(days=89) + timedelta(days=88) * (number / count)
        yield Post(
            source="forum",
            post_id=str(number),
            thread_id=str(number // THREAD_POSTS),
            thread_title=f"Fråga {number // THREAD_POSTS} om fibern",
            author_key=f"author-{number % 5000}",
            posted_at=at,
            seen_at=at + timedelta(hours=1),
            url=f"https://forum.example/{number}",
            text=text,
            content_key=hashlib.sha256(text.encode()).hexdigest(),
        )


@contextmanager
def filled(folder: Path, count: int) -> Iterator[Desk]:
    """Open a desk whose warehouse holds the posts with their vectors."""
    config = validate({"company": {"name": "Open Infra"}, "storage": {"data": str(folder)}}, where="benchmark")
    paths, texts = paths_of(config), own_posts(ORIGINALS)
    with open_warehouse(paths.warehouse) as con:
        desk = Desk(
            config=config,
            paths=paths,
            secret=b"s" * 32,
            con=con,
            worker=cast(CrawlerWorker, None),
            started_at=NOW,
            virtual_now=NOW,
        )
        vectors = encode(desk.stage.encoder, [model_text(text, desk.stage.company) for text in texts]).embedding
        landing = folder / "posts.jsonl"
        with landing.open("w", encoding="utf-8") as file:
            file.writelines(to_line(post) + "\n" for post in varied(texts, count))
        load_landing(con, landing, run_id="r")
        _save_vectors(desk, vectors, count)
        yield desk


def _save_vectors(desk: Desk, vectors: np.ndarray[Any, Any], count: int) -> None:
    rng, places = np.random.default_rng(1), {post_key("forum", str(n)): n for n in range(count)}
    while found := pending_posts(desk.con, model_version=labels_version(desk), limit=20_000):
        rows = vectors[[places[post.post_key] % len(vectors) for post in found]]
        rows = rows + rng.normal(scale=0.003, size=rows.shape).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        notes = [Annotation(post_key=p.post_key, revision=p.revision, language="sv", labels=()) for p in found]
        save_labels(
            desk.con, notes, model="m", model_version=labels_version(desk), at=NOW, vectors=rows.astype(np.float32)
        )


def timed(desk: Desk) -> dict[str, Any]:
    """Return seconds, posts and what the model was asked in one pass of the step."""
    asked = {"texts": 0, "pairs": 0}
    real = encode

    def counting(encoder: Any, texts: Any, *, claims: Any = None) -> Any:
        asked["texts" if claims is None else "pairs"] += len(set(texts))
        return real(encoder, texts, claims=claims)

    with mock.patch.object(matching, "encode", counting), mock.patch.object(stances, "encode", counting):
        began, worked = time.perf_counter(), time.process_time()
        count = match(desk)
        taken, used = time.perf_counter() - began, time.process_time() - worked
    return {"posts": count, "seconds": round(taken, 1), "cpu_seconds": round(used, 1), "asked": asked}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    options = parser.parse_args()
    claim = Claim(
        claim_id="a", statement="Open Infra stänger kontoret i Kiruna och flyttar till Luleå.", truth="", created_at=NOW
    )
    other = replace(claim, claim_id="b", statement="Alla kunder måste betala avgiften för drift och underhåll.")
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder), options.posts) as desk:
        found: dict[str, Any] = {}
        for name, one in (("a_claim_that_nobody_speaks_of", claim), ("one_more_that_many_speak_of", other)):
            put_claim(desk.con, one)
            found[name] = timed(desk)
        found["nothing_new"] = timed(desk)
        kept = desk.con.execute("SELECT count(*) FROM claim_match").fetchall()[0][0]
    print(json.dumps({**found, "pairs_kept": kept}, indent=1))


if __name__ == "__main__":
    main()
