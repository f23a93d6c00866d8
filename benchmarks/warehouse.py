"""Loading and publishing against what DuckDB itself takes, in one run: ratios, since machines differ.

    python -m benchmarks.warehouse [--posts 20000]

The peer is the least that any loader on DuckDB could do: the same posts, already parsed and laid out in Arrow, inserted
into a table with the same columns and the same primary key, in one transaction. Ours also unpacks and checks the JSON
lines, hashes keys, finds edits, keeps sightings, revisions, threads and an outcome for every line. A ratio of 0.1 says
that all of that takes ten times as long as the insert alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.connection import open_warehouse
from warehouse.landing import describe, read_lines
from warehouse.load import load_landing
from warehouse.publish import publish
from warehouse.records import Post, to_line
from warehouse.staging import stage

T0 = datetime(2023, 10, 2, tzinfo=UTC)
REPEATS = 3


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=20_000)
    post_count = parser.parse_args().posts
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = write(folder / "first.jsonl.gz", post_count, seen_hours=0)
        again = write(folder / "again.jsonl.gz", post_count, seen_hours=1)
        peer = min(insert_arrow(folder / f"peer{n}.duckdb", first) for n in range(REPEATS))
        runs = [load_twice(folder / f"ours{n}.duckdb", first, again) for n in range(REPEATS)]
        new, known = (min(run[i] for run in runs) for i in (0, 1))
        parse = min(timed(lambda: sum(1 for _ in read_lines(first))) for _ in range(REPEATS))
        figures = {
            "posts": post_count,
            "duckdb_version": duckdb.__version__,
            "arrow_insert_posts_per_second": round(post_count / peer),
            "load_new_posts_per_second": round(post_count / new),
            "load_known_posts_per_second": round(post_count / known),
            "load_new_ratio": round(peer / new, 3),
            "load_known_ratio": round(peer / known, 3),
            "parse_share_of_load_new": round(parse / new, 2),
            **publishing(folder / "ours0.duckdb", folder / "published.duckdb"),
        }
    print(json.dumps(figures, indent=2))


def write(path: Path, count: int, *, seen_hours: int) -> Path:
    """Write a landing file of plain posts of about 300 characters."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for number in range(count):
            text = f"Har ni också fått brevet om drift och underhåll? Nummer {number}. " * 5
            post = Post(
                source="forum",
                post_id=str(number),
                thread_id=str(number // 20),
                thread_title=f"Brevet {number // 20}",
                author_key=f"author-{number % 997}",
                posted_at=T0,
                seen_at=T0 + timedelta(hours=seen_hours),
                url=f"https://forum.example/{number}",
                text=text,
                content_key=f"content-{number}",
                view_count=number + seen_hours,
            )
            file.write(to_line(post) + "\n")
    return path


def insert_arrow(path: Path, landing: Path) -> float:
    """Return the seconds of DuckDB's own insert of the staged posts into a keyed table of the same columns."""
    staged = stage([(describe(landing), read_lines(landing))], run_id="r")["staged_post"]
    with open_warehouse(path) as con:
        columns = [name for name in staged.column_names if name in {c[0] for c in con.table("post").description}]
        con.register("staged", staged.select(columns).append_column("first_seen_at", staged["seen_at"]))

        def insert() -> None:
            con.begin()
            con.execute("INSERT INTO post BY NAME FROM staged")
            con.commit()

        return timed(insert)


def load_twice(path: Path, first: Path, again: Path) -> tuple[float, float]:
    """Return the seconds of loading new posts, and of loading the same posts seen an hour later."""
    with open_warehouse(path) as con:
        return tuple(timed(lambda file=file: load_landing(con, file, run_id="r")) for file in (first, again))  # type: ignore[return-value, misc]


def publishing(warehouse: Path, target: Path) -> dict[str, float]:
    """Return publishing's milliseconds after a small change, and against `COPY FROM DATABASE` of the same file."""
    with open_warehouse(warehouse) as con:
        publish(con, target)
        seconds = []
        for number in range(5):
            con.execute("UPDATE post SET view_count = $n WHERE post_id = '1'", {"n": number})
            seconds.append(timed(lambda: publish(con, target)))
        unchanged = timed(lambda: publish(con, target))
        copy = target.with_name("copy.duckdb")

        def peer() -> None:
            con.execute(f"ATTACH '{copy}' AS peer (BLOCK_SIZE 16384)")
            con.execute(f'COPY FROM DATABASE "{warehouse.stem}" TO peer')
            con.execute("DETACH peer")

        by_copy = timed(peer)
    return {
        "publish_ms": round(min(seconds) * 1000, 1),
        "publish_unchanged_ms": round(unchanged * 1000, 1),
        "copy_from_database_ms": round(by_copy * 1000, 1),
        "snapshot_mb": round(target.stat().st_size / 1e6, 1),
    }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
