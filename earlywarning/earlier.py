"""What spread before the hours that a race looks at: whoever was reached then is still reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from earlywarning.errors import StateError

DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Posts on a claim before a day, thread by thread; small, and plain JSON by `to_dict`."""

    until: int = 0
    """The first day (since 1970-01-01, UTC) that is not in it."""
    threads: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    """Posts that counted in each thread, and when the first of them was posted."""

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"until": self.until, "threads": {key: [n, at.timestamp()] for key, (n, at) in self.threads.items()}}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Earlier:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        try:
            return cls(
                until=int(value["until"]),
                threads={
                    str(key): (int(n), datetime.fromtimestamp(float(at), tz=UTC))
                    for key, (n, at) in value["threads"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"what spread earlier cannot be read: {error!r}; start it anew") from error


def take_in(earlier: Earlier, posts: Iterable[tuple[datetime, str, str]], *, until: int) -> Earlier:
    """Return the state with the days up to `until`; posts (when, thread, author) of days that it knows are left out.

    An author counts once a day, in the thread of the day's first post: by whole days, so that any passes end in the
    same. Those are never fewer than one author once in 24 hours gives.
    """
    first: dict[tuple[int, str], tuple[datetime, str]] = {}
    for at, thread, author in posts:
        day = int(at.timestamp() // DAY)
        if earlier.until <= day < until:
            said = (at, thread)
            first[day, author] = min(said, first.get((day, author), said))
    threads = dict(earlier.threads)
    for at, thread in first.values():
        count, since = threads.get(thread, (0, at))
        threads[thread] = count + 1, min(at, since)
    return Earlier(until=max(until, earlier.until), threads=threads)
