"""Retention: words and pseudonyms go when their time is out; counts stay."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from warehouse.connection import open_warehouse, transaction
from warehouse.erase import compact
from warehouse.named import rows, run
from warehouse.rollups import refresh


def expire(path: Path, *, now: datetime, days: int, by_source: Mapping[str, float] = MappingProxyType({})) -> int:
    """Take words, vectors and pseudonyms out of posts older than `days`; return how many posts it was.

    by_source: days after which a source's terms want them gone, counted from when they were last fetched; it never
    keeps anything longer. A post that is crawled again after that has its words back until the next expiry. The file is
    written anew when anything was taken out, so that the bytes are gone. Raises LockedError.
    """
    before = now - timedelta(days=days)
    limits = {source: now - timedelta(days=kept) for source, kept in by_source.items()}
    with open_warehouse(path) as con:
        with transaction(con):
            run(con, "expire_targets", before=before)
            for source, limit in limits.items():
                run(con, "expire_targets_of_source", source=source, before=limit)
            run(con, "touch_targets")
            post_count = int(rows(con, "count_targets")[0]["post_count"])
            for name in (
                "erase_own_quotes",
                "erase_vectors",
                "erase_prints",
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
            for source, limit in limits.items():
                line_count += int(run(con, "expire_lines_of_source", source=source, before=limit).fetchall()[0][0])
                run(con, "expire_titles_of_source", source=source, before=limit)
            run(con, "forget_titles")
            run(con, "forget_targets")
        refresh(con)
    if post_count or line_count:
        compact(path)
    return post_count
