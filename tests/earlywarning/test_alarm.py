"""The alarm's promise: bets that cannot be won on ordinary chatter, and no false alarm oftener than was promised."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from earlywarning.alarm import WEALTH_CAP, advance
from earlywarning.alarm_state import LEVELS, AlarmSettings, AlarmState, threshold_hours
from earlywarning.authors import DAY_SECONDS, count_once
from earlywarning.bets import base_rate_bound, benign_bound, bet, dispersion, learned_offspring, watch_alternatives
from earlywarning.clock import Clock, activity
from earlywarning.errors import StateError

HOUR = 470_000
SETTINGS = AlarmSettings()


def run(counts, *, state=None, activity=1.0, hour=HOUR, **options):
    counts = np.asarray(counts).reshape(len(counts), -1)
    states = state or [AlarmState()] * counts.shape[1]
    seen = np.broadcast_to(activity, len(counts)).astype(float)
    return advance(states, hours=hour + np.arange(len(counts)), activity=seen, counts=counts, **options)


def law(name: str, mean: float):
    """Return a count law with this mean: (support, probabilities)."""
    k = np.arange(0, 4000)
    if name == "poisson":
        p = stats.poisson.pmf(k, mean)
    elif name.startswith("negbin"):
        size = float(name.split()[1])
        p = stats.nbinom.pmf(k, size, size / (size + mean))
    else:  # all or nothing: so many posts at once, or none
        at_once = int(name.split()[1])
        p = np.where(k == at_once, mean / at_once, 0.0)
        p[0] = 1 - mean / at_once
    return k.astype(float), p


PAST = {
    "activity": st.floats(0.05, 8),
    "base": st.floats(1e-4, 2),
    "excitement": st.floats(0, 40),
    "fullness": st.floats(0, 1),
    "posts": st.integers(0, 500),
}


def mean_gains(
    name: str, activity: float, base: float, excitement: float, fullness: float, *, posts: int, most: float = 45.0
):
    """Return the mean of every bet under a law whose mean fills the bound to a part; the careful ones first."""
    past = {"activity": np.array([activity]), "base": np.array([base]), "excitement": np.array([excitement])}
    bound = float(benign_bound(**past, settings=SETTINGS)[0])
    support, p = law(name, min(bound * fullness, most))
    past = {key: np.repeat(value, len(support)) for key, value in past.items()}
    gains = bet(support, **past, settings=SETTINGS, alternatives=known_by(posts))
    assert (gains > 0).all()
    return p[p > 0] @ gains[p > 0]


def known_by(posts: int):
    """Return what the watch bets on where so many posts of the past are known."""
    return watch_alternatives(np.array([[posts / 2, posts / 2]]), np.array([0.2]), SETTINGS)


@given(name=st.sampled_from(["poisson", "negbin 0.5", "negbin 3", "heap 1"]), **PAST)
@settings(max_examples=150, deadline=None)
def test_no_bet_wins_on_average_while_mean_and_spread_keep_to_the_bound(name, **past) -> None:
    assert (mean_gains(name, **past, most=0.99 if name == "heap 1" else 45.0) <= 1 + 1e-5).all()


@given(name=st.sampled_from(["negbin 0.1", "heap 50"]), **PAST)
@settings(max_examples=80, deadline=None)
def test_a_careful_bet_wins_under_no_law_at_all(name, **past) -> None:
    assert (mean_gains(name, **past)[: len(SETTINGS.careful)] <= 1 + 1e-5).all()


def test_a_bet_wins_when_posts_come_faster_than_the_bound() -> None:
    past = {"activity": np.ones(200), "base": np.full(200, 0.1), "excitement": np.zeros(200)}
    p = stats.poisson.pmf(np.arange(200), 2.0)
    for posts in (0, 5, 500):
        assert (p @ bet(np.arange(200.0), **past, settings=SETTINGS, alternatives=known_by(posts)) > 1).all()


def ordinary(kind: str, mean, rng: np.random.Generator):
    """Return counts whose means are those given: as dispersed as the bold bets allow, or in heaps of twelve."""
    if kind == "heaps":
        return 12 * rng.binomial(1, np.minimum(mean / 12, 1.0))
    return rng.negative_binomial(0.5, 0.5 / (0.5 + mean))


@pytest.mark.parametrize(
    ("kind", "level"), [("dispersed", "watch"), ("dispersed", "warning"), ("heaps", "warning")], ids=str
)
def test_mean_time_to_a_false_alarm_keeps_the_promise_at_the_worst_ordinary_chatter(kind: str, level: str) -> None:
    # Worst case that the level's bound allows: each hour's mean is exactly b_t, without the gate on authors.
    rng, claims, length = np.random.default_rng(20231), 150, 15 * 24
    rare = AlarmSettings(watch_hours=40, warning_hours=80)
    batch_states, alarms, excited = [AlarmState()] * claims, 0, np.zeros(claims)
    for t in range(length):
        base, threads = _bound_of(batch_states, (HOUR + t) // 24, rare)
        past = {"activity": np.ones(claims), "base": base, "excitement": excited}
        b = benign_bound(**past, settings=rare, offspring=threads if level == "watch" else None)
        counts = ordinary(kind, b, rng)
        batch_states, found = advance(
            batch_states, hours=np.array([HOUR + t]), activity=np.ones(1), counts=counts[None, :], settings=rare
        )
        excited = np.array([state.excitement for state in batch_states])
        alarms += sum(crossing.level == level for crossing in found)
    promised, head = ((40, 80)[LEVELS.index(level)], rare.head_start_hours[LEVELS.index(level)])
    assert alarms > 0, "a null that never alarms would prove nothing"
    assert claims * (length + head) / alarms >= promised


def test_what_is_ordinary_in_threads_is_learned_from_the_days() -> None:
    rng, days, claims = np.random.default_rng(5), SETTINGS.window_days, 400
    exposure = np.full((claims, days), 24.0)
    alone = learned_offspring(exposure, rng.poisson(2.0, exposure.shape).astype(float), SETTINGS)
    pairs = learned_offspring(exposure, 2.0 * rng.poisson(1.0, exposure.shape), SETTINGS)
    heaps = learned_offspring(exposure, 8.0 * rng.poisson(0.25, exposure.shape), SETTINGS)
    assert np.quantile(alone, 0.95) < 0.35
    assert np.median(alone) < np.median(pairs) - 0.1
    assert (heaps > 0.45).all() and (heaps <= SETTINGS.benign_offspring).all()
    nothing = learned_offspring(np.zeros((1, days)), np.zeros((1, days)), SETTINGS)
    silent = learned_offspring(exposure[:1], np.zeros((1, days)), SETTINGS)
    assert nothing == silent == pytest.approx(SETTINGS.benign_offspring), "nothing known is no leave to be bold"


@pytest.mark.parametrize("offspring", [0.2, 0.5])
def test_posts_that_bring_forth_posts_vary_as_the_formula_says(offspring: float) -> None:
    rng, step, runs, days = np.random.default_rng(3), 0.5, 400, 60
    counts, excited = np.zeros((days, runs)), np.zeros(runs)
    for t in range(int(days * 24 / step)):
        # The mean over a step of a pull that falls off within it.
        posts = rng.poisson(0.2 * step + offspring * -np.expm1(-step / 10) * excited)
        excited = excited * np.exp(-step / 10) + posts
        counts[int(t * step // 24)] += posts
    late = counts[20:]
    expected = dispersion(np.array([offspring]), hours=24.0, tau_hours=10.0)[0]
    assert late.var() / late.mean() == pytest.approx(expected, rel=0.06)


def test_a_claim_whose_days_are_even_is_watched_sooner_and_warned_of_no_sooner() -> None:
    counts = np.zeros((76 * 24, 1), dtype=int)
    counts[: 72 * 24 : 12] = 1
    counts[72 * 24 :: 2] = 1
    allowed = replace(SETTINGS, threads_prior_days=1e9)
    told = {
        name: {level: [c.hour for c in run(counts, settings=each)[1] if c.level == level] for level in LEVELS}
        for name, each in (("learned", SETTINGS), ("allowed", allowed))
    }
    assert HOUR + 72 * 24 < told["learned"]["watch"][0] < told["allowed"]["watch"][0]
    assert told["learned"]["warning"] == told["allowed"]["warning"]


@pytest.mark.parametrize(
    ("true_tau", "late_hours", "size"), [(4.0, 0, 0.5), (25.0, 0, 0.5), (10.0, 7, 0.5), (10.0, 0, 0.2)]
)
def test_a_wrong_memory_clock_or_spread_still_keeps_the_promise_on_chatter_below_the_bound(
    true_tau, late_hours, size
) -> None:
    # No theorem here: chatter with offspring 0.4, a post a day, on another memory or clock or more dispersed than held.
    rng, claims, days = np.random.default_rng(7), 120, 60
    hours = HOUR + np.arange(days * 24)
    held, true = activity(Clock(), hours), activity(Clock(), hours - late_hours)
    counts, excited = np.zeros((len(hours), claims), dtype=int), np.zeros(claims)
    for t, busy in enumerate(true):
        mean = 0.6 * busy / 24 + 0.4 * -np.expm1(-busy / true_tau) * excited
        counts[t] = rng.negative_binomial(size, size / (size + np.maximum(mean, 1e-9)))
        excited = excited * np.exp(-busy / true_tau) + counts[t]
    rare = AlarmSettings(watch_hours=60, warning_hours=240)
    _, found = run(counts, activity=held, settings=rare)
    for level, promised in (("watch", rare.watch_hours), ("warning", rare.warning_hours)):
        alarms = sum(crossing.level == level for crossing in found)
        assert alarms > 0, "chatter that never alarms would prove nothing"
        assert claims * len(hours) / alarms >= promised


def _bound_of(states, day: int, settings: AlarmSettings):
    """Return the base rate and the offspring that each claim's days make ordinary."""
    width = settings.ring_days
    exposure, posts = np.zeros((len(states), width)), np.zeros((len(states), width))
    for i, state in enumerate(states):
        kept = width - (day - state.ring_day)
        if state.hour is not None and kept > 0:
            exposure[i, :kept], posts[i, :kept] = state.exposure[-kept:], state.posts[-kept:]
    exposure, posts = exposure[:, : settings.window_days], posts[:, : settings.window_days]
    base = base_rate_bound(exposure.sum(axis=1), posts.sum(axis=1), settings)
    return base, learned_offspring(exposure, posts, settings)


@given(seed=st.integers(0, 10_000), cut=st.integers(1, 299))
@settings(max_examples=25, deadline=None)
def test_hours_taken_in_one_by_one_or_all_at_once_give_the_same(seed: int, cut: int) -> None:
    counts = np.random.default_rng(seed).poisson(0.15, (300, 3))
    whole, crossings = run(counts)
    half, first = run(counts[:cut])
    assert first == [crossing for crossing in crossings if crossing.hour < HOUR + cut]  # no look-ahead
    stored = [AlarmState.from_dict(json.loads(json.dumps(state.to_dict()))) for state in half]
    rest, second = run(counts[cut:], state=stored, hour=HOUR + cut)
    assert first + second == crossings
    for a, b in zip(rest, whole, strict=True):
        assert np.allclose(np.array(a.wealth), np.array(b.wealth))
        assert np.allclose(a.posts, b.posts)


def test_claims_do_not_touch_each_other() -> None:
    counts = np.random.default_rng(3).poisson(0.2, (400, 4))
    _, together = run(counts)
    for i in range(4):
        _, alone = run(counts[:, i])
        assert [(c.hour, c.level) for c in alone] == [(c.hour, c.level) for c in together if c.index == i]


def test_unknown_hours_are_neither_evidence_nor_calm() -> None:
    before, _ = run(np.zeros((100, 1), dtype=int))
    after, crossings = run(np.zeros((50, 1), dtype=int), state=before, hour=HOUR + 100, activity=0.0)
    assert crossings == []
    assert after[0].wealth == before[0].wealth
    assert sum(after[0].exposure) == sum(before[0].exposure)


def test_a_heap_that_comes_with_the_hours_it_took_is_less_than_one_that_came_at_once() -> None:
    patient = AlarmSettings(watch_hours=1e11, warning_hours=1e11)
    quiet, _ = run(np.zeros((500, 1), dtype=int), settings=patient)
    heap = np.array([[5]])
    sudden, _ = run(heap, state=quiet, hour=HOUR + 500, settings=patient)
    slow, _ = run(heap, state=quiet, hour=HOUR + 500, activity=200.0, settings=patient)
    assert np.mean(slow[0].wealth[1]) < np.mean(sudden[0].wealth[1])


def test_an_alarm_that_lasts_a_year_stays_finite_and_starts_anew() -> None:
    states, crossings = run(np.full((365 * 24, 1), 40))
    assert crossings[0].level == "watch" or crossings[0].level == "warning"
    assert np.isfinite(np.array(states[0].wealth)).all()
    one_author, none = run(np.ones((9000, 1), dtype=int), authors=np.ones((9000, 1, 2), dtype=int))
    assert none == []
    assert np.array(one_author[0].wealth).max() <= WEALTH_CAP


def test_a_claim_without_posts_never_alarms() -> None:
    _, crossings = run(np.zeros((365 * 24, 2), dtype=int))
    assert crossings == []


def test_a_budget_is_a_threshold() -> None:
    assert threshold_hours(0.5) == 1440
    assert threshold_hours(720 / 336) == pytest.approx(336)
    with pytest.raises(ValueError, match="above 0"):
        threshold_hours(0)


def test_claims_that_share_a_promise_alarm_later() -> None:
    counts = np.zeros((60, 1), dtype=int)
    counts[30:40] = 1
    _, alone = run(counts)
    _, shared = run(counts, pay_in=0.01)
    assert [c.level for c in alone][:1] == ["watch"]
    assert not shared or shared[0].hour > alone[0].hour


def test_a_shared_promise_goes_where_there_is_talk() -> None:
    counts = np.zeros((200, 40), dtype=int)
    counts[100:190:3, 7] = 1
    two_a_month = AlarmSettings(watch_hours=360)
    _, equal = run(counts, pay_in=1 / 40, settings=two_a_month)
    _, by_talk = run(counts, sharers=40, settings=two_a_month)
    _, alone = run(counts[:, 7], settings=two_a_month)
    hours = [found[0].hour if found else HOUR + 200 for found in (alone, by_talk, equal)]
    assert {crossing.index for crossing in by_talk} == {7}
    assert hours[0] <= hours[1] < hours[2]


def test_a_lone_claim_has_the_whole_of_a_shared_promise() -> None:
    counts = np.zeros((60, 1), dtype=int)
    counts[30:40] = 1
    assert run(counts, sharers=1) == run(counts)


@pytest.mark.parametrize("level", LEVELS)
def test_claims_that_share_by_talk_keep_the_promise_together_at_the_worst_ordinary_chatter(level: str) -> None:
    rng, groups, claims, length = np.random.default_rng(5), 20, 4, 12 * 24
    rare, alarms = AlarmSettings(watch_hours=40, warning_hours=80), 0
    for _ in range(groups):
        states, excited = [AlarmState()] * claims, np.zeros(claims)
        for t in range(length):
            base, threads = _bound_of(states, (HOUR + t) // 24, rare)
            past = {"activity": np.ones(claims), "base": base, "excitement": excited}
            b = benign_bound(**past, settings=rare, offspring=threads if level == "watch" else None)
            news = {
                "hours": np.array([HOUR + t]),
                "activity": np.ones(1),
                "counts": ordinary("dispersed", b, rng)[None, :],
            }
            states, found = advance(states, **news, sharers=claims, settings=rare)
            excited = np.array([state.excitement for state in states])
            alarms += sum(crossing.level == level for crossing in found)
    promised, head = (40, 80)[LEVELS.index(level)], rare.head_start_hours[LEVELS.index(level)]
    assert alarms > 0, "a null that never alarms would prove nothing"
    assert groups * (length + head) / alarms >= promised


def test_a_state_of_other_settings_is_refused() -> None:
    states, _ = run(np.zeros((5, 1), dtype=int))
    with pytest.raises(StateError, match="other settings"):
        run(np.zeros((1, 1)), state=states, hour=HOUR + 5, settings=AlarmSettings(window_days=28))
    with pytest.raises(StateError, match="cannot be read"):
        AlarmState.from_dict({"hour": 1})
    with pytest.raises(ValueError, match="hours must rise"):
        run(np.zeros((1, 1)), state=states, hour=HOUR)


def test_a_state_of_other_bets_keeps_what_it_knows_and_bets_anew() -> None:
    before, _ = run(np.random.default_rng(5).poisson(0.1, (200, 1)))
    old = replace(before[0], wealth=((1e6,) * 4,) * 2)  # as an earlier version wrote it: four bets a level
    after, crossings = run(np.zeros((1, 1)), state=[AlarmState.from_dict(old.to_dict())], hour=HOUR + 200)
    told_anew, _ = run(np.zeros((1, 1)), state=[replace(old, wealth=())], hour=HOUR + 200)
    assert (after, crossings) == (told_anew, [])
    assert sum(after[0].posts) == sum(before[0].posts) > 0


def crossings_of(counts, *, lately: int, in_week: int):
    several = np.broadcast_to([lately, in_week], (*np.shape(counts), 1, 2))
    return [(c.level, c.hour - HOUR) for c in run(counts, authors=several)[1]]


def test_a_sudden_crowd_is_watched_on_all_evidence_and_a_slow_one_on_careful_evidence_alone() -> None:
    counts = np.zeros(120, dtype=int)
    counts[60::3] = 1
    sudden, slow = crossings_of(counts, lately=5, in_week=5), crossings_of(counts, lately=4, in_week=4)
    assert sudden[0][0] == slow[0][0] == "watch"
    assert sudden[0][1] < slow[0][1]
    assert crossings_of(counts, lately=3, in_week=3) == []
    counts[60:64] = 3  # three within the hour: enough for a watch whoever wrote before, never for a warning
    assert {level for level, _ in crossings_of(counts, lately=3, in_week=3)} == {"watch"}
    assert "warning" in {level for level, _ in crossings_of(counts, lately=3, in_week=4)}


def test_authors_are_counted_over_two_days_and_over_a_week() -> None:
    posts = [(days * DAY_SECONDS, name) for days, name in ((0, "a"), (1.5, "b"), (3, "c"), (3.1, "c"), (8, "d"))]
    found = [(author, different) for _, author, different in count_once({}, posts, ask=5)]
    assert found == [("a", (1, 1)), ("b", (2, 2)), ("c", (2, 3)), ("d", (1, 3))]
    assert [different for *_, different in count_once({}, posts, ask=2)][-1] == (1, 2)


@given(seed=st.integers(0, 10_000), at_once=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_no_claim_is_warned_of_before_it_is_watched(seed: int, at_once: int) -> None:
    rng = np.random.default_rng(seed)
    counts = at_once * rng.binomial(1, 0.05, (400, 1)) + rng.poisson(np.linspace(0.0, 0.6, 400))[:, None]
    several = np.minimum(np.cumsum(counts, axis=0), 4)
    _, crossings = run(
        counts, settings=AlarmSettings(watch_hours=336), authors=np.stack([np.zeros_like(several), several], axis=2)
    )
    assert not crossings or crossings[0].level == "watch"


def test_the_evidence_is_that_of_the_formula_worked_by_hand() -> None:
    counts = np.random.default_rng(11).poisson(0.25, 24 * 20)
    seen = np.random.default_rng(12).uniform(0.3, 1.7, len(counts))
    start = 24 * (HOUR // 24)
    s = AlarmSettings(watch_hours=1e11, warning_hours=1e11, head_start=(48e-11, 24e-11))  # no alarm within it
    wealth, excited = np.repeat(s.head_start_hours, s.bet_count).reshape(2, -1), 0.0
    threads_by_day = []
    for t, (y, a) in enumerate(zip(counts.tolist(), seen.tolist(), strict=True)):
        until = max(0, 24 * (t // 24 - s.lag_days))  # whole days, three days late
        rate = stats.gamma.ppf(0.9, 0.5 + counts[:until].sum(), scale=1 / (48 + seen[:until].sum()))
        mu, decay = max(rate, 1 / 168), 1 - np.exp(-a / 10)
        by_day = [(counts[d : d + 24].sum(), seen[d : d + 24].sum()) for d in range(0, until, 24)]
        chatter = sum(n for n, _ in by_day) / max(1e-9, sum(e for _, e in by_day))
        apart = sum((n - chatter * e) ** 2 / (chatter * e) for n, e in by_day)
        most = dispersion(np.array([0.5]), hours=24.0, tau_hours=10.0)[0]
        spread = (apart + s.threads_prior_days * most) / (max(0, len(by_day) - 1) + s.threads_prior_days)
        grid = np.linspace(0, 0.5, 51)
        threads_by_day.append(np.interp(spread, dispersion(grid, hours=24.0, tau_hours=10.0), grid))
        new = 14 / (14 + counts[:until].sum())
        slowest = (3 - new, threads_by_day[-1] + new * (1.25 - threads_by_day[-1]))
        pairs = (slowest, *s.careful[1:], slowest, *s.bold[1:]), s.careful + s.bold
        for level, most in enumerate((threads_by_day[-1], 0.5)):
            b = (a * mu + most * decay * excited) / (1 - most * decay)
            for k, (rho, offspring) in enumerate(pairs[level]):
                mean = max(b, a * mu * rho + offspring * decay * excited)
                if k < len(s.careful):
                    gain = 1 + min(0.7, 1 - np.exp(b - mean)) * (y / b - 1)
                else:
                    gain = stats.nbinom.pmf(y, 0.5, 0.5 / (0.5 + mean)) / stats.nbinom.pmf(y, 0.5, 0.5 / (0.5 + b))
                wealth[level, k] = (wealth[level, k] + a) * gain
        excited = excited * np.exp(-a / 10) + y
    states, _ = run(counts, hour=start, activity=seen, settings=s)
    assert np.array(states[0].wealth) == pytest.approx(wealth, rel=1e-9)
    assert min(threads_by_day) < 0.45
