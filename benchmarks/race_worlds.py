"""Simulated races: a forecast is made a day or more into the rumour, then the world goes on and says who was right.

python -m benchmarks.race_worlds [400]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from benchmarks.earlywarning_worlds import START, clock_of
from earlywarning.clock import Clock, activity, hour_of
from earlywarning.coverage import read_share
from earlywarning.growth import GrowthSettings
from earlywarning.mailings import Mailing, Segment
from earlywarning.race import Race, run_race

HORIZONS = (24, 48, 168)
QUIET, ONSET_LIMIT = 20 * 24, 96


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How rumours go in a kind of world; the forecast knows none of it."""

    tau: tuple[float, float] = (8.0, 16.0)
    size: float | None = None
    """Of the negative binomial of an hour; None: Poisson."""
    half_life: float | None = None
    """Hours in which the rumour's own pull halves; None: it keeps it."""
    view_spread: tuple[float, float] = (0.0, 1.2)
    """How much single posts of a rumour differ in log views, about the same mean: drawn between these."""


WORLDS = {
    "Poisson": World(),
    "heaps": World(size=1.0, tau=(5.0, 10.0)),
    "long memory": World(tau=(16.0, 30.0), size=4.0),
    "dying": World(half_life=96.0, size=4.0),
    "unequal posts": World(view_spread=(1.2, 1.6), size=2.0),
}


def race_figures(count: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield one line a horizon: Brier skill over climatology, AUC, and how often 80 % intervals hold, by world."""
    kinds = [name for name in WORLDS for _ in range(count // len(WORLDS))]
    worlds = [forecast_world(WORLDS[name], rng) for name in kinds]
    for horizon in HORIZONS:
        chance = np.array([getattr(race, f"rumour_leads_{horizon}h") for race, _, _, _ in worlds])
        led = np.array([reach[horizon] > coverage[horizon] for _, reach, coverage, _ in worlds])
        held = np.array([holds(race, now, horizon, reach) for race, reach, _, now in worlds])
        climatology = ((led.mean() - led) ** 2).mean()
        skill = 1 - ((chance - led) ** 2).mean() / climatology if climatology else float("nan")
        by = ", ".join(f"{name} {held[[k == name for k in kinds]].mean():.0%}" for name in WORLDS)
        error = 1.96 * np.sqrt(held.mean() * (1 - held.mean()) / len(held))
        yield (
            f"+{horizon} h: Brier skill {skill:.2f}, AUC {_auc(chance, led):.2f}, 80 % intervals of reach hold"
            f" {held.mean():.0%} +- {error:.0%} ({by}; rumour led in {led.mean():.0%} of {len(kinds)})"
        )


def forecast_world(
    kind: World, rng: np.random.Generator, *, settings: GrowthSettings | None = None
) -> tuple[Race, dict[int, float], dict[int, float], datetime]:
    """Return a forecast, the true reach and coverage by hours after it, and its moment."""
    offspring, tau = rng.uniform(0.8, 1.6), rng.uniform(*kind.tau)
    views = float(np.exp(np.log(150) + 0.7 * rng.normal()))
    customers = int(np.exp(rng.uniform(np.log(2_000), np.log(60_000))))
    uneven = rng.uniform(*kind.view_spread)
    base, first = rng.gamma(0.5, 1 / 48), hour_of(START)
    elapsed = int(rng.integers(24, ONSET_LIMIT))
    length = QUIET + elapsed + max(HORIZONS) + 1
    now = START + timedelta(hours=QUIET + elapsed)
    mailing = Mailing(
        mailing_id="m",
        channel=str(rng.choice(["letter_first", "letter_economy", "email", "sms"])),
        segment="s",
        recipient_count=int(customers * rng.uniform(0.5, 1)),
        sent_at=now + timedelta(hours=float(rng.uniform(-120, 48))),
        corrects="c",
    )
    share = mailing.recipient_count / customers
    told = share * read_share(mailing, at=[START + timedelta(hours=h) for h in range(length)])
    busy, seen, excited, counts = clock_of("forum", first + np.arange(length)), 0.0, 0.0, np.zeros(length)
    reach = np.zeros(length)
    for t in range(length):
        pull = 1.0 if kind.half_life is None else 0.5 ** (max(0, t - QUIET) / kind.half_life)
        spread = offspring * pull * (1 - reach[t - 1]) * (1 - 0.4 * told[t]) if t >= QUIET else 0.3
        mean = min(1e4, base * busy[t] + spread * -np.expm1(-busy[t] / tau) * excited)
        counts[t] = rng.poisson(mean * (1.0 if kind.size is None else rng.gamma(kind.size, 1 / kind.size)))
        counts[t] += 3 * (t == QUIET)
        excited = excited * np.exp(-busy[t] / tau) + counts[t]
        if t >= QUIET - 72 and counts[t]:
            each = rng.lognormal(-(uneven**2) / 2, uneven, int(counts[t]))
            seen += views * float(each.sum())
        reach[t] = -np.expm1(-seen / customers)
    past = slice(QUIET - 72, QUIET + elapsed)
    hours = first + np.arange(past.start, past.stop)
    race = run_race(
        claim_id="c",
        segment=Segment(segment="s", name="S", customer_count=customers),
        hours_end=[START + timedelta(hours=int(h - first) + 1) for h in hours],
        counts=counts[past],
        activity=activity(Clock(), hours),
        ahead=activity(Clock(), hours[-1] + 1 + np.arange(168)),
        mailings=[mailing],
        seed=int(rng.integers(2**31)),
        settings=settings,
    )
    after = QUIET + elapsed - 1
    return race, dict(enumerate(reach[after:])), dict(enumerate(told[after + 1 :])), now


def holds(race: Race, now: datetime, horizon: int, reach: dict[int, float]) -> bool:
    """Return whether the true reach lies within the forecast's 80 % interval."""
    point = next(p for p in race.points if p.at == now + timedelta(hours=horizon))
    return point.reach_low <= reach[horizon] <= point.reach_high


def _auc(score: np.ndarray, label: np.ndarray) -> float:
    yes, no = score[label], score[~label]
    if not len(yes) or not len(no):
        return float("nan")
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())


if __name__ == "__main__":
    for line in race_figures(int(sys.argv[1]) if len(sys.argv) > 1 else 400, np.random.default_rng(12)):
        print(line)
