"""When each source is busy and how much of the talk it carries, learned slowly from its own volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from earlywarning.clock import Clock, learn
from earlywarning.errors import StateError

LAG_HOURS = 72
"""Volume teaches when it is so old: a rumour does not teach the clock its own rhythm while it is news."""
HALF_LIFE_HOURS = 24 * 120.0
SOURCE_POSTS = 20.0
"""Posts that every source is held to have had, so that a new one is not nothing and a silent one not forgotten."""


THREAD_POSTS = 10.0
"""Posts that tell the clock as much as one that came by itself: a thread's posts follow each other within an evening.
Assumed; with fewer, two months of a few sources would outweigh the prior, and hide a rumour that keeps their hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Posts of a source in an hour since the epoch, on whatever they are about."""

    source: str
    hour: int
    post_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What was learned of each source; small, and plain JSON by `to_dict`."""

    hour: int | None = None
    """Last hour learned from."""
    sources: Mapping[str, Clock] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        learned = {name: [list(clock.hour_posts), list(clock.day_posts)] for name, clock in self.sources.items()}
        return {"hour": self.hour, "sources": learned}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Rhythm:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        try:
            return cls(
                hour=None if value["hour"] is None else int(value["hour"]),
                sources={
                    str(name): Clock(tuple(map(float, hours)), tuple(map(float, days)))
                    for name, (hours, days) in value["sources"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"rhythm cannot be read: {error!r}; start it anew") from error


def teach(rhythm: Rhythm, volumes: Iterable[Volume], *, until: int) -> Rhythm:
    """Return the rhythm after the hours up to `until` (since the epoch); those it knows and later ones are left out.

    What was learned before fades with a half-life of 120 days, so that the clock follows the sources slowly.
    """
    if rhythm.hour is not None and until <= rhythm.hour:
        return rhythm
    after = -(10**9) if rhythm.hour is None else rhythm.hour
    news: dict[str, list[Volume]] = {}
    for volume in volumes:
        if after < volume.hour <= until:
            news.setdefault(volume.source, []).append(volume)
    keep = 0.5 ** ((until - after) / HALF_LIFE_HOURS) if rhythm.hour is not None else 1.0
    return Rhythm(
        hour=until,
        sources={
            source: learn(
                rhythm.sources.get(source, Clock()),
                np.array([volume.hour for volume in news.get(source, [])], dtype=np.int64),
                np.array([volume.post_count for volume in news.get(source, [])], dtype=np.float64),
                keep=keep,
            )
            for source in sorted({*rhythm.sources, *news})
        },
    )


def clock_of(rhythm: Rhythm) -> Clock:
    """Return the clock of all sources together, each by its volume."""
    if not rhythm.sources:
        return Clock()
    clocks = list(rhythm.sources.values())
    return Clock(
        tuple((np.sum([clock.hour_posts for clock in clocks], axis=0) / THREAD_POSTS).tolist()),
        tuple((np.sum([clock.day_posts for clock in clocks], axis=0) / THREAD_POSTS).tolist()),
    )


def shares_of(rhythm: Rhythm, sources: Iterable[str]) -> dict[str, float]:
    """Return the share of the volume that each of the sources has; those that are no longer read fade from it."""
    weights = {name: sum(clock.day_posts) for name, clock in rhythm.sources.items()}
    for source in set(sources):
        weights[source] = weights.get(source, 0.0) + SOURCE_POSTS
    total = sum(weights.values()) or 1.0
    return {source: weight / total for source, weight in sorted(weights.items())}
