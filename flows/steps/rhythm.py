"""When the watched places are busy: the alarm's clock and each place's share, learned from their own volume."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from earlywarning.clock import end_of, hour_of
from earlywarning.rhythm import LAG_HOURS, Rhythm, Volume, teach
from flows.desk import Desk
from warehouse import watching

SUBJECT = "rhythm"
FIRST_DAYS = 180
"""The first pass learns from so much of what is known."""


def learn_rhythm(desk: Desk, stored: tuple[datetime, Any] | None, *, now: datetime) -> Rhythm:
    """Return the rhythm of the sources as known now: what is stored, and the hours that are old enough since."""
    rhythm = Rhythm() if stored is None else Rhythm.from_dict(stored[1])
    until = hour_of(now) - LAG_HOURS
    begin = end_of(rhythm.hour if rhythm.hour is not None else until - 24 * FIRST_DAYS)
    found = watching.hourly_volume(desk.con, now=now, posted_after=begin - timedelta(microseconds=1))
    return teach(rhythm, _volumes(found), until=until)


def _volumes(found: Iterable[watching.SourceVolume]) -> list[Volume]:
    return [Volume(source=v.source, hour=hour_of(v.hour_at), post_count=v.post_count) for v in found]
