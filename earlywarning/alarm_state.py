"""What the alarm is set to and what it remembers of each claim: small, and plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarning.errors import StateError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEVELS = ("watch", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """The bound on ordinary chatter, the bets against it and the budgets. Sources: docs/method.md."""

    watch_hours: float = 1008.0
    """A of the watch: at most one false watch per so many activity hours, on average."""
    warning_hours: float = 1440.0
    tau_hours: float = 10.0
    benign_offspring: float = 0.5
    """R0: posts that one post of an ordinary thread brings forth, at most. A warning allows for so many everywhere."""
    threads_prior_days: float = 14.0
    """A watch allows for as many as a claim's days tell of, with so many days beside them that tell of the most."""
    prior_shape: float = 0.5
    prior_hours: float = 48.0
    upper: float = 0.9
    window_days: int = 56
    lag_days: int = 3
    floor_per_hour: float = 1.0 / 168.0
    """Chatter slower than one post a week is held to be one a week: it is not spread."""
    careful: tuple[tuple[float, float], ...] = ((2, 1.25), (4, 2), (20, 3), (60, 6))
    """(rho, R) of bets that are fair for any law of the count: how many times the base rate, and how many posts one
    post brings forth. From slow to sudden. A warning rests on these alone."""
    bold: tuple[tuple[float, float], ...] = ((2, 1.25), (4, 2), (20, 3))
    """(rho, R) of bets that are fair for counts no more dispersed than `dispersion_size` says; for the watch alone."""
    slowest_rho: float = 3.0
    """What the watch's slowest bets, careful and bold, come to as posts of a claim's past add up: so many times the
    base rate, in threads no longer than the claim's own ..."""
    slowest_prior_posts: float = 14.0
    """... half way after so many."""
    watch_stakes: tuple[float, ...] = (6, 1, 1, 1, 2, 2, 2)
    """How the watch's stakes are parted among the careful and the bold bets; a warning's lie alike on the careful."""
    dispersion_size: float = 0.5
    """Size of the negative binomial that an hour's count keeps to, given the past: variance b + b^2 / size."""
    bet_cap: float = 0.7
    head_start: tuple[float, float] = (1 / 7, 1 / 60)
    """Pay-in that every bet of a watch, and of a warning, opens with, as a part of A; the thresholds are raised by as
    much, so that it buys that many false alarms once, and none in the long run."""
    min_authors: int = 4
    """An alarm on careful bets needs so many different authors within a week: it can only come later for it."""
    lately_authors: int = 5
    """A watch on bold bets needs so many within two days ..."""
    sudden_authors: int = 3
    """... or so many within the hour itself."""

    @property
    def head_start_hours(self) -> tuple[float, float]:
        """The pay-in h of a watch and of a warning, in activity hours."""
        return self.watch_hours * self.head_start[0], self.warning_hours * self.head_start[1]

    def part(self, share: float) -> AlarmSettings:
        """Return the settings of who may use a share of this budget: more evidence, from the same pay-in."""
        return replace(
            self,
            watch_hours=self.watch_hours / share,
            warning_hours=self.warning_hours / share,
            head_start=(self.head_start[0] * share, self.head_start[1] * share),
        )

    @property
    def bet_count(self) -> int:
        return len(self.careful) + len(self.bold)

    @property
    def most_authors(self) -> int:
        """More different authors than these need not be counted."""
        return max(self.min_authors, self.lately_authors)

    @property
    def weights(self) -> Floats:
        """Part of the stakes that each bet holds, [2, K]: of a watch, and of a warning."""
        watch = np.array(self.watch_stakes)
        warning = np.repeat([1.0, 0.0], [len(self.careful), len(self.bold)])
        return np.stack([watch / watch.sum(), warning / warning.sum()])

    @property
    def ring_days(self) -> int:
        return self.window_days + self.lag_days + 1

    @property
    def thresholds(self) -> tuple[float, float]:
        """M at which a watch and a warning are raised."""
        return self.watch_hours + self.head_start_hours[0], self.warning_hours + self.head_start_hours[1]


def threshold_hours(false_alarms_per_month: float) -> float:
    """Return the threshold A, in activity hours, that promises at most so many false alarms in 30 days."""
    if not false_alarms_per_month > 0:
        raise ValueError(f"a budget of false alarms must be above 0, not {false_alarms_per_month}")
    return 720.0 / false_alarms_per_month


def budgeted(watch_per_month: float | None = None, warning_per_month: float | None = None) -> AlarmSettings:
    """Return the settings that promise at most so many false alarms in 30 days; the defaults where none is given."""
    settings = AlarmSettings()
    if watch_per_month is not None:
        settings = replace(settings, watch_hours=threshold_hours(watch_per_month))
    if warning_per_month is not None:
        settings = replace(settings, warning_hours=threshold_hours(warning_per_month))
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """All that the alarm remembers of one claim; small, and plain JSON by `to_dict`."""

    hour: int | None = None
    """Last hour taken in, counted from 1970-01-01 00 UTC; None before the first."""
    wealth: tuple[tuple[float, ...], ...] = ()
    """M per level and alternative; empty before the first bet."""
    excitement: float = 0.0
    """X: decayed count of past posts."""
    ring_day: int = 0
    """Day (hour // 24) of the newest entry of the ring."""
    exposure: tuple[float, ...] = ()
    """Activity hours per day, oldest first, the last is `ring_day`."""
    posts: tuple[float, ...] = ()
    prior_rate: float = 0.0
    """Least base rate, posts per activity hour, that a registered mailing makes ordinary."""

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            f.name: _listed(getattr(self, f.name))  # tuples become lists, as JSON reads them back
            for f in fields(self)
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> AlarmState:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        if unknown := sorted(set(value) - {f.name for f in fields(cls)}):
            raise StateError(f"alarm state has unknown fields: {', '.join(unknown)}; start it anew")
        try:
            return cls(
                hour=None if value["hour"] is None else int(value["hour"]),
                wealth=tuple(tuple(float(m) for m in level) for level in value["wealth"]),
                excitement=float(value["excitement"]),
                ring_day=int(value["ring_day"]),
                exposure=tuple(float(e) for e in value["exposure"]),
                posts=tuple(float(p) for p in value["posts"]),
                prior_rate=float(value["prior_rate"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"alarm state cannot be read: {error!r}; start it anew") from error


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


@dataclass(slots=True)
class Batch:
    """The states of n claims as arrays; K alternatives, D days of ring."""

    wealth: Floats  # [n, 2, K]
    excitement: Floats  # [n]
    exposure: Floats  # [n, D]
    posts: Floats  # [n, D]
    prior_rate: Floats  # [n]
    fresh: Bools  # [n] no bet made yet
    ring_day: int


def join(states: Sequence[AlarmState], *, day: int, settings: AlarmSettings) -> Batch:
    """Return the states of n claims as arrays, their rings moved on to `day`.

    Bets of an older version are closed, and those of this one begin anew. Raise StateError if the rings differ.
    """
    n, width, bets = len(states), settings.ring_days, settings.bet_count
    batch = Batch(
        wealth=np.zeros((n, len(LEVELS), bets)),
        excitement=np.array([state.excitement for state in states], dtype=np.float64),
        exposure=np.zeros((n, width)),
        posts=np.zeros((n, width)),
        prior_rate=np.array([state.prior_rate for state in states], dtype=np.float64),
        fresh=np.array([np.shape(state.wealth) != (len(LEVELS), bets) for state in states]),
        ring_day=day,
    )
    for i, state in enumerate(states):
        if state.hour is None:
            continue
        if len(state.exposure) != width:
            raise StateError("alarm state was made with other settings; replay the claim's history to start it anew")
        if not batch.fresh[i]:
            batch.wealth[i] = state.wealth
        if (kept := width - (day - state.ring_day)) > 0:
            batch.exposure[i, :kept] = state.exposure[-kept:]
            batch.posts[i, :kept] = state.posts[-kept:]
    return batch


def split(batch: Batch, hour: int) -> list[AlarmState]:
    """Return the states after `hour` of the claims of a batch."""
    wealth, exposure, posts = batch.wealth.tolist(), batch.exposure.tolist(), batch.posts.tolist()
    excitement, prior_rate = batch.excitement.tolist(), batch.prior_rate.tolist()
    return [
        AlarmState(
            hour=hour,
            wealth=() if batch.fresh[i] else tuple(map(tuple, wealth[i])),
            excitement=excitement[i],
            ring_day=batch.ring_day,
            exposure=tuple(exposure[i]),
            posts=tuple(posts[i]),
            prior_rate=prior_rate[i],
        )
        for i in range(len(wealth))
    ]


def turn(batch: Batch, day: int) -> None:
    """Move the rings of daily sums on to a day."""
    width = batch.exposure.shape[1]
    steps = min(day - batch.ring_day, width)
    for ring in (batch.exposure, batch.posts):
        ring[:, : width - steps] = ring[:, steps:].copy()
        ring[:, width - steps :] = 0.0
    batch.ring_day = day
