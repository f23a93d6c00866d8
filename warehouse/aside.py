"""Posts that a step of a pass could not do: set aside with the reason, and tried again when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb

from warehouse.named import insert_new, records, run


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsidePost:
    """A post that a step could not do, and why."""

    post_key: str
    revision: str
    step: str
    """`annotate` or `match`."""
    version: str
    """Of the labels or matches that it was asked for: another version tries it again."""
    reason: str
    """`error`, `not_a_number`, `process_died` or `too_slow`."""
    detail: str
    """Never words of the post."""
    set_aside_at: datetime


def set_aside(con: duckdb.DuckDBPyConnection, found: Sequence[SetAsidePost]) -> int:
    """Record posts that a step could not do, so that it does not meet them again; return how many."""
    insert_new(con, "post_set_aside", [asdict(one) for one in found])
    return len(found)


def list_set_aside(con: duckdb.DuckDBPyConnection) -> list[SetAsidePost]:
    """Return the posts that are set aside, the latest first."""
    return records(con, "list_set_aside", SetAsidePost)


def try_again(con: duckdb.DuckDBPyConnection) -> int:
    """Let the next pass try every post that was set aside; return how many."""
    count = len(list_set_aside(con))
    run(con, "forget_set_aside")
    return count
