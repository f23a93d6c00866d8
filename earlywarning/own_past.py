"""The company's own past, replayed pass by pass: what the alarm would have told by what had been seen at each pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from earlywarning.alarm_state import AlarmSettings
from earlywarning.backtest import Alert
from earlywarning.clock import hour_of
from earlywarning.exposure import SourceVisit
from earlywarning.mailings import Mailing
from earlywarning.prior import expected_rate
from earlywarning.rhythm import LAG_HOURS, Rhythm, Volume, clock_of, shares_of, teach
from earlywarning.severity import Standing, take
from earlywarning.watch import MatchedPost, watch
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


def replay_own_past(
    past: OwnPast, *, until: datetime, settings: AlarmSettings | None = None, from_registration: bool = True
) -> Replayed:
    """Replay the passes up to a moment; a pass knows the posts, visits and mailings that had come by then, no others.

    With `from_registration` a claim is watched from when it was registered, else from the first pass on: what the
    budget would have given if today's claims had been followed all along. Nobody handles the alerts of a replay.
    """
    moments = list(pass_moments(past.visits, until=until))
    posts = sorted(past.posts, key=lambda post: post.seen_at)
    state, rhythm, told = WatchState(), Rhythm(), 0
    standings: dict[str, Standing] = {}
    alerts: list[Alert] = []
    for moment in moments:
        claims = [claim for claim, at in past.claims.items() if not from_registration or at <= moment]
        seen = told
        while seen < len(posts) and posts[seen].seen_at <= moment:
            seen += 1
        fresh = [post for post in posts[told:seen] if post.claim_id in state.claims]
        fresh += [post for post in posts[:seen] if post.claim_id not in state.claims]
        rhythm = teach(rhythm, past.volumes, until=hour_of(moment) - LAG_HOURS)
        sent = [mailing for mailing in past.mailings if mailing.sent_at <= moment]
        found = watch(
            state,
            fresh,
            claims=claims,
            visits=[v for v in past.visits if moment - VISITS_BACK < v.finished_at <= moment],
            now=moment,
            clock=clock_of(rhythm),
            shares=shares_of(rhythm, past.sources),
            prior_rates={claim: expected_rate(claim, hour_of(moment), sent) for claim in claims},
            settings=settings,
        )
        state, told = found.state, seen
        for crossing in found.crossings:
            after, change = take(standings.get(crossing.claim_id), crossing.level, at=crossing.evidence_at)
            standings[crossing.claim_id] = after
            if change:
                alert = Alert(
                    claim_id=crossing.claim_id,
                    raised_at=moment,
                    severity=crossing.level,
                    evidence=crossing.evidence,
                    threshold=crossing.threshold,
                    change=change,
                    post_count=sum(post.claim_id == crossing.claim_id for post in posts[:seen]),
                )
                alerts.append(alert)
    return Replayed(
        alerts=tuple(alerts),
        begin=moments[0] if moments else None,
        until=moments[-1] if moments else None,
        pass_count=len(moments),
        watch_count=sum(alert.severity == "watch" for alert in alerts),
        warning_count=sum(alert.severity == "warning" for alert in alerts),
    )


def pass_moments(visits: Iterable[SourceVisit], *, until: datetime) -> Iterator[datetime]:
    """Yield when passes were done: after the last of the visits that ended within an hour."""
    ends = sorted(visit.finished_at for visit in visits if visit.finished_at <= until)
    for place, end in enumerate(ends):
        if place + 1 == len(ends) or hour_of(ends[place + 1]) > hour_of(end):
            yield end
