"""The live pass: unseen hours are unknown, late posts count when seen, and a stored state goes on where it was."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earlywarning.alarm_state import AlarmSettings
from earlywarning.clock import Clock, activity, hour_of
from earlywarning.errors import StateError
from earlywarning.exposure import SourceVisit, expose, unseen_hours
from earlywarning.watch import MatchedPost, watch
from earlywarning.watch_state import WatchState

START = datetime(2023, 9, 1, 6, tzinfo=UTC)


def visit(at: datetime, *, source: str = "forum", is_complete: bool = True) -> SourceVisit:
    return SourceVisit(source=source, started_at=at, finished_at=at, is_complete=is_complete)


def post(posted_at: datetime, author: str, *, seen_at=None, source="forum", stance="support", claim="c1"):
    return MatchedPost(
        claim_id=claim,
        source=source,
        posted_at=posted_at,
        seen_at=seen_at or posted_at,
        author_key=author,
        stance=stance,
    )


def replay(posts, *, days: float, every_hours: int, visits=None, store: bool = True, claims=("c1",)):
    """Run passes that each visit the forum first; return the last state and all crossings with when they were told."""
    state, told, passed = WatchState(), [], 0.0
    for k in range(int(days * 24 / every_hours) + 1):
        now = START + timedelta(hours=k * every_hours, minutes=10)
        news = [p for p in posts if passed < p.seen_at.timestamp() <= now.timestamp()]
        seen = [visit(now - timedelta(minutes=9))] if visits is None else visits(now)
        result = watch(state, news, claims=claims, visits=seen, now=now)
        state = WatchState.from_dict(json.loads(json.dumps(result.state.to_dict()))) if store else result.state
        told += [(now, crossing) for crossing in result.crossings]
        passed = now.timestamp()
    return state, told


def burst(day: float, count: int = 15, hours: float = 6.0, **changes):
    return [
        post(START + timedelta(days=day, hours=hours * i / count, minutes=7), f"r{i}", **changes) for i in range(count)
    ]


def test_a_rumour_is_told_with_its_reason() -> None:
    state, told = replay(burst(20), days=21, every_hours=1)
    now, first = told[0]
    assert START + timedelta(days=20) < first.evidence_at <= now <= START + timedelta(days=20, hours=7)
    assert first.authors_24h >= 3
    assert first.evidence >= first.threshold
    assert state.claims["c1"].alarm.hour == state.hour


def test_calm_and_denials_tell_nothing() -> None:
    assert replay([], days=20, every_hours=6)[1] == []
    assert replay(burst(10, stance="deny"), days=11, every_hours=6)[1] == []
    assert replay([post(p.posted_at, "same") for p in burst(10)], days=11, every_hours=6)[1] == []


@pytest.mark.parametrize("every_hours", [2, 8, 24])
def test_fewer_passes_find_the_same_evidence_later(every_hours: int) -> None:
    hourly = replay(burst(20), days=23, every_hours=1)[1]
    told = replay(burst(20), days=23, every_hours=every_hours)[1]
    assert [c.evidence_at for _, c in told] == [c.evidence_at for _, c in hourly]
    assert [c.level for _, c in told] == [c.level for _, c in hourly]


def test_a_source_that_comes_back_brings_its_hours_along() -> None:
    # 14 posts over a fortnight in which the source was not seen are a post a day, not a burst of 14.
    slow = [post(START + timedelta(days=30 + i), f"s{i}", seen_at=START + timedelta(days=44)) for i in range(14)]
    usual = [post(START + timedelta(days=i), f"u{i}") for i in range(30)]

    def gap(now):
        blind = START + timedelta(days=30) < now < START + timedelta(days=44)
        return [] if blind else [visit(now - timedelta(minutes=9))]

    state, told = replay(usual + slow, days=45, every_hours=8, visits=gap)
    assert told == []
    assert sum(state.claims["c1"].alarm.posts) == 44
    at_once = [post(START + timedelta(days=44, minutes=i), f"s{i}") for i in range(14)]
    assert replay(usual + at_once, days=45, every_hours=8)[1] != []


def test_unseen_hours_do_not_teach_calm() -> None:
    seen = replay([], days=10, every_hours=8)[0].claims["c1"].alarm
    blind = replay([], days=10, every_hours=8, visits=lambda at: [visit(at)] if at < START + timedelta(days=2) else [])
    alarm = blind[0].claims["c1"].alarm
    assert sum(alarm.exposure) < 0.4 * sum(seen.exposure)
    hours = unseen_hours(blind[0].known, ["forum", "other"], now=START + timedelta(days=10))
    assert hours["other"] is None
    assert 7.9 * 24 < hours["forum"] < 8.5 * 24


@given(seed=st.integers(0, 500))
@settings(max_examples=10, deadline=None)
def test_the_order_of_posts_within_a_pass_does_not_matter(seed: int) -> None:
    posts = burst(3) + burst(3.1, claim="c2")
    state = replay([], days=2, every_hours=12, claims=("c1", "c2"))[0]
    shuffled = posts + posts[:5]
    random.Random(seed).shuffle(shuffled)
    now = START + timedelta(days=4)
    a, b = (watch(state, p, claims=["c2", "c1"], visits=[visit(now)], now=now) for p in (posts, shuffled))
    assert a == b
    assert a.crossings


def test_a_post_of_an_hour_that_is_not_over_waits() -> None:
    state, _ = replay([post(START + timedelta(days=2, minutes=3), "a")], days=2, every_hours=24)
    assert state.claims["c1"].waiting == (((START + timedelta(days=2, minutes=3)).timestamp(), "a"),)
    now = START + timedelta(days=2, hours=3)
    after = watch(state, [], claims=["c1"], visits=[visit(now)], now=now).state
    assert after.claims["c1"].waiting == ()
    assert sum(after.claims["c1"].alarm.posts) == 1


def test_a_pass_without_any_visit_keeps_the_posts_for_later() -> None:
    state, _ = replay([], days=2, every_hours=24)
    now = START + timedelta(days=2, hours=5)
    result = watch(state, [], claims=["c1", "c2"], visits=[visit(now, is_complete=False)], now=now)
    assert result.crossings == ()
    assert result.state.hour == state.hour
    assert set(result.state.claims) == {"c1", "c2"}


def test_a_new_claim_is_told_of_a_rumour_that_already_runs() -> None:
    state, _ = replay([], days=10, every_hours=24)
    now = START + timedelta(days=10, hours=2)
    history = burst(9.5, claim="new")
    result = watch(state, history, claims=["c1", "new"], visits=[visit(now)], now=now)
    assert {c.claim_id for c in result.crossings} == {"new"}
    assert result.state.claims["new"].alarm.hour == result.state.hour
    later = now + timedelta(hours=3)
    dropped = watch(result.state, [], claims=["c1"], visits=[visit(later - timedelta(hours=1))], now=later)
    assert set(dropped.state.claims) == {"c1"}


def test_a_claim_named_weeks_after_its_rumour_began_is_told_of_it_while_it_runs() -> None:
    state, _ = replay([], days=60, every_hours=24)

    def slow(first: int, days: int) -> list[MatchedPost]:
        start = START + timedelta(days=first)
        return [post(start + timedelta(hours=6 * i), f"s{i}", claim="new") for i in range(4 * days)]

    now, two_a_month = START + timedelta(days=60, hours=2), AlarmSettings(watch_hours=360)
    for days in (3, 14, 26):
        told = slow(60 - days, days)
        result = watch(state, told, claims=["c1", "new"], visits=[visit(now)], now=now, settings=two_a_month)
        assert {c.claim_id for c in result.crossings} == {"new"}, days
        assert all(now - timedelta(days=7) < c.evidence_at <= now for c in result.crossings), days
        assert len({(c.level, c.evidence_at) for c in result.crossings}) == len(result.crossings)
    over = watch(state, slow(36, 10), claims=["c1", "new"], visits=[visit(now)], now=now)
    assert over.crossings == ()


def test_hours_of_sources_are_weighed() -> None:
    now = START + timedelta(hours=10)
    last = hour_of(now) - 1
    seen = expose(
        hour=last - 5,
        known={"a": last - 5, "b": last - 8},
        visits=[visit(now, source="a"), visit(now - timedelta(hours=3), source="b")],
        posted={},
        now=now + timedelta(minutes=6),
        shares={"a": 3.0, "b": 1.0},
    )
    assert seen is not None
    assert seen.seen.tolist() == [1.0, 1.0, 0.75, 0.75, 0.75]
    assert seen.late == ((last - 7, last - 5, 0.25),)
    plain = activity(Clock(), seen.hours)
    late = 0.25 * activity(Clock(), np.arange(last - 7, last - 4)).sum()
    assert seen.activity(Clock()) == pytest.approx(plain * seen.seen + np.array([late, 0, 0, 0, 0]))
    assert expose(hour=last, known={"a": last}, visits=[], posted={}, now=now) is None


def test_a_broken_state_is_refused() -> None:
    for wrong in ({}, {"hour": 1, "known": {}, "claims": {"c1": {}}}, {"hour": 1, "known": 3, "claims": {}}):
        with pytest.raises(StateError, match="start it anew"):
            WatchState.from_dict(wrong)


def test_new_claims_are_backfilled_together_as_they_would_be_alone() -> None:
    state, _ = replay([], days=10, every_hours=24, claims=("c1",))
    now = START + timedelta(days=10, hours=2)
    history = [post(START + timedelta(days=2 + i), f"h{i}", claim="old") for i in range(6)] + burst(9.5, claim="new")
    together = watch(state, history, claims=["new", "old"], visits=[visit(now)], now=now, share_budget=False)
    for claim in ("new", "old"):
        mine = [p for p in history if p.claim_id == claim]
        alone = watch(state, mine, claims=[claim], visits=[visit(now)], now=now, share_budget=False)
        a, b = together.state.claims[claim], alone.state.claims[claim]
        assert (a.ledger, a.waiting, a.alarm.posts) == (b.ledger, b.waiting, b.alarm.posts)
        assert np.allclose(np.array(a.alarm.wealth), np.array(b.alarm.wealth))
        assert np.allclose(a.alarm.exposure, b.alarm.exposure)
        told = [(c.level, c.evidence_at, c.authors_24h, c.usual_24h) for c in together.crossings if c.claim_id == claim]
        assert told == [(c.level, c.evidence_at, c.authors_24h, c.usual_24h) for c in alone.crossings]


@pytest.mark.parametrize("before", [("other",), ()])
def test_a_claim_that_is_registered_late_was_silent_in_the_days_that_were_watched(before: tuple[str, ...]) -> None:
    state, _ = replay([], days=30, every_hours=24, claims=before)
    start = START + timedelta(days=29)
    slow = [post(start + timedelta(hours=10 * i), f"a{i}", claim="c1") for i in range(12)]
    told = {}
    for name, known in (("watched", state), ("unwatched", WatchState(hour=state.hour, known=state.known))):
        for day in range(1, 6):
            now = START + timedelta(days=30 + day, hours=1)
            news = [p for p in slow if p.posted_at <= now and (day == 1 or p.posted_at > now - timedelta(days=1))]
            result = watch(known, news, claims=["c1"], visits=[visit(now)], now=now)
            known = WatchState.from_dict(json.loads(json.dumps(result.state.to_dict())))
            told[name] = sum(known.claims["c1"].alarm.exposure), known.claims["c1"].alarm.wealth[0][0]
    (long, rich), (short, poor) = told["watched"], told["unwatched"]
    assert long > 24 * 30 and short < 24 * 8
    assert rich > 2 * poor


def test_hours_that_were_half_seen_teach_a_new_claim_half() -> None:
    def visits(now: datetime) -> list[SourceVisit]:
        at = now - timedelta(minutes=9)
        return [visit(at)] + [visit(at, source="other")] * ((now - START).days < 5)

    state, _ = replay([], days=30, every_hours=24, visits=visits)
    now = START + timedelta(days=30, hours=2)
    news = [post(now - timedelta(hours=20), "a", claim="new")]
    result = watch(state, news, claims=["new"], visits=[visit(now)], now=now)
    assert 24 * (5 + 12) < sum(result.state.claims["new"].alarm.exposure) < 24 * (5 + 14)


def test_a_place_that_is_read_for_the_first_time_brings_its_past_and_no_alarm() -> None:
    def both(now: datetime) -> list[SourceVisit]:
        joined = [visit(now - timedelta(minutes=9), source="old")] if now > START + timedelta(days=30) else []
        return [visit(now - timedelta(minutes=9)), *joined]

    seen = START + timedelta(days=30, minutes=5)
    calm = [post(START + timedelta(days=d), f"c{d}") for d in range(0, 31, 3)]
    years = [post(START + timedelta(days=22 - 3 * d), f"y{d}", seen_at=seen, source="old") for d in range(200)]
    crowd = [post(START - timedelta(days=400, hours=h), f"h{h}", seen_at=seen, source="old") for h in range(30)]
    state, told = replay([*calm, *years, *crowd], days=31, every_hours=1, visits=both)
    assert told == []
    assert sum(state.claims["c1"].alarm.posts) == len(calm), "what was written years ago is no news"
