"""The board's search: posts about the company, newest first, read a stretch of days at a time until a page is full.

Which days hold how many posts is known from the counts by the day, and which posts hold which labels from what is kept
of each, so that of the posts none is read but those that are shown. Only for words the texts are read, and of no more
than some `MOST_READ` posts: what is older is searched when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from warehouse.named import listed, records, rows
from warehouse.records.board import BoardPost, PostQuery

PAGE_POSTS = 25
FIRST_READ, GROWTH = 2_000, 9
"""Posts: the least that the first stretch holds where words are looked for, and how many times more the next one."""
MOST_READ, MORE_READ = 20_000, 200_000
"""Posts after which a search ends: of what is newest, and for somebody who asks for what is older."""
COUNTED_IN = ZoneInfo("Europe/Stockholm")
"""Days are counted as Swedish ones."""
ASKED = ("words", "source", "sentiment", "topic", "claim_id", "stance")
Asked = dict[str, str | None]


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
        from_at = max(filter(None, [_midnight(stretch.first, COUNTED_IN), first]))
        until_at = min(filter(None, [_after(stretch.last, COUNTED_IN), before]))
        after_key = query.after_key if until_at == query.before else None
        found += _of_stretch(con, asked, from_at, until_at, after_key, limit=limit - len(found))
        if len(found) == limit:
            break
        read += stretch.count
    return FoundPosts(posts=tuple(found), read_from=None)


def _of_stretch(
    con: duckdb.DuckDBPyConnection,
    asked: Asked,
    from_at: datetime,
    until_at: datetime,
    after_key: str | None,
    *,
    limit: int,
) -> list[BoardPost]:
    """Return the posts of a stretch that fit, newest first: first which they are, then what they say."""
    name = "board_keys_by_words" if asked["words"] else "board_keys"
    given = {key: value for key, value in asked.items() if value or key != "words"}
    found: list[BoardPost] = []
    while room := limit - len(found):
        keys = rows(con, name, **given, from_at=from_at, until_at=until_at, after_key=after_key, row_limit=room)
        if keys:
            found += _posts(con, keys, asked)
            until_at, after_key = keys[-1]["posted_at"], keys[-1]["post_key"]
        if len(keys) < room:
            break
    return found


def _posts(con: duckdb.DuckDBPyConnection, keys: Sequence[dict[str, Any]], asked: Asked) -> list[BoardPost]:
    """Return posts by their keys, newest first as they are given; those whose text is gone are left out."""
    return records(
        con,
        "board_posts",
        BoardPost,
        post_keys=listed(row["post_key"] for row in keys),
        first_at=keys[-1]["posted_at"],
        last_at=keys[0]["posted_at"],
        claim_id=asked["claim_id"],
        stance=asked["stance"],
    )


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
    con: duckdb.DuckDBPyConnection, asked: Asked, first: datetime | None, before: datetime | None
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
