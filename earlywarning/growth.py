"""How fast the rumour grows: the posterior of its base rate, its offspring and how well corrections dampen it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earlywarning.reach import UNEVENNESS, ViewsBelief

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthSettings:
    """The growth model and its priors; see docs/method.md."""

    tau_hours: float = 10.0
    taus: tuple[float, ...] = (4.0, 6.3, 10.0, 16.0, 25.0)
    """Memories that a rumour may have; how likely each is falls off as a normal law of its log."""
    tau_spread: float = 0.5
    half_lives: tuple[float, ...] = (np.inf, np.inf, np.inf, 336.0, 168.0, 96.0, 48.0)
    """Hours since its first post in which a rumour's pull halves, equally likely; three in seven keep it."""
    sizes: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 32.0)
    """Sizes of the negative binomial, equally likely: from heaps within an hour to nearly Poisson."""
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
    views_before: float = 0.0
    unshown_before: float = 0.0
    """Of the two before the first hour; they are in both from the first hour on."""


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
    tau: Floats
    """Activity hours until a post's influence has fallen to 1/e."""
    half_life: Floats
    """Hours in which R halves; infinite where it stays."""
    age: float
    """Hours since the first post."""
    size: Floats
    """Of the negative binomial: how unevenly posts come."""
    excitement: Floats
    """X now, for each particle's tau."""
    effective_count: float
    """Kish's size of the weighted sample; small means that the posterior was hard to reach."""


def excitements(counts: Floats, activity: Floats, taus: Floats) -> Floats:
    """Return X [T + 1, K] for K memories: the decayed count of past posts before each hour, and after the last."""
    path = np.zeros((len(counts) + 1, len(taus)))
    for t, kept in enumerate(np.exp(-np.divide.outer(activity, taus))):
        path[t + 1] = path[t] * kept + counts[t]
    return path


def posterior(
    past: Past, *, views: ViewsBelief, rng: np.random.Generator, settings: GrowthSettings | None = None
) -> Particles:
    """Return draws from the posterior of (mu, R, eps, v, tau, half-life, size) given the past.

    Importance sampling: a grid over (log mu, log R) finds the mode and its spread, a Student-t about it proposes, the
    exact negative binomial likelihood weighs, systematic resampling evens out. The others come from their priors.
    """
    settings = settings or GrowthSettings()
    taus, sizes = np.array(settings.taus), np.array(settings.sizes)
    paths = excitements(past.counts, past.activity, taus)
    posts = np.flatnonzero(past.counts)
    age = np.maximum(0.0, np.arange(len(past.counts) + 1) - (posts[0] if len(posts) else len(past.counts)))
    halves = np.array(settings.half_lives)
    fades = np.exp2(-np.multiply.outer(1.0 / halves, age))  # [F, T + 1]
    drives = (-np.expm1(-np.divide.outer(past.activity, taus)) * paths[:-1]).T
    drives = (drives[:, None] * fades[:, :-1]).reshape(-1, len(past.counts))  # [K F, T]
    center, root = _locate(past, drives, views, settings)
    n = settings.candidate_count
    normal, scale = rng.standard_normal((n, 2)), np.sqrt(rng.chisquare(5, n) / 5)
    logs = center + (normal @ root.T) / scale[:, None]
    eps = rng.beta(*settings.damping, n)
    v = np.exp(views.log_mean + views.log_spread * rng.standard_normal(n))
    likely = np.exp(-0.5 * (np.log(taus / settings.tau_hours) / settings.tau_spread) ** 2)
    memory, fade = rng.choice(len(taus), n, p=likely / likely.sum()), rng.integers(len(halves), size=n)
    size = rng.choice(sizes, n)
    proposed = -0.5 * 7 * np.log1p((normal**2).sum(axis=1) / scale**2 / 5)  # log density of the bivariate t, df 5
    weight = _log_posterior(past, drives, memory * len(halves) + fade, logs, eps, v, size, settings) - proposed
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    ticks = (np.arange(settings.particle_count) + rng.random()) / settings.particle_count
    chosen = rng.permutation(np.minimum(np.searchsorted(np.cumsum(weight), ticks), n - 1))
    return Particles(
        mu=np.exp(logs[chosen, 0]),
        offspring=np.exp(logs[chosen, 1]),
        damping=eps[chosen],
        views_per_post=v[chosen],
        tau=taus[memory[chosen]],
        half_life=halves[fade[chosen]],
        age=float(age[-1]),
        size=size[chosen],
        excitement=paths[-1, memory[chosen]],
        effective_count=float(1.0 / (weight**2).sum()),
    )


def past_views(past: Past, views_per_post: Floats, *, rng: np.random.Generator) -> Floats:
    """Return V [P, T]: views after each hour, shown ones as they are and a guess for each other post.

    Single posts differ: those of an hour get a gamma share whose mean and variance are those of so many posts.
    """
    posts = np.diff(past.unshown, prepend=0.0)
    hit = np.flatnonzero(posts > 0)
    steps = np.zeros((len(views_per_post), len(posts)))
    shape = posts[hit] / UNEVENNESS
    steps[:, hit] = rng.gamma(shape, UNEVENNESS, (len(views_per_post), len(hit)))
    return np.asarray(past.views + views_per_post[:, None] * np.cumsum(steps, axis=1), dtype=np.float64)


def _locate(past: Past, drives: Floats, views: ViewsBelief, settings: GrowthSettings) -> tuple[Floats, Floats]:
    """Return the mean of (log mu, log R) and a root of its covariance, widened, from a grid."""
    grid = np.stack(np.meshgrid(np.linspace(-12, 2, 29), np.linspace(-5, 2.3, 30)), axis=-1).reshape(-1, 2)
    flat = np.ones(len(grid))
    eps = settings.damping[0] / sum(settings.damping)
    middle = int(np.argmin(np.abs(np.log(np.array(settings.taus) / settings.tau_hours))))
    memory = np.full(len(grid), middle * len(settings.half_lives))  # the pull that stays
    size = float(np.median(settings.sizes))
    log_weight = _log_posterior(
        past, drives, memory, grid, eps * flat, np.exp(views.log_mean) * flat, size * flat, settings
    )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    center = weight @ grid
    spread = (grid - center).T @ ((grid - center) * weight[:, None]) + np.diag([0.06, 0.02])  # the grid's own step
    return center, np.linalg.cholesky(1.4 * spread)


def _log_posterior(
    past: Past,
    drives: Floats,
    memory: NDArray[np.int64],
    logs: Floats,
    eps: Floats,
    v: Floats,
    size: Floats,
    settings: GrowthSettings,
) -> Floats:
    """Return the log of likelihood times prior of (log mu, log R); the other priors cancel against the proposal.

    drives: [K F, T] what each memory and fading make of the posts before; memory: which of them each row has.
    """
    mu, offspring = np.exp(logs).T
    # Before the first post nothing excites: hours that are equally busy are one column, so many times over.
    silent = (past.activity > 0) & (np.cumsum(past.counts) == 0)
    busy, times = np.unique(past.activity[silent], return_counts=True)
    nothing = np.log1p(np.multiply.outer(mu / size, busy)) @ times
    known = (past.activity > 0) & ~silent
    mean = drives[:, known].take(memory, axis=0) * offspring[:, None]
    mean *= _unreached(past, v, known)
    if past.coverage.any():
        mean *= 1.0 - np.multiply.outer(eps, past.coverage[known])
    mean += np.multiply.outer(mu, past.activity[known])
    counts = past.counts[known]
    hit = counts > 0
    some, sizes = np.maximum(mean[:, hit], 1e-300), size[:, None]
    fit = (counts[hit] * np.log(some / (some + sizes))).sum(axis=1) + _heaps(size, counts[hit])
    mean /= sizes
    mean += 1.0
    fit -= size * (_log_product(mean) + nothing)
    prior = settings.mu_shape * logs[:, 0] - settings.mu_hours * mu
    prior += settings.offspring_shape * logs[:, 1] - settings.offspring_rate * offspring
    return np.asarray(fit + prior, dtype=np.float64)


def _heaps(size: Floats, counts: Floats) -> Floats:
    """Return the sum over hours of log Gamma(Y + r) - log Gamma(r): equal counts and equal sizes are many."""
    from scipy.special import gammaln  # imported where it is needed: most passes need none of it

    values, times = np.unique(counts, return_counts=True)
    kinds, place = np.unique(size, return_inverse=True)
    table = gammaln(np.add.outer(kinds, values)) - gammaln(kinds)[:, None]
    return np.asarray((table @ times)[place], dtype=np.float64)


def _unreached(past: Past, v: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return the share [P, known hours] of the segment that had not seen the claim before each hour."""
    totals = (past.views_before, past.views), (past.unshown_before, past.unshown)
    shown, posts = (np.concatenate([[before], total[:-1]])[known] for before, total in totals)
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
