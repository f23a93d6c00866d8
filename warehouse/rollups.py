"""Counts that views answer from: what changed since is counted anew, and nothing else.

Whoever changes something about a post marks it in the same transaction (`touch`). What a post counts as is told by the
same functions as everything else (`mention_as_of`, `match_as_of`): while they are asked, temporary tables that hold
the changed posts alone stand before the tables of the same names.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

import duckdb

from warehouse.connection import transaction
from warehouse.named import listed, rows, run
from warehouse.shadow import shadowed

SHADOW_SHARE = 0.2
"""Where a greater part of the posts has changed, the tables themselves are read."""
_COUNT = (
    "rollup_mention_hour",
    "rollup_volume_hour",
    "rollup_mention_day",
    "rollup_claim_hour",
    "rollup_claim_day",
    "rollup_threads",
    "rollup_done",
)


def touch(con: duckdb.DuckDBPyConnection, post_keys: Iterable[str]) -> None:
    """Mark posts about which something changes: in the transaction that changes it, or just before it."""
    run(con, "touch_posts", post_keys=listed(dict.fromkeys(post_keys)))


def touch_claim(con: duckdb.DuckDBPyConnection, claim_id: str) -> None:
    """Mark the posts on a claim: it is followed no longer, or again."""
    run(con, "touch_claim", claim_id=claim_id)


def refresh(con: duckdb.DuckDBPyConnection) -> int:
    """Bring the counts up to date, in one transaction; return how many posts had changed."""
    run(con, "rollup_changed")
    counts = rows(con, "rollup_count")[0]
    if not counts["changed_count"]:
        return 0
    with transaction(con):
        _ask(con, is_shadowed=counts["changed_count"] <= SHADOW_SHARE * counts["post_count"])
        run(con, "rollup_buckets")
        run(con, "rollup_facts")
        for name in _COUNT:
            run(con, name)
    return int(counts["changed_count"])


def _ask(con: duckdb.DuckDBPyConnection, *, is_shadowed: bool) -> None:
    """Make `changed_mention` and `changed_claim`, of the changed posts or, where they are many, of all."""
    if not is_shadowed:
        run(con, "rollup_all")
    with shadowed(con, "rollup_chosen") if is_shadowed else nullcontext():
        run(con, "rollup_mentions")
        run(con, "rollup_claims")
