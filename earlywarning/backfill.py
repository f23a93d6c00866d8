"""A claim that is new to the watch: what is known of its past is replayed as if it had been seen as it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earlywarning.alarm import Crossing, advance
from earlywarning.alarm_state import AlarmSettings
from earlywarning.authors import Ledger, count_once
from earlywarning.clock import Clock, activity
from earlywarning.watch_state import ClaimState

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Posts = Sequence[tuple[float, str]]
"""(seconds since the epoch, author), by time."""

BETTING_HOURS = 672
"""New claims are bet on for the last four weeks of their past, so that a rumour that already runs is not taken for
their base rate; what lies before only teaches it."""
NEWS_HOURS = 168
"""What was crossed longer ago is told only if enough people still wrote within this time."""


def backfill(
    states: Mapping[str, ClaimState],
    posts: Mapping[str, Posts],
    *,
    first: int,
    clock: Clock,
    pay_in: float,
    seen: Mapping[int, tuple[float, float]],
    settings: AlarmSettings,
) -> tuple[dict[str, ClaimState], list[Crossing]]:
    """Return the states, those of new claims taken up to the hour before `first`, and what they crossed on the way.

    Crossings point at the claims in the order of `states`. Posts older than the ring of daily sums are left out.
    seen: activity hours seen, and passed, by day of the watch so far: in them the claim was silent before its first
    post, and its base rate is learned from that silence too. Days that are not there count from the first post on.
    """
    reach = first - 24 * settings.ring_days
    past = {
        claim: old
        for claim, state in states.items()
        if state.alarm.hour is None and (old := [p for p in posts[claim] if reach <= p[0] // 3600 < first])
    }
    if not past:
        return dict(states), []
    opening = np.array([int(old[0][0] // 3600) for old in past.values()])
    hours = np.arange(min(opening.min(), max(reach, 24 * min(seen, default=first))), first)
    ledgers: dict[str, Ledger] = {claim: {} for claim in past}
    tables = [tabulate(ledgers[claim], old, int(hours[0]), len(hours), settings) for claim, old in past.items()]
    moved, crossings = advance(
        [states[claim].alarm for claim in past],
        hours=hours,
        activity=activity(clock, hours)[:, None] * _shown(hours, opening, seen),
        counts=np.stack([counts for counts, _ in tables], axis=1),
        authors=np.stack([authors for _, authors in tables], axis=1),
        pay_in=pay_in,
        betting=hours >= first - BETTING_HOURS,
        settings=settings,
    )
    new = {c: replace(states[c], alarm=alarm, ledger=ledgers[c]) for c, alarm in zip(past, moved, strict=True)}
    places = {claim: i for i, claim in enumerate(states)}
    ids = list(past)
    told = _news(crossings, [counts for counts, _ in tables], hours, settings)
    return {**states, **new}, [replace(c, index=places[ids[c.index]]) for c in told]


def _news(
    crossings: Sequence[Crossing], counts: Sequence[Ints], hours: Ints, settings: AlarmSettings
) -> list[Crossing]:
    """Return what is still news: what was crossed within a week, and what was before it if the claim still runs.

    The latter is told once for each level, as of the claim's last post: evidence that is a month old would be over.
    """
    fresh = [crossing for crossing in crossings if crossing.hour > hours[-1] - NEWS_HOURS]
    known = {(crossing.index, crossing.level) for crossing in fresh}
    old = {(crossing.index, crossing.level): crossing for crossing in crossings if crossing not in fresh}
    lasting = [
        replace(crossing, hour=int(hours[np.flatnonzero(counts[crossing.index])[-1]]))
        for key, crossing in old.items()
        if key not in known and counts[crossing.index][-NEWS_HOURS:].sum() >= settings.min_authors
    ]
    return sorted([*lasting, *fresh], key=lambda crossing: (crossing.hour, crossing.index, crossing.level))


def _shown(hours: Ints, opening: Ints, seen: Mapping[int, tuple[float, float]]) -> Floats:
    """Return the share [T, n] of each hour that was seen: as its day was, else whole from a claim's first post on."""
    shares = {day: min(1.0, of / passed) for day, (of, passed) in seen.items() if passed > 0}
    told = np.array([shares.get(day, np.nan) for day in (hours // 24).tolist()])[:, None]
    return np.where(np.isnan(told), hours[:, None] >= opening, told)


def tabulate(ledger: Ledger, posts: Posts, first: int, length: int, settings: AlarmSettings) -> tuple[Ints, Ints]:
    """Return counts [length] and authors [length, 2] of the hours from `first` on; earlier posts count in the first."""
    counts = np.zeros(length, dtype=np.int64)
    authors = np.zeros((length, 2), dtype=np.int64)
    for posted, _, different in count_once(ledger, posts, ask=settings.most_authors):
        place = max(0, int(posted // 3600) - first)
        counts[place] += 1
        authors[place] = np.maximum(authors[place], different)
    return counts, authors
