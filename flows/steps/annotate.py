"""Step 3: one pass of the language stage over posts that are new or changed."""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from time import monotonic
from typing import Any

import numpy as np

from flows.apart import Child, spec_of
from flows.beside import beside
from flows.desk import Desk
from flows.in_hand import in_hand, suspects
from flows.poison import Poison, UnsoundError, without_poison
from flows.sources import company_of
from flows.steps.copies import group_copies
from flows.steps.found import found_in
from nlp.annotation import Annotation
from nlp.company import Company
from warehouse import labelled, labels
from warehouse.aside import SetAsidePost, set_aside
from warehouse.labels import PendingPost

BATCH = 512
"""Posts that are read together."""
TAKE = 32_768
"""Posts that are taken from the warehouse together, and saved together where they are read so fast."""
SAVE_SECONDS = 5.0
STEP = "annotate"
Read = Callable[[Sequence[Any]], list[Annotation]]
log = logging.getLogger(__name__)


def judge(texts: Sequence[str], **given: Any) -> list[Annotation]:
    """Return the annotations of texts. The language stage is imported when there is something to read."""
    from nlp.pipeline import annotate as read

    return read(texts, **given)


def annotate(desk: Desk, *, seen_after: datetime | None = None, seen_before: datetime | None = None) -> int:
    """Annotate what waits, batch by batch, and return how many posts were read.

    Only whole threads that name the company are loaded, so that "de" and "dom" mean it. A post that the language stage
    cannot read is set aside with the reason. The bounds are on when posts were seen.
    """
    version, count = labels_version(desk), 0
    bounds = {"seen_after": seen_after, "seen_before": seen_before}
    with beside(desk, group_copies), Child(spec_of(desk.config)) as child:
        is_more = True
        while is_more:
            waiting = labels.pending_posts(desk.con, model_version=version, limit=TAKE, **bounds)
            count += _annotated(desk, waiting, child, version=version)
            is_more = len(waiting) == TAKE  # all that were taken are saved or set aside by now
        labels.done_with_posts(desk.con, model_version=version)
    return count


def _annotated(desk: Desk, waiting: Sequence[PendingPost], child: Child, *, version: str) -> int:
    """Read and save some posts; save at the latest when SAVE_SECONDS have gone into them, which a kill would lose."""
    count, done, begun = 0, list[tuple[PendingPost, Annotation]](), monotonic()
    for posts, read in _in_turn(desk, waiting, child):
        with in_hand(desk.paths, STEP, [post.post_key for post in posts]):
            more, poison = without_poison(posts, read, what="the language stage", probe=partial(probe, read))
        done += more
        put_aside(desk, STEP, version, poison)
        if poison or monotonic() - begun > SAVE_SECONDS:
            count += save_annotations(desk, done, version=version)
            done, begun = [], monotonic()
    return count + save_annotations(desk, done, version=version)


def save_annotations(desk: Desk, done: Sequence[tuple[PendingPost, Annotation]], *, version: str) -> int:
    """Save what was found in posts, and return how many were new."""
    if not done:
        return 0
    meta = desk.stage.encoder.meta
    return labelled.save_labelled(desk.con, found_in(done, meta), model=meta.name, model_version=version, at=desk.now)


def put_aside(desk: Desk, step: str, version: str, poison: Sequence[Poison[Any]]) -> None:
    """Record posts that a step could not do, and say so in the log."""
    found = [
        SetAsidePost(
            post_key=one.given.post_key,
            revision=one.given.revision,
            step=step,
            version=version,
            reason=one.reason,
            detail=one.detail,
            set_aside_at=desk.now,
        )
        for one in poison
    ]
    set_aside(desk.con, found)
    for row in found:
        log.warning(
            "post set aside",
            extra={"step": step, "post_key": row.post_key, "reason": row.reason, "error": row.detail},
        )


def _in_turn(desk: Desk, waiting: Sequence[PendingPost], child: Child) -> Iterator[tuple[Sequence[PendingPost], Read]]:
    """Yield posts as they are read: suspects alone first, in a process that may die of them, then the others."""
    before = suspects(desk.paths, STEP)
    known = [post for post in waiting if post.post_key in before.keys] if before.are_many_times else []
    if known:
        yield known, partial(_read_apart, child)
    others = [post for post in waiting if post not in known] if known else waiting
    for at in range(0, len(others), BATCH):
        yield others[at : at + BATCH], partial(read_here, desk)


def probe(read: Read) -> None:
    """Have a sentence read that any language stage can read. Raises what reading raises."""
    read([_Probe()])


def read_here(desk: Desk, posts: Sequence[Any]) -> list[Annotation]:
    """Return the annotations of posts, read in this process."""
    return sound(judge([post.text for post in posts], language_stage=desk.stage, in_thread=True))


def _read_apart(child: Child, posts: Sequence[Any]) -> list[Annotation]:
    return sound(child.read([post.text for post in posts]))


def sound(found: list[Annotation]) -> list[Annotation]:
    """Raise UnsoundError where an answer holds what is no number: it would spread to whatever is compared with it."""
    scores = ((note.relevance_score, *note.sentiment_scores.values(), *note.topic_scores.values()) for note in found)
    if not all(map(math.isfinite, chain.from_iterable(scores))):
        raise UnsoundError
    if found and not np.isfinite(np.concatenate([note.embedding for note in found])).all():
        raise UnsoundError
    return found


@dataclass(frozen=True, slots=True)
class _Probe:
    """A sentence that any language stage can read."""

    text: str = "Vi har fiber från dem sedan i våras och det fungerar bra."


def labels_version(desk: Desk) -> str:
    """Return what the labels depend on: the model, and how the company is named."""
    return f"{desk.meta.version}+{_names_hash(company_of(desk.config))}"


def _names_hash(company: Company) -> str:
    return hashlib.sha256(repr(company).encode()).hexdigest()[:8]
