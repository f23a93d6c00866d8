"""What is said against the company by topic, as the topics' alarm counts it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.named import listed, records
from warehouse.shadow import LATELY, last_week


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPost:
    """A post against the company on a topic."""

    topic: str
    post_key: str
    source: str
    author_key: str
    posted_at: datetime
    seen_at: datetime
    """When it was first fetched."""


def topic_posts(
    con: duckdb.DuckDBPyConnection, topics: Collection[str], *, now: datetime, posted_after: datetime
) -> list[TopicPost]:
    """Return negative posts on the topics that were posted after a time and are known at `now`, by topic and time.

    Of the last eight days they are found without a look at older posts, however many there are.
    """
    if not topics:
        return []
    with last_week(con, now=now) if posted_after >= now - LATELY else nullcontext():
        asked = {"now": now, "posted_after": posted_after, "topics": listed(topics)}
        return records(con, "topic_posts", TopicPost, **asked)
