"""All that a digest is made of, as it was known at a time: any past morning can be told again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from warehouse.alerts import list_alerts
from warehouse.complaints import list_levels
from warehouse.health import (
    Counts,
    read_counts,
    volume_of,
    warn_of_change,
    warn_of_dates,
    warn_of_fields,
    warn_of_volume,
)
from warehouse.ledger import list_claims, list_complaints, list_mailings, list_segments
from warehouse.named import insert_new, records, rows, run, upsert
from warehouse.outbox import failed_deliveries
from warehouse.races import list_races
from warehouse.records import (
    CandidateClaim,
    Claim,
    ClaimUptake,
    DailyVolume,
    Delay,
    Digest,
    HealthWarning,
    ModelFigure,
    SourceHealth,
    TellingPost,
    TopicVolume,
)

VOLUME_DAYS = 28
TELLING_POSTS = 8
FAILED_SHOWN = timedelta(days=7)
"""So long a digest says that an alert could not be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceExpectation:
    """What the configuration and the site's declaration promise of a source."""

    source: str
    interval_hours: float
    expected_min: float = 0.0
    expected_max: float = 10_000.0
    is_verified_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What of a digest is counted from posts."""

    volume: tuple[DailyVolume, ...]
    topics: tuple[TopicVolume, ...]
    claims: tuple[ClaimUptake, ...]
    posts: tuple[TellingPost, ...]
    delay: Delay


Count = Callable[[duckdb.DuckDBPyConnection, date, datetime, str], Counted]
"""Counts for a local day as of a moment, in a zone."""


def count_as_of(con: duckdb.DuckDBPyConnection, day: date, now: datetime, timezone: str) -> Counted:
    """Count from the posts themselves, as they were known then."""
    with known_at(con, now=now):
        return Counted(
            volume=read_volume(con, day=day, now=now, timezone=timezone),
            topics=read_topics(con, day=day, now=now, timezone=timezone),
            claims=read_uptake(con, now=now, timezone=timezone),
            posts=read_posts(con, now=now),
            delay=read_delay(con, now=now),
        )


def read_digest(
    con: duckdb.DuckDBPyConnection,
    *,
    company: str,
    day: date,
    now: datetime,
    timezone: str,
    is_simulation: bool,
    sources: Sequence[SourceExpectation],
    false_alarms_per_month: float,
    count: Count = count_as_of,
) -> Digest:
    """Return the digest of a local day as of `now`; what was fetched, decided or raised later is not in it."""
    counted = count(con, day, now, timezone)
    return Digest(
        company=company,
        day=day,
        generated_at=now,
        timezone=timezone,
        is_simulation=is_simulation,
        volume=counted.volume,
        topics=counted.topics,
        alerts=tuple(list_alerts(con, now=now, open_only=True)),
        claims=counted.claims,
        races=tuple(list_races(con, now=now)),
        posts=counted.posts,
        candidates=tuple(records(con, "digest_candidates", CandidateClaim, now=now)),
        complaints=tuple(list_complaints(con, now=now)),
        mailings=tuple(list_mailings(con, now=now)),
        sources=read_sources(con, sources, now=now),
        delay=counted.delay,
        figures=list_figures(con),
        false_alarms_per_month=false_alarms_per_month,
        complaint_levels=tuple(list_levels(con, now=now)),
        failed_deliveries=failed_deliveries(con, since=now - FAILED_SHOWN, until=now),
    )


@contextmanager
def known_at(con: duckdb.DuckDBPyConnection, *, now: datetime) -> Iterator[None]:
    """Lay out what was known at a time, once, for those that read volume, topics, uptake, posts, delay."""
    try:
        for name in ("known_mentions", "known_claims", "known_topics"):
            run(con, name, now=now)
        yield
    finally:
        run(con, "forget_known")


def read_volume(
    con: duckdb.DuckDBPyConnection, *, day: date, now: datetime, timezone: str, day_count: int = VOLUME_DAYS
) -> tuple[DailyVolume, ...]:
    """Return mentions by local day, oldest first, the last being `day`; each with the 56 days before it."""
    run(con, "digest_days", timezone=timezone)
    return volume_of_days(con, day=day, now=now, timezone=timezone, day_count=day_count)


def volume_of_days(
    con: duckdb.DuckDBPyConnection, *, day: date, now: datetime, timezone: str, day_count: int = VOLUME_DAYS
) -> tuple[DailyVolume, ...]:
    """Return the same of the days that are laid out."""
    values = {"day": day, "now": now, "timezone": timezone, "day_count": day_count}
    return tuple(records(con, "digest_volume", DailyVolume, **values))


def read_topics(con: duckdb.DuckDBPyConnection, *, day: date, now: datetime, timezone: str) -> tuple[TopicVolume, ...]:
    """Return mentions by topic on `day`, most first; `usual` is the mean of the 56 days before."""
    return tuple(records(con, "digest_topics", TopicVolume, day=day, now=now, timezone=timezone))


def read_uptake(con: duckdb.DuckDBPyConnection, *, now: datetime, timezone: str) -> tuple[ClaimUptake, ...]:
    """Return how every claim stands, the most spread in the last 24 hours first."""
    return uptake_of(con, rows(con, "digest_uptake", now=now, timezone=timezone), now=now)


def uptake_of(
    con: duckdb.DuckDBPyConnection, counted: Iterable[dict[str, Any]], *, now: datetime
) -> tuple[ClaimUptake, ...]:
    """Return how every claim stands by what was counted of each, the most spread in the last 24 hours first."""
    counts = {row["claim_id"]: row for row in counted}
    segments = [segment.segment for segment in list_segments(con)]
    found = [_uptake(claim, counts.get(claim.claim_id, {}), segments) for claim in list_claims(con, now=now)]
    return tuple(
        sorted(found, key=lambda one: (-one.support_24h - one.query_24h, -one.support_count - one.query_count))
    )


def read_posts(con: duckdb.DuckDBPyConnection, *, now: datetime, limit: int = TELLING_POSTS) -> tuple[TellingPost, ...]:
    """Return posts worth reading, the most telling first: various authors, wordings, claims and stances."""
    return tuple(records(con, "digest_posts", TellingPost, now=now, row_limit=limit))


def read_sources(
    con: duckdb.DuckDBPyConnection, expected: Iterable[SourceExpectation], *, now: datetime
) -> tuple[SourceHealth, ...]:
    """Return how each expected source does; one without a complete visit within its interval is silent."""
    seen, counts = {row["source"]: row for row in rows(con, "digest_sources", now=now)}, read_counts(con, now=now)
    return tuple(_source(one, seen.get(one.source, {}), counts, now) for one in expected)


def _source(one: SourceExpectation, log: Mapping[str, Any], counts: Counts, now: datetime) -> SourceHealth:
    last = log.get("last_seen_at")
    unseen = (now - last).total_seconds() / 3600 if last else None
    is_silent = unseen is None or unseen > one.interval_hours
    volume = volume_of(
        counts.days.get(one.source, {}),
        first_started_at=log.get("first_started_at"),
        last_started_at=log.get("last_started_at"),
    )
    warnings = [
        *([HealthWarning(kind="silent", value=unseen or 0.0, expected=one.interval_hours)] if is_silent else []),
        *warn_of_change(log),
        *warn_of_fields(counts.fields.get(one.source, ())),
        *warn_of_volume(volume, expected_min=one.expected_min, expected_max=one.expected_max),
        *warn_of_dates(counts.crawls.get(one.source, ())),
    ]
    return SourceHealth(
        **asdict(one),
        last_seen_at=last,
        unseen_hours=unseen,
        is_silent=is_silent,
        posts_24h=log.get("posts_24h", 0),
        cause=log.get("cause"),
        day=volume.day,
        day_count=volume.post_count,
        usual_day_count=volume.usual,
        warnings=tuple(warnings),
    )


def read_delay(con: duckdb.DuckDBPyConnection, *, now: datetime) -> Delay:
    """Return the median delays of the mentions posted in the last 7 days."""
    return records(con, "digest_delay", Delay, now=now)[0]


def list_figures(con: duckdb.DuckDBPyConnection) -> tuple[ModelFigure, ...]:
    """Return the measured figures of the model version that was registered last."""
    return tuple(records(con, "list_figures", ModelFigure))


def put_figures(
    con: duckdb.DuckDBPyConnection, figures: Iterable[ModelFigure], *, model_version: str, at: datetime
) -> None:
    """Register the measured figures of a model version."""
    upsert(con, "model_figure", [{**asdict(one), "model_version": model_version, "measured_at": at} for one in figures])


def record_digest(
    con: duckdb.DuckDBPyConnection,
    *,
    day: date,
    generated_at: datetime,
    path: str,
    content_hash: str,
    fingerprint: str | None = None,
) -> None:
    """Record that a digest was written; the same day and now again is the same digest."""
    about = {"day": day, "generated_at": generated_at, "path": path, "content_hash": content_hash}
    insert_new(con, "digest_run", [{**about, "delivered_at": None, "fingerprint": fingerprint}])


def record_delivery(con: duckdb.DuckDBPyConnection, *, day: date, generated_at: datetime, at: datetime) -> None:
    """Record that a digest was delivered."""
    run(con, "record_delivery", day=day, generated_at=generated_at, delivered_at=at)


def undelivered_digests(con: duckdb.DuckDBPyConnection) -> list[tuple[date, datetime, str]]:
    """Return the day, now and path of digests that were written and not delivered, oldest first."""
    return [(row["day"], row["generated_at"], row["path"]) for row in rows(con, "undelivered_digests")]


def _uptake(claim: Claim, counts: dict[str, int | datetime | None], segments: Sequence[str]) -> ClaimUptake:
    def number(name: str) -> int:
        value = counts.get(name, 0)
        return value if isinstance(value, int) else 0

    first = counts.get("first_posted_at")
    misled = () if claim.verdict == "true" else tuple(name for name in segments if name not in claim.segments)
    return ClaimUptake(
        claim=claim,
        support_24h=number("support_24h"),
        query_24h=number("query_24h"),
        deny_24h=number("deny_24h"),
        support_count=number("support_count"),
        query_count=number("query_count"),
        deny_count=number("deny_count"),
        first_posted_at=first if isinstance(first, datetime) else None,
        misled_segments=misled,
    )
