"""Matches as arrays: who counts when, in one order whatever the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earlywarning.authors import SPREADING, count_once
from earlywarning.matches import Match

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNSHOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Posts that count, by time; each row is one author's first post on a claim in 24 hours."""

    claims: tuple[str, ...]
    """In alphabetical order."""
    claim: Ints
    """Place in `claims`."""
    hour: Ints
    """Hour since 1970-01-01 00 UTC."""
    authors: Ints
    """[posts, 2] different authors that counted in the two days and the week before, this one included, as far as
    asked."""
    views: Ints
    """-1 where the place shows none."""


def count_matches(matches: Iterable[Match], *, until: float | None = None, ask: int) -> Counted:
    """Return the posts that count, before `until` (seconds since the epoch), each with up to `ask` authors."""
    rows: dict[str, set[tuple[float, str, int]]] = {}
    for match in matches:
        posted = match.posted_at.timestamp()
        if until is None or posted < until:
            of_claim = rows.setdefault(match.claim_id, set())
            if match.stance in SPREADING:
                of_claim.add((posted, match.author, UNSHOWN if match.views is None else match.views))
    claims = tuple(sorted(rows))
    parts = [_count(i, rows.pop(claim), ask) for i, claim in enumerate(claims)]
    table = np.concatenate(parts) if parts else np.empty((0, 5), dtype=np.int64)
    table = table[np.lexsort((table[:, 0], table[:, 1]))]
    return Counted(claims=claims, claim=table[:, 0], hour=table[:, 1], authors=table[:, 2:4], views=table[:, 4])


def _count(place: int, rows: set[tuple[float, str, int]], ask: int) -> Ints:
    """Return the counting posts of one claim as [posts, 5]; of rows that differ in views alone the most seen counts."""
    views: dict[tuple[float, str], int] = {}
    for posted, author, seen in rows:
        views[posted, author] = max(seen, views.get((posted, author), UNSHOWN))
    found = count_once({}, sorted(views), ask=ask)
    kept = [(place, int(posted // 3600), *authors, views[posted, author]) for posted, author, authors in found]
    return np.array(kept, dtype=np.int64).reshape(-1, 5)
