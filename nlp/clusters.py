"""Rumours that nobody has named yet: posts gathered one by one in the order given, so that the same posts end the same.

A post joins the nearest group that is near enough and still awake, else begins one; groups that have come near each
other become one, the younger going into the older. Sums are kept in whole numbers, so that they do not depend on the
order of adding: to go on from a remembered grouping gives what reading everything anew would give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.company import Company
from nlp.encoder import Floats
from nlp.likeness import Ground, levelled, own_stems, rarity
from nlp.words import stems

JOIN = 0.45
"""Likeness (`nlp.likeness`) to a group's centre over which a post joins; chosen on the written development posts."""
MERGE = 0.6
"""The same between the centres of two groups of two posts or more."""
AWAKE_DAYS = 28.0
"""A group without a new post for so long takes none any more: an old story that comes back is news."""
TERMS = 6
_SCALE = 65_536.0
Group = tuple[int, ...]
"""Places of a group's posts among those given, in rising order."""


@dataclass(slots=True)
class _Groups:
    """What has been gathered so far. Row `i` of the arrays is group `i`; a group that went into another is empty."""

    members: list[list[int]]
    sums: npt.NDArray[np.int64]
    centres: Floats
    latest: npt.NDArray[np.float64]


def gather(
    vectors: Floats, days: Sequence[float], *, size: int, ground: Ground, begun: Sequence[Group] = ()
) -> list[Group]:
    """Return the groups, by their first post.

    vectors: (posts, dimensions), by `nlp.likeness.places`. days: when each was seen, in days since any day, never
    falling. size: numbers of the embedding alone. begun: how the first of the posts, each in one group, were gathered
    before; the others are gathered now.
    """
    whole = np.rint(vectors * _SCALE).astype(np.int64)
    groups = _restored(whole, days, begun, size=size, ground=ground)
    for post in range(sum(map(len, begun)), len(whole)):
        at = _nearest(vectors[post], days[post], groups)
        at = _begin(post, whole, groups) if at is None else at
        _add(at, [post], whole[post], days[post], groups, size=size, ground=ground)
        while (other := _twin(at, days[post], groups)) is not None:
            into, gone = sorted((at, other), key=lambda group: groups.members[group][0])
            moved, total = groups.members[gone], groups.sums[gone].copy()
            groups.members[gone] = []
            groups.latest[gone] = -np.inf
            _add(into, moved, total, days[post], groups, size=size, ground=ground)
            at = into
    return sorted(tuple(members) for members in groups.members if members)


def medoid(vectors: Floats, group: Group) -> int:
    """Return the post nearest to the group's centre; the earliest of equals."""
    rows = vectors[list(group)]
    return group[int(np.argmax(np.round(rows @ rows.sum(axis=0), 4)))]


def terms(texts: Sequence[str], company: Company) -> tuple[str, ...]:
    """Return the words that a group's posts share and posts at large do not, in the form most of them wrote."""
    held: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for text in texts:
        own = own_stems(text, company)
        held.update(own)
        for word in set(text.lower().split()):
            plain = word.strip(".,!?:;()\"'”’…-")
            for stem in stems(plain)[:1]:
                if stem in own:
                    written.setdefault(stem, Counter())[plain] += 1
    least = 2 if len(texts) > 1 else 1
    ranked = sorted(
        (stem for stem, count in held.items() if count >= least and stem in written and not stem.isdigit()),
        key=lambda stem: (-held[stem] * rarity(stem), stem),
    )
    return tuple(min(written[stem], key=lambda word: (-written[stem][word], word)) for stem in ranked[:TERMS])


def _restored(whole: npt.NDArray[np.int64], days: Sequence[float], begun: Sequence[Group], **how: Any) -> _Groups:
    """Return the state that gathering left behind, from who ended where."""
    room = max(64, 2 * len(begun))
    groups = _Groups(
        members=[],
        sums=np.zeros((room, whole.shape[1]), np.int64),
        centres=np.zeros((room, whole.shape[1]), np.float32),
        latest=np.full(room, -np.inf),
    )
    for group in begun:
        at = _begin(group[0], whole, groups)
        _add(at, group, whole[list(group)].sum(axis=0, dtype=np.int64), days[max(group)], groups, **how)
    return groups


def _begin(post: int, whole: npt.NDArray[np.int64], groups: _Groups) -> int:
    groups.members.append([])
    if (count := len(groups.members)) > len(groups.sums):
        groups.sums = np.concatenate([groups.sums, np.zeros_like(groups.sums)])
        groups.centres = np.concatenate([groups.centres, np.zeros_like(groups.centres)])
        groups.latest = np.concatenate([groups.latest, np.full_like(groups.latest, -np.inf)])
    return count - 1


def _add(
    at: int,
    posts: Sequence[int],
    total: npt.NDArray[np.int64],
    day: float,
    groups: _Groups,
    *,
    size: int,
    ground: Ground,
) -> None:
    groups.members[at] = sorted([*groups.members[at], *posts])
    groups.sums[at] += total
    groups.centres[at] = levelled((groups.sums[at : at + 1] / _SCALE).astype(np.float32), size=size, ground=ground)[0]
    groups.latest[at] = max(groups.latest[at], day)


def _nearest(vector: Floats, day: float, groups: _Groups) -> int | None:
    count = len(groups.members)
    if not count or not vector.any():
        return None
    likeness = np.where(groups.latest[:count] >= day - AWAKE_DAYS, groups.centres[:count] @ vector, -np.inf)
    best = int(np.argmax(likeness))
    return best if likeness[best] >= JOIN else None


def _twin(at: int, day: float, groups: _Groups) -> int | None:
    """Return the group that this one should be one with."""
    if len(groups.members[at]) < 2:
        return None
    count = len(groups.members)
    fits = groups.latest[:count] >= day - AWAKE_DAYS
    fits &= np.fromiter((len(members) > 1 for members in groups.members), bool, count)
    fits[at] = False
    likeness = np.where(fits, groups.centres[:count] @ groups.centres[at], -np.inf)
    best = int(np.argmax(likeness))
    return best if likeness[best] >= MERGE else None
