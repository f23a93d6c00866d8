"""Loading and publishing against what DuckDB itself takes, in one run: ratios, since machines differ.

    python -m benchmarks.warehouse [--posts 100000]

The peer is DuckDB's own insert from Arrow: the same rows, already parsed, checked, keyed and laid out, in one
transaction under the same settings. `tables` is its time for the five tables that a load fills (post, post_revision,
sighting, thread, outcome), `post` for the one table of posts alone. Ours starts from compressed landing files, ten as
ten crawls write them: it unpacks and checks the JSON lines, hashes keys, finds edits, and keeps an outcome for every
line. For posts that are known the peer is `INSERT OR REPLACE` into post and post_revision and an insert of the new
sightings and outcomes. `all` is both together, the new posts and then the same seen again. Each figure is the best of
three, peer and ours in turn. A ratio of 0.5 says that ours takes twice as long. Ratios by the clock are for a machine
with a core to spare; those of the processor's time, all cores together, change less where others work beside.
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
from warehouse.landing import describe, read_blocks
from warehouse.load import load_landings
from warehouse.publish import publish
from warehouse.records import Post, to_line
from warehouse.staging import SCHEMAS, stage

T0 = datetime(2023, 10, 2, tzinfo=UTC)
REPEATS = 3
FILES = 10
Time = tuple[float, float]
"""Seconds by the clock, and of the processor."""


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=100_000)
    post_count = parser.parse_args().posts
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = [write(folder, number, post_count, seen_hours=0) for number in range(FILES)]
        again = [write(folder, number, post_count, seen_hours=1) for number in range(FILES)]
        peers, runs = [], []
        for number in range(REPEATS):
            peers.append(insert_arrow(folder / f"peer{number}.duckdb", first, again))
            runs.append(load_twice(folder / f"ours{number}.duckdb", first, again))
        figures: dict[str, object] = {"posts": post_count, "duckdb_version": duckdb.__version__}
        for at, by in enumerate(("clock", "processor")):
            peer = best([{key: value[at] for key, value in run.items()} for run in peers])
            ours = best([{key: value[at] for key, value in run.items()} for run in runs])
            figures |= {f"ratio_{name}_by_{by}": round(value, 2) for name, value in ratios(peer, ours).items()}
            figures |= {f"load_{name}_seconds_by_{by}": round(value, 2) for name, value in ours.items()}
            figures |= {f"peer_{name}_seconds_by_{by}": round(value, 2) for name, value in peer.items()}
        figures |= {
            **publishing(folder / "ours0.duckdb", folder / "published.duckdb"),
        }
    print(json.dumps(figures, indent=2))


def best(runs: list[dict[str, float]]) -> dict[str, float]:
    """Return the least of each figure."""
    return {key: min(run[key] for run in runs) for key in runs[0]}


def ratios(peer: dict[str, float], ours: dict[str, float]) -> dict[str, float]:
    """Return the peer's time over ours, of new posts, known ones and all, by what the peer inserts."""
    found = {
        f"{kind}_{scope}": peer[f"{scope}_{kind}"] / ours[kind]
        for scope in ("tables", "post")
        for kind in ("new", "known")
    }
    for scope in ("tables", "post"):
        found[f"all_{scope}"] = (peer[f"{scope}_new"] + peer[f"{scope}_known"]) / (ours["new"] + ours["known"])
    return found


def write(folder: Path, file_number: int, count: int, *, seen_hours: int) -> Path:
    """Write a landing file with its part of the posts, plain ones of about 300 characters."""
    path = folder / f"{seen_hours}-{file_number:02}.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for number in range(file_number * count // FILES, (file_number + 1) * count // FILES):
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


PEER = {
    "post": "post BY NAME SELECT * EXCLUDE (landing_key, line_number, thread_id, thread_title, content_key, nth), "
    "seen_at AS first_seen_at FROM staged",
    "post_revision": "post_revision BY NAME SELECT post_key, revision, content_key, text, edited_at, redactions, "
    "record_key, seen_at AS first_seen_at, seen_at AS last_seen_at FROM staged",
    "sighting": "sighting BY NAME SELECT post_key, seen_at, revision, posted_at, like_count, reply_count, view_count, "
    "record_key FROM staged",
    "thread": "thread BY NAME SELECT thread_key, any_value(source) AS source, any_value(thread_id) AS thread_id, "
    "any_value(thread_title) AS thread_title, min(seen_at) AS first_seen_at, max(seen_at) AS seen_at FROM staged "
    "GROUP BY thread_key",
    "outcome": "outcome BY NAME SELECT landing_key, line_number, 'post' AS record, 'loaded' AS outcome, post_key "
    "FROM staged",
}
"""What DuckDB itself is asked to insert."""


def insert_arrow(path: Path, first: list[Path], again: list[Path]) -> dict[str, Time]:
    """Return the seconds of DuckDB's own inserts of the staged posts: new and known, all tables and posts alone."""
    found = {}
    for scope, tables in (("tables", tuple(PEER)), ("post", ("post",))):
        with open_warehouse(path.with_stem(f"{path.stem}-{scope}")) as con:
            for kind, landings in (("new", first), ("known", again)):
                files = [(describe(landing), read_blocks(landing)) for landing in landings]
                staged = stage(con, files, run_id="r")["staged_post"]
                con.register("staged", staged.select(STAGED_COLUMNS))

                def insert(tables: tuple[str, ...] = tables, kind: str = kind) -> None:
                    con.begin()
                    for table in tables:
                        verb = "INSERT OR REPLACE INTO" if kind == "known" and table in KEPT else "INSERT INTO"
                        con.execute(f"{verb} {PEER[table]}")
                    con.commit()

                found[f"{scope}_{kind}"] = timed(insert)
    return found


KEPT = ("post", "post_revision", "thread")
"""Tables that have one row for a post, content or thread, however often it is seen."""
STAGED_COLUMNS = SCHEMAS["staged_post"].names


def load_twice(path: Path, first: list[Path], again: list[Path]) -> dict[str, Time]:
    """Return the seconds of loading new posts, and of loading the same posts seen an hour later."""
    with open_warehouse(path) as con:
        return {
            kind: timed(lambda files=files: load_landings(con, files, run_id="r"))  # type: ignore[misc]
            for kind, files in (("new", first), ("known", again))
        }


def publishing(warehouse: Path, target: Path) -> dict[str, float]:
    """Return publishing's milliseconds after a small change, and against `COPY FROM DATABASE` of the same file."""
    with open_warehouse(warehouse) as con:
        publish(con, target)
        seconds = []
        for number in range(5):
            con.execute("UPDATE post SET view_count = $n WHERE post_id = '1'", {"n": number})
            seconds.append(timed(lambda: publish(con, target))[0])
        unchanged = timed(lambda: publish(con, target))[0]
        copy = target.with_name("copy.duckdb")

        def peer() -> None:
            con.execute(f"ATTACH '{copy}' AS peer (BLOCK_SIZE 16384)")
            con.execute(f'COPY FROM DATABASE "{warehouse.stem}" TO peer')
            con.execute("DETACH peer")

        by_copy = timed(peer)[0]
    return {
        "publish_ms": round(min(seconds) * 1000, 1),
        "publish_unchanged_ms": round(unchanged * 1000, 1),
        "copy_from_database_ms": round(by_copy * 1000, 1),
        "snapshot_mb": round(target.stat().st_size / 1e6, 1),
    }


def timed(work: Callable[[], object]) -> Time:
    """Return the seconds that the work took."""
    begun = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


if __name__ == "__main__":
    main()
