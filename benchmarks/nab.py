"""NAB's own scoring rules (numenta/NAB, the sweeper of 2019 and its three profiles), and a burst detector for volume.

The detector is not the product's alarm: that is made for a few posts a day, and these series have thousands. It alarms
when the last hour beats the highest hour of five days by a quarter, and then rests for a day. Span, days and margin
were chosen on AAPL and FB alone and then frozen; the other three had no part in it. (Before it a detector by robust
standard deviations was tried in the same way: 88 on AAPL and FB, 31.6 on the others.)
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

PROFILES = {
    "standard": (1.0, 0.11, 1.0),
    "low false positives": (1.0, 0.22, 1.0),
    "low false negatives": (1.0, 0.11, 2.0),
}
"""Weights of true positives, false positives and misses: config/profiles.json."""
PROBATION, PROBATION_MOST = 0.15, 750.0
DEVELOPED_ON = ("AAPL", "FB")
ROWS_AN_HOUR, ROWS_A_DAY, RECORD_DAYS = 12, 288, 5
MARGIN = 1.25


def bursts(values: np.ndarray) -> np.ndarray:
    """Return the rows [n] at which the detector alarms; it sees nothing but the past."""
    hourly = np.convolve(values, np.ones(ROWS_AN_HOUR))[: len(values)]
    hits, rests_until = np.zeros(len(values), dtype=bool), ROWS_A_DAY
    for t in range(ROWS_A_DAY, len(values)):
        if t >= rests_until and hourly[t] > MARGIN * hourly[max(0, t - RECORD_DAYS * ROWS_A_DAY) : t].max():
            hits[t] = True
            rests_until = t + ROWS_A_DAY
    return hits


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
    """Yield a line a profile: the normalised score of all series, and of those that the detector never saw."""
    series = {path.stem.rsplit("_", 1)[1]: _read(path) for path in sorted(folder.glob("Twitter_volume_*.csv"))}
    labels = json.loads((folder / "combined_windows.json").read_text())
    windows = {
        name: [
            (times.index(first[:19]), times.index(last[:19]))
            for first, last in next(found for path, found in labels.items() if path.endswith(f"_{name}.csv"))
        ]
        for name, (times, _) in series.items()
    }
    hits = {name: bursts(values) for name, (_, values) in series.items()}
    for profile, weights in PROFILES.items():
        unseen = [name for name in series if name not in DEVELOPED_ON]
        whole, fresh = (_normalised(names, hits, windows, weights) for names in (list(series), unseen))
        yield f"{profile}: {whole:.1f}; on {', '.join(unseen)} alone {fresh:.1f}"


def _normalised(
    names: Sequence[str], hits: dict[str, np.ndarray], windows: dict[str, list[tuple[int, int]]], weights
) -> float:
    """Return 100 for a detector that is perfect, 0 for one that never alarms."""
    score = sum(nab_score(hits[name], windows[name], weights) for name in names)
    count = sum(len(windows[name]) for name in names)
    perfect, silent = weights[0] * count, -weights[2] * count
    return 100 * (score - silent) / (perfect - silent)


def _sigmoid(place: float) -> float:
    return -1.0 if place >= 3.0 else 2 / (1 + math.exp(5 * place)) - 1


def _read(path: Path) -> tuple[list[str], np.ndarray]:
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    return [row["timestamp"][:19] for row in rows], np.array([float(row["value"]) for row in rows])
