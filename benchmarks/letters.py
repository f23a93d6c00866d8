"""A rumour about a letter: how soon it is warned of, with the letter registered and without, and if named late.

Simulated: 30 days of silence, then 2, 4 or 6 supporting posts a day (Poisson on the alarm's clock), each by an author
of its own, from three days after the letter on, for three weeks. The first quote opens a watch at once where the
letter is registered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.alarm_tables import posts_of, with_interval
from earlywarning.alarm_state import AlarmSettings
from earlywarning.backfill import backfill
from earlywarning.backtest import backtest
from earlywarning.clock import Clock, activity, hour_of
from earlywarning.mailings import Outbox, parse_mailings
from earlywarning.watch_state import ClaimState

SENT = datetime(2024, 3, 4, 8, tzinfo=UTC)
SILENT_DAYS, AFTER_DAYS, RUMOUR_DAYS = 30, 3, 21
RATES, LETTERS, RAN_DAYS = (2, 4, 6), (0, 9_200, 40_000), (7, 14, 28)
LETTER = """
[[mailing]]
mailing_id = "letter"
sent_at = {sent}
recipient_count = {size}
channel = "letter_first"
segment = "fibre"
"""


def letter_figures(count: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield lines for each size of letter, and for claims that are named late."""
    for size in LETTERS:
        cells = (f"{rate} a day: {_after_letter(size, rate, count, rng)}" for rate in RATES)
        yield f"{f'letter to {size}' if size else 'no letter'}: {'; '.join(cells)}"
    for ran in RAN_DAYS:
        cells = (f"{rate} a day: {_named_late(ran, rate, count, rng)}" for rate in RATES)
        yield f"named {ran} days after its first post: {'; '.join(cells)}"


def _after_letter(size: int, per_day: int, count: int, rng: np.random.Generator) -> str:
    found = letter_days(size, per_day, count, rng)
    return ", ".join(f"{level} {_share_and_days(days)}" for level, days in found.items())


def letter_days(size: int, per_day: int, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return days from the rumour's beginning to the first watch and the first warning of each claim, inf for none."""
    began = SENT + timedelta(days=AFTER_DAYS)
    hours = hour_of(began) + np.arange(24 * RUMOUR_DAYS)
    counts = rng.poisson(per_day / 24 * activity(Clock(), hours)[:, None], (len(hours), count))
    rows = [match for i in range(count) for match in posts_of(counts[:, i], int(hours[0]), f"c{i}", rng)]
    outbox = parse_mailings(LETTER.format(sent=SENT.strftime("%Y-%m-%dT%H:%M:%SZ"), size=size)) if size else Outbox()
    until = began + timedelta(days=RUMOUR_DAYS)
    alerts = backtest(rows, start=SENT - timedelta(days=SILENT_DAYS), until=until, mailings=outbox).alerts
    days = {"watch": np.full(count, np.inf), "warning": np.full(count, np.inf)}
    for alert in reversed(alerts):
        took = (alert.raised_at - began) / timedelta(days=1)
        days["watch"][int(alert.claim_id[1:])] = took
        if alert.severity != "watch":
            days["warning"][int(alert.claim_id[1:])] = took
    return days


def _share_and_days(days: np.ndarray) -> str:
    return f"{with_interval(np.isfinite(days).astype(float), np.mean, '{:.0%}')} in {np.median(days):.1f} d"


def _named_late(ran: int, per_day: int, count: int, rng: np.random.Generator) -> str:
    watched, warned = late_shares(ran, per_day, count, rng)
    return f"watch {watched:.0%}, warning {warned:.0%}"


def late_shares(ran: int, per_day: int, count: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the shares of claims watched and warned of at once, if named so many days after their first post."""
    first, settings = hour_of(SENT), AlarmSettings()
    hours = first - 24 * ran + np.arange(24 * ran)
    counts = rng.poisson(per_day / 24 * activity(Clock(), hours)[:, None], (len(hours), count))
    posts = {
        f"c{i}": [(m.posted_at.timestamp(), m.author) for m in posts_of(counts[:, i], int(hours[0]), f"c{i}", rng)]
        for i in range(count)
    }
    seen = dict.fromkeys(range(first // 24 - settings.ring_days, first // 24), (24.0, 24.0))
    states = {claim: ClaimState() for claim in posts}
    _, found = backfill(states, posts, first=first, clock=Clock(), pay_in=1.0, seen=seen, settings=settings)
    watched, warned = (len({c.index for c in found if c.level == level}) / count for level in ("watch", "warning"))
    return watched, warned
