"""What spread each claim before the hours that its race looks at, kept from pass to pass and never out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from earlywarning.authors import SPREADING
from earlywarning.earlier import DAY, Earlier, take_in
from warehouse import watching
from warehouse.watching import MatchedPost

SUBJECT = "race-earlier"
"""Under this name, by claim: what spread it before the days that its race looked at, and when that was read."""
SAFETY = timedelta(days=1)
"""A person's word may be older than the pass that it reaches the tables after."""


def read_earlier(
    con: duckdb.DuckDBPyConnection, claim_ids: Collection[str], *, until: int, now: datetime
) -> dict[str, Earlier]:
    """Return what spread the claims before a day, as known now, from all their posts."""
    if not claim_ids:
        return {}
    posts = watching.matched_posts(con, now=now, claim_ids=claim_ids, posted_before=_beginning(until))
    return {claim: take_in(Earlier(), _spread(posts, claim), until=until) for claim in claim_ids}


def bring_up(
    con: duckdb.DuckDBPyConnection,
    claim_ids: Collection[str],
    posts: Sequence[MatchedPost],
    *,
    posts_from: datetime,
    known: Collection[str],
    until: int,
    now: datetime,
) -> dict[str, Earlier]:
    """Return the same as `read_earlier`, from what was kept and the days since, and keep it for the next pass.

    posts: at least those posted from `posts_from` on that are known now. known: the claims that are followed; of
    others nothing is kept. What was kept holds unless something was said of its posts since: for a late post, or
    another word of a model's or a person's, the claim's history is read again.
    """
    stored = watching.get_states(con, now=now).get(SUBJECT)
    kept: dict[str, Any] = {claim: value for claim, value in (stored[1] if stored else {}).items() if claim in known}
    old = {claim: Earlier.from_dict(kept[claim]) for claim in claim_ids if claim in kept}
    old = {claim: one for claim, one in old.items() if posts_from <= _beginning(one.until) <= _beginning(until)}
    read = {claim: datetime.fromisoformat(kept[claim]["read_at"]) - SAFETY for claim in old}
    told = watching.retold(con, since=min(read.values()), posted_before=_beginning(until)) if read else {}
    fit = {claim: one for claim, one in old.items() if claim not in told or told[claim] <= read[claim]}
    anew = [claim for claim in claim_ids if claim not in fit]
    found = read_earlier(con, anew, until=until, now=now)
    found |= {claim: take_in(one, _spread(posts, claim), until=until) for claim, one in fit.items()}
    if anew or any(found[claim].until > one.until for claim, one in fit.items()):
        fresh = {claim: {**one.to_dict(), "read_at": now.isoformat()} for claim, one in found.items()}
        watching.put_states(con, {SUBJECT: {**kept, **fresh}}, step_at=now)
    return found


def _beginning(day: int) -> datetime:
    return datetime.fromtimestamp(day * DAY, tz=UTC)


def _spread(posts: Iterable[MatchedPost], claim_id: str) -> Iterator[tuple[datetime, str, str]]:
    return (
        (post.posted_at, post.thread_key, post.author_key)
        for post in posts
        if post.claim_id == claim_id and post.stance in SPREADING
    )
