"""One pass of the watch: new posts and visits in, new states and crossings out. Unseen hours are unknown, not zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from earlywarning.alarm import Crossing, advance
from earlywarning.alarm_state import AlarmSettings, AlarmState
from earlywarning.authors import DAY_SECONDS, SPREADING, Ledger, pruned
from earlywarning.backfill import Posts, backfill, tabulate
from earlywarning.bets import base_rate_bound
from earlywarning.clock import Clock, end_of
from earlywarning.clock import activity as activity_of
from earlywarning.exposure import WEEK, SourceVisit, expose
from earlywarning.watch_state import ClaimState, WatchState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPost:
    """A post that was judged to say something about a claim."""

    claim_id: str
    source: str
    posted_at: datetime
    seen_at: datetime
    author_key: str
    stance: str
    views: int | None = None
    post_key: str = ""
    """Told where a post may count in several series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCrossing:
    """A claim whose evidence reached a level in this pass."""

    claim_id: str
    level: str
    evidence_at: datetime
    """End of the hour whose posts gave it; it is raised when the pass runs."""
    evidence: float
    threshold: float
    authors_24h: int
    usual_24h: float
    """Upper bound of what is ordinary in a day."""
    terms: tuple[str, ...] = ()
    """What the posts have in common; of clusters alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """What a pass gave."""

    state: WatchState
    crossings: tuple[WatchCrossing, ...]
    """Oldest first; escalation is `severity.take`'s business."""
    usual_24h: Mapping[str, float] = field(default_factory=dict)
    """Upper bound of what is ordinary in a day, by claim; empty where no hour could be taken in."""


def watch(
    state: WatchState,
    posts: Sequence[MatchedPost],
    *,
    claims: Sequence[str],
    visits: Sequence[SourceVisit],
    now: datetime,
    shares: Mapping[str, float] | None = None,
    prior_rates: Mapping[str, float] | None = None,
    clock: Clock | None = None,
    share_budget: bool = True,
    settings: AlarmSettings | None = None,
) -> WatchResult:
    """Take one pass in. The same state and the same news give the same result, in whatever order they come.

    posts: those not given to a pass before; for a claim not in the state, its history as far as known. claims: those
    to be watched; others in the state are dropped. visits: since the last pass, incomplete ones too. shares: part of
    the volume that each source has (default: equal). prior_rates: posts per activity hour that a mailing makes
    ordinary, by claim. With `share_budget` all claims together keep the one promise.
    """
    settings, clock = settings or AlarmSettings(), clock or Clock()
    spread = [post for post in posts if post.stance in SPREADING and post.seen_at <= now]
    by_claim = _by_claim(spread)
    exposure = expose(hour=state.hour, known=state.known, visits=visits, posted=_latest(spread), now=now, shares=shares)
    olds = {claim: state.claims.get(claim, ClaimState()) for claim in sorted(set(claims))}
    if exposure is None:
        kept = {claim: _hold(old, by_claim.get(claim, [])) for claim, old in olds.items()}
        return WatchResult(state=replace(state, claims=kept), crossings=())
    activity = exposure.activity(clock)
    new = WatchState(
        hour=int(exposure.hours[-1]),
        known={**state.known, **exposure.known},
        seen=_days_seen(state.seen, exposure.hours, activity, clock, settings),
    )
    if not olds:
        return WatchResult(state=new, crossings=())
    pay_in = 1.0 / len(olds) if share_budget else 1.0
    first, last = int(exposure.hours[0]), int(exposure.hours[-1])
    every = {claim: sorted({*old.waiting, *by_claim.get(claim, [])}) for claim, old in olds.items()}
    started, before = backfill(olds, every, first=first, clock=clock, pay_in=pay_in, seen=state.seen, settings=settings)
    ready = [
        _prepare(state, _left(olds[claim], every[claim], first), first=first, last=last, settings=settings)
        for claim, state in started.items()
    ]
    rates = prior_rates or {}
    moved, crossings = advance(
        [replace(state.alarm, prior_rate=rates.get(claim, 0.0)) for claim, state in started.items()],
        hours=exposure.hours,
        activity=activity,
        counts=np.stack([each.counts for each in ready], axis=1),
        authors=np.stack([each.authors for each in ready], axis=1),
        sharers=len(olds) if share_budget else None,
        settings=settings,
    )
    usual, ids = _usual(moved, settings), list(olds)
    found = [_explain(ids[c.index], c, ready[c.index].ledger, float(usual[c.index])) for c in before + crossings]
    after = {
        claim: ClaimState(alarm=alarm, ledger=pruned(each.ledger, now=now.timestamp()), waiting=each.waiting)
        for claim, alarm, each in zip(ids, moved, ready, strict=True)
    }
    return WatchResult(
        state=replace(new, claims=after),
        crossings=tuple(sorted(found, key=lambda c: (c.evidence_at, c.claim_id, c.level))),
        usual_24h=dict(zip(ids, usual.tolist(), strict=True)),
    )


@dataclass(frozen=True, slots=True)
class _Ready:
    """One claim's news, by hour of the pass."""

    ledger: Ledger
    waiting: tuple[tuple[float, str], ...]
    counts: Ints
    authors: Ints


def _prepare(state: ClaimState, posts: Posts, *, first: int, last: int, settings: AlarmSettings) -> _Ready:
    """Count a claim's posts into the hours of the pass: late ones into its first, those to come wait."""
    ledger = dict(state.ledger)
    due = [post for post in posts if post[0] // 3600 <= last]
    counts, authors = tabulate(ledger, due, first, last - first + 1, settings)
    waiting = tuple(post for post in posts if post[0] // 3600 > last)
    return _Ready(ledger, waiting, counts, authors)


def _left(old: ClaimState, posts: Posts, first: int) -> Posts:
    """Return the posts that the pass still has to count: of a new claim, those that its past does not have.

    What became known more than a week after it was written is history, not news: a place that is read for the first
    time shows years of it at once.
    """
    since = first if old.alarm.hour is None else first - WEEK
    return [post for post in posts if post[0] // 3600 >= since]


def _days_seen(
    old: Mapping[int, tuple[float, float]], hours: Ints, activity: Floats, clock: Clock, settings: AlarmSettings
) -> dict[int, tuple[float, float]]:
    """Return the activity hours seen and passed by day, the pass's hours added and what no ring reaches dropped."""
    days, passed = hours // 24, activity_of(clock, hours)
    found = {day: of for day, of in old.items() if day > int(days[-1]) - settings.ring_days}
    for day in np.unique(days).tolist():
        before = found.get(day, (0.0, 0.0))
        here = days == day
        found[day] = before[0] + float(activity[here].sum()), before[1] + float(passed[here].sum())
    return found


def _by_claim(posts: Sequence[MatchedPost]) -> dict[str, list[tuple[float, str]]]:
    found: dict[str, list[tuple[float, str]]] = {}
    for post in posts:
        found.setdefault(post.claim_id, []).append((post.posted_at.timestamp(), post.author_key))
    return found


def _latest(posts: Sequence[MatchedPost]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for post in posts:
        found[post.source] = max(post.posted_at, found.get(post.source, post.posted_at))
    return found


def _hold(state: ClaimState, posts: Sequence[tuple[float, str]]) -> ClaimState:
    """Keep posts until an hour can be taken in."""
    return replace(state, waiting=tuple(sorted({*state.waiting, *posts})))


def _usual(states: Sequence[AlarmState], settings: AlarmSettings) -> Floats:
    """Return what is ordinary in a day, at most: the bound of each claim's base rate."""
    days = settings.window_days
    exposure = np.array([sum(state.exposure[:days]) for state in states])
    posts = np.array([sum(state.posts[:days]) for state in states])
    return 24.0 * base_rate_bound(exposure, posts, settings)


def _explain(claim_id: str, crossing: Crossing, ledger: Ledger, usual: float) -> WatchCrossing:
    until = (crossing.hour + 1) * 3600.0
    recent = sum(until - DAY_SECONDS <= last < until for last in ledger.values())
    return WatchCrossing(
        claim_id=claim_id,
        level=crossing.level,
        evidence_at=end_of(crossing.hour),
        evidence=crossing.evidence,
        threshold=crossing.threshold,
        authors_24h=recent,
        usual_24h=usual,
    )
