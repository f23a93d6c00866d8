"""What is remembered of each host, by all its sources: the day's pages, how slow it wants us, and its failures."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from crawlers.named import queries
from crawlers.stamps import stamp, time_or_none

FAILURES_IN_A_ROW = 3
FIRST_BREAK = timedelta(hours=1)
LONGEST_BREAK = timedelta(hours=24)
SLOW_SECONDS = 30.0
RECOVERY = 0.8
"""What each good answer leaves of a delay that a host made us take: from 30 s to 2 s in a dozen pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """A host as earlier requests left it."""

    day: str = ""
    """The UTC day that `page_count` counts."""
    page_count: int = 0
    not_before: datetime | None = None
    """The host is left alone until then: it asked for that, or failed too often."""
    slow_seconds: float = 0.0
    """Delay that the host made us take, on its way back to none."""
    failure_count: int = 0
    """Pages that failed since the last that did not."""
    break_count: int = 0
    """Times in a row that it was left alone for its failures."""


def recovered(state: HostState, *, delay_seconds: float) -> HostState:
    """Return the state after a good answer: failures are forgotten, the delay shrinks to what it otherwise is."""
    slow = state.slow_seconds * RECOVERY
    return replace(state, slow_seconds=slow if slow > delay_seconds else 0.0, failure_count=0, break_count=0)


def failed(state: HostState, *, now: datetime, is_final: bool) -> HostState:
    """Return the state after a page that failed for good.

    After three in a row, or one that is `final`, the host is left alone: for an hour, then twice as long each time
    that the first page after it fails too, at most a day.
    """
    count = state.failure_count + 1
    if not (is_final or count >= FAILURES_IN_A_ROW or state.break_count):
        return replace(state, failure_count=count)
    until = now + min(FIRST_BREAK * 2**state.break_count, LONGEST_BREAK)
    not_before = max(until, state.not_before) if state.not_before else until
    # Bounded, so that a host that never answers again does not overflow the arithmetic.
    return replace(state, failure_count=count, break_count=min(state.break_count + 1, 10), not_before=not_before)


class Hosts:
    """The hosts in the frontier's file. Each change is kept at once: a crawl that is killed has asked all the same."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def state(self, host: str, now: datetime) -> HostState:
        """Return a host as it is now; pages of another day do not count."""
        row = self._db.execute(queries()["host"], {"host": host}).fetchone()
        if row is None:
            return HostState(day=_day(now))
        day, page_count, not_before, slow_seconds, failure_count, break_count = row
        is_today = day == (today := _day(now))
        return HostState(
            day=today,
            page_count=page_count if is_today else 0,
            not_before=time_or_none(not_before),
            slow_seconds=slow_seconds,
            failure_count=failure_count,
            break_count=break_count,
        )

    def count_page(self, host: str, now: datetime) -> None:
        """Count a page of a host."""
        self._db.execute(queries()["count_page"], {"host": host, "day": _day(now)})

    def save(self, host: str, state: HostState) -> None:
        """Remember a host's delay and failures; its pages are counted apart."""
        values = {**asdict(state), "not_before": stamp(state.not_before) if state.not_before else None}
        self._db.execute(queries()["save_host"], {"host": host, **values})


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
