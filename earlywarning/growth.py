"""How fast the rumour grows: the posterior of its base rate, its offspring and how well corrections dampen it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from earlywarning.reach import ViewsBelief

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthSettings:
    """The growth model and its priors; see docs/method.md."""

    tau_hours: float = 10.0
    dispersion: float = 4.0
    """Size of the negative binomial."""
    mu_shape: float = 0.5
    mu_hours: float = 48.0
    offspring_shape: float = 2.0
    offspring_rate: float = 2.5
    damping: tuple[float, float] = (4.0, 6.0)
    particle_count: int = 400
    candidate_count: int = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """T hours of one claim in one segment, oldest first."""

    counts: Floats
    """[T] posts, each author once."""
    activity: Floats
    """[T] activity hours that were seen; 0 where unknown."""
    coverage: Floats
    """[T] C among those who read the forum."""
    views: Floats
    """[T] views shown up to and in each hour, for posts that show them."""
    unshown: Floats
    """[T] posts without shown views up to and in each hour."""
    customer_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Particles:
    """P equally weighted draws from the posterior."""

    mu: Floats
    """Posts per activity hour from outside."""
    offspring: Floats
    """R: posts that one post brings forth."""
    damping: Floats
    """eps: how far full coverage slows the spread."""
    views_per_post: Floats
    effective_count: float
    """Kish's size of the weighted sample; small means that the posterior was hard to reach."""


def excitement(counts: Floats, activity: Floats, *, tau_hours: float) -> Floats:
    """Return X [T + 1]: the decayed count of past posts before each hour, and after the last."""
    path = np.zeros(len(counts) + 1)
    for t, kept in enumerate(np.exp(-activity / tau_hours)):
        path[t + 1] = path[t] * kept + counts[t]
    return path


def posterior(
    past: Past, *, views: ViewsBelief, rng: np.random.Generator, settings: GrowthSettings | None = None
) -> Particles:
    """Return draws from the posterior of (mu, R, eps, v) given the past.

    Importance sampling: a grid over (log mu, log R) finds the mode and its spread, a Student-t about it proposes, the
    exact negative binomial likelihood weighs, systematic resampling evens out. eps and v come from their priors.
    """
    settings = settings or GrowthSettings()
    drive = -np.expm1(-past.activity / settings.tau_hours)
    drive = drive * excitement(past.counts, past.activity, tau_hours=settings.tau_hours)[:-1]
    center, root = _locate(past, drive, views, settings)
    n = settings.candidate_count
    normal, scale = rng.standard_normal((n, 2)), np.sqrt(rng.chisquare(5, n) / 5)
    logs = center + (normal @ root.T) / scale[:, None]
    eps = rng.beta(*settings.damping, n)
    v = np.exp(views.log_mean + views.log_spread * rng.standard_normal(n))
    proposed = -0.5 * 7 * np.log1p((normal**2).sum(axis=1) / scale**2 / 5)  # log density of the bivariate t, df 5
    weight = _log_posterior(past, drive, logs, eps, v, settings) - proposed
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    ticks = (np.arange(settings.particle_count) + rng.random()) / settings.particle_count
    chosen = rng.permutation(np.minimum(np.searchsorted(np.cumsum(weight), ticks), n - 1))
    return Particles(
        mu=np.exp(logs[chosen, 0]),
        offspring=np.exp(logs[chosen, 1]),
        damping=eps[chosen],
        views_per_post=v[chosen],
        effective_count=float(1.0 / (weight**2).sum()),
    )


def past_views(past: Past, views_per_post: Floats) -> Floats:
    """Return V [P, T]: views after each hour, shown ones as they are and a guess for each other post."""
    return np.asarray(past.views + np.multiply.outer(views_per_post, past.unshown), dtype=np.float64)


def _locate(past: Past, drive: Floats, views: ViewsBelief, settings: GrowthSettings) -> tuple[Floats, Floats]:
    """Return the mean of (log mu, log R) and a root of its covariance, widened, from a grid."""
    grid = np.stack(np.meshgrid(np.linspace(-12, 2, 29), np.linspace(-5, 2.3, 30)), axis=-1).reshape(-1, 2)
    flat = np.ones(len(grid))
    eps = settings.damping[0] / sum(settings.damping)
    log_weight = _log_posterior(past, drive, grid, eps * flat, np.exp(views.log_mean) * flat, settings)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    center = weight @ grid
    spread = (grid - center).T @ ((grid - center) * weight[:, None]) + np.diag([0.06, 0.02])  # the grid's own step
    return center, np.linalg.cholesky(1.4 * spread)


def _log_posterior(past: Past, drive: Floats, logs: Floats, eps: Floats, v: Floats, settings: GrowthSettings) -> Floats:
    """Return the log of likelihood times prior of (log mu, log R); those of eps and v cancel against the proposal."""
    mu, offspring = np.exp(logs).T
    known = past.activity > 0
    mean = np.multiply.outer(offspring, drive[known])
    mean *= _unreached(past, v, known)
    if past.coverage.any():
        mean *= 1.0 - np.multiply.outer(eps, past.coverage[known])
    mean += np.multiply.outer(mu, past.activity[known])
    size, counts = settings.dispersion, past.counts[known]
    hit = counts > 0
    some = np.maximum(mean[:, hit], 1e-300)
    fit = (counts[hit] * np.log(some / (some + size)) + gammaln(counts[hit] + size) - gammaln(counts[hit] + 1)).sum(
        axis=1
    )
    mean /= size
    mean += 1.0
    fit -= size * _log_product(mean)
    prior = settings.mu_shape * logs[:, 0] - settings.mu_hours * mu
    prior += settings.offspring_shape * logs[:, 1] - settings.offspring_rate * offspring
    return np.asarray(fit + prior, dtype=np.float64)


def _unreached(past: Past, v: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the share [P, known hours] of the segment that had not seen the claim before each hour."""
    shown, posts = (np.concatenate([[0.0], total[:-1]])[known] for total in (past.views, past.unshown))
    # The count of posts grows at few hours: one exponential for each step of it, not for each hour.
    steps, place = np.unique(posts, return_inverse=True)
    crowd = max(1, past.customer_count)
    left = np.exp(np.multiply.outer(v, -steps / crowd)).take(place, axis=1)
    if shown.any():
        left *= np.exp(-shown / crowd)
    return np.asarray(left, dtype=np.float64)


def _log_product(factors: Floats) -> Floats:
    """Return the sum of logs along the second axis, sixteen factors to a logarithm; overwrites its argument."""
    width = factors.shape[1]
    for _ in range(4):
        half = width // 2
        if half == 0:
            break
        factors[:, :half] *= factors[:, width - half : width]
        width -= half
    return np.asarray(np.log(factors[:, :width]).sum(axis=1))
