"""The rivals and NAB's scoring, so that the benchmark's table compares with what it says."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.nab import PROFILES, ROWS_A_DAY, bursts, days_between, figures, nab_score
from benchmarks.rivals import RIVALS

DAYS = 90
BURST_AT = 80 * 24 + 10


def a_claim(seed: int) -> np.ndarray:
    counts = np.random.default_rng(seed).poisson(1 / 24, DAYS * 24)
    counts[BURST_AT : BURST_AT + 6] += 4
    return counts


@pytest.mark.parametrize("name", list(RIVALS))
def test_a_rival_finds_a_burst_and_sees_nothing_of_what_comes_after(name: str) -> None:
    counts, busy = a_claim(3), np.ones(DAYS * 24)
    hits = RIVALS[name](counts, busy)
    assert any(BURST_AT <= hit <= BURST_AT + 36 for hit in hits)
    calm = counts.copy()
    calm[BURST_AT:] = 0
    before = [hit for hit in hits if hit < BURST_AT]
    assert [hit for hit in RIVALS[name](calm, busy) if hit < BURST_AT] == before


@pytest.mark.parametrize("profile", list(PROFILES))
def test_nabs_rules(profile: str) -> None:
    hit, false, miss = PROFILES[profile]
    windows, rows = [(1000, 1100), (2000, 2100)], 4000
    silent = np.zeros(rows, dtype=bool)
    assert nab_score(silent, windows, PROFILES[profile]) == -2 * miss
    perfect = silent.copy()
    perfect[[1000, 1050, 2000]] = True  # only the earliest of a window counts
    assert nab_score(perfect, windows, PROFILES[profile]) == pytest.approx(2 * hit, rel=0.002)
    early = silent.copy()
    early[[100, 800]] = True  # the first 15 % are not scored; before any window a false alarm costs its whole weight
    assert nab_score(early, windows, PROFILES[profile]) == pytest.approx(-2 * miss - false)
    late = silent.copy()
    late[1100] = True
    assert nab_score(late, windows, PROFILES[profile]) == pytest.approx(hit * 0.025 / 0.98661 - miss, abs=0.001)
    near = silent.copy()
    near[1105] = True  # a false alarm just after a window costs little
    assert nab_score(near, windows, PROFILES[profile]) == pytest.approx(-2 * miss - false * 0.1244, abs=0.001)


def test_the_burst_detector_sees_nothing_but_the_past() -> None:
    values = np.random.default_rng(1).poisson(20, 3000).astype(float)
    values[2500:2520] *= 8
    hits = bursts(values)
    assert hits[2500:2520].any()
    assert (bursts(values[:2600]) == hits[:2600]).all()


def test_how_rare_a_high_is_agrees_with_how_often_it_comes() -> None:
    # Simulated days whose highest rows are draws of one heavy-tailed law: highs of once in 7 days come so often.
    rng = np.random.default_rng(4)
    days = np.stack([np.sort(rng.poisson(20 * rng.pareto(3.0, 288) + 10)) for _ in range(600)])
    told = days_between(days.ravel().astype(float), 1).reshape(600, 288)[30:].max(axis=1)
    assert 570 / 11 < (told >= 7).sum() < 570 / 5
    assert (told >= 60).mean() < 2 / 60
    assert ROWS_A_DAY == 288


def test_nabs_goal_is_kept_on_the_company_series_given() -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "earlywarning" / "nab_realTweets"
    if not folder.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("NAB's series are not on this machine")
    lines = dict(line.split(": ", 1) for line in figures(folder))
    assert float(lines["standard"]) >= 81
    assert float(lines["low false positives"]) >= 73
    assert float(lines["low false negatives"]) >= 85
    assert float(lines["standard, the days chosen on the other four series"]) >= 75
