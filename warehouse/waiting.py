"""What may wait for a step of a pass: lists that are filled where posts change, so that no step looks through history.

A list may name more posts than wait, never fewer: the query that takes what waits looks at each once more. It is filled
in the transaction that changes a post (`sql/load/waiting_post.sql`, `list_posts`) and emptied when nothing on it waits,
so that a kill between only leaves names on it. A step that meets no list for its version lists all posts first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import duckdb

from warehouse.connection import transaction
from warehouse.named import listed, rows, run

Step = Literal["annotate", "copies", "match"]


def keep_list(
    con: duckdb.DuckDBPyConnection, step: Step, *, version: str = "", posted_after: datetime | None = None
) -> None:
    """See to it that the step's list names whatever waits for this version and was posted after that time."""
    if not _is_kept(con, step, version, posted_after):
        with transaction(con):
            run(con, "list_all_posts", step=step, posted_after=posted_after)
            run(con, "put_waiting_list", step=step, version=version, posted_after=posted_after)


def known_from(con: duckdb.DuckDBPyConnection, step: Step) -> datetime | None:
    """Return a time before which nothing is known of any post on the step's list; None where there is no post."""
    found: datetime | None = rows(con, "waiting_since", step=step)[0]["known_from"]
    return found


def list_posts(con: duckdb.DuckDBPyConnection, step: Step, post_keys: Iterable[str]) -> None:
    """Name posts on a step's list: in the transaction that makes them wait."""
    run(con, "list_posts", step=step, post_keys=listed(post_keys))


def empty_list(
    con: duckdb.DuckDBPyConnection,
    step: Step,
    *,
    does_wait: Callable[[], bool],
    version: str = "",
    posted_after: datetime | None = None,
) -> None:
    """Empty a step's list unless something on it waits, which is asked in the same transaction."""
    with transaction(con):
        if _is_kept(con, step, version, posted_after) and not does_wait():
            run(con, "clear_waiting_posts", step=step)
            run(con, "put_waiting_list", step=step, version=version, posted_after=posted_after)


def forget_list(con: duckdb.DuckDBPyConnection, step: Step) -> None:
    """Keep no list for a step that nobody asks for."""
    if rows(con, "waiting_list", step=step):
        with transaction(con):
            run(con, "forget_waiting_list", step=step)
            run(con, "clear_waiting_posts", step=step)


def _is_kept(con: duckdb.DuckDBPyConnection, step: Step, version: str, posted_after: datetime | None) -> bool:
    """Return whether the list is for this version and goes back so far."""
    for row in rows(con, "waiting_list", step=step):
        since = row["since_at"]
        return row["version"] == version and (since is None or (posted_after is not None and since <= posted_after))
    return False
