"""The board's search: posts about the company, newest first, read a stretch of days at a time until a page is full.

Which days hold how many posts is known from the counts by the day, so that no search reads more than its page needs,
and none many more than `MOST_READ`: what is older is searched when somebody asks. Nothing is laid out beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb

from warehouse.named import records, rows
from warehouse.records.board import BoardPost, PostQuery

PAGE_POSTS = 25
FIRST_READ, GROWTH = 2_000, 9
"""Posts: the least that the first stretch holds where words are looked for, and how many times more the next one."""
MOST_READ, MORE_READ = 20_000, 200_000
"""Posts after which a search ends: of what is newest, and for somebody who asks for what is older."""
COUNTED_IN = ZoneInfo("Europe/Stockholm")
"""Days are counted as Swedish ones."""
ASKED = ("words", "source", "sentiment", "topic", "claim_id", "stance")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPosts:
    """A page of posts, and how far back was looked."""

    posts: tuple[BoardPost, ...]
    read_from: datetime | None
    """Older posts than this were not looked at, though the page has room; None where all were, or the page is full."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that follow each other, and how many posts they may hold."""

    first: date
    last: date
    count: int


def search_posts(
    con: duckdb.DuckDBPyConnection, query: PostQuery, *, timezone: str, limit: int = PAGE_POSTS, most: int = MOST_READ
) -> FoundPosts:
    """Return posts about the company that fit, newest first; the days of the query are local."""
    zone = ZoneInfo(timezone)
    asked = {name: getattr(query, name) for name in ASKED}
    first = _midnight(query.first_day, zone) if query.first_day else None
    before = min(filter(None, [query.before, _after(query.last_day, zone)]), default=None)
    found: list[BoardPost] = []
    read = 0
    # Of posts that fit by their labels alone a page needs few more than it shows: some have been deleted.
    least = FIRST_READ if query.words else 2 * limit
    for stretch in stretches(_days(con, asked, first, before), least=least):
        if read >= most:
            return FoundPosts(posts=tuple(found), read_from=_after(stretch.last, COUNTED_IN))
        from_at, until_at = _midnight(stretch.first, COUNTED_IN), _after(stretch.last, COUNTED_IN)
        bounds = {
            "from_at": max(filter(None, [from_at, first])),
            "until_at": min(filter(None, [until_at, before])),
        }
        found += records(con, "board_posts", BoardPost, **asked, **bounds, row_limit=limit - len(found))
        if len(found) == limit:
            break
        read += stretch.count
    return FoundPosts(posts=tuple(found), read_from=None)


def stretches(days: Sequence[tuple[date, int]], *, least: int) -> Iterator[Stretch]:
    """Cut days, newest first, into stretches: each of whole days, each of more posts than the one before."""
    count, last = 0, None
    for day, posts in days:
        last, count = last or day, count + posts
        if count >= least:
            yield Stretch(day, last, count)
            least, count, last = least * GROWTH, 0, None
    if last is not None:
        yield Stretch(days[-1][0], last, count)


def _days(
    con: duckdb.DuckDBPyConnection, asked: dict[str, str | None], first: datetime | None, before: datetime | None
) -> list[tuple[date, int]]:
    """Return the days between two moments that hold posts of the labels asked for, newest first."""
    labels = {name: value for name, value in asked.items() if name != "words"}
    bounds = {
        "first_day": first.astimezone(COUNTED_IN).date() if first else None,
        "last_day": before.astimezone(COUNTED_IN).date() if before else None,
    }
    return [(row["day"], row["post_count"]) for row in rows(con, "board_days", **labels, **bounds)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _after(day: date | None, zone: ZoneInfo) -> datetime | None:
    """Return when a day has ended; None without a day, and at the end of time."""
    return _midnight(day + timedelta(days=1), zone) if day and day < date.max else None
