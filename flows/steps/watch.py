"""Step 6: let the alarm take in the hours that are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from earlywarning import watch as alarm
from earlywarning.alarm_state import AlarmSettings
from earlywarning.clock import Clock, hour_of
from earlywarning.exposure import SourceVisit
from earlywarning.mailings import Mailing
from earlywarning.prior import expected_rate
from earlywarning.rhythm import clock_of, shares_of
from earlywarning.watch import MatchedPost, WatchCrossing
from earlywarning.watch_state import WatchState
from flows.desk import Desk
from flows.promise import settings_of
from flows.sources import sites_of
from flows.steps import rhythm, topics, unregistered
from flows.steps.topics import TopicPass
from warehouse import watching
from warehouse.clusters import ClusteredPost
from warehouse.ledger import list_claims, list_mailings
from warehouse.records import Claim, Visit

SUBJECT = "watch"
"""Under this name the state of the claims' watch is kept; clusters and the standing of alerts have their own."""
TAKEN = "watch-taken"
"""Under this name: which posts the claims' watch has been given lately."""
LATE = timedelta(days=7)
"""A post may become known so long after it was seen: another machine's crawl, a landing file that could not be read."""
VISITS_BACK = timedelta(days=14)
READ_BACK = timedelta(days=AlarmSettings().ring_days + 2)
"""Posts are read so far back, and those that became known lately: a claim that is new to the watch needs no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPass:
    """What the watch found, and what it will remember once the alerts are saved."""

    at: datetime
    claims: tuple[Claim, ...]
    """Those that are known now, with the verdicts that hold."""
    posts: tuple[watching.MatchedPost, ...]
    """Posts on claims that are known now, by the time of posting: all since `READ_BACK`, and what was seen lately."""
    crossings: tuple[WatchCrossing, ...]
    memory: Mapping[str, Any]
    """The next states by subject, as JSON values: `alert` saves them after the alerts, so that a kill loses none."""
    cluster_ids: frozenset[str] = frozenset()
    """Clusters among those that crossed: they become candidates for a claim."""
    clusters: Mapping[str, Sequence[ClusteredPost]] = field(default_factory=dict)
    """Posts of the clusters that are watched."""
    topics: TopicPass = field(default_factory=TopicPass)
    """What the watch of the topics found: whether it is news depends on the others' alerts."""
    clock: Clock = field(default_factory=Clock)
    """How busy the sources are, hour by hour."""


def watch(desk: Desk) -> WatchPass:
    """Advance the alarm of every claim, cluster and topic to now, and return what crossed a level."""
    now = desk.now
    states = watching.get_states(desk.con, now=now)
    state, since = _remembered(states)
    taken = frozenset(states[TAKEN][1]["posts"]) if TAKEN in states else None
    claims = tuple(list_claims(desk.con, now=now))
    claim_ids = tuple(claim.claim_id for claim in claims)
    seen_after = now if since is None else since - LATE
    posts = tuple(watching.matched_posts(desk.con, now=now, posted_from=now - READ_BACK, seen_after=seen_after))
    visits = _visits(desk, now)
    learned = rhythm.learn_rhythm(desk, states.get(rhythm.SUBJECT), now=now)
    clock, shares = clock_of(learned), shares_of(learned, [site.name for site in sites_of(desk.config)])
    found = alarm.watch(
        state,
        _new(posts, since, known=state.claims, taken=taken),
        claims=claim_ids,
        visits=visits,
        now=now,
        prior_rates=_prior_rates(desk, claim_ids, now),
        clock=clock,
        shares=shares,
        settings=settings_of(desk.config, "claims"),
    )
    same: Any = {"visits": visits, "now": now, "clock": clock, "shares": shares}
    clusters = unregistered.watch_clusters(desk, states.get(unregistered.SUBJECT), **same)
    about = topics.watch_topics(desk, states.get(topics.SUBJECT), read_from=now - READ_BACK, **same)
    return WatchPass(
        at=now,
        claims=claims,
        posts=posts,
        crossings=found.crossings + clusters.crossings,
        memory={
            SUBJECT: found.state.to_dict(),
            TAKEN: {"posts": sorted({_taken(post) for post in posts if post.seen_at > now - LATE})},
            unregistered.SUBJECT: clusters.memory,
            topics.SUBJECT: about.memory,
            rhythm.SUBJECT: learned.to_dict(),
        },
        cluster_ids=frozenset(crossing.claim_id for crossing in clusters.crossings),
        clusters=clusters.posts,
        topics=about,
        clock=clock,
    )


def mailings_of(desk: Desk, now: datetime) -> list[Mailing]:
    """Return the mailings sent by a moment, as the early warning takes them."""
    return sent_by(desk.con, now)


def sent_by(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Mailing]:
    """Return the mailings that a warehouse knows to have been sent by a moment."""
    return [
        Mailing(
            mailing_id=m.mailing_id,
            channel=m.channel,
            segment=m.segment,
            recipient_count=m.recipient_count,
            sent_at=m.sent_at,
            text=m.text,
            corrects=m.corrects,
        )
        for m in list_mailings(con, now=now)
    ]


def _remembered(states: Mapping[str, tuple[datetime, Any]]) -> tuple[WatchState, datetime | None]:
    found = states.get(SUBJECT)
    if found is None:
        return WatchState(), None
    step_at, value = found
    return WatchState.from_dict(value), step_at


def _new(
    posts: Sequence[watching.MatchedPost],
    since: datetime | None,
    *,
    known: Mapping[str, Any],
    taken: frozenset[str] | None,
) -> list[MatchedPost]:
    """Return posts that no pass was given; of a claim that is new to the watch, its whole history.

    The time at which a post was seen does not tell: it may have been seen before the last pass and loaded after it.
    """

    def is_new(post: watching.MatchedPost) -> bool:
        if since is None or post.claim_id not in known or post.seen_at > since:
            return True
        return taken is not None and post.seen_at > since - LATE and _taken(post) not in taken

    return [as_matched(post) for post in posts if is_new(post)]


def _taken(post: watching.MatchedPost) -> str:
    return f"{post.claim_id}/{post.post_key[:16]}"


def _visits(desk: Desk, now: datetime) -> list[SourceVisit]:
    return [as_seen(v) for v in watching.list_visits(desk.con, now=now, finished_after=now - VISITS_BACK)]


def as_matched(post: watching.MatchedPost) -> MatchedPost:
    """Return a matched post of the warehouse as the early warning takes it."""
    return MatchedPost(
        claim_id=post.claim_id,
        post_key=post.post_key,
        source=post.source,
        posted_at=post.posted_at,
        seen_at=post.seen_at,
        author_key=post.author_key,
        stance=post.stance or "comment",
    )


def as_seen(visit: Visit) -> SourceVisit:
    """Return a visit of the warehouse as the early warning takes it."""
    return SourceVisit(
        source=visit.source,
        started_at=visit.started_at,
        finished_at=visit.finished_at,
        is_complete=visit.is_complete,
        # Who listens fetches no page; no crawl is complete without one.
        is_stream=visit.page_count == 0,
    )


def _prior_rates(desk: Desk, claims: tuple[str, ...], now: datetime) -> dict[str, float]:
    mailings = mailings_of(desk, now)
    return {claim: expected_rate(claim, hour_of(now), mailings) for claim in claims}
