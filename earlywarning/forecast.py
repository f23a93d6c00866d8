"""The rumour's next days, simulated: the same chance drives every action, so that their difference is the action's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earlywarning.growth import Particles
from earlywarning.reach import UNEVENNESS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where the simulation of one segment starts, for P particles."""

    particles: Particles
    views: Floats
    """[P]"""
    customer_count: int


def simulate(
    starts: Sequence[Start],
    *,
    activity: Floats,
    coverage: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Return the reach M [S, A, P, H] after each hour, in S segments under A actions, driven by the same chance.

    activity: [H]. coverage: [S, A, P, H], among those who read the forum, at the end of each hour.
    """
    _, _, count, horizon = coverage.shape
    mu, offspring, damping, per_post, tau, excited = (
        np.stack([getattr(start.particles, name) for start in starts])[:, None]
        for name in ("mu", "offspring", "damping", "views_per_post", "tau", "excitement")
    )
    chance = rng.random((horizon, count))
    luck = rng.standard_normal((horizon, count))
    gamma = _heaps(np.stack([start.particles.size for start in starts]), rng.standard_normal((horizon, count)))
    crowd = np.array([float(max(1, start.customer_count)) for start in starts])[:, None, None]
    pull = np.ascontiguousarray(np.moveaxis(coverage, -1, 0))  # [H, S, A, P]: what a post brings forth before depletion
    np.multiply(pull, -damping, out=pull)
    pull += 1.0
    fade = np.stack([_fading(start.particles, horizon) for start in starts], axis=1)  # [H, S, P]
    pull *= fade[:, :, None] * offspring
    views = np.broadcast_to(np.stack([start.views for start in starts])[:, None], pull.shape[1:]).copy()
    excited = np.broadcast_to(excited, views.shape).copy()
    found = np.empty(pull.shape)
    left = np.exp(-views / crowd)
    for h in range(horizon):
        kept = np.exp(-activity[h] / tau)
        mean = left * excited
        mean *= pull[h]
        mean *= 1.0 - kept
        mean += activity[h] * mu
        mean *= gamma[h][:, None]
        posts = poisson_quantile(chance[h], mean)
        excited *= kept
        excited += posts
        views += per_post * _uneven(posts, luck[h])
        left = np.exp(-views / crowd)
        found[h] = left
    return np.asarray(1.0 - np.moveaxis(found, 0, -1), dtype=np.float64)


def _fading(particles: Particles, horizon: int) -> Floats:
    """Return how much of a rumour's pull is left [H, P] in each hour to come."""
    age = particles.age + np.arange(horizon)
    return np.asarray(np.exp2(-np.multiply.outer(age, 1.0 / particles.half_life)), dtype=np.float64)


def _uneven(posts: Floats, normal: Floats) -> Floats:
    """Return how many ordinary posts' views the posts of an hour get: a gamma quantile, by Wilson and Hilferty."""
    found = np.zeros_like(posts)
    at = np.flatnonzero(posts)
    some = posts.ravel()[at]
    ratio = UNEVENNESS / some
    root = np.maximum(1.0 - ratio / 9.0 + normal[at % len(normal)] * np.sqrt(ratio) / 3.0, 0.0)
    found.ravel()[at] = some * root * root * root
    return found


def _heaps(size: Floats, normal: Floats) -> Floats:
    """Return gamma factors of mean 1 [H, S, P] by their quantiles, so that particles of any size share their luck.

    size: [S, P]. normal: [H, P]. Wilson and Hilferty 1931; from size 1 up within 1 % between the 5th and 99th quantile.
    """
    root = 1.0 - 1.0 / (9.0 * size) + normal[:, None] / (3.0 * np.sqrt(size))
    root = np.maximum(root, 0.0)
    return np.asarray(root * root * root, dtype=np.float64)


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
    from scipy.special import ndtri  # imported where it is needed: most passes need none of it

    return np.asarray(ndtri(np.clip(chance, 1e-12, 1 - 1e-12)), dtype=np.float64)
