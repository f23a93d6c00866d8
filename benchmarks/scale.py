"""What a million posts cost, in processor time and bytes: landing file, warehouse, snapshot, copies, and a lake.

    python -m benchmarks.scale [--posts 50000] [--catalog "dbname=lake host=... user=..."] [--judge 64]

Measured on fewer posts and given per million. Processor seconds of this process, since machines are shared; a lake's
wait for PostgreSQL is not in them, so its seconds on the clock are told too. With `--catalog`, a database of PostgreSQL
that may be filled. `--judge` measures nothing but the language stage, on so many posts and one thread.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.copies import own_texts
from benchmarks.language import COMPANY
from flows.steps.copies import BATCH, compared
from warehouse.access import WAREHOUSE, Access, LakePlace, use
from warehouse.connection import open_warehouse
from warehouse.copies import save_compared, uncompared
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.records import Post, to_line
from warehouse.rollups import refresh


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--catalog")
    parser.add_argument("--judge", type=int)
    given = parser.parse_args()
    if given.judge:
        judge(given.judge)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        landing = write(folder / "landing.jsonl.gz", given.posts)
        print("| per million posts | processor s | on the clock s | GB |\n|---|---|---|---|")
        show("landing file", given.posts, size=landing.stat().st_size)
        measure(folder / "file", landing, given.posts, kind="file")
        if given.catalog:
            use(folder / "lake", Access(lake=LakePlace(catalog=given.catalog, data=f"{folder / 'lake-data'}/")))
            measure(folder / "lake", landing, given.posts, kind="lake", data=folder / "lake-data")


def judge(count: int) -> None:
    """Print what the language stage takes, the model already loaded."""
    from nlp.pipeline import annotate, load_stage

    texts, stage = list(drawn(count + 1)), load_stage(company=COMPANY, threads=1)
    annotate(texts[:1], language_stage=stage)
    timed("judged", count, lambda: annotate(texts[1:], language_stage=stage))


def drawn(count: int) -> Iterator[str]:
    """Yield posts of 50 words, drawn from the words of the training posts."""
    rng, words = random.Random(7), [word for text in own_texts() for word in text.split()]
    for _ in range(count):
        yield " ".join(rng.choices(words, k=50))


def write(path: Path, count: int) -> Path:
    """Write a landing file of posts that are all different."""
    rng, at = random.Random(7), datetime(2023, 10, 2, tzinfo=UTC)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=2) as file:
        for number, text in enumerate(drawn(count)):
            post = Post(
                source=f"forum{number % 7}",
                post_id=str(number),
                thread_id=str(number // 20),
                thread_title=f"Tråd {number // 20}",
                author_key=f"{rng.getrandbits(128):032x}",
                posted_at=at + timedelta(seconds=number),
                seen_at=at + timedelta(seconds=number + 3600),
                url=f"https://forum.example/{number}",
                text=text,
                content_key=f"{rng.getrandbits(256):064x}",
                view_count=number,
            )
            file.write(to_line(post) + "\n")
    return path


def measure(folder: Path, landing: Path, count: int, *, kind: str, data: Path | None = None) -> None:
    """Print what each thing costs that is done with a warehouse of a kind."""
    published = folder / "published.duckdb"
    with open_warehouse(folder / WAREHOUSE) as con:
        timed(f"{kind}: load", count, lambda: load_landings(con, [landing], run_id="r"))
        timed(f"{kind}: counts", count, lambda: refresh(con))
        if kind == "file":
            timed("file: copies", count, lambda: group(con))
        timed(f"{kind}: snapshot", count, lambda: publish(con, published))
    kept = sum(file.stat().st_size for file in data.rglob("*.parquet")) if data else (folder / WAREHOUSE).stat().st_size
    show(f"{kind}: warehouse", count, size=kept)
    show(f"{kind}: snapshot", count, size=published.stat().st_size)


def group(con: duckdb.DuckDBPyConnection) -> None:
    """Hold all posts against each other for copies, as the annotate step does."""
    while (texts := uncompared(con, limit=BATCH)).num_rows:
        save_compared(con, compared(con, texts))


def timed(what: str, count: int, do: Callable[[], object]) -> None:
    """Print the seconds that something takes, per million posts."""
    clock, processor = time.perf_counter(), time.process_time()
    do()
    show(what, count, processor=time.process_time() - processor, clock=time.perf_counter() - clock)


def show(what: str, count: int, *, processor: float | None = None, clock: float | None = None, size: int = 0) -> None:
    """Print a row of the table."""
    million = 1_000_000 / count
    times = [f"{value * million:.0f}" if value is not None else "" for value in (processor, clock)]
    print(f"| {what} | {' | '.join(times)} | {f'{size * million / 1e9:.2f}' if size else ''} |", flush=True)


if __name__ == "__main__":
    main()
