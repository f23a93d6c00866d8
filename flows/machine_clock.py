"""The machine's clock, held against the last pass: one that jumps must neither reorder what was seen nor erase it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flows.errors import ClockError
from flows.paths import Paths
from flows.progress import PassNote, read_note

TOLERANCE = timedelta(seconds=5)
"""Clocks are corrected by so much without anybody noticing."""
GAP = timedelta(days=7)
"""After a longer gap the clock may be wrong: nothing is let go of before a second pass agrees with it."""


def require_forward(paths: Paths, *, now: datetime | None = None) -> None:
    """Raise ClockError where the clock stands before the last pass: what is seen now would count as the older.

    Passes of a simulation, or as of another time, say nothing of the clock.
    """
    now, last = now or datetime.now(UTC), _last(paths)
    if last is None or now >= _latest(last) - TOLERANCE:
        return
    raise ClockError(
        f"{paths.data}: the clock says {now:%Y-%m-%d %H:%M}, but the last pass was at {_latest(last):%Y-%m-%d %H:%M} "
        f"(UTC): set the clock right; if it is right now, remove {paths.data / 'pass.json'} and run again"
    )


def is_surely_now(before: PassNote | None, *, now: datetime) -> bool:
    """Return whether what is old by this clock may be let go of: not in the first pass after a long gap."""
    return before is None or before.is_virtual or now - _latest(before) <= GAP


def _last(paths: Paths) -> PassNote | None:
    note = read_note(paths.data)
    return None if note is None or note.is_virtual else note


def _latest(note: PassNote) -> datetime:
    return max(at for at in (note.started_at, note.step_at, note.finished_at) if at)
