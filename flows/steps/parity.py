"""The time that denials of a claim took to draw level with its supports, without reading all posts every morning."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import duckdb

from earlywarning.parity import Parity, take_in
from warehouse import watching
from warehouse.shadow import LATELY, last_week
from warehouse.watching import MatchedPost

SUBJECT = "parity"
"""Under this name, by claim: how far it had come some days ago, and when that was read."""
SETTLED = timedelta(days=5)
"""What was posted so long ago is kept; what came since is read again every time."""
SAFETY = timedelta(days=1)
"""A person's word may be older than the pass that it reaches the tables after."""


def hours_to_parity(
    con: duckdb.DuckDBPyConnection, claim_ids: Collection[str], *, now: datetime, keep: bool = False
) -> dict[str, float | None]:
    """Return the hours to parity of each claim, as known at a moment; with `keep` the next time has less to read.

    What was kept of a claim holds unless something was said since of its posts before: then all of them are read. Of
    claims that are not asked for nothing is kept: it names authors, who are not to be remembered for long.
    """
    stored = watching.get_states(con, now=now).get(SUBJECT)
    kept = dict(stored[1]) if stored else {}
    until = (now - SETTLED).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    old = _still_true(con, {claim: kept[claim] for claim in claim_ids if claim in kept}, until=until)
    posts = _since(con, old, now=now)
    if anew := [claim for claim in claim_ids if claim not in old]:
        posts += watching.matched_posts(con, now=now, claim_ids=anew)
    found, hours = {}, {}
    for claim in claim_ids:
        said = [(p.posted_at.timestamp(), p.author_key, p.stance) for p in posts if p.claim_id == claim]
        found[claim] = take_in(old.get(claim, Parity()), said, until=until.timestamp())
        hours[claim] = take_in(found[claim], said, until=now.timestamp() + 1e-6).hours
    if keep and (kept.keys() != found.keys() or any(found[claim] != old.get(claim) for claim in claim_ids)):
        fresh = {claim: {**one.to_dict(), "read_at": now.isoformat()} for claim, one in found.items()}
        watching.put_states(con, {SUBJECT: fresh}, step_at=now)
    return hours


def _still_true(
    con: duckdb.DuckDBPyConnection, kept: dict[str, dict[str, object]], *, until: datetime
) -> dict[str, Parity]:
    """Return what was kept of the claims of whose posts before it nothing has been said since."""
    read = {claim: datetime.fromisoformat(str(value["read_at"])) - SAFETY for claim, value in kept.items()}
    told = watching.retold(con, since=min(read.values()), posted_before=until) if read else {}
    found = {claim: Parity.from_dict(value) for claim, value in kept.items()}
    return {
        claim: one
        for claim, one in found.items()
        if one.until <= until.timestamp() and (claim not in told or told[claim] <= read[claim])
    }


def _since(con: duckdb.DuckDBPyConnection, old: dict[str, Parity], *, now: datetime) -> list[MatchedPost]:
    """Return the claims' posts since what was kept of them; those that drew level need none."""
    begins = {claim: one.until for claim, one in old.items() if one.parity is None}
    if not begins:
        return []
    begin = datetime.fromtimestamp(min(begins.values()), tz=UTC)
    with last_week(con, now=now) if begin > now - LATELY else nullcontext():
        return watching.matched_posts(con, now=now, posted_from=begin, claim_ids=begins)
