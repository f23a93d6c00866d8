"""What ordinary chatter can bring in an hour, and the bets against it that nobody wins on average."""

from __future__ import annotations

import numpy as np

from earlywarning.alarm_state import AlarmSettings, Floats


def base_rate_bound(exposure: Floats, posts: Floats, settings: AlarmSettings) -> Floats:
    """Return the upper bound of the base rate, posts per activity hour, given exposure and posts of the window."""
    from scipy.special import gammaincinv  # imported where it is needed: most passes need none of it

    shape = settings.prior_shape + posts
    bound = gammaincinv(shape, settings.upper) / (settings.prior_hours + exposure)
    return np.asarray(np.maximum(bound, settings.floor_per_hour), dtype=np.float64)


def learned_offspring(exposure: Floats, posts: Floats, settings: AlarmSettings) -> Floats:
    """Return R0 [n] as a claim's own days tell it, from exposure and posts by day [n, D] of the window.

    How much the counts of days vary beyond chance is Pearson's dispersion, with `threads_prior_days` beside it that
    vary as the most offspring would have them: what is left of chance then errs towards more.
    """
    length, total = (exposure > 0).sum(axis=1), exposure.sum(axis=1)
    rate = posts.sum(axis=1) / np.maximum(total, 1e-9)
    mean = rate[:, None] * exposure
    apart = np.where(mean > 0, (posts - mean) ** 2 / np.where(mean > 0, mean, 1.0), 0.0).sum(axis=1)
    grid = np.linspace(0.0, settings.benign_offspring, 51)
    known = dispersion(grid, hours=24.0, tau_hours=settings.tau_hours)
    free = np.where(rate > 0, np.maximum(length - 1, 0), 0)
    spread = (apart + settings.threads_prior_days * known[-1]) / (free + settings.threads_prior_days)
    return np.asarray(np.interp(spread, known, grid), dtype=np.float64)


def dispersion(offspring: Floats, *, hours: float, tau_hours: float) -> Floats:
    """Return the variance over the mean of counts of so many hours where each post brings forth R more in time.

    Exact for a self-exciting (Hawkes) process whose pull falls off exponentially: Da Fonseca and Zaatour, *Hawkes
    process: fast calibration, application to trade clustering, and diffusive limit*, 2014.
    """
    fall = hours * (1.0 - offspring) / tau_hours
    return np.asarray(1.0 + ((1.0 - offspring) ** -2 - 1.0) * (1.0 + np.expm1(-fall) / fall), dtype=np.float64)


def standing_alternatives(settings: AlarmSettings) -> Floats:
    """Return (rho, R) [K, 2] as set: a warning's, and those of a watch of what has no history."""
    return np.array(settings.careful + settings.bold, dtype=np.float64).reshape(-1, 2)


def watch_alternatives(posts: Floats, offspring: Floats, settings: AlarmSettings) -> Floats:
    """Return (rho, R) [n, K, 2] of a watch, given posts by day [n, D] and R0 [n]; the slowest go from echoes to pace.

    While little was written, the bound on what is ordinary is wide, and only answers upon answers stand out. Where the
    pace is known it is the pace that does, and people who answer each other as before are no news.
    """
    new = settings.slowest_prior_posts / (settings.slowest_prior_posts + posts.sum(axis=1))
    known = np.stack([np.full_like(offspring, settings.slowest_rho), offspring], axis=1)
    found = np.repeat(standing_alternatives(settings)[None], len(posts), axis=0)
    for slowest in (0, len(settings.careful)):
        found[:, slowest] = known + new[:, None] * (found[:, slowest] - known)
    return found


def bet(
    count: Floats,
    *,
    activity: Floats,
    base: Floats,
    excitement: Floats,
    settings: AlarmSettings,
    offspring: Floats | None = None,
    alternatives: Floats | None = None,
) -> Floats:
    """Return L [..., K]: what each bet multiplies its stake by, the careful ones first. Other shapes broadcast.

    alternatives: (rho, R) [..., K, 2] that the bets are laid on; None: as set.
    While the count's mean is at most b, the mean of L is at most 1: for the careful ones whatever the law, since L is
    linear in the count; for the bold ones, ratios of negative binomials, for any law whose exponential moments are
    at most theirs (docs/method.md).
    """
    alternatives = standing_alternatives(settings) if alternatives is None else alternatives
    past = {"activity": activity, "base": base, "excitement": excitement}
    bound = benign_bound(**past, settings=settings, offspring=offspring)[..., None]
    rho, growth = np.moveaxis(alternatives, -1, 0)
    decay = -np.expm1(-activity / settings.tau_hours)
    mean = np.maximum((activity * base)[..., None] * rho + (decay * excitement)[..., None] * growth, bound)
    split_at, count = len(settings.careful), np.asarray(count)[..., None]
    gains = _careful(count, mean[..., :split_at], bound, settings), _bold(count, mean[..., split_at:], bound, settings)
    return np.concatenate(gains, axis=-1)


def _careful(count: Floats, mean: Floats, bound: Floats, settings: AlarmSettings) -> Floats:
    stake = np.minimum(settings.bet_cap, -np.expm1(bound - mean))
    gain = np.where(bound > 0, count / np.where(bound > 0, bound, 1.0) - 1.0, 0.0)
    return np.asarray(1.0 + stake * gain, dtype=np.float64)


def _bold(count: Floats, mean: Floats, bound: Floats, settings: AlarmSettings) -> Floats:
    """Return NegBin(mean, size)(count) / NegBin(bound, size)(count); what is beyond e^60 is thrown away."""
    size = settings.dispersion_size
    calm = np.log((bound + size) / (mean + size))
    safe = np.where(bound > 0, bound, 1.0)
    per_post = np.where(bound > 0, np.log(np.maximum(mean, safe) / safe) + calm, 0.0)
    return np.asarray(np.exp(np.minimum(count * per_post + size * calm, 60.0)), dtype=np.float64)


def benign_bound(
    *,
    activity: Floats,
    base: Floats,
    excitement: Floats,
    settings: AlarmSettings,
    offspring: Floats | None = None,
) -> Floats:
    """Return b: the most posts that ordinary chatter brings on average, offspring within the hour included.

    offspring: R0 of each claim; None: the most that is held to be ordinary.
    """
    most = settings.benign_offspring if offspring is None else offspring
    echoes = -most * np.expm1(-activity / settings.tau_hours)
    return np.asarray((activity * base + echoes * excitement) / (1.0 - echoes), dtype=np.float64)
