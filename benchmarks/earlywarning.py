"""The early warning's figures: false alarms, delay, forecasts and time, from one command.

python -m benchmarks.earlywarning [--quick]

Real data are read from ../shared/data/earlywarning where it lies; what needs them is left out, and said so, elsewhere.
Settings were chosen on the odd-numbered TiDeH cascades and on simulated series with other seeds; figures here are on
the even-numbered cascades and fresh seeds. A simulation is called one.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.earlywarning_worlds import START, chatter, slow_rumour
from benchmarks.race_worlds import race_figures
from earlywarning.alarm import advance
from earlywarning.alarm_state import AlarmState
from earlywarning.backtest import BacktestResult, backtest
from earlywarning.clock import hour_of
from earlywarning.matches import Match

SHARED = Path(__file__).parents[1].parent / "shared" / "data" / "earlywarning"
RATES = (0.3, 1.0, 3.0)
SEED = 20261122


def posts_of(counts: np.ndarray, first_hour: int, claim: str, rng: np.random.Generator) -> list[Match]:
    """Return posts by different authors, at random moments of the hours that they are counted in."""
    hours = np.repeat(first_hour + np.arange(len(counts)), counts)
    seconds = np.sort(hours * 3600 + rng.random(len(hours)) * 3600)
    return [Match(claim, datetime.fromtimestamp(s, tz=UTC), f"{claim}-{i}") for i, s in enumerate(seconds.tolist())]


def per_month(result: BacktestResult, severities: Iterable[str]) -> float:
    """Return alerts of these severities in 30 days of one claim."""
    kinds = set(severities)
    return 30 * len({(a.claim_id, a.raised_at) for a in result.alerts if a.severity in kinds}) / result.claim_days


def say(what: str, *cells: str) -> None:
    print(f"{what:<46}" + "".join(f"{cell:>36}" for cell in cells), flush=True)


def false_alarms(name: str, series: Sequence[np.ndarray], first_hour: int, rng: np.random.Generator) -> None:
    """Print watches and warnings in 30 days of a claim, with no history before the series, and EARS C2 beside them."""
    rows = [m for i, counts in enumerate(series) for m in posts_of(counts, first_hour, f"c{i}", rng)]
    last = datetime.fromtimestamp((first_hour + len(series[0])) * 3600, tz=UTC)
    result = backtest(rows, start=datetime.fromtimestamp(first_hour * 3600, tz=UTC), until=last)
    rival = np.mean([ears_c2(counts) for counts in series])
    watch, warning = per_month(result, {"watch"}), per_month(result, {"warning", "critical"})
    say(name, f"{watch:.2f}", f"{warning:.2f}", f"{rival:.2f}")


def ears_c2(counts: np.ndarray) -> float:
    """Return alarms in 30 days of EARS C2: a day above mean + 3 sd of 7 days, lagged by 2."""
    days = counts[: len(counts) // 24 * 24].reshape(-1, 24).sum(axis=1)
    hits = [
        d for d in range(9, len(days)) if days[d] > days[d - 9 : d - 2].mean() + 3 * max(days[d - 9 : d - 2].std(), 0.2)
    ]
    return 30 * len(hits) / max(1, len(days) - 9)


def nab_series(rate: float, copies: int, rng: np.random.Generator) -> tuple[list[np.ndarray], int]:
    """Return the five NAB company series by the hour, thinned to a rate a day."""
    found, first = [], 0
    for path in sorted((SHARED / "nab_realTweets").glob("Twitter_volume_*.csv")):
        with path.open() as lines:
            rows = list(csv.DictReader(lines))
        hours = np.array([hour_of(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)) for row in rows])
        counts = np.bincount(hours - hours.min(), weights=[float(row["value"]) for row in rows])
        first = int(hours.min())
        found += [rng.poisson(counts * rate / 24 / counts.mean()) for _ in range(copies)]
    shortest = min(map(len, found))
    return [counts[:shortest] for counts in found], first


def cascades() -> list[np.ndarray]:
    """Return the even-numbered TiDeH cascades: hours of the reposts after the seed."""
    paths = sorted((SHARED / "tideh" / "training").glob("RT*.txt"), key=lambda path: int(path.stem[2:]))
    return [np.loadtxt(path, skiprows=1)[:, 0] / 3600 for path in paths if int(path.stem[2:]) % 2 == 0]


def found_in(result: BacktestResult, onsets: dict[str, list[float]], severities: set[str]) -> tuple[str, str]:
    """Return the share found before the last post, and median hours and share of posts out, with 95 % bootstrap."""
    delays, outs = {}, {}
    for alert in reversed(result.alerts):  # the first of each claim stays
        if alert.severity in severities:
            posts = np.array(onsets[alert.claim_id])
            at = alert.raised_at.timestamp() / 3600
            if posts[0] < at <= np.ceil(posts[-1]) + 1:
                delays[alert.claim_id], outs[alert.claim_id] = at - posts[0], float((posts <= at).mean())
    hours = np.array([delays.get(claim, np.inf) for claim in onsets])
    share = np.isfinite(hours).mean()
    low, high = _bootstrap(np.isfinite(hours), np.mean)
    if not delays:
        return f"{share:.0%}", "-"
    middle, out = np.median(hours[np.isfinite(hours)]), np.median(list(outs.values()))
    return f"{share:.0%} ({low:.0%}-{high:.0%})", f"{middle:.1f} h / {out:.0%} out"


def thinned(rate: float, copies: int, rng: np.random.Generator) -> None:
    """Print how real cascades, thinned to 15 posts, are found upon chatter of `rate` posts a day for 70 days."""
    rows: list[Match] = []
    onsets: dict[str, list[float]] = {}
    first = hour_of(START)
    for i, cascade in enumerate(cascades() * copies):
        ages = np.sort(rng.choice(cascade, 15, replace=False))
        times = first + 70 * 24 + 24 * rng.random() + ages - ages[0]
        onsets[f"c{i}"] = times.tolist()
        rows += [Match(f"c{i}", datetime.fromtimestamp(t * 3600, tz=UTC), f"r{j}") for j, t in enumerate(times)]
        if rate:
            rows += posts_of(chatter("threads", 80 * 24, rate, rng), first, f"c{i}", rng)
    result = backtest(rows, start=START if rate else None, until=START + timedelta(days=80))
    name = f"  chatter {rate} a day" if rate else "  no history at all"
    cells = [" ".join(found_in(result, onsets, which)) for which in ({"watch", "warning"}, {"warning"})]
    say(name, *cells)


def slow_rumours(rate: float, count: int, rng: np.random.Generator) -> None:
    """Print the delay on simulated rumours like that of 2023: seeded by two posts, growing slowly for weeks."""
    rows: list[Match] = []
    onset: dict[str, float] = {}
    first, quiet_days = hour_of(START), 75
    for i in range(count):
        counts = chatter("forum", (quiet_days + 21) * 24, rate, rng)
        begin = quiet_days * 24 + int(rng.integers(24))
        rumour = slow_rumour(21 * 24 - 24, first + begin, rng)
        counts[begin : begin + len(rumour)] += rumour
        onset[f"c{i}"] = first + begin
        rows += posts_of(counts, first, f"c{i}", rng)
    result = backtest(rows, start=START)
    cells = []
    for which in ({"watch", "warning"}, {"warning"}):
        hours = dict.fromkeys(onset, np.inf)
        for alert in result.alerts:
            delay = alert.raised_at.timestamp() / 3600 - onset[alert.claim_id]
            if alert.severity in which and delay > 0:
                hours[alert.claim_id] = min(hours[alert.claim_id], delay)
        values = np.array(list(hours.values()))
        low, high = _bootstrap(values, np.median)
        cells.append(f"{np.median(values):.0f} ({low:.0f}-{high:.0f}) p90 {np.quantile(values, 0.9):.0f}")
    say(f"  chatter {rate} a day", *cells)


def time_of_a_pass(claims: int) -> None:
    """Print the time to read the states of claims with a year behind them, take one hour in and write them."""
    rng, hours = np.random.default_rng(SEED), hour_of(START) + np.arange(365 * 24)
    few = rng.poisson(1 / 24, (len(hours), 50))
    states, _ = advance([AlarmState()] * 50, hours=hours, activity=np.ones(len(hours)), counts=few)
    stored = [state.to_dict() for state in states * (claims // 50)]
    started = time.perf_counter()
    loaded = [AlarmState.from_dict(value) for value in stored]
    moved, _ = advance(loaded, hours=hours[-1:] + 1, activity=np.ones(1), counts=rng.poisson(0.04, (1, claims)))
    stored = [state.to_dict() for state in moved]
    say(f"a pass over {claims} claims, a year behind them", f"{time.perf_counter() - started:.2f} s", "goal < 1 s")


def _bootstrap(values: np.ndarray, statistic, draws: int = 500) -> tuple[float, float]:
    rng = np.random.default_rng(SEED)
    found = [statistic(values[rng.integers(len(values), size=len(values))]) for _ in range(draws)]
    low, high = np.quantile(found, [0.025, 0.975], method="nearest")
    return float(low), float(high)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description="Measure the early warning.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulations")
    scale = 1 if parser.parse_args().quick else 4
    rng = np.random.default_rng(SEED)
    has_data = SHARED.is_dir()
    print("False alarms in 30 days of one claim; goal <= 0.25 measured (warning), promised 2.14 and 0.50")
    say("", "watch", "warning", "EARS C2")
    for rate in RATES if has_data else ():
        series, first = nab_series(rate, 2 * scale, rng)
        false_alarms(f"  NAB company mentions thinned to {rate} a day", series, first, rng)
    for kind in ("uniform", "us", "bursty", "threads"):
        for rate in RATES:
            series = [chatter(kind, 180 * 24, rate, rng) for _ in range(8 * scale)]
            false_alarms(f"  simulated, {kind}, {rate} a day", series, hour_of(START), rng)
    print("\nReal cascades (TiDeH, even numbers) thinned to 15 posts: found, median delay, share of posts out by then")
    say("", "watch (goal 97 %, 2.5 h, 40 %)", "warning (goal 93 %)")
    for rate in (0.0, *RATES) if has_data else ():
        thinned(rate, scale, rng)
    print("\nHours to the alert on simulated rumours like that of 2023; goal median <= 24, p90 <= 72")
    say("", "watch", "warning")
    for rate in RATES:
        slow_rumours(rate, 30 * scale, rng)
    print("\nThe race, simulated rumours against simulated corrections")
    for line in race_figures(60 * scale, np.random.default_rng(SEED)):
        print(f"  {line}")
    print()
    time_of_a_pass(1000)
    if not has_data:
        print(f"left out: what needs {SHARED} (not there)")


if __name__ == "__main__":
    main()
