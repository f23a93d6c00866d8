"""What a day's pass costs on a long history against a short one, in one run.

    python -m benchmarks.history [--posts 100000 10000000] [--recent 27000] [--day 300] [--folder FOLDER]

Builds one data folder for each size by set-based SQL. The last ninety days are the same in all, `recent` posts as a
day brings `day` of them; what is older fills up to the size, over ten years, judged, matched and counted as passes
leave it, its texts kept. Two in five posts are about the company, one in twenty is on one of four claims, vectors have
16 numbers and the model computes nothing. Then the same passes are made on each, in turns: the first, which is not
told, gathers and learns what no pass had before; the next each load a day's new posts and are told step by step, as the
median: seconds by the clock, and of the processor; their races run as after a day. A folder that is given keeps what
was built, and later runs go on from there. The ratio is of the greatest size to the least.

Publishing copies the whole file where the file system cannot share what is the same, so it is told apart too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np

from benchmarks import pipeline
from flows.config import validate
from flows.desk import open_desk
from flows.paths import paths_of
from flows.steps import annotate as annotating
from flows.steps.annotate import labels_version
from flows.steps.match import version_of
from flows.story import one_pass
from nlp.annotation import Annotation
from warehouse.connection import open_warehouse
from warehouse.named import run
from warehouse.records import Post, to_line

SIZE = 16
BATCH = 500_000
LARGE = (
    *("thread", "post", "post_revision", "sighting", "outcome", "annotation", "post_label", "mention", "embedding"),
    *("match_pass", "claim_match", "text_print"),
)
COUNTS = ("mention_hour", "volume_hour", "mention_day", "claim_hour", "claim_day", "threads")
Seconds = dict[str, tuple[float, float]]


def main() -> None:
    """Build, measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--recent", type=int, default=27_000, help="Posts of the last ninety days.")
    parser.add_argument("--day", type=int, default=300, help="Posts that each pass finds.")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=None, help="Where it is built, and kept; a temporary one else.")
    parser.add_argument("--only-build", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folders = {count: (given.folder or Path(name)) / str(count) for count in given.posts}
        for count, folder in folders.items():
            if not (folder / "warehouse.duckdb").exists():
                build(folder, count, given.recent)
        if given.only_build:
            return
        found: dict[int, list[Seconds]] = {count: [] for count in folders}
        for number in range(given.passes + 1):
            for count, folder in folders.items():
                took = a_pass(folder, given.day)
                found[count] += [took] if number else []
        told = {count: medians(passes) for count, passes in found.items()}
        least, most = told[min(told)], told[max(told)]
        figures = {
            "posts": given.posts,
            "ratio_clock_and_processor": ratio(least, most, without=()),
            "ratio_without_publishing": ratio(least, most, without=("publish",)),
            "warehouse_gb": {n: round(size_of(f / "warehouse.duckdb") / 1e9, 2) for n, f in folders.items()},
            "seconds_clock_and_processor": told,
        }
    print(json.dumps(figures, indent=2))


def build(data: Path, count: int, recent: int) -> None:
    """Make a data folder with a history of so many posts."""
    data.mkdir(parents=True)
    config = a_config(data)
    with open_desk(config) as desk:
        version, held = labels_version(desk), version_of(desk)
    text = (Path(__file__).parent / "history_posts.sql").read_text(encoding="utf-8")
    for mark, value in (("NOW", datetime.now(UTC).isoformat()), ("LABELS", version), ("HELD", held)):
        text = text.replace(mark, value)
    text = text.replace("POST_COUNT", str(count)).replace("RECENT_COUNT", str(min(recent, count)))
    with open_warehouse(data / "warehouse.duckdb") as con:
        con.execute("SET memory_limit = '8GB'; SET preserve_insertion_order = false")
        keys = {table: key_of(con, table) for table in LARGE}
        for table in LARGE:
            con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} LIMIT 0")
        for begin in range(0, count, BATCH):
            con.execute(text.replace("FIRST", str(begin)).replace("LAST", str(min(begin + BATCH, count))))
        for table, key in keys.items():
            if key:
                con.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})")
                con.execute("CHECKPOINT")  # or the log holds all indexes
        con.execute(CHANGED)
        for name in COUNTS:
            run(con, f"rollup_{name}")
        con.execute("DELETE FROM dirty_post; CHECKPOINT")


CHANGED = """
CREATE OR REPLACE TEMP TABLE changed_hour AS SELECT DISTINCT hour_at FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_day AS SELECT DISTINCT day FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_thread AS SELECT DISTINCT thread_key FROM mention_fact
"""


def key_of(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return the columns of a table's primary key."""
    found = con.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() "
        "WHERE table_name = $table AND constraint_type = 'PRIMARY KEY'",
        {"table": table},
    ).fetchone()
    return ", ".join(found[0]) if found else ""


def a_config(data: Path) -> Any:
    """Return the configuration of a data folder, made with its ledger where there is none."""
    if not (data / "secrets").exists():
        return pipeline.a_config(data)
    return validate({**pipeline.CONFIG, "storage": {"data": str(data), "generations": 1}}, where="benchmark")


def a_pass(data: Path, day: int) -> Seconds:
    """Load a day's posts and make a pass; return the seconds of opening, of each step and of all."""
    config, found = a_config(data), Seconds()
    said = write_day(data / "landing", day)

    def do(step: Callable[..., Any], *given: Any, **options: Any) -> Any:
        with timed(found, step.__name__):
            return step(*given, **options)

    judge = patch.object(annotating, "judge", lambda texts, **_: [said[text] for text in texts])
    with open_warehouse(paths_of(config).warehouse) as con:  # a day has gone: the races are due
        con.execute("UPDATE race_run SET forecast_from = forecast_from - INTERVAL 1 DAY")
    with judge, timed(found, "all"):
        begun = time.perf_counter(), time.process_time()
        with open_desk(config) as desk:
            desk._stage = pipeline.trivial_stage(desk, size=SIZE)
            found["open"] = time.perf_counter() - begun[0], time.process_time() - begun[1]
            one_pass(desk, do=do, sources="none")
            closing = time.perf_counter(), time.process_time()
        found["close"] = time.perf_counter() - closing[0], time.process_time() - closing[1]
    return found


def write_day(folder: Path, count: int) -> dict[str, Annotation]:
    """Write what a crawl of each source found an hour ago; return what a model says of each text."""
    now = datetime.now(UTC)
    turn, pick = int(now.timestamp()), Random(7)
    words = ["".join(pick.choices(pipeline.SYLLABLES, k=pick.randint(1, 4))) for _ in range(5000)]
    pick = Random(turn)
    vectors = pipeline.unit(np.random.default_rng(turn).standard_normal((count, SIZE)))
    said: dict[str, Annotation] = {}
    for at, source in enumerate(pipeline.SOURCES):
        path = folder / source / f"{now:%Y%m%dT%H%M%SZ}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
            for number in range(at, count, len(pipeline.SOURCES)):
                post = of_the_day(pipeline.a_post(number, source, pick, words, count), now, turn, number, count)
                said[post.text] = pipeline.an_annotation(number, post.text, vectors[number])
                file.write(to_line(post) + "\n")
            visit = replace(pipeline.a_visit(source), started_at=now - timedelta(hours=1), finished_at=now)
            file.write(to_line(visit) + "\n")
    return said


def of_the_day(post: Post, now: datetime, turn: int, number: int, count: int) -> Post:
    return replace(
        post,
        post_id=f"{turn}-{number}",
        thread_id=f"{turn}-{post.thread_id}",
        posted_at=now - timedelta(hours=24) * ((count - number) / count),
        seen_at=now - timedelta(minutes=30),
        text=f"{post.text} {turn}",
        content_key=f"{turn}-{number}",
    )


@contextmanager
def timed(found: Seconds, name: str) -> Iterator[None]:
    """Note the seconds that what is inside took."""
    begun = time.perf_counter(), time.process_time()
    yield
    found[name] = time.perf_counter() - begun[0], time.process_time() - begun[1]


def medians(passes: list[Seconds]) -> Seconds:
    """Return each step's median over passes."""
    return {
        name: (
            round(statistics.median(one[name][0] for one in passes), 3),
            round(statistics.median(one[name][1] for one in passes), 3),
        )
        for name in passes[0]
    }


def ratio(least: Seconds, most: Seconds, *, without: tuple[str, ...]) -> tuple[float, float]:
    """Return how many times the seconds of all the one takes of the other, by the clock and the processor."""
    by = [
        (most["all"][at] - sum(most[name][at] for name in without))
        / (least["all"][at] - sum(least[name][at] for name in without))
        for at in (0, 1)
    ]
    return round(by[0], 2), round(by[1], 2)


def size_of(path: Path) -> int:
    return path.stat().st_size


if __name__ == "__main__":
    main()
