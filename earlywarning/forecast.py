"""The rumour's next days, simulated: the same chance drives every action, so that their difference is the action's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from earlywarning.growth import GrowthSettings, Particles
from earlywarning.reach import reach

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the simulation starts, for P particles."""

    excitement: float
    views: Floats
    """[P]"""
    customer_count: int


def simulate(
    particles: Particles,
    start: Start,
    *,
    activity: Floats,
    coverage: Floats,
    rng: np.random.Generator,
    settings: GrowthSettings | None = None,
) -> Floats:
    """Return the reach M [A, P, H] after each hour under A actions.

    activity: [H]. coverage: [A, P, H], among those who read the forum, at the end of each hour.
    """
    settings = settings or GrowthSettings()
    actions, count, horizon = coverage.shape
    gamma = rng.gamma(settings.dispersion, 1.0 / settings.dispersion, (horizon, count))
    chance = rng.random((horizon, count))
    views = np.broadcast_to(start.views, (actions, count)).copy()
    excited = np.full((actions, count), start.excitement)
    found = np.empty((actions, count, horizon))
    kept = np.exp(-activity / settings.tau_hours)
    seen = reach(views, start.customer_count)
    for h in range(horizon):
        spread = particles.offspring * (1.0 - seen) * (1.0 - particles.damping * coverage[:, :, h])
        mean = activity[h] * particles.mu + spread * (1.0 - kept[h]) * excited
        posts = poisson_quantile(chance[h], mean * gamma[h])
        excited = excited * kept[h] + posts
        views += particles.views_per_post * posts
        found[:, :, h] = seen = reach(views, start.customer_count)
    return found


def poisson_quantile(chance: Floats, mean: Floats) -> Floats:
    """Return the Poisson quantile of a chance in 0-1, rising in the mean; normal with correction above a mean of 30."""
    chance = np.broadcast_to(chance, mean.shape)
    mass = np.exp(-np.minimum(mean, 30.0))
    below, found = mass.copy(), np.zeros_like(mean)
    rest = np.flatnonzero((chance > below) & (mean <= 30.0))
    flat_mean, flat_chance = mean.ravel()[rest], chance.ravel()[rest]
    flat_mass, flat_below, out = mass.ravel()[rest], below.ravel()[rest], found.ravel()
    k = 0
    while rest.size and k < 120:
        k += 1
        flat_mass = flat_mass * flat_mean / k
        flat_below = flat_below + flat_mass
        out[rest] = k
        go = flat_chance > flat_below
        rest, flat_mean, flat_chance = rest[go], flat_mean[go], flat_chance[go]
        flat_mass, flat_below = flat_mass[go], flat_below[go]
    large = mean > 30.0
    if large.any():
        lam = mean[large]
        out.reshape(mean.shape)[large] = np.maximum(0.0, np.rint(lam + np.sqrt(lam) * _normal_quantile(chance[large])))
    return out.reshape(mean.shape)


def _normal_quantile(chance: Floats) -> Floats:
    return np.asarray(ndtri(np.clip(chance, 1e-12, 1 - 1e-12)), dtype=np.float64)
