"""Reach: the share of a segment that has seen the claim, from views where they are shown and a guess where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_VIEWS = 150.0
PRIOR_SPREAD = 0.7
"""Log-normal prior of the views that a post of a claim gets."""
POST_SPREAD = 1.2
"""How much single posts differ in log views (our assumption; heavy-tailed as views are)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsBelief:
    """What is believed of a post's mean views: log-normal."""

    log_mean: float = float(np.log(PRIOR_VIEWS))
    log_spread: float = PRIOR_SPREAD


def learn_views(views: Sequence[int], *, prior: ViewsBelief | None = None) -> ViewsBelief:
    """Return the belief after posts whose views were shown: the normal update of the log of their mean.

    One post says little (`POST_SPREAD`), a hundred nearly all. Posts that show 0 views count as 0 in the mean.
    """
    prior = prior or ViewsBelief()
    mean = float(np.mean(views)) if len(views) else 0.0
    if mean <= 0:
        return prior
    trust, known = 1.0 / prior.log_spread**2, len(views) / POST_SPREAD**2
    return ViewsBelief(
        log_mean=(trust * prior.log_mean + known * float(np.log(mean))) / (trust + known),
        log_spread=float((trust + known) ** -0.5),
    )


def reach(views: Floats, customer_count: int) -> Floats:
    """Return M = 1 - exp(-V / N): the share of a segment that has seen it, each view falling on a random customer."""
    return np.asarray(-np.expm1(-views / max(1, customer_count)), dtype=np.float64)
