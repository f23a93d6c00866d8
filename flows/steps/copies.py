"""Beside step 3: which new posts are copies of others with small changes, each looked at once."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from flows.desk import Desk
from nlp.copies import MOST_HOLDERS, Flags, Placed, place, prints_of
from nlp.shingles import RunLists, read_runs
from warehouse.copies import Compared, Copy, TextKey, done_with_texts, lookalikes, save_compared, uncompared

BATCH = 50_000


def group_copies(desk: Desk, *, batch: int = BATCH) -> int:
    """Hold new posts against those of the months before and each other; return how many are copies."""
    count, is_more = 0, True
    while is_more:
        texts = uncompared(desk.con, limit=batch)
        if texts.num_rows:
            count += save_compared(desk.con, compared(desk.con, texts))
        is_more = texts.num_rows == batch
    done_with_texts(desk.con)
    return count


def compared(con: duckdb.DuckDBPyConnection, texts: pa.Table) -> Compared:
    """Return what holding texts, in the order in which they were seen, against what is known gives."""
    runs = read_runs(texts["text"].to_pylist())
    prints = prints_of(runs)
    others = lookalikes(con, prints.values, since=texts["first_seen_at"][0].as_py(), most_holders=MOST_HOLDERS)
    placed = place(runs, read_runs(others["text"].to_pylist()))
    return Compared(
        texts=texts.drop_columns(["text"]),
        prints=_lists(prints, placed.is_found),
        copies=_copies(placed, others, texts),
    )


def _lists(prints: RunLists, is_found: Flags) -> pa.ListArray:
    """Return the prints of those that are found by them."""
    counts = np.where(is_found, prints.counts, 0)
    values = prints.values[np.repeat(is_found, prints.counts)]
    return pa.ListArray.from_arrays(np.concatenate([[0], counts.cumsum()]).astype(np.int32), values)


def _copies(placed: Placed, known: pa.Table, new: pa.Table) -> list[Copy]:
    def key(at: int) -> TextKey:
        table, row = (known, at) if at < known.num_rows else (new, at - known.num_rows)
        return TextKey(table["post_key"][row].as_py(), table["revision"][row].as_py())

    def group(at: int) -> str:
        held = known["group_key"][at].as_py() if at < known.num_rows else None
        return held or key(at).id

    return [
        Copy(
            text=key(known.num_rows + at),
            copy_of=key(int(placed.copy_of[at])),
            group_key=group(int(placed.first[at])),
            likeness=float(placed.likeness[at]),
        )
        for at in np.flatnonzero(placed.copy_of >= 0).tolist()
    ]
