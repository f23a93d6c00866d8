"""Functions that see some posts alone: what is known of those is laid out under the names of the tables.

The functions (`mention_as_of`, `match_as_of`) are said of all posts. Who needs a few of them, or the last weeks', names
those first, so that nothing is read of what all history left but its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import duckdb

from warehouse.named import rows, run, statement

LATELY = timedelta(days=8)
"""So far back `last_week` sees."""


@contextmanager
def shadowed(con: duckdb.DuckDBPyConnection, by: str, *, matches_alone: bool = False, **values: Any) -> Iterator[None]:
    """Let the functions see the posts that a query puts into `chosen_post` alone. Shadows do not nest.

    With `matches_alone` only `match_as_of` may be asked, and `post_as_of` for posts that it names.
    """
    run(con, by, **values)
    with _laid_out(con, "shadow_matches" if matches_alone else "shadow_posts"):
        yield


@contextmanager
def last_week(con: duckdb.DuckDBPyConnection, *, now: datetime) -> Iterator[None]:
    """Let the functions see the posts of the last eight days alone."""
    run(con, "now_moment", now=now)
    with _laid_out(con, "now_shadow"):
        yield


@contextmanager
def _laid_out(con: duckdb.DuckDBPyConnection, name: str) -> Iterator[None]:
    database = rows(con, "database_name")[0]["name"].replace('"', '""')
    try:
        con.execute(statement(name).replace("TARGET", f'"{database}"'))
        yield
    finally:
        run(con, "unshadow")
