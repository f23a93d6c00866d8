"""What the crawls' counts say of a source: silent, quietly broken, too quiet, too loud, or with impossible dates.

Rules that anyone can check by hand, not a model: a source is held against what its declaration promises and against
its own last weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from warehouse.named import rows
from warehouse.records import HealthWarning

DAY_ZONE = ZoneInfo("Europe/Stockholm")
PAST_DAYS = 28
LEAST_DAYS = 7
"""Days of its own past that a source needs before it is held against them."""
LEAST_USUAL = 8.0
"""A day without posts is news only where this many are usual: of eight, a quarter or less is one day in thousands."""
FACTOR = 4.0
"""Too few and too many by its own past. Weekends and holidays move a forum by two, not by four."""
RECENT_POSTS = 30
"""As many of the newest posts make "now"; fewer say nothing of a share."""
ALWAYS, LOST = 0.9, 0.5
EXPECTED_AT_LEAST = 12.0
"""A field that only some posts have is lost when none has it where a dozen should."""
CHANGED_SHARE = 0.2
SET_ASIDE_SHARE, FUTURE_SHARE, BACKWARD_SHARE, HEAPED_SHARE = 0.05, 0.01, 0.05, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Posts of the last local day that was seen whole, against the 28 days before it."""

    day: date | None = None
    post_count: int = 0
    usual: float | None = None
    most: int = 0
    """On any of those days."""


def volume_of(
    days: Mapping[date, int], *, first_started_at: datetime | None, last_started_at: datetime | None
) -> Volume:
    """Return the volume of the last day that ended before the last complete visit began.

    Days count from the one after the first visit: of earlier ones only what was still in sight is known.
    """
    if first_started_at is None or last_started_at is None:
        return Volume()
    first = first_started_at.astimezone(DAY_ZONE).date() + timedelta(days=1)
    day = last_started_at.astimezone(DAY_ZONE).date() - timedelta(days=1)
    if day < first:
        return Volume()
    past = [days.get(d, 0) for n in range(1, PAST_DAYS + 1) if (d := day - timedelta(days=n)) >= first]
    usual = float(median(past)) if len(past) >= LEAST_DAYS else None
    return Volume(day=day, post_count=days.get(day, 0), usual=usual, most=max(past, default=0))


def warn_of_volume(volume: Volume, *, expected_min: float, expected_max: float) -> Iterator[HealthWarning]:
    """Yield what is wrong with a day's volume: by the declaration, else by the source's own past."""
    if volume.day is None:
        return
    count, usual = volume.post_count, volume.usual
    if count < expected_min:
        yield HealthWarning(kind="few", value=count, expected=expected_min)
    elif usual is not None and usual >= LEAST_USUAL and count * FACTOR < usual:
        yield HealthWarning(kind="few_by_past", value=count, expected=usual)
    if count > expected_max:
        yield HealthWarning(kind="many", value=count, expected=expected_max)
    elif usual is not None and count > FACTOR * max(usual, LEAST_USUAL) and count > volume.most:
        yield HealthWarning(kind="many_by_past", value=count, expected=usual)


def warn_of_fields(found: Sequence[Mapping[str, Any]]) -> Iterator[HealthWarning]:
    """Yield the fields that vanished; rows of one source, newest crawl first within each field."""
    for name, crawls in groupby(found, key=lambda row: row["field"]):
        counts = [(row["present_count"], row["of_count"]) for row in crawls]
        recent, past = _split(counts)
        (now, of_now), (then, of_then) = _sums(recent), _sums(past)
        if of_now < RECENT_POSTS or of_then < RECENT_POSTS:
            continue
        usual, share = then / of_then, now / of_now
        is_lost = share < LOST if usual >= ALWAYS else now == 0 and usual * of_now >= EXPECTED_AT_LEAST
        if is_lost:
            yield HealthWarning(kind="field_lost", value=share, expected=usual, field=name)


def warn_of_dates(found: Sequence[Mapping[str, Any]]) -> Iterator[HealthWarning]:
    """Yield what is wrong with the dates of the newest posts read, and with how many had none; newest crawl first."""
    limits = (
        ("set_aside", "set_aside_count", SET_ASIDE_SHARE),
        ("future_dates", "future_count", FUTURE_SHARE),
        ("backward_dates", "backward_count", BACKWARD_SHARE),
        ("heaped_dates", "heaped_count", HEAPED_SHARE),
    )
    for kind, column, limit in limits:
        counts = [(row[column], row["read_count"] + (row[column] if kind == "set_aside" else 0)) for row in found]
        recent, past = _split(counts)
        (now, of_now), (then, of_then) = _sums(recent), _sums(past)
        share, usual = now / of_now if of_now else 0.0, then / of_then if of_then else 0.0
        # A place that shows dates without times has always had heaps: that is how it is, not news.
        is_usual = kind == "heaped_dates" and of_then >= RECENT_POSTS and usual * 2 > share
        if of_now >= RECENT_POSTS and share > limit and not is_usual:
            yield HealthWarning(kind=kind, value=share, expected=usual)


def warn_of_change(log: Mapping[str, Any]) -> Iterator[HealthWarning]:
    """Yield a warning where too many pages of the last visit answered and held nothing that could be read."""
    pages, changed = log.get("last_page_count", 0), log.get("last_changed_count", 0)
    if changed and (share := min(1.0, changed / max(pages, changed))) > CHANGED_SHARE:
        yield HealthWarning(kind="site_changed", value=share, expected=CHANGED_SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All that the crawls counted, by source."""

    days: Mapping[str, Mapping[date, int]]
    crawls: Mapping[str, Sequence[Mapping[str, Any]]]
    fields: Mapping[str, Sequence[Mapping[str, Any]]]


def read_counts(con: duckdb.DuckDBPyConnection, *, now: datetime) -> Counts:
    """Return what the crawls had counted at a time."""
    days = _by_source(rows(con, "health_days", now=now))
    return Counts(
        days={source: {row["day"]: row["post_count"] for row in found} for source, found in days.items()},
        crawls=_by_source(rows(con, "health_crawls", now=now)),
        fields=_by_source(rows(con, "health_fields", now=now)),
    )


def _by_source(found: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {source: list(group) for source, group in groupby(found, key=lambda row: row["source"])}


def _split(counts: Sequence[tuple[int, int]]) -> tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]:
    """Return the newest crawls that together have enough posts, and those before them."""
    total = 0
    for number, (_, of_count) in enumerate(counts, start=1):
        total += of_count
        if total >= RECENT_POSTS:
            return counts[:number], counts[number:]
    return counts, ()


def _sums(counts: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(count for count, _ in counts), sum(of_count for _, of_count in counts)
