"""Floors under what the alarm reaches on simulated rumours: they may rise. Seeds are not those of the benchmark."""

import numpy as np

from benchmarks.alarm_tables import delays_of
from benchmarks.complaint_lead import spike_hours
from benchmarks.earlywarning import quiet, slow_rumours
from benchmarks.equal_alarms import FALSE_ALARMS, our_bets
from benchmarks.letters import late_shares, letter_days


def test_slow_rumours_are_found_within_a_day_at_a_quarter_of_a_false_alarm_a_month() -> None:
    rng = np.random.default_rng(77)
    calm = quiet("forum", 3.0, 20, rng)
    days = sum(len(one.counts) for one in calm) / 24
    alarms = 30 / days * sum(map(len, our_bets(calm, 300.0)))
    assert 0 < alarms <= 1.4 * FALSE_ALARMS  # 120 claim months: thirty alarms are expected
    rumours = slow_rumours(3.0, 40, rng)
    delays = delays_of(rumours, our_bets(rumours, 300.0))
    assert np.median(delays) <= 24
    assert np.quantile(delays, 0.9) <= 72
    spikes = np.array([spike_hours(one, rng) for one in rumours])
    at_our_budget = delays_of(rumours, our_bets(rumours, 336.0))
    seen = np.isfinite(spikes)
    assert seen.mean() > 0.8
    assert np.median(spikes[seen] - at_our_budget[seen]) >= 4.5 * 24


def test_a_registered_letter_does_not_hide_a_rumour_about_it() -> None:
    rng = np.random.default_rng(78)
    days = letter_days(9_200, 4, 40, rng)
    assert np.isfinite(days["watch"]).all()
    assert np.median(days["watch"]) < 1
    assert np.isfinite(days["warning"]).mean() >= 0.9
    for ran in (7, 14):
        watched, warned = late_shares(ran, 4, 40, rng)
        assert watched >= 0.95
        assert warned >= 0.85
