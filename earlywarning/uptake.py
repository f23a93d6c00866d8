"""Correction uptake: how many deny a claim for each who supports it, and how long it took them to draw level."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from earlywarning.authors import count_once

WINDOW = timedelta(hours=72)
"""Denying draws level by what was said in so long before, not by everything since the beginning."""
LEAST_DENIALS = 3
"""One early objection is not a correction that has been taken up (our assumption)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptake:
    """How a claim's correction is taken up; each author counts once a stance and 24 hours."""

    support_count: int
    query_count: int
    deny_count: int
    deny_ratio: float | None
    """Denials for each support since the beginning; None without support."""
    deny_ratio_72h: float | None
    """The same in the last 72 hours."""
    first_support_at: datetime | None
    parity_at: datetime | None
    """When, in the 72 hours before, at least three denied and as many as supported; None when that has not been."""

    @property
    def hours_to_parity(self) -> float | None:
        """Return the hours from the first support to parity."""
        if self.parity_at is None or self.first_support_at is None:
            return None
        return (self.parity_at - self.first_support_at).total_seconds() / 3600


def uptake(posts: Iterable[tuple[datetime, str, str | None]], *, now: datetime) -> Uptake:
    """Return the uptake of a claim from its posts (posted at, author, stance) in any order; later ones are left out."""
    said = [(at, author, stance) for at, author, stance in posts if at <= now]
    times = {stance: _times(said, stance) for stance in ("support", "query", "deny")}
    support, deny = times["support"], times["deny"]
    recent = (sum(at > now - WINDOW for at in support), sum(at > now - WINDOW for at in deny))
    return Uptake(
        support_count=len(support),
        query_count=len(times["query"]),
        deny_count=len(deny),
        deny_ratio=len(deny) / len(support) if support else None,
        deny_ratio_72h=recent[1] / recent[0] if recent[0] else None,
        first_support_at=support[0] if support else None,
        parity_at=_parity(support, deny),
    )


def _parity(support: list[datetime], deny: list[datetime]) -> datetime | None:
    if not support:
        return None
    times = [[at.timestamp() for at in said] for said in (support, deny)]
    found = drawn_level(*times, since=times[0][0])
    return None if found is None else datetime.fromtimestamp(found, tz=UTC)


def _times(said: Iterable[tuple[datetime, str, str | None]], stance: str) -> list[datetime]:
    mine = sorted((at.timestamp(), author) for at, author, its in said if its == stance)
    return [datetime.fromtimestamp(posted, tz=UTC) for posted, _, _ in count_once({}, mine, ask=1)]


def drawn_level(support: Sequence[float], deny: Sequence[float], *, since: float, begin: int = 0) -> float | None:
    """Return the first denial, from that number on, after which the last three days hold enough of them.

    Both lists are seconds, by time, and whole for the three days before the denials asked for. since: the first
    support: denials before it are no answer to it.
    """
    for place in range(begin, len(deny)):
        at, opened = deny[place], deny[place] - WINDOW.total_seconds()
        denials = place + 1 - bisect_right(deny, opened)
        supports = bisect_right(support, at) - bisect_right(support, opened)
        if at >= since and denials >= LEAST_DENIALS and denials >= supports:
            return at
    return None
