"""The alarm replayed over a table of matches, hour by hour on a virtual clock, with no look-ahead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earlywarning.alarm import Crossing, advance
from earlywarning.alarm_state import AlarmSettings, AlarmState
from earlywarning.clock import end_of, hours_of_week, profiles
from earlywarning.counted import Counted, count_matches
from earlywarning.errors import MatchesError
from earlywarning.mailings import Mailing, Outbox
from earlywarning.matches import Match
from earlywarning.prior import FIRST_QUOTE, TALK_HOURS, expected_rate, first_quotes
from earlywarning.replay_race import rumour_leads
from earlywarning.severity import Standing, severity_of, take

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEK = 168
LEARN_LAG_HOURS = 72
QUIET = timedelta(days=7)
"""Nobody handles the alerts of a replay: one is over after so long without new evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One row of ALERTS."""

    claim_id: str
    raised_at: datetime
    """The end of the hour whose posts raised it: the first moment at which it could be known."""
    severity: str
    evidence: float
    threshold: float
    kind: str = "alarm"
    """`alarm`, or `mailing` for the first quote of a registered mailing."""
    change: str = "opened"
    """`opened`, `escalated` or `reopened`."""
    post_count: int = 0
    """Posts on the claim that had counted by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """What a replay gave."""

    alerts: tuple[Alert, ...]
    """By time, then claim."""
    claim_count: int
    post_count: int
    """Posts that counted."""
    start: datetime | None
    until: datetime | None
    """The period in which alerts could be raised; None when there was nothing to replay."""
    claim_days: float
    """Days under watch, summed over the claims."""
    alerts_per_30_days: float
    """Alerts opened or re-opened, all claims together; an escalation is the same alert."""
    alerts_per_claim_30_days: float


def backtest(
    matches: Iterable[Match],
    *,
    start: datetime | None = None,
    until: datetime | None = None,
    mailings: Outbox | None = None,
    shared_budget: bool = False,
    settings: AlarmSettings | None = None,
) -> BacktestResult:
    """Replay matches, in any order, and return the alerts that would have been raised.

    Each claim is watched from `start`, or from its first post when that is not given; posts before `start` only teach
    the base rate. Only hours that end by `until` are replayed (default: the hour of the last post). Each claim has the
    whole budget to itself unless `shared_budget`; then those that have begun share one promise. `mailings` opens a
    prior: the first post after a mailing that may be about it opens a watch, and its size makes chatter ordinary.
    """
    settings = settings or AlarmSettings()
    _check_period(start, until)
    posts = count_matches(matches, until=None if until is None else until.timestamp(), ask=settings.most_authors)
    if not len(posts.hour):
        return _result([], posts, start, until, np.empty(0, dtype=np.int64), 0, 0)
    first = _first_hours(posts)
    begin = int(first.min()) if start is None else -int(-start.timestamp() // 3600)
    opening = first if start is None else np.minimum(first, begin)
    last = int(posts.hour[-1]) if until is None else int(until.timestamp() // 3600) - 1
    outbox = mailings or Outbox()
    found = _replay(posts, opening, begin, last, outbox, shared_budget, settings)
    quotes = [
        Crossing(index=i, hour=hour, level=FIRST_QUOTE, evidence=1.0, threshold=1.0)
        for i, claim in enumerate(posts.claims if outbox.mailings else ())
        for hour in first_quotes(claim, posts.hour[posts.claim == i], outbox.mailings)
        if begin <= hour <= last
    ]
    alerts = _alerts(posts, [*quotes, *found], outbox, first)
    return _result(alerts, posts, start, until, np.maximum(opening, begin), begin, last)


def _check_period(start: datetime | None, until: datetime | None) -> None:
    for name, moment in (("start", start), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise MatchesError(f"{name} {moment.isoformat()} has no offset; add one, as in 2023-10-05T00:00:00+02:00")
    if start is not None and until is not None and start >= until:
        raise MatchesError(f"start {start.isoformat()} is not before until {until.isoformat()}; swap them")


def _replay(
    posts: Counted,
    opening: Ints,
    begin: int,
    last: int,
    outbox: Outbox,
    shared_budget: bool,
    settings: AlarmSettings,
) -> list[Crossing]:
    """Return all crossings; weeks at a time, and of each week only the claims that have begun and have posts left."""
    states = [AlarmState()] * len(opening)
    final = np.zeros(len(opening), dtype=np.int64)
    np.maximum.at(final, posts.claim, posts.hour)
    taught = np.zeros((len(opening), 24)), np.zeros((len(opening), 7))
    done, learned, crossings = 0, 0, []
    for hours in _weeks(int(opening.min()), last, outbox.mailings):
        learned = _teach(taught, posts, learned, int(hours[0]) - LEARN_LAG_HOURS)
        there = np.searchsorted(posts.hour, hours[-1], side="right")
        live = np.flatnonzero((opening <= hours[-1]) & (final >= hours[0]))
        if not len(live):
            done = there
            continue
        counts, authors = _table(posts, slice(done, there), live, hours)
        week = hours_of_week(hours)
        activity = profiles(taught[0][live], taught[1][live])[:, week].T * (hours[:, None] >= opening[live])
        opened = np.maximum(1, (opening <= hours[:, None]).sum(axis=1))
        primed = [
            replace(states[i], prior_rate=expected_rate(posts.claims[i], int(hours[0]), outbox.mailings)) for i in live
        ]
        moved, news = advance(
            primed,
            hours=hours,
            activity=activity,
            counts=counts,
            authors=authors,
            sharers=opened if shared_budget else None,
            betting=hours >= begin,
            settings=settings,
        )
        for i, state in zip(live.tolist(), moved, strict=True):
            states[i] = state
        crossings += [replace(crossing, index=int(live[crossing.index])) for crossing in news]
        done = there
    return crossings


def _weeks(first: int, last: int, mailings: Sequence[Mailing]) -> Iterable[Ints]:
    """Yield the hours in blocks of at most a week that also end where the prior of a mailing begins or ends."""
    sent = [int(m.sent_at.timestamp() // 3600) + 1 for m in mailings]
    cuts = {*range(first, last + 1, WEEK), *sent, *(hour + TALK_HOURS for hour in sent), last + 1}
    edges = sorted(cut for cut in cuts if first <= cut <= last + 1)
    for a, b in pairwise(edges):
        yield np.arange(a, b)


def _table(posts: Counted, rows: slice, live: Ints, hours: Ints) -> tuple[Ints, Ints]:
    """Return counts [T, live] and authors [T, live, 2] of the posts of these hours."""
    counts = np.zeros((len(hours), len(live)), dtype=np.int64)
    authors = np.zeros((*counts.shape, 2), dtype=np.int64)
    at = posts.hour[rows] - hours[0], np.searchsorted(live, posts.claim[rows])
    np.add.at(counts, at, 1)
    np.maximum.at(authors, at, posts.authors[rows])
    return counts, authors


def _teach(taught: tuple[Floats, Floats], posts: Counted, learned: int, before: int) -> int:
    """Count the posts before an hour into each claim's own clock; return how many posts it now has learned from."""
    there = int(np.searchsorted(posts.hour, before))
    if there > learned:
        week = hours_of_week(posts.hour[learned:there])
        np.add.at(taught[0], (posts.claim[learned:there], week % 24), 1.0)
        np.add.at(taught[1], (posts.claim[learned:there], week // 24), 1.0)
    return there


def _alerts(posts: Counted, crossings: list[Crossing], outbox: Outbox, first: Ints) -> list[Alert]:
    """Return what becomes of the crossings: alerts escalate and are not repeated; in an hour the gravest is first."""
    standing: dict[int, Standing] = {}
    by_claim = [posts.hour[posts.claim == i] for i in range(len(first))] if crossings else []
    alerts = []
    for crossing in sorted(crossings, key=lambda c: (c.hour, c.index, c.level != "warning", c.level == FIRST_QUOTE)):
        leads = None
        if crossing.level == "warning" and outbox.segments:
            leads = rumour_leads(posts, crossing.index, crossing.hour, outbox)
        severity = severity_of("watch" if crossing.level == FIRST_QUOTE else crossing.level, rumour_leads_168h=leads)
        at = end_of(crossing.hour)
        standing[crossing.index], change = take(standing.get(crossing.index), severity, at=at, quiet=QUIET)
        if change:
            alerts.append(
                Alert(
                    claim_id=posts.claims[crossing.index],
                    raised_at=at,
                    severity=severity,
                    evidence=crossing.evidence,
                    threshold=crossing.threshold,
                    kind="mailing" if crossing.level == FIRST_QUOTE else "alarm",
                    change=change,
                    post_count=int(np.searchsorted(by_claim[crossing.index], crossing.hour, side="right")),
                )
            )
    return alerts


def _first_hours(posts: Counted) -> Ints:
    """Return the hour of each claim's first counting post; a claim that none spreads begins after all is over."""
    first = np.full(len(posts.claims), int(posts.hour[-1]) + 1, dtype=np.int64)
    np.minimum.at(first, posts.claim, posts.hour)
    return first


def _result(
    alerts: list[Alert],
    posts: Counted,
    start: datetime | None,
    until: datetime | None,
    opening: Ints,
    begin: int,
    last: int,
) -> BacktestResult:
    replayed = len(opening) > 0
    days = max(0.0, (last + 1 - begin) / 24) if replayed else 0.0
    claim_days = float(np.maximum(0, last + 1 - opening).sum() / 24) if replayed else 0.0
    opened = sum(alert.change != "escalated" for alert in alerts)
    return BacktestResult(
        alerts=tuple(alerts),
        claim_count=len(posts.claims),
        post_count=len(posts.hour),
        start=end_of(begin - 1) if replayed else start,
        until=end_of(last) if replayed else until,
        claim_days=claim_days,
        alerts_per_30_days=30.0 * opened / days if days else 0.0,
        alerts_per_claim_30_days=30.0 * opened / claim_days if claim_days else 0.0,
    )
