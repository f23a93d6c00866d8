"""NAB's own scoring rules (numenta/NAB, the sweeper of 2019 and its three profiles), and a detector for volumes.

The scorer gives the five published scores of NAB's relativeEntropy detector to the last digit (its rows were made
anew for that). The rivals' scores are those that NAB publishes for the same five files.

The product's alarm is made for a few posts a day; these series have thousands. Their detector is the simplest bet of
the same kind: each day half of what is at stake goes on its highest row, and half on its highest hour, being such as
come once in `ALARM_DAYS`. While the highest of the days are draws of one law, false alarms are at least half as many
days apart on average. The law is log-Gumbel, as is usual for highest values; its place and width are those of the days
before.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

PROFILES = {
    "standard": (1.0, 0.11, 1.0),
    "low false positives": (1.0, 0.22, 1.0),
    "low false negatives": (1.0, 0.11, 2.0),
}
"""Weights of true positives, false positives and misses: config/profiles.json."""
PROBATION, PROBATION_MOST = 0.15, 750.0
ROWS_A_DAY = 288
SPANS = (1, 12)
"""Rows that are summed: five minutes and an hour."""
ALARM_DAYS = 7.0
HALF_LIFE_DAYS = 28.0
PRIOR_WIDTH, PRIOR_DAYS = 0.5, 5.0
"""Before the days tell, their highest values differ by a factor of about e^0.5; worth so many days."""
PUBLISHED = {"ARTime": 83.8, "contextOSE": 75.7, "numenta (HTM)": 70.5, "twitterADVec": 66.0, "windowedGaussian": 64.8}
"""NAB's results, standard profile, normalised over the same five files."""
_GUMBEL_SCALE, _EULER = math.sqrt(6) / math.pi, 0.5772156649


def bursts(values: np.ndarray, *, alarm_days: float = ALARM_DAYS) -> np.ndarray:
    """Return the rows [n] at which the detector alarms; it sees nothing but the past. After an alarm it rests a day."""
    rarity = np.max([days_between(values, span) for span in SPANS], axis=0)
    hits, rests_until = np.zeros(len(values), dtype=bool), 0
    for t in np.flatnonzero(rarity >= alarm_days).tolist():
        if t >= rests_until:
            hits[t] = True
            rests_until = t + ROWS_A_DAY
    return hits


def days_between(values: np.ndarray, span: int) -> np.ndarray:
    """Return for each row [n] once in how many days the highest of a day is as high as the last `span` rows' sum."""
    logs = np.log1p(np.convolve(values, np.ones(span))[: len(values)])
    days = [logs[first : first + ROWS_A_DAY] for first in range(0, len(logs), ROWS_A_DAY)]
    highest, found = np.array([day.max() for day in days]), [np.zeros(len(days[0]))]
    for d in range(1, len(days)):
        weight = 0.5 ** (np.arange(d)[::-1] / HALF_LIFE_DAYS)
        place = np.average(highest[:d], weights=weight)
        spread = weight @ (highest[:d] - place) ** 2 + PRIOR_DAYS * PRIOR_WIDTH**2
        width = math.sqrt(spread / (weight.sum() + PRIOR_DAYS - min(1, d - 1)) * (1 + 1 / weight.sum()))
        gumbel = (days[d] - place) / (width * _GUMBEL_SCALE) + _EULER
        found.append(-1.0 / np.expm1(-np.exp(-gumbel)))
    return np.concatenate(found)


def nab_score(hits: np.ndarray, windows: Sequence[tuple[int, int]], weights: tuple[float, float, float]) -> float:
    """Return the raw score of alarms at rows, given windows of rows (both ends in)."""
    for_hit, for_false, for_miss = weights
    begin = min(math.floor(PROBATION * len(hits)), PROBATION_MOST)
    best = dict.fromkeys(windows, -for_miss)
    total, last = 0.0, None
    for t in range(len(hits)):
        inside = next((window for window in windows if window[0] <= t <= window[1]), None)
        if inside is None:
            last = max((window for window in windows if window[1] < t), default=None)
        if not hits[t] or t < begin:
            continue
        if inside is not None:
            place = -(inside[1] - t + 1) / (inside[1] - inside[0] + 1)
            best[inside] = max(best[inside], for_hit * _sigmoid(place) / _sigmoid(-1.0))
        else:
            far = 3.0 if last is None else (t - last[1]) / (last[1] - last[0])
            total += for_false * _sigmoid(far)
    return total + sum(best.values())


def figures(folder: Path) -> Iterator[str]:
    """Yield the normalised scores by profile, how they hang on the one threshold, and the rivals' beside them."""
    series = {path.stem.rsplit("_", 1)[1]: _read(path) for path in sorted(folder.glob("Twitter_volume_*.csv"))}
    labels = json.loads((folder / "combined_windows.json").read_text())
    windows = {
        name: [
            (times.index(first[:19]), times.index(last[:19]))
            for first, last in next(found for path, found in labels.items() if path.endswith(f"_{name}.csv"))
        ]
        for name, (times, _) in series.items()
    }
    by_days = {days: _raw_scores(series, windows, days) for days in (4, 5, 6, 7, 8, 10, 12, 14, 20, 30)}
    for profile in PROFILES:
        yield f"{profile}: {_normalised(by_days[7], profile, windows):.1f}"
    each = (f"{name} {_normalised(by_days[7], 'standard', windows, [name]):.0f}" for name in series)
    yield f"by series: {', '.join(each)}"
    other = (f"{days}: {_normalised(raw, 'standard', windows):.1f}" for days, raw in by_days.items())
    yield f"standard, with another number of days than {ALARM_DAYS:.0f}: {', '.join(other)}"
    yield f"standard, the days chosen on the other four series: {_left_out(by_days, windows):.1f}"
    yield f"published, the same five: {', '.join(f'{name} {score}' for name, score in PUBLISHED.items())}"


Raw = Mapping[tuple[str, str], float]
"""Raw score by profile and series."""
Windows = Mapping[str, Sequence[tuple[int, int]]]


def _raw_scores(series: Mapping[str, tuple[list[str], np.ndarray]], windows: Windows, days: float) -> Raw:
    hits = {name: bursts(values, alarm_days=days) for name, (_, values) in series.items()}
    return {(p, name): nab_score(hits[name], windows[name], PROFILES[p]) for p in PROFILES for name in series}


def _left_out(by_days: Mapping[int, Raw], windows: Windows) -> float:
    """Return the score when the threshold of each series is the best of all the others."""
    total: dict[tuple[str, str], float] = {}
    for name in windows:
        others = [other for other in windows if other != name]
        best = max(by_days, key=lambda days: _normalised(by_days[days], "standard", windows, others))
        total["standard", name] = by_days[best]["standard", name]
    return _normalised(total, "standard", windows)


def _normalised(raw: Raw, profile: str, windows: Windows, names: Sequence[str] | None = None) -> float:
    """Return 100 for a detector that is perfect, 0 for one that never alarms."""
    names = list(windows) if names is None else names
    for_hit, _, for_miss = PROFILES[profile]
    count = sum(len(windows[name]) for name in names)
    score = sum(raw[profile, name] for name in names)
    return 100 * (score + for_miss * count) / ((for_hit + for_miss) * count)


def _sigmoid(place: float) -> float:
    return -1.0 if place >= 3.0 else 2 / (1 + math.exp(5 * place)) - 1


def _read(path: Path) -> tuple[list[str], np.ndarray]:
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    return [row["timestamp"][:19] for row in rows], np.array([float(row["value"]) for row in rows])
