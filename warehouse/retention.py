"""Retention: words and pseudonyms go when their time is out; counts stay."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from warehouse.connection import open_warehouse, transaction
from warehouse.erase import compact
from warehouse.named import rows, run


def expire(path: Path, *, now: datetime, days: int) -> int:
    """Take words, vectors and pseudonyms out of posts older than `days`; return how many posts it was.

    A post that is crawled again after that has its words back until the next expiry. The file is written anew when
    anything was taken out, so that the bytes are gone. Raises LockedError.
    """
    before = now - timedelta(days=days)
    with open_warehouse(path) as con, transaction(con):
        run(con, "expire_targets", before=before)
        post_count = int(rows(con, "count_targets")[0]["post_count"])
        for name in (
            "erase_own_quotes",
            "erase_vectors",
            "erase_spans",
            "erase_clusters",
            "erase_mentions",
            "erase_sightings",
            "expire_revisions",
        ):
            run(con, name)
        run(con, "erase_paraphrases", text=None)
        run(con, "expire_posts", token=secrets.token_hex(16))
        line_count = int(run(con, "expire_lines", before=before).fetchall()[0][0])
        run(con, "expire_titles", before=before)
        run(con, "forget_targets")
    if post_count or line_count:
        compact(path)
    return post_count
