"""Which pairs of a post and a claim are put to the model, of all that are near each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np
import numpy.typing as npt

from nlp.claims import NearClaims
from nlp.company import Company
from nlp.mentions import OURS, find_mentions

MOST_JUDGED = 400
"""Pairs of a claim that are judged, of a batch: the nearest. A claim that is new is held against months of posts."""
Flags = npt.NDArray[np.bool_]


def worth_judging(near: NearClaims, is_new: Flags, is_given: Flags, may_be: Callable[[int], object]) -> list[int]:
    """Return the pairs that are put to the model: of each claim the nearest, and all that a person has spoken of."""
    chosen = np.flatnonzero(is_new & is_given).tolist()
    for claim in np.unique(near.claims):
        among = np.flatnonzero(is_new & ~is_given & (near.claims == claim))
        nearest = among[np.argsort(-near.meanings[among], kind="stable")].tolist()
        chosen += islice((at for at in nearest if may_be(int(near.texts[at]))), MOST_JUDGED)
    return sorted(chosen)


def may_match(text: str, company: Company, *, is_judged: bool) -> bool:
    """Return whether a post may be about a claim: not one that names only somebody else.

    One that names nobody speaks of whom its thread names; `is_judged` says whether the model has read it.
    """
    kinds = {mention.kind for mention in find_mentions(text, company)}
    return bool(kinds & OURS) if kinds else is_judged
