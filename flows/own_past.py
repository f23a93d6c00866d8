"""Any past day, from the company's own tables: what had been seen, what was told, and where the time went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from earlywarning.clock import hour_of
from earlywarning.own_past import OwnPast, Replayed, replay_own_past
from earlywarning.rhythm import Volume
from earlywarning.topics import PREFIX
from flows.config import author_secret
from flows.errors import UsageError
from flows.promise import settings_of, share_of
from flows.settings import Budget, Config
from flows.sources import sites_of
from flows.steps.topics import as_evidence, not_ours
from flows.steps.watch import as_matched, as_seen, sent_by
from warehouse import watching
from warehouse.alerts import alert_events, list_alerts
from warehouse.ledger import list_claims
from warehouse.topics import topic_posts

DELAY_DAYS = 28
"""Delays are told of posts and alerts of so many days before."""
EVER = datetime(1990, 1, 1, tzinfo=UTC)
PARTS = ("posting", "crawling", "judging", "alarm")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDelay:
    """One part of the way from the first word of a rumour to the alert."""

    part: str
    """`posting`: from the first post that counted to the last before the alert; `crawling`: from a post to its being
    seen; `judging`: from then to its label and match; `alarm`: from the last post's judging to the alert."""
    median_hours: float | None
    p90_hours: float | None
    count: int
    """Posts for crawling and judging, alerts for posting and alarm."""


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment of a day (its end, local time) or of an ISO time. Raises UsageError."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of {text}: no day or ISO time; write 2023-11-05 or 2023-11-05T08:00+01:00") from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def read_past(con: duckdb.DuckDBPyConnection, config: Config, *, now: datetime) -> OwnPast:
    """Return what was known at a moment: posts seen by then, claims registered, visits done, mailings sent."""
    topics = config.topics.watched
    secret = author_secret(config) if config.company.accounts else b""
    on_topics = not_ours(config, secret, topic_posts(con, topics, now=now, posted_after=EVER))
    return OwnPast(
        posts=[as_matched(post) for post in watching.matched_posts(con, now=now)],
        claims={claim.claim_id: claim.created_at for claim in list_claims(con, now=now)},
        visits=[as_seen(visit) for visit in watching.list_visits(con, now=now, finished_after=EVER)],
        volumes=[
            Volume(source=v.source, hour=hour_of(v.hour_at), post_count=v.post_count)
            for v in watching.hourly_volume(con, now=now, posted_after=EVER)
        ],
        mailings=sent_by(con, now),
        sources=[site.name for site in sites_of(config)],
        topics=[PREFIX + topic for topic in topics],
        topic_posts=[as_evidence(post) for post in on_topics],
    )


def replay(
    con: duckdb.DuckDBPyConnection, config: Config, *, now: datetime, budget: Budget, from_registration: bool
) -> Replayed:
    """Replay the alarm of claims and topics up to a moment, on their parts of a budget."""
    return replay_own_past(
        read_past(con, config, now=now),
        until=now,
        settings=settings_of(config, "claims", budget=budget),
        topic_settings=settings_of(config, "topics", budget=budget) if config.topics.watched else None,
        from_registration=from_registration,
    )


def replayed_share(config: Config) -> float:
    """Return the part of the promise that a replay has: all but the clusters'."""
    return 1.0 - share_of(config, "clusters")


def told_by(con: duckdb.DuckDBPyConnection, *, now: datetime) -> list[dict[str, Any]]:
    """Return what was told by a moment, from the record: each raising, escalation and re-opening, oldest first."""
    found = [
        {
            "alert_id": alert.alert_id,
            "kind": alert.kind,
            "subject_id": alert.subject_id,
            "severity": event["severity"],
            "event": event["event"],
            "raised_at": event["happened_at"],
        }
        for alert in list_alerts(con, now=now)
        for event in alert_events(con, alert.alert_id)
        if event["event"] in ("raised", "escalated", "reopened") and event["happened_at"] <= now
    ]
    return sorted(found, key=lambda row: (row["raised_at"], row["alert_id"]))


def delays(con: duckdb.DuckDBPyConnection, told: Iterable[dict[str, Any]], *, now: datetime) -> list[PartDelay]:
    """Return where the time went, over the four weeks before a moment."""
    since = now - timedelta(days=DELAY_DAYS)
    posts = watching.post_delays(con, now=now, posted_after=since - timedelta(days=DELAY_DAYS))
    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    for post in posts:
        if post["posted_at"] > since:
            parts["crawling"].append(_hours(post["posted_at"], post["seen_at"]))
            if post["judged_at"]:
                parts["judging"].append(_hours(post["seen_at"], post["judged_at"]))
    for row in told:
        if row["kind"] == "alarm" and row["raised_at"] > since:
            known = [p for p in posts if p["claim_id"] == row["subject_id"] and p["seen_at"] <= row["raised_at"]]
            known = [p for p in known if p["judged_at"] and p["judged_at"] <= row["raised_at"]]
            if known:
                last = max(known, key=lambda post: post["posted_at"])
                parts["posting"].append(_hours(known[0]["posted_at"], last["posted_at"]))
                parts["alarm"].append(_hours(last["judged_at"], row["raised_at"]))
    return [_part(part, values) for part, values in parts.items()]


def _part(part: str, values: Sequence[float]) -> PartDelay:
    middle, late = (float(np.quantile(values, q)) for q in (0.5, 0.9)) if values else (None, None)
    return PartDelay(part=part, median_hours=middle, p90_hours=late, count=len(values))


def _hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600


def with_budget(budget: Budget, *, watch: float | None, warning: float | None) -> Budget:
    """Return a budget with other figures where they are given."""
    given = {"watch_per_month": watch, "warning_per_month": warning}
    return budget.model_copy(update={name: value for name, value in given.items() if value is not None})


def as_rows(replayed: Replayed) -> list[tuple[str, datetime, str, str, int]]:
    """Return the alerts of a replay as rows of a table."""
    return [(a.claim_id, a.raised_at, a.severity, a.change, a.post_count) for a in replayed.alerts]
