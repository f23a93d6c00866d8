"""The last part of step 3: which new posts are copies of others with small changes, each looked at once."""

from __future__ import annotations

import duckdb

from flows.desk import Desk
from nlp.copies import MOST_HOLDERS, PRINTS, Known, place, read_runs
from warehouse.copies import Compared, PlainText, lookalikes, save_compared, uncompared

BATCH = 20_000


def group_copies(desk: Desk, *, batch: int = BATCH) -> int:
    """Hold new posts against those of the months before and each other; return how many are copies."""
    count = 0
    while texts := uncompared(desk.con, limit=batch):
        count += save_compared(desk.con, compared(desk.con, texts))
    return count


def compared(con: duckdb.DuckDBPyConnection, texts: list[PlainText]) -> list[Compared]:
    """Return what holding texts, in the order in which they were seen, against what is known gives."""
    runs = read_runs([text.text for text in texts])
    since = min(text.first_seen_at for text in texts)
    others = lookalikes(con, [one[:PRINTS] for one in runs], since=since, most_holders=MOST_HOLDERS)
    known = [
        Known(id=other.id, group=other.group_key or other.id, runs=found)
        for other, found in zip(others, read_runs([other.text for other in others]), strict=True)
    ]
    by_id: dict[str, PlainText] = {one.id: one for one in (*others, *texts)}
    return [
        Compared(
            text=by_id[one.id],
            prints=one.prints,
            group_key=one.group,
            copy_of=by_id[one.copy_of] if one.copy_of else None,
            likeness=one.likeness,
        )
        for one in place([(text.id, found) for text, found in zip(texts, runs, strict=True)], known)
    ]
