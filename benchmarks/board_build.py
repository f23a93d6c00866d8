"""A warehouse of made-up posts by the million for the board, laid down by set-based SQL with its counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.views import COUNTS
from warehouse.connection import open_warehouse
from warehouse.ledger import put_claim, put_segments
from warehouse.named import run
from warehouse.publish import publish
from warehouse.records import Claim, Segment

BATCH = 500_000
LARGE = ("thread", "post", "post_revision", "annotation", "post_label", "match_pass", "claim_match")
CHANGED = """
CREATE OR REPLACE TEMP TABLE changed_hour AS SELECT DISTINCT hour_at FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_day AS SELECT DISTINCT day FROM mention_fact;
CREATE OR REPLACE TEMP TABLE changed_thread AS SELECT DISTINCT thread_key FROM mention_fact;
DELETE FROM dirty_post
"""
VISITS = """
INSERT INTO visit
SELECT sha256(source || ' ' || d), source, now() - to_days(d::INTEGER) - INTERVAL 5 MINUTE, now() - to_days(d::INTEGER),
    true, 10, 20, 20
FROM (SELECT DISTINCT source FROM thread) CROSS JOIN range(60) AS r(d)
"""


def build(data: Path, count: int, *, days: int = 1095) -> None:
    """Make the warehouse and publish it: 40 sources, three claims, posts of the last days, three years of them."""
    data.mkdir(parents=True, exist_ok=True)
    with open_warehouse(data / "warehouse.duckdb") as con:
        _fill(con, count, days)
        put_segments(con, [Segment(segment="villa", name="Villor", customer_count=9000)])
        for number in range(3):
            claim = Claim(
                claim_id=f"c{number}",
                statement=f"Påstående {number}",
                truth="Nej.",
                created_at=datetime(2025, 1, 1, tzinfo=UTC),
            )
            put_claim(con, claim)
        publish(con, data / "published.duckdb", generations=1)


def _fill(con: duckdb.DuckDBPyConnection, count: int, days: int) -> None:
    text = (Path(__file__).parent / "board_posts.sql").read_text(encoding="utf-8")
    text = text.replace("NOW", datetime.now(UTC).isoformat()).replace("POST_COUNT", str(count))
    text = text.replace("DAY_COUNT", str(days))
    for table in LARGE:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} LIMIT 0")
    for begin in range(0, count, BATCH):
        con.execute(text.replace("FIRST", str(begin)).replace("LAST", str(min(begin + BATCH, count))))
    con.execute("CREATE UNIQUE INDEX post_by_key ON post (post_key)")
    con.execute(CHANGED)
    for name in COUNTS:
        run(con, f"rollup_{name}")
    con.execute(VISITS)
