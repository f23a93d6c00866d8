"""Simulated races: a forecast is made a day or more into the rumour, then the world goes on and says who was right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from benchmarks.earlywarning_worlds import START, clock_of
from earlywarning.clock import Clock, activity, hour_of
from earlywarning.coverage import read_share
from earlywarning.mailings import Mailing, Segment
from earlywarning.race import Race, run_race

HORIZONS = (24, 48, 168)
QUIET, ONSET_LIMIT = 20 * 24, 96


def race_figures(count: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield one line a horizon: Brier skill over climatology, AUC, and how often 80 % intervals hold."""
    worlds = [_world(rng) for _ in range(count)]
    for horizon in HORIZONS:
        chance = np.array([getattr(race, f"rumour_leads_{horizon}h") for race, _, _, _ in worlds])
        led = np.array([reach[horizon] > coverage[horizon] for _, reach, coverage, _ in worlds])
        held = np.mean([_holds(race, now, horizon, reach) for race, reach, _, now in worlds])
        climatology = ((led.mean() - led) ** 2).mean()
        skill = 1 - ((chance - led) ** 2).mean() / climatology if climatology else float("nan")
        yield (
            f"+{horizon} h: Brier skill {skill:.2f}, AUC {_auc(chance, led):.2f}, 80 % intervals of reach hold"
            f" {held:.0%} (rumour led in {led.mean():.0%} of {count})"
        )


def _world(rng: np.random.Generator):
    """Return a forecast, and the true reach and coverage by hours after it."""
    offspring, tau, views = rng.uniform(0.8, 1.6), rng.uniform(8, 16), float(np.exp(np.log(150) + 0.7 * rng.normal()))
    customers = int(np.exp(rng.uniform(np.log(2_000), np.log(60_000))))
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
        spread = offspring * (1 - reach[t - 1]) * (1 - 0.4 * told[t]) if t >= QUIET else 0.3
        counts[t] = rng.poisson(min(1e4, base * busy[t] + spread * -np.expm1(-busy[t] / tau) * excited))
        counts[t] += 3 * (t == QUIET)
        excited = excited * np.exp(-busy[t] / tau) + counts[t]
        seen += counts[t] * views if t >= QUIET - 72 else 0.0
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
    )
    after = QUIET + elapsed - 1
    return race, dict(enumerate(reach[after:])), dict(enumerate(told[after + 1 :])), now


def _holds(race: Race, now, horizon: int, reach: dict[int, float]) -> bool:
    point = next(p for p in race.points if p.at == now + timedelta(hours=horizon))
    return point.reach_low <= reach[horizon] <= point.reach_high


def _auc(score: np.ndarray, label: np.ndarray) -> float:
    yes, no = score[label], score[~label]
    if not len(yes) or not len(no):
        return float("nan")
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())
