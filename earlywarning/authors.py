"""One person is one voice: each author counts once per claim and 24 hours, and an alarm needs several authors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

DAY_SECONDS = 86_400.0
SPREADING = frozenset({"support", "query"})
"""Stances that spread a claim; a deny is correction uptake, a comment is neither."""
STANCES = frozenset({"support", "deny", "query", "comment"})
LATELY_SECONDS = 2 * DAY_SECONDS
KEEP_SECONDS = 7 * DAY_SECONDS
"""The authors that an alarm needs have all written within two days, or within a week."""
KEEP_MOST = 64
"""Authors older than a day that are remembered; more would not change whether enough of them are different."""

Ledger = dict[str, float]
"""When each author last counted (seconds since the epoch), in the order in which they were counted."""


def count_once(
    ledger: Ledger, posts: Iterable[tuple[float, str]], *, ask: int
) -> Iterator[tuple[float, str, tuple[int, int]]]:
    """Yield the posts that count, each with how many authors, at most `ask`, counted in two days and a week before it.

    posts: (seconds since the epoch, author) in any order that is the same each time. Changes the ledger.
    """
    for posted, author in posts:
        last = ledger.get(author)
        if last is not None and abs(posted - last) < DAY_SECONDS:
            continue
        ledger.pop(author, None)
        ledger[author] = posted if last is None else max(posted, last)
        lately, in_week = (_different(ledger, since=posted - s, ask=ask) for s in (LATELY_SECONDS, KEEP_SECONDS))
        yield posted, author, (lately, in_week)


def pruned(ledger: Ledger, *, now: float) -> Ledger:
    """Return the ledger without authors that no longer matter."""
    fresh = [(author, last) for author, last in ledger.items() if last > now - KEEP_SECONDS]
    spare = max(0, len(fresh) - KEEP_MOST)
    return {a: last for i, (a, last) in enumerate(fresh) if i >= spare or last > now - DAY_SECONDS}


def _different(ledger: Ledger, *, since: float, ask: int) -> int:
    found = 0
    for last in reversed(ledger.values()):
        found += last > since
        if found >= ask or last <= since:
            break
    return found
