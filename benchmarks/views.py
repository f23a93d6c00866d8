"""How fast the views answer on ten million posts, and how long it takes to count a day's changes anew.

    python -m benchmarks.views [--posts 10000000 | --warehouse FILE]

Builds a warehouse of made-up posts by set-based SQL: two years, ten sources, twelve topics, half a million threads, two
in five posts about the company, one in twenty on one of forty claims. The facts are laid down as `refresh` would; the
counts are then made from them by the same statements. Every view that analysts ask is read whole, but two, three
times, and the best is told: by the clock, and the processor's time of both cores together, which a busy machine does
not change much. A day's changes are 480 judgements of the newest posts and 20 of posts of any age. Takes minutes, and
some gigabytes of disk.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.connection import open_warehouse, transaction
from warehouse.ledger import put_claim, put_segments
from warehouse.named import rows, run
from warehouse.records import Claim, Segment
from warehouse.rollups import refresh

T0 = datetime(2023, 10, 2, tzinfo=UTC)
VIEWS = (
    *("daily_volume", "hourly_volume", "daily_topic", "hourly_topic", "share_of_voice", "top_thread"),
    *("claim_timeline", "claim_uptake", "daily_claim", "hourly_claim", "daily_segment", "hourly_segment"),
    *("race", "lead_time", "source_health", "source_day", "label_quality"),
)
READ = {
    "top_thread": "FROM top_thread ORDER BY rumour_count DESC, view_count DESC LIMIT 100",
    "hourly_topic": "FROM hourly_topic WHERE hour_at >= TIMESTAMPTZ '2025-09-01 00:00:00+00'",
}
"""How a view is asked where nobody reads it whole: the hundred first threads, a month of hours."""
POSTS = """
INSERT INTO post BY NAME
SELECT printf('%020x', n) AS post_key, 's' || (n % 10) AS source, n::VARCHAR AS post_id,
    printf('%020x', n // 20) AS thread_key, 'a' || (hash(n) % 200000) AS author_key,
    TIMESTAMPTZ '2023-10-02 00:00:00+00' + to_seconds((n * 63072000 // $posts)::BIGINT) AS posted_at,
    posted_at AS first_seen_at, posted_at AS seen_at, 'r' AS revision, 'https://x.example/' || n AS url,
    'Har ni ocksa fatt brevet om drift och underhall? Nummer ' || n AS text, n % 5000 AS view_count,
    []::TEXT[] AS redactions, '' AS record_key
FROM (SELECT unnest(range($begin::BIGINT, $end::BIGINT)) AS n)
"""
FACTS = """
INSERT INTO thread BY NAME
SELECT thread_key, any_value(source) AS source, thread_key AS thread_id, 'Brevet' AS thread_title,
    min(posted_at) AS first_seen_at, max(posted_at) AS seen_at
FROM post GROUP BY thread_key;
INSERT INTO mention_fact BY NAME
SELECT post_key, time_bucket(INTERVAL 1 HOUR, posted_at) AS hour_at, posted_at,
    timezone('Europe/Stockholm', posted_at)::DATE AS day, source, thread_key,
    ['negative', 'neutral', 'positive'][(1 + hash(post_key) % 3)::BIGINT] AS sentiment,
    hash(post_key) % 20 = 0 AS is_rumour,
    CASE WHEN hash(post_key) % 4 = 0 THEN ['price', 'speed'] ELSE ['t' || (hash(post_key, 1) % 12)] END AS topics
FROM post WHERE hash(post_key, 2) % 5 < 2;
INSERT INTO claim_fact
SELECT post_key, 'c' || (hash(post_key, 3) % 40), time_bucket(INTERVAL 1 HOUR, posted_at),
    timezone('Europe/Stockholm', posted_at)::DATE, source,
    ['support', 'deny', 'query', 'comment'][(1 + hash(post_key, 4) % 4)::BIGINT]
FROM post WHERE hash(post_key, 5) % 20 = 0;
DELETE FROM dirty_post;
CREATE OR REPLACE TEMP TABLE changed_hour AS SELECT DISTINCT hour_at FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_day AS SELECT DISTINCT day FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_thread AS SELECT DISTINCT thread_key FROM mention_fact
"""
JUDGEMENTS = """
INSERT INTO judgement BY NAME
SELECT printf('%020x', CASE WHEN n < 20 THEN n * $posts::BIGINT // 20 ELSE $posts::BIGINT - n * 20 END + $turn::BIGINT)
        AS post_key, 'relevance' AS task, '' AS claim_id,
    'relevant' AS label, $turn::VARCHAR AS judged_by, $at AS judged_at, 'r' AS revision
FROM (SELECT unnest(range(500)) AS n)
"""
COUNTS = ("mention_hour", "volume_hour", "mention_day", "claim_hour", "claim_day", "threads")
BATCH = 500_000


def main() -> None:
    """Build, measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="Where the warehouse is built; a temporary one else.")
    parser.add_argument("--warehouse", type=Path, default=None, help="Read the views of this one; nothing is built.")
    given = parser.parse_args()
    if given.warehouse:
        with open_warehouse(given.warehouse, read_only=True) as con:
            count = rows(con, "post_count")[0]["post_count"]
            print(json.dumps({"posts": count, "view_ms_clock_and_cpu": {view: answer(con, view) for view in VIEWS}}))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name, open_warehouse(Path(name) / "views.duckdb") as con:
        built = timed(lambda: build(con, given.posts))
        figures = {
            "posts": given.posts,
            "build_seconds": round(built),
            "view_ms_clock_and_cpu": {view: answer(con, view) for view in VIEWS},
            "day_of_changes_seconds": round(change(con, given.posts), 2),
        }
    print(json.dumps(figures, indent=2))


def build(con: duckdb.DuckDBPyConnection, posts: int) -> None:
    """Fill the warehouse; without the keys of posts and threads, which no view asks and which take most of the time."""
    for table in ("post", "thread"):
        con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} LIMIT 0")
    for begin in range(0, posts, BATCH):
        con.execute(POSTS, {"begin": begin, "end": min(begin + BATCH, posts), "posts": posts})
    con.execute(FACTS)
    for name in COUNTS:
        run(con, f"rollup_{name}")
    put_segments(con, [Segment(segment=s, name=s, customer_count=1000) for s in ("a", "b", "c")])
    for number in range(40):
        put_claim(con, Claim(claim_id=f"c{number}", statement="s", truth="t", created_at=T0, segments=("a",)))
    con.execute("CHECKPOINT")


def answer(con: duckdb.DuckDBPyConnection, view: str) -> tuple[float, float]:
    """Return the milliseconds of the best of three answers of a view: by the clock, and the processor's."""
    found = []
    for _ in range(3):
        begun = time.process_time()
        seconds = timed(lambda: con.execute(READ.get(view, f"FROM {view}")).to_arrow_table())
        found.append((round(seconds * 1000, 1), round((time.process_time() - begun) * 1000, 1)))
    return min(found)


def change(con: duckdb.DuckDBPyConnection, posts: int) -> float:
    """Return the median seconds of counting 500 judgements anew."""
    seconds = []
    for turn in range(3):
        with transaction(con):
            con.execute(JUDGEMENTS, {"turn": turn, "posts": posts, "at": T0})
            con.execute(
                "INSERT INTO dirty_post SELECT post_key FROM judgement WHERE judged_by = $by", {"by": str(turn)}
            )
        seconds.append(timed(lambda: refresh(con)))
    return statistics.median(seconds)


def timed(work: object) -> float:
    """Return the seconds that the work took."""
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
