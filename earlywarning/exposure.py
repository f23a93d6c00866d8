"""When each source was really seen, so that an hour nobody saw is unknown and a late post brings its hours along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from earlywarning.clock import Clock, activity, hour_of

HOUR = 3600.0
WEEK = 168
"""A source that is new brings so many hours before it along, as their posts come. Older posts are history."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVisit:
    """One crawl of one source, or one span in which a stream was heard."""

    source: str
    started_at: datetime
    finished_at: datetime
    is_complete: bool
    is_stream: bool = False
    """It shows what was posted from its beginning to its end; a crawl all that was posted before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The hours that a pass takes in, and how much of the sources was seen in each."""

    hours: Ints
    """[T] rising by one."""
    seen: Floats
    """[T] share of the volume, 0-1."""
    late: tuple[tuple[int, int, float], ...]
    """(first hour, last hour, share) taken in before without a source that has been seen since."""
    known: Mapping[str, int]
    """Last hour taken in as seen, by source."""

    def activity(self, clock: Clock) -> Floats:
        """Return the activity hours [T] that the pass adds; late ones come in its first hour, as their posts do."""
        found = activity(clock, self.hours) * self.seen
        for first, last, share in self.late:
            found[0] += share * activity(clock, np.arange(first, last + 1)).sum()
        return found


def expose(
    *,
    hour: int | None,
    known: Mapping[str, int],
    visits: Sequence[SourceVisit],
    posted: Mapping[str, datetime],
    now: datetime,
    shares: Mapping[str, float] | None = None,
) -> Exposure | None:
    """Return the hours that a pass can take in, or None when no new hour has been seen.

    hour: the last one taken in before. known: the last hour of each source that was. A complete visit shows all hours
    that ended before it began; an incomplete one those up to its latest post (`posted`: by source), so that no post
    is counted without the time that it may have taken to come. A stream shows no hour in which it was not heard, until
    a crawl has shown it. The first crawl of a source that joins the others shows the week before.
    """
    over = hour_of(now) - 1
    ends = dict(known)
    for visit in visits:
        if visit.is_complete and visit.finished_at <= now:
            ends[visit.source] = max(ends.get(visit.source, -(10**9)), hour_of(visit.started_at) - 1)
    for source, moment in posted.items():
        ends[source] = max(ends.get(source, -(10**9)), min(over, hour_of(moment)))
    ends = {source: min(end, over) for source, end in ends.items()}
    cutoff = max(ends.values(), default=-(10**9))
    if not ends or (hour is not None and cutoff <= hour):
        return None
    before = cutoff - 1 if hour is None else hour
    hours = np.arange(before + 1, cutoff + 1)
    seen, late = np.zeros(len(hours)), []
    for source, share in _weights(ends, shares).items():
        joined = before - WEEK if hour is not None and _is_crawled(source, visits, now) else before
        old, new = known.get(source, joined), ends[source]
        lost = _lost_hours([v for v in visits if v.source == source and v.finished_at <= now], known.get(source))
        seen[(hours > old) & (hours <= new) & ~np.isin(hours, list(lost))] += share
        late += [(first, last, share) for first, last in _spans(old + 1, min(new, before), lost)]
    return Exposure(hours=hours, seen=np.minimum(seen, 1.0), late=tuple(late), known=ends)


def _is_crawled(source: str, visits: Iterable[SourceVisit], now: datetime) -> bool:
    return any(v.source == source and v.is_complete and not v.is_stream and v.finished_at <= now for v in visits)


def _lost_hours(visits: Iterable[SourceVisit], known: int | None) -> set[int]:
    """Return the hours of a source that its stream was not heard in, wholly or in part, and that no crawl has shown."""
    # Of a time before the visits at hand only the hour is known; the stream was heard into the one after it.
    until = (known + 2) * HOUR if known is not None else None
    lost: set[int] = set()
    for visit in sorted((v for v in visits if v.is_complete), key=lambda v: v.finished_at):
        start = visit.started_at.timestamp()
        if not visit.is_stream:
            lost = {hour for hour in lost if hour >= hour_of(visit.started_at)}
            until = start if until is None else max(until, start)
            continue
        if until is not None and start > until:
            lost.update(range(int(until // HOUR), hour_of(visit.started_at) + 1))
        until = max(until or 0.0, visit.finished_at.timestamp())
    return lost


def _spans(first: int, last: int, without: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of hours from one to another that hold none of those."""
    begin = first
    for hour in range(first, last + 2):
        if hour == last + 1 or hour in without:
            if begin < hour:
                yield begin, hour - 1
            begin = hour + 1


def unseen_hours(known: Mapping[str, int], sources: Iterable[str], *, now: datetime) -> dict[str, float | None]:
    """Return for each source the hours since the end of the last one seen; None for a source never seen."""
    end = now.timestamp() / 3600
    return {source: max(0.0, end - known[source] - 1) if source in known else None for source in sources}


def _weights(ends: Mapping[str, int], shares: Mapping[str, float] | None) -> dict[str, float]:
    """Return the share of the volume of each source, summing to 1 over all that are known or told of."""
    told = dict.fromkeys(ends, 1.0) if shares is None else {s: max(0.0, v) for s, v in shares.items()}
    for source in ends:
        told.setdefault(source, min(told.values(), default=1.0))
    total = sum(told.values()) or 1.0
    return {source: share / total for source, share in told.items() if source in ends}
