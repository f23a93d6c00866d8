"""The company's own past, replayed pass by pass: what the alarm would have told by what had been seen at each pass."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from earlywarning.alarm_state import AlarmSettings
from earlywarning.backtest import Alert
from earlywarning.clock import hour_of
from earlywarning.exposure import SourceVisit
from earlywarning.mailings import Mailing
from earlywarning.prior import expected_rate
from earlywarning.rhythm import LAG_HOURS, Rhythm, Volume, clock_of, shares_of, teach
from earlywarning.severity import Standing, is_open, take
from earlywarning.topics import PREFIX, WINDOW, explaining
from earlywarning.watch import MatchedPost, WatchCrossing, watch
from earlywarning.watch_state import WatchState

VISITS_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPast:
    """What is known of the past at the moment that it is replayed as of."""

    posts: Sequence[MatchedPost]
    claims: Mapping[str, datetime]
    """When each claim was registered."""
    visits: Sequence[SourceVisit]
    volumes: Sequence[Volume]
    mailings: Sequence[Mailing] = ()
    sources: Sequence[str] = ()
    topics: Sequence[str] = ()
    """Those with an alarm of their own, as `topic:price`; what is posted on them is in `topic_posts`."""
    topic_posts: Sequence[MatchedPost] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay gave."""

    alerts: tuple[Alert, ...]
    """Oldest first; `raised_at` is the pass that would have told."""
    begin: datetime | None
    until: datetime | None
    """First and last pass; None when no source was read."""
    pass_count: int
    watch_count: int
    """Watches that were opened or opened again; with `warning_count` what a budget is held against."""
    warning_count: int
    """Warnings that were opened, opened again or escalated to."""

    @property
    def days(self) -> float:
        """Return the days replayed."""
        if self.begin is None or self.until is None:
            return 0.0
        return (self.until - self.begin).total_seconds() / 86400


@dataclass(slots=True)
class _Series:
    """Claims, or topics, from pass to pass: posts by when they were seen, how many are told, what is remembered."""

    posts: Sequence[MatchedPost]
    state: WatchState = field(default_factory=WatchState)
    told: int = 0

    def news(self, moment: datetime) -> list[MatchedPost]:
        """Return the posts that were seen since the last pass, and all of series that are new to the watch."""
        seen = bisect_right(self.posts, moment, key=lambda post: post.seen_at)
        fresh = [post for post in self.posts[self.told : seen] if post.claim_id in self.state.claims]
        fresh += [post for post in self.posts[:seen] if post.claim_id not in self.state.claims]
        self.told = seen
        return fresh

    def known(self) -> Sequence[MatchedPost]:
        return self.posts[: self.told]


def replay_own_past(
    past: OwnPast,
    *,
    until: datetime,
    settings: AlarmSettings | None = None,
    topic_settings: AlarmSettings | None = None,
    from_registration: bool = True,
) -> Replayed:
    """Replay the passes up to a moment; a pass knows the posts, visits and mailings that had come by then, no others.

    With `from_registration` a claim is watched from when it was registered, else from the first pass on: what the
    budget would have given if today's claims had been followed all along. Nobody handles the alerts of a replay. What
    a claim's open alert explains of a topic's alarm is not told.
    """
    moments = list(pass_moments(past.visits, until=until))
    of_claims, of_topics = _Series(_by_seen(past.posts)), _Series(_by_seen(past.topic_posts))
    rhythm = Rhythm()
    standings: dict[str, Standing] = {}
    alerts: list[Alert] = []
    for moment in moments:
        claims = [claim for claim, at in past.claims.items() if not from_registration or at <= moment]
        rhythm = teach(rhythm, past.volumes, until=hour_of(moment) - LAG_HOURS)
        sent = [mailing for mailing in past.mailings if mailing.sent_at <= moment]
        same: dict[str, Any] = {
            "visits": [v for v in past.visits if moment - VISITS_BACK < v.finished_at <= moment],
            "now": moment,
            "clock": clock_of(rhythm),
            "shares": shares_of(rhythm, past.sources),
        }
        rates = {claim: expected_rate(claim, hour_of(moment), sent) for claim in claims}
        news = of_claims.news(moment)
        found = watch(of_claims.state, news, claims=claims, prior_rates=rates, settings=settings, **same)
        of_claims.state = found.state
        alerts += _told(found.crossings, standings, of_claims.known(), moment)
        if past.topics:
            news = of_topics.news(moment)
            found = watch(of_topics.state, news, claims=past.topics, settings=topic_settings, **same)
            of_topics.state = found.state
            open_now = {claim for claim in claims if claim in standings and is_open(standings[claim], at=moment)}
            unexplained = [
                crossing
                for crossing in found.crossings
                if not _is_explained(crossing, of_topics.known(), of_claims.known(), open_now)
            ]
            alerts += _told(unexplained, standings, of_topics.known(), moment)
    return Replayed(
        alerts=tuple(alerts),
        begin=moments[0] if moments else None,
        until=moments[-1] if moments else None,
        pass_count=len(moments),
        watch_count=sum(alert.severity == "watch" for alert in alerts),
        warning_count=sum(alert.severity == "warning" for alert in alerts),
    )


def _by_seen(posts: Iterable[MatchedPost]) -> list[MatchedPost]:
    return sorted(posts, key=lambda post: post.seen_at)


def _is_explained(
    crossing: WatchCrossing, on_topics: Sequence[MatchedPost], on_claims: Sequence[MatchedPost], claims: set[str]
) -> bool:
    since = crossing.evidence_at - WINDOW
    mine = [(p.post_key, p.author_key) for p in on_topics if p.claim_id == crossing.claim_id and p.posted_at > since]
    said: dict[str, set[str]] = {claim: set() for claim in claims}
    for post in on_claims:
        if post.claim_id in said:
            said[post.claim_id].add(post.post_key)
    return explaining(mine, said, usual_24h=crossing.usual_24h) is not None


def _told(
    crossings: Iterable[WatchCrossing],
    standings: dict[str, Standing],
    known: Sequence[MatchedPost],
    moment: datetime,
) -> Iterator[Alert]:
    """Yield what of the crossings is news, and leave in `standings` where the alerts stand."""
    for crossing in crossings:
        name = crossing.claim_id
        standings[name], change = take(standings.get(name), crossing.level, at=crossing.evidence_at)
        if change:
            yield Alert(
                claim_id=name,
                raised_at=moment,
                severity=crossing.level,
                evidence=crossing.evidence,
                threshold=crossing.threshold,
                kind="topic" if name.startswith(PREFIX) else "alarm",
                change=change,
                post_count=sum(post.claim_id == name for post in known),
            )


def pass_moments(visits: Iterable[SourceVisit], *, until: datetime) -> Iterator[datetime]:
    """Yield when passes were done: after the last of the visits that ended within an hour."""
    ends = sorted(visit.finished_at for visit in visits if visit.finished_at <= until)
    for place, end in enumerate(ends):
        if place + 1 == len(ends) or hour_of(ends[place + 1]) > hour_of(end):
            yield end
