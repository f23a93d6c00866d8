"""What a registered mailing makes ordinary, and the first quote of it, which opens a watch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earlywarning.mailings import Mailing

RECIPIENTS_PER_POST = 2000.0
PRIOR_SPAN_HOURS = 336.0
"""Assumed, until the company's own log says better: of 2,000 recipients one writes about the letter, half of those who
do within ten days: the talk fades with a mean age of two weeks."""
REPLIES = 0.5
"""Part of those posts that answer another: the alarm allows for them beside the base rate (its R0)."""
TALK_HOURS = 24 * 56
"""How long a mailing is expected to be talked about."""
FIRST_QUOTE = "mailing"


def prior_rate(recipient_count: int, *, age_hours: float = 0.0) -> float:
    """Return the base rate, posts per activity hour, that a mailing of this size makes ordinary at an age."""
    fading = math.exp(-max(0.0, age_hours) / PRIOR_SPAN_HOURS)
    return (1.0 - REPLIES) * recipient_count / RECIPIENTS_PER_POST / PRIOR_SPAN_HOURS * fading


def expected_rate(claim_id: str, hour: int, mailings: Sequence[Mailing]) -> float:
    """Return the base rate, posts per activity hour, that mailings out by an hour (since the epoch) make ordinary."""
    talked_of = (m for m in mailings if m.concerns(claim_id) and _is_talked_of(m, hour))
    return max((prior_rate(m.recipient_count, age_hours=_age(m, hour)) for m in talked_of), default=0.0)


def first_quotes(claim_id: str, hours: NDArray[np.int64], mailings: Sequence[Mailing]) -> list[int]:
    """Return the hour of the first post after each mailing that the claim may be about; hours: of its posts, rising.

    A post in the hour of sending may have been written before it, and does not count.
    """
    found = []
    for mailing in mailings:
        after = hours[hours >= mailing.sent_at.timestamp() / 3600]
        if mailing.concerns(claim_id) and len(after) and _is_talked_of(mailing, int(after[0])):
            found.append(int(after[0]))
    return found


def _is_talked_of(mailing: Mailing, hour: int) -> bool:
    return 0 <= _age(mailing, hour) <= TALK_HOURS


def _age(mailing: Mailing, hour: int) -> float:
    return hour - mailing.sent_at.timestamp() / 3600
