"""Correction uptake: how many deny a claim for each who supports it, and how long it took them to draw level."""

from __future__ import annotations

from collections.abc import Iterable
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


def _times(said: Iterable[tuple[datetime, str, str | None]], stance: str) -> list[datetime]:
    mine = sorted((at.timestamp(), author) for at, author, its in said if its == stance)
    return [datetime.fromtimestamp(posted, tz=UTC) for posted, _, _ in count_once({}, mine, ask=1)]


def _parity(support: list[datetime], deny: list[datetime]) -> datetime | None:
    """Return the first denial after which the last three days hold enough of them; both lists are by time."""
    if not support:
        return None
    first_deny = first_support = supports = 0
    for place, at in enumerate(deny):
        while deny[first_deny] <= at - WINDOW:
            first_deny += 1
        while supports < len(support) and support[supports] <= at:
            supports += 1
        while first_support < supports and support[first_support] <= at - WINDOW:
            first_support += 1
        denials = place + 1 - first_deny
        if at >= support[0] and denials >= LEAST_DENIALS and denials >= supports - first_support:
            return at
    return None
