"""The early warning's figures: false alarms, delay, forecasts and time, from one command.

python -m benchmarks.earlywarning [--quick] [--only alarms|delays|leads|letters|sharing|race|pass|nab] [--rate 0.3|1|3]

Real data are read from ../shared/data/earlywarning where it lies; what needs them is left out, and said so, elsewhere.
Settings were chosen on the odd-numbered TiDeH cascades and on simulated series with other seeds; figures here are on
the even-numbered cascades and fresh seeds. A simulation is called one. Our alerts stand for a week and are not
repeated; a rival alarms at most once a day.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks import nab
from benchmarks.alarm_tables import (
    Series,
    delay_cells,
    false_alarm_cells,
    false_and_calm_alarm_cells,
    print_table,
    rumour_cells,
)
from benchmarks.complaint_lead import lead_cells
from benchmarks.earlywarning_worlds import START, chatter, slow_rumour
from benchmarks.equal_alarms import FALSE_ALARMS, equal_alarm_cells
from benchmarks.letters import letter_figures
from benchmarks.race_worlds import race_figures
from benchmarks.sharing import sharing_figures
from earlywarning.alarm import advance
from earlywarning.alarm_state import AlarmSettings, AlarmState
from earlywarning.authors import DAY_SECONDS
from earlywarning.clock import hour_of
from earlywarning.exposure import SourceVisit
from earlywarning.watch import MatchedPost, watch
from earlywarning.watch_state import ClaimState, WatchState

SHARED = Path(__file__).parents[1].parent / "shared" / "data" / "earlywarning"
RATES = (0.3, 1.0, 3.0)
SEED = 20261122
QUIET_DAYS = 70


def quiet(kind: str, rate: float, count: int, rng: np.random.Generator) -> list[Series]:
    """Return simulated chatter of 180 days."""
    return [Series(chatter(kind, 180 * 24, rate, rng), hour_of(START)) for _ in range(count)]


def nab_series(rate: float, copies: int, rng: np.random.Generator) -> list[Series]:
    """Return the five NAB company series by the hour, thinned to a rate a day; NAB's windows are marked as bursts."""
    found, folder = [], SHARED / "nab_realTweets"
    labels = json.loads((folder / "combined_windows.json").read_text())
    for path in sorted(folder.glob("Twitter_volume_*.csv")):
        with path.open() as lines:
            rows = list(csv.DictReader(lines))
        hours = np.array([_utc_hour(row["timestamp"]) for row in rows])
        counts = np.bincount(hours - hours.min(), weights=[float(row["value"]) for row in rows])
        bursts = np.zeros(len(counts), dtype=bool)
        for window in labels[f"realTweets/{path.name}"]:
            first, last = (_utc_hour(text) - hours.min() for text in window)
            bursts[first : last + 1] = True
        thin = counts * rate / 24 / counts.mean()
        found += [Series(rng.poisson(thin), int(hours.min()), bursts=bursts) for _ in range(copies)]
    shortest, first = min(len(one.counts) for one in found), found[-1].first_hour
    return [Series(one.counts[:shortest], first, bursts=one.bursts[:shortest]) for one in found]


def _utc_hour(text: str) -> int:
    return hour_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def cascades() -> list[np.ndarray]:
    """Return the even-numbered TiDeH cascades: hours of the reposts after the seed."""
    paths = sorted((SHARED / "tideh" / "training").glob("RT*.txt"), key=lambda path: int(path.stem[2:]))
    return [np.loadtxt(path, skiprows=1)[:, 0] / 3600 for path in paths if int(path.stem[2:]) % 2 == 0]


def thinned(posts: int, rate: float, copies: int, rng: np.random.Generator) -> list[Series]:
    """Return real cascades thinned to so many posts upon 70 days of threads of `rate` a day; 0: no history at all."""
    found, length = [], (QUIET_DAYS + 10) * 24
    for cascade in cascades() * copies:
        ages = np.sort(rng.choice(cascade, posts, replace=False))
        times = QUIET_DAYS * 24 + 24 * rng.random() + ages - ages[0]
        times = times[times < length]
        counts = chatter("threads", length, rate, rng) if rate else np.zeros(length, dtype=int)
        np.add.at(counts, times.astype(int), 1)
        found.append(Series(counts, hour_of(START), watched_from=0 if rate else None, times=times))
    return found


def slow_rumours(rate: float, count: int, rng: np.random.Generator) -> list[Series]:
    """Return simulated rumours like that of 2023: seeded by two posts, growing slowly for weeks."""
    found, quiet_days = [], 75
    for _ in range(count):
        counts = chatter("forum", (quiet_days + 21) * 24, rate, rng)
        begin = quiet_days * 24 + int(rng.integers(24))
        rumour = slow_rumour(20 * 24, hour_of(START) + begin, rng)
        counts[begin : begin + len(rumour)] += rumour
        times = np.repeat(begin + np.arange(len(rumour)), rumour).astype(float)
        found.append(Series(counts, hour_of(START), times=times))
    return found


def time_of_a_pass(claims: int) -> str:
    """Return the time of a pass: read the state of claims with a year behind them, take one hour in, write it."""
    rng, last = np.random.default_rng(SEED), hour_of(START) + 365 * 24
    counts = rng.poisson(1 / 24, (365 * 24, 50))
    alarms, _ = advance(
        [AlarmState()] * 50, hours=last - np.arange(365 * 24)[::-1], activity=np.ones(365 * 24), counts=counts
    )
    ledger = {f"a{i}": last * 3600.0 - i * DAY_SECONDS / 8 for i in range(40)}
    known = {f"c{i}": ClaimState(alarm=alarms[i % 50], ledger=ledger) for i in range(claims)}
    stored = json.dumps(WatchState(hour=last, known={"forum": last}, claims=known).to_dict())
    now = datetime.fromtimestamp((last + 2) * 3600, tz=UTC)
    news = [
        MatchedPost(
            claim_id=f"c{i}",
            source="forum",
            posted_at=now - timedelta(minutes=30),
            seen_at=now,
            author_key=f"n{i}",
            stance="support",
        )
        for i in range(0, claims, 20)
    ]
    visit = SourceVisit(source="forum", started_at=now, finished_at=now, is_complete=True)
    started = time.process_time()
    state = WatchState.from_dict(json.loads(stored))
    result = watch(state, news, claims=list(known), visits=[visit], now=now)
    stored = json.dumps(result.state.to_dict())
    taken = time.process_time() - started
    return f"{taken:.2f} s of one processor, its state read and written ({len(stored) / 1e6:.1f} MB JSON); goal < 1 s"


def tables(scale: int, rng: np.random.Generator) -> None:
    """Print what the alarm and its rivals do on the same series."""
    a_day = [f"{rate} a day" for rate in RATES]
    promised = ", ".join(f"{720 / hours:.2f}" for hours in (AlarmSettings().watch_hours, AlarmSettings().warning_hours))
    title = f"Alarms in 30 days of a quiet claim (95 % interval); goal 0.25; promised for watch, warning: {promised}"
    if SHARED.is_dir():
        cells = [false_and_calm_alarm_cells(nab_series(rate, 2 * scale, rng), rng) for rate in RATES]
        print_table(f"{title}\nNAB company mentions, thinned", a_day, [whole for whole, _ in cells])
        print_table("The same outside the windows that NAB labels as anomalies", a_day, [calm for _, calm in cells])
    for kind in ("uniform", "us", "bursty", "threads"):
        cells = [false_alarm_cells(quiet(kind, rate, 8 * scale, rng), rng) for rate in RATES]
        print_table(f"Simulated: {kind}", a_day, cells)
    for posts, copies in ((15, scale), (30, 1), (60, 1)) if SHARED.is_dir() else ():
        cells = [rumour_cells(thinned(posts, rate, copies, rng), rng) for rate in (0.0, *RATES)]
        goal = " (goal: watch 97 %, 2.5 h, 40 %; warning 93 %)" if posts == 15 else ""
        what = f"Real cascades (TiDeH, even numbers) thinned to {posts} posts upon threads: found, hours, posts out"
        print_table(what + goal, ["no history", *a_day], cells)
    cells = [delay_cells(slow_rumours(rate, 30 * scale, rng), rng) for rate in RATES]
    print_table("Hours to the alarm on simulated rumours like that of 2023; goal 24, p90 72", a_day, cells)


def delays(scale: int, rng: np.random.Generator, rates: Sequence[float] = RATES) -> None:
    """Print how soon slow rumours are found when every method has as many false alarms."""
    cells = []
    for rate in rates:
        rumours = slow_rumours(rate, 240 * scale, rng)  # the slowest tenth of a hundred would be luck
        cells.append(dict(equal_alarm_cells(quiet("forum", rate, 120 * scale, rng), rumours)))
    title = (
        f"Hours to the alarm on the same rumours at an equal {FALSE_ALARMS} false alarms in 30 days; goal 24, p90 72"
    )
    print_table(title, [f"{rate} a day" for rate in rates], cells)


def leads(scale: int, rng: np.random.Generator) -> None:
    """Print how many days before a spike of complaints slow rumours are found, each method as it is set."""
    cells = [lead_cells(slow_rumours(rate, 60 * scale, rng), rng) for rate in RATES]
    title = "Days from the alarm to the spike of complaints, simulated, median; goal 5"
    print_table(title, [f"{rate} a day" for rate in RATES], cells)


def sharing(scale: int, rng: np.random.Generator) -> None:
    """Print what it costs a claim to share the promise with others."""
    print("\nSlow rumours upon a post a day, the promise shared with other claims: hours to the alarm, median, p90")
    for line in sharing_figures(slow_rumours(1.0, 20 * scale, rng), rng):
        print(f"  {line}", flush=True)


def letters(scale: int, rng: np.random.Generator) -> None:
    """Print how soon a rumour about a letter is found, alone with the promise."""
    print("\nA simulated rumour about a letter, 30 days of silence before: found within three weeks, median days")
    for line in letter_figures(100 * scale, rng):
        print(f"  {line}")


def main() -> None:
    """Print every figure, or those of one part."""
    parser = argparse.ArgumentParser(description="Measure the early warning.")
    parser.add_argument("--quick", action="store_true", help="half of the simulations")
    parser.add_argument("--only", choices=list(PARTS), help="one part of the figures")
    parser.add_argument("--rate", type=float, choices=RATES, help="of the delays, those upon so many posts a day alone")
    options = parser.parse_args()
    if options.rate:
        delays(1 if options.quick else 2, np.random.default_rng(SEED), rates=[options.rate])
        return
    for name in [options.only] if options.only else PARTS:
        PARTS[name](1 if options.quick else 2, np.random.default_rng(SEED))
    if not SHARED.is_dir():
        print(f"left out: what needs {SHARED} (not there)")


def race(scale: int, rng: np.random.Generator) -> None:
    """Print how good the forecasts of the race are."""
    print("\nThe race, simulated rumours against simulated corrections")
    for line in race_figures(60 * scale, rng):
        print(f"  {line}")


def passes(scale: int, rng: np.random.Generator) -> None:
    """Print how long a pass takes."""
    print(f"\nA pass over 1000 claims, a year behind them: {time_of_a_pass(1000)}")


def volumes(scale: int, rng: np.random.Generator) -> None:
    """Print NAB's scores."""
    if SHARED.is_dir():
        print("\nNAB realTweets, the five series given, by NAB's own rules; goal 75")
        for line in nab.figures(SHARED / "nab_realTweets"):
            print(f"  {line}")


PARTS = {
    "alarms": tables,
    "delays": delays,
    "leads": leads,
    "letters": letters,
    "sharing": sharing,
    "race": race,
    "pass": passes,
    "nab": volumes,
}

if __name__ == "__main__":
    main()
