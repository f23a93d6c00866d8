"""What must hold however long the watch runs: no look-ahead in late posts, no time going back, no growth."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.alarm_tables import posts_of
from benchmarks.earlywarning_worlds import chatter
from earlywarning.alarm import advance
from earlywarning.alarm_state import AlarmSettings, AlarmState
from earlywarning.backtest import backtest
from earlywarning.clock import hour_of
from earlywarning.exposure import SourceVisit
from earlywarning.matches import Match
from earlywarning.watch import MatchedPost, watch
from earlywarning.watch_state import WatchState

START = datetime(2023, 10, 20, 6, tzinfo=UTC)  # the replay goes through the end of summer time


def late_posts(seed: int) -> list[MatchedPost]:
    """Return chatter and a rumour, some posts seen days after they were written."""
    rng = random.Random(seed)
    ages = [rng.uniform(0, 20) for _ in range(8)] + [10 + rng.uniform(0, 1.5) for _ in range(14)]
    found = []
    for i, age in enumerate(ages):
        at = START + timedelta(days=age)
        seen = at + timedelta(hours=rng.choice([0.1, 0.1, 1, 30, 100]))
        found.append(
            MatchedPost(claim_id="c", source="forum", posted_at=at, seen_at=seen, author_key=f"a{i}", stance="support")
        )
    return found


def run(posts: list[MatchedPost], passes: int) -> tuple[WatchState, list[tuple]]:
    """Run a pass every six hours, each given what was seen since the one before."""
    state, told, before = WatchState(), [], START - timedelta(days=1)
    for k in range(1, passes + 1):
        now = START + timedelta(hours=6 * k)
        visit = SourceVisit(source="forum", started_at=now, finished_at=now, is_complete=True)
        news = [post for post in posts if before < post.seen_at <= now]
        result = watch(state, news, claims=["c"], visits=[visit], now=now)
        told += [(now, c.level, c.evidence_at, round(c.evidence, 6)) for c in result.crossings]
        state, before = result.state, now
    return state, told


@given(seed=st.integers(0, 1000), passes=st.integers(1, 79))
@settings(max_examples=8, deadline=None)
def test_late_posts_never_rewrite_what_was_told(seed: int, passes: int) -> None:
    posts = late_posts(seed)
    _, whole = run(posts, 80)
    until = START + timedelta(hours=6 * passes)
    _, part = run([post for post in posts if post.seen_at <= until], passes)
    assert part == [row for row in whole if row[0] <= until]
    assert all(evidence_at <= now for now, _, evidence_at, _ in whole)


def test_every_late_post_counts_once_when_it_is_seen() -> None:
    posts = late_posts(3)
    state, told = run(posts, 110)
    assert sum(state.claims["c"].alarm.posts) == len(posts)
    assert told


def test_time_that_goes_back_changes_nothing_and_loses_nothing() -> None:
    posts = late_posts(5)
    state, _ = run(posts[:10], 40)
    back = START + timedelta(hours=6 * 38)
    visit = SourceVisit(source="forum", started_at=back, finished_at=back, is_complete=True)
    known = replace(posts[12], posted_at=back - timedelta(hours=1), seen_at=back - timedelta(minutes=30))
    result = watch(state, [known], claims=["c"], visits=[visit], now=back)
    assert result.crossings == ()
    assert (result.state.hour, result.state.claims["c"].alarm) == (state.hour, state.claims["c"].alarm)
    now = START + timedelta(hours=6 * 41)
    later = replace(visit, started_at=now, finished_at=now)
    after = watch(result.state, [], claims=["c"], visits=[later], now=now)
    assert sum(after.state.claims["c"].alarm.posts) == sum(state.claims["c"].alarm.posts) + 1


def test_what_a_pass_hands_on_does_not_grow_with_history() -> None:
    rng, sizes = np.random.default_rng(2), []
    states = [AlarmState()] * 3
    for first in (0, 70 * 24, 400 * 24):
        hours = 24 * 19_000 + first + np.arange(70 * 24)
        states, _ = advance(
            states, hours=hours, activity=np.ones(len(hours)), counts=rng.poisson(0.05, (len(hours), 3))
        )
        sizes.append([(len(s.exposure), len(s.posts), np.size(s.wealth)) for s in states])
    assert sizes[0] == sizes[1] == sizes[2]
    assert len(json.dumps(states[0].to_dict())) < 3000


def test_ten_years_of_silence_are_turned_over_at_once() -> None:
    states, _ = advance(
        [AlarmState()], hours=24 * 15_000 + np.arange(48), activity=np.ones(48), counts=np.ones((48, 1), dtype=int)
    )
    after, crossings = advance(
        states, hours=np.array([24 * 18_653]), activity=np.ones(1), counts=np.zeros((1, 1), dtype=int)
    )
    assert sum(after[0].posts) == 0
    assert crossings == []
    assert np.isfinite(np.array(after[0].wealth)).all()


@pytest.mark.slow
def test_ten_years_are_replayed_and_a_rumour_at_their_end_is_found() -> None:
    rng = random.Random(7)
    rows = [Match("c", START + timedelta(days=rng.uniform(0, 3650)), f"q{i}") for i in range(1200)]
    rows += [Match("c", START + timedelta(days=3600, hours=i / 2), f"r{i}") for i in range(20)]
    alerts = backtest(rows, until=START + timedelta(days=3650)).alerts
    assert any(START + timedelta(days=3600) < a.raised_at < START + timedelta(days=3601) for a in alerts)
    assert len(alerts) < 3650 / 30 * 0.5


def test_many_claims_that_share_a_budget_raise_no_more_than_one_claim_may() -> None:
    rng, days, claims = np.random.default_rng(8), 100, 25
    first = hour_of(START)
    rows = [
        match for i in range(claims) for match in posts_of(chatter("threads", days * 24, 1.0, rng), first, f"c{i}", rng)
    ]
    until, settings = START + timedelta(days=days), AlarmSettings(watch_hours=336)
    shared, own = (backtest(rows, start=START, until=until, shared_budget=s, settings=settings) for s in (True, False))
    opened = [sum(a.change != "escalated" for a in result.alerts) for result in (shared, own)]
    assert opened[0] <= (24 * days + settings.head_start_hours[0]) / settings.watch_hours
    assert opened[1] > 2 * opened[0]
