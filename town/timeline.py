"""The story placed in time by a seed: minutes, numbers, quotes, and how many will read and like each post."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from town.errors import StoryError
from town.places import PLACES, Place
from town.story import Draft, DraftThread, read_story
from town.world import Post, Quote, Thread, World

_JITTER_MINUTES = 20
_VIEWS_MEDIAN, _VIEWS_SIGMA = 45.0, 0.6
"""Views that a post draws to its thread in the end (log-normal). Invented."""


def build_world(seed: int, drafts: Sequence[DraftThread] | None = None) -> World:
    """Return the world of a seed: same seed, same world; another seed moves minutes, ids, views and likes."""
    drafts = read_story() if drafts is None else drafts
    return World(seed, tuple(thread for place in PLACES.values() for thread in _settle(seed, place, drafts)))


def _settle(seed: int, place: Place, drafts: Iterable[DraftThread]) -> list[Thread]:
    """Place one forum's posts in time, then number threads and posts in the order in which they came."""
    mine = [draft for draft in drafts if draft.place == place.name]
    times = {draft.key: _times(seed, draft) for draft in mine}
    mine.sort(key=lambda draft: times[draft.key][0])
    order = sorted((at, draft.key, n) for draft in mine for n, at in enumerate(times[draft.key]))
    post_ids = dict(
        zip(((key, n) for _, key, n in order), _numbers(seed, place.first_post_id, len(order)), strict=True)
    )
    thread_ids = _numbers(seed + 1, place.first_thread_id, len(mine))
    author_ids = _author_ids(seed, place, mine)
    return [
        Thread(
            thread_id=thread_id,
            place=place.name,
            title=draft.title,
            is_sticky=draft.is_sticky,
            posts=_posts(
                Random(f"{seed} {draft.key} readers"),
                draft,
                times[draft.key],
                [post_ids[draft.key, n] for n in range(len(draft.posts))],
                thread_id,
                author_ids,
            ),
        )
        for draft, thread_id in zip(mine, thread_ids, strict=True)
    ]


def _times(seed: int, thread: DraftThread) -> list[datetime]:
    times: list[datetime] = []
    for n, draft in enumerate(thread.posts):
        rng = Random(f"{seed} {thread.key} {n}")
        shift = timedelta(seconds=rng.randint(-60 * _JITTER_MINUTES, 60 * _JITTER_MINUTES))
        at = draft.at.astimezone(UTC) + shift
        times.append(at if not times else max(at, times[-1] + timedelta(seconds=rng.randint(61, 240))))
    return times


def _numbers(seed: int, first: int, count: int) -> list[int]:
    """Return growing numbers with gaps, as a busy site gives them out."""
    rng, found = Random(f"{seed} {first}"), []
    for _ in range(count):
        first += rng.randint(1, 9)
        found.append(first)
    return found


def _author_ids(seed: int, place: Place, threads: Iterable[DraftThread]) -> dict[str, int]:
    names = sorted({draft.author for thread in threads for draft in thread.posts})
    return dict(zip(names, Random(f"{seed} {place.name} members").sample(range(101, 48_000), len(names)), strict=True))


def _posts(
    rng: Random,
    thread: DraftThread,
    times: Sequence[datetime],
    post_ids: Sequence[int],
    thread_id: int,
    author_ids: dict[str, int],
) -> tuple[Post, ...]:
    posts: list[Post] = []
    for draft, at, post_id in zip(thread.posts, times, post_ids, strict=True):
        views = thread.audience * rng.lognormvariate(math.log(_VIEWS_MEDIAN), _VIEWS_SIGMA)
        posts.append(
            Post(
                place=thread.place,
                post_id=post_id,
                thread_id=thread_id,
                author=draft.author,
                author_id=author_ids[draft.author],
                posted_at=at,
                text=draft.text,
                quote=_quote(draft, posts),
                edited_at=at + draft.edited_after if draft.edited_after else None,
                edited_text=draft.edited_text,
                deleted_at=at + draft.deleted_after if draft.deleted_after else None,
                truth=draft.truth,
                view_limit=views,
                like_limit=views * rng.betavariate(1, 25),
            )
        )
    return tuple(posts)


def _quote(draft: Draft, earlier: Sequence[Post]) -> Quote | None:
    if draft.quote is None:
        return None
    for post in reversed(earlier):
        if post.author == draft.quote:
            text = draft.quote_text or post.text
            return Quote(post_id=post.post_id, author=post.author, author_id=post.author_id, text=text)
    raise StoryError(f"{draft.author!r} quotes {draft.quote!r}, who has not written yet")
