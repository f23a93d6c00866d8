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

from warehouse.connection import transaction
from warehouse.keys import stable_key
from warehouse.named import insert_columns, insert_new, records, rows_of, run

WINDOW = timedelta(days=90)
"""How long before a post what it may be a copy of was seen: what is looked through does not grow with the history."""


Prints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A revision of a post as it is held against others."""

    post_key: str
    revision: str
    text: str
    first_seen_at: datetime

    @property
    def id(self) -> str:
        """Stable key of the revision, and of the group that it may begin."""
        return stable_key(self.post_key, self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike(PlainText):
    """A text that shares prints with new ones."""

    group_key: str | None
    """None while it stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of holding a text against others."""

    text: PlainText
    prints: tuple[int, ...]
    group_key: str
    copy_of: PlainText | None = None
    """None where it begins a group."""
    likeness: float = 1.0


def uncompared(con: duckdb.DuckDBPyConnection, *, limit: int) -> list[PlainText]:
    """Return the standing revisions that have not been held against others, in the order in which they were seen."""
    found = run(con, "uncompared_texts", row_limit=limit).to_arrow_table()
    return [PlainText(**row) for row in rows_of(found)]


def lookalikes(
    con: duckdb.DuckDBPyConnection, prints: Sequence[Prints], *, since: datetime, most_holders: int
) -> list[Lookalike]:
    """Return the texts seen since then that have any of the prints, in the order in which they were seen.

    Of a print that many have, the first `most_holders` count.
    """
    wanted = np.unique(np.concatenate(prints)) if prints else ()
    if not len(wanted):
        return []
    con.register("wanted_print", pa.table({"print": pa.array(wanted, pa.int64())}))
    try:
        return records(con, "lookalikes", Lookalike, since=since - WINDOW, most_holders=most_holders)
    finally:
        con.unregister("wanted_print")


def save_compared(con: duckdb.DuckDBPyConnection, found: Sequence[Compared]) -> int:
    """Save what was found, in one transaction; return how many copies. What is there already stays as it is."""
    copies = [one for one in found if one.copy_of]
    # The first of a group stands alone until its first copy comes.
    firsts = {one.copy_of.id: one.copy_of for one in copies if one.copy_of and one.copy_of.id == one.group_key}
    with transaction(con):
        insert_columns(con, "text_print", _print_rows(found))
        insert_new(con, "text_copy", [_first_row(first) for first in firsts.values()])
        insert_new(con, "text_copy", [_copy_row(one) for one in copies])
    return len(copies)


def _print_rows(found: Sequence[Compared]) -> pa.Table:
    return pa.table(
        {
            "post_key": pa.array([one.text.post_key for one in found], pa.string()),
            "revision": pa.array([one.text.revision for one in found], pa.string()),
            "first_seen_at": pa.array([one.text.first_seen_at for one in found], pa.timestamp("us", tz="UTC")),
            "prints": pa.array([one.prints for one in found], pa.list_(pa.int64())),
        }
    )


def _first_row(first: PlainText) -> dict[str, Any]:
    about = {"post_key": first.post_key, "revision": first.revision}
    return {**about, "group_key": first.id, "copy_of": None, "likeness": 1.0}


def _copy_row(one: Compared) -> dict[str, Any]:
    return {
        "post_key": one.text.post_key,
        "revision": one.text.revision,
        "group_key": one.group_key,
        "copy_of": one.copy_of.post_key if one.copy_of else None,
        "likeness": one.likeness,
    }
