"""Reach: the share of a segment that has seen the claim, from views where they are shown and a guess where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_VIEWS = 150.0
PRIOR_SPREAD = 0.7
"""Log-normal prior of the views that a post of a claim gets."""
POST_SPREAD = 1.2
"""How much single posts differ in log views (our assumption; heavy-tailed as views are)."""
UNEVENNESS = float(np.expm1(POST_SPREAD**2))
"""Variance of one post's views over their squared mean; of n posts together it is that over n."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsBelief:
    """What is believed of a post's mean views: log-normal."""

    log_mean: float = float(np.log(PRIOR_VIEWS))
    log_spread: float = PRIOR_SPREAD


def learn_views(views: Sequence[float] | Floats, *, prior: ViewsBelief | None = None) -> ViewsBelief:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadViews:
    """What pages have shown of one thread's views."""

    opened_at: datetime
    seen: tuple[tuple[datetime, int], ...]
    """(when, views until then), by time."""


def views_by_thread(
    started: Mapping[str, tuple[int, datetime]], threads: Mapping[str, ThreadViews]
) -> dict[str, float]:
    """Return the views of each post on a claim, by thread; threads of which it cannot be told are left out.

    started: the claim's posts in each thread, and when the first was posted. Forums count views of a thread. Those
    since that first post were views of the claim: what was shown last, less what was shown before that post, or
    nothing less where it opened the thread. They fall to the claim's posts in the thread alike, so that a thread is
    counted once.
    """
    since = {
        thread: (_views_since(threads[thread], at), count)
        for thread, (count, at) in started.items()
        if thread in threads
    }
    return {thread: views / count for thread, (views, count) in since.items() if views is not None}


def _views_since(thread: ThreadViews, at: datetime) -> int | None:
    before = [views for seen, views in thread.seen if seen <= at]
    after = [views for seen, views in thread.seen if seen > at]
    if not after or (not before and at > thread.opened_at):
        return None
    return max(0, max(after) - max(before, default=0))


def reach(views: Floats, customer_count: int) -> Floats:
    """Return M = 1 - exp(-V / N): the share of a segment that has seen it, each view falling on a random customer."""
    return np.asarray(-np.expm1(-views / max(1, customer_count)), dtype=np.float64)
