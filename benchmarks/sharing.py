"""What it costs a claim to share one promise: the same slow rumours beside more and more other claims.

Simulated: the rumour's claim has a post a day of ordinary chatter, the others three in ten days each; all follow a
forum's hours. The alarm's own bets, each crossing counted, a day apart. Found: within three weeks of the first post.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.alarm_tables import Series, busy_of, delay_cell
from benchmarks.earlywarning_worlds import chatter
from earlywarning.alarm import advance
from earlywarning.alarm_state import LEVELS, AlarmState, budgeted

CLAIMS = (1, 5, 25, 100)
OTHERS_A_DAY = 0.3
A_MONTH = 2.0, 0.5
"""False watches and false warnings that the product's default promises of all claims together."""
PARTS = {
    "25 claims beside clusters": (25, 4 / 5),
    "25 claims beside clusters and topics": (25, 8 / 11),
    "6 topics beside claims and clusters": (6, 1 / 11),
}
"""As flows/promise.py parts the promise: how many share, and what part of it they have."""


def sharing_figures(rumours: list[Series], rng: np.random.Generator) -> Iterator[str]:
    """Yield a line for each number of claims."""
    for name, (claims, part) in ({f"{claims} claims": (claims, 1.0) for claims in CLAIMS} | PARTS).items():
        found = [_delays(one, claims, part, rng) for one in rumours]
        cells = []
        for level in LEVELS:
            hours = np.array([each[level] for each in found])
            cells.append(f"{level} found {np.isfinite(hours).mean():.0%}, {delay_cell(hours)} h")
        yield f"{name}: {'; '.join(cells)}"


def _delays(rumour: Series, claims: int, part: float, rng: np.random.Generator) -> dict[str, float]:
    """Return hours from the rumour's first post to its claim's first crossing of each level; inf for none."""
    whole = budgeted(*A_MONTH)
    length, begin = len(rumour.counts), float(rumour.times[0])
    others = [chatter("forum", length, OTHERS_A_DAY, rng) for _ in range(claims - 1)]
    counts = np.stack([rumour.counts, *others], axis=1)
    past = np.concatenate([np.zeros((1, claims), dtype=np.int64), np.cumsum(counts, axis=0)])
    ends = np.arange(1, length + 1)
    _, crossings = advance(
        [AlarmState()] * claims,
        hours=rumour.first_hour + ends - 1,
        activity=busy_of([rumour]),
        counts=counts,
        authors=np.stack([past[1:] - past[np.maximum(0, ends - 24 * days)] for days in (2, 7)], axis=2),
        sharers=claims,
        settings=whole.part(part),
    )
    hits = {level: [c.hour for c in crossings if c.index == 0 and c.level == level] for level in LEVELS}
    after = {level: [h - rumour.first_hour + 1 - begin for h in found] for level, found in hits.items()}
    return {level: min((hours for hours in found if hours > 0), default=np.inf) for level, found in after.items()}
