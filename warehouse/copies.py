"""Copies with small changes: which posts have not been held against others, which those may be, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.connection import one_thread, storing
from warehouse.keys import stable_key
from warehouse.named import Insert, as_new, insert_new, run
from warehouse.waiting import empty_list, keep_list, known_from

WINDOW = timedelta(days=90)
"""How long before a post what it may be a copy of was seen: what is looked through does not grow with the history."""
Prints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TextKey:
    """A revision of a post."""

    post_key: str
    revision: str

    @property
    def id(self) -> str:
        """Stable key of the revision, and of the group that it may begin."""
        return stable_key(self.post_key, self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A text that is another's copy."""

    text: TextKey
    copy_of: TextKey
    group_key: str
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of holding texts against others."""

    texts: pa.Table
    """post_key, revision and first_seen_at of each."""
    prints: pa.ListArray
    """What each is found by."""
    copies: Sequence[Copy]


def uncompared(con: duckdb.DuckDBPyConnection, *, limit: int) -> pa.Table:
    """Return the standing revisions that have not been held against others, in the order in which they were seen.

    Columns: post_key, revision, text, first_seen_at.
    """
    with one_thread(con):
        keep_list(con, "copies")
        return _uncompared(con, limit).to_arrow_table()


def done_with_texts(con: duckdb.DuckDBPyConnection) -> None:
    """Empty the list of posts that may have to be held against others, unless one waits."""
    with one_thread(con):
        empty_list(con, "copies", does_wait=lambda: bool(_uncompared(con, 1).fetchall()))


def _uncompared(con: duckdb.DuckDBPyConnection, limit: int) -> duckdb.DuckDBPyConnection:
    return run(con, "uncompared_texts", row_limit=limit, known_from=known_from(con, "copies"))


def lookalikes(con: duckdb.DuckDBPyConnection, prints: Prints, *, since: datetime, most_holders: int) -> pa.Table:
    """Return the texts seen since then that have any of the prints, in the order in which they were seen.

    Of a print that many have, the first `most_holders` count. Columns: post_key, revision, text, group_key (null while
    it stands alone).
    """
    con.register("wanted_print", pa.table({"print": prints}))
    try:
        return run(con, "lookalikes", since=since - WINDOW, most_holders=most_holders).to_arrow_table()
    finally:
        con.unregister("wanted_print")


def save_compared(con: duckdb.DuckDBPyConnection, found: Compared) -> int:
    """Save what was found, in one transaction; return how many copies. What is there already stays as it is."""
    # The first of a group stands alone until its first copy comes.
    firsts = {one.copy_of.id: one.copy_of for one in found.copies if one.copy_of.id == one.group_key}

    def save(insert: Insert) -> None:
        with storing(con):
            insert(con, "text_print", found.texts.append_column("prints", found.prints))
            insert_new(con, "text_copy", [_row(first, group_key=group) for group, first in firsts.items()])
            insert_new(con, "text_copy", [_copy_row(one) for one in found.copies])

    as_new(save)
    return len(found.copies)


def _copy_row(one: Copy) -> dict[str, Any]:
    return _row(one.text, group_key=one.group_key, copy_of=one.copy_of.post_key, likeness=one.likeness)


def _row(text: TextKey, *, group_key: str, copy_of: str | None = None, likeness: float = 1.0) -> dict[str, Any]:
    about = {"post_key": text.post_key, "revision": text.revision}
    return {**about, "group_key": group_key, "copy_of": copy_of, "likeness": likeness}
