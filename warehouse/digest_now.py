"""What a digest of now is counted from: the counts that are kept, and a week's posts.

Where nothing is known that came later, the counts are those of now: on ten million posts they are read in a second or
two, where counting the posts anew as of then reads all of them.
"""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from warehouse.digest_rows import Counted, known_at, read_delay, read_posts, uptake_of, volume_of_days
from warehouse.named import records, rows, run
from warehouse.records import TopicVolume
from warehouse.shadow import last_week


def count_now(con: duckdb.DuckDBPyConnection, day: date, now: datetime, timezone: str) -> Counted:
    """Count for a day of the last week; the counts are up to date, and `now` is not before anything that is known.

    The same as `count_as_of` but for this: a claim's authors are counted by Swedish days in every zone, and a claim
    has begun at the beginning of the hour of its first post.
    """
    asked = {"day": day, "now": now, "timezone": timezone}
    with last_week(con, now=now), known_at(con, now=now):
        run(con, "now_days", now=now, timezone=timezone)
        return Counted(
            volume=volume_of_days(con, day=day, now=now, timezone=timezone),
            topics=tuple(records(con, "now_topics", TopicVolume, **asked)),
            claims=uptake_of(con, rows(con, "now_uptake", now=now), now=now),
            posts=read_posts(con, now=now),
            delay=read_delay(con, now=now),
        )
