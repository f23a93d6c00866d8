"""Times as the frontier's file keeps them: one offset and one width, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """Return a time as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_or_none(text: str | None) -> datetime | None:
    """Return the time that a text stands for, if there is one."""
    return datetime.fromisoformat(text) if text else None
