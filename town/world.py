"""The simulated autumn: every post placed on the timeline by a seed, and what each place shows at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from town.errors import StoryError
from town.places import PLACES, Place
from town.story import Draft, DraftThread, Truth, read_story

START = datetime(2023, 9, 11, tzinfo=UTC) - timedelta(hours=2)
END = datetime(2024, 1, 9, tzinfo=UTC) - timedelta(hours=1)
"""The story's days, 2023-09-11 to 2024-01-08 in Stockholm, as [START, END)."""
_JITTER_MINUTES = 20
_READING_HOURS = 30.0
"""Time constant of a post's views; its likes come in half of it."""
_VIEWS_MEDIAN, _VIEWS_SIGMA = 45.0, 0.6
"""Views that a post draws to its thread in the end (log-normal). Invented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    post_id: int
    author: str
    author_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post with its whole life: when it appears, changes and goes."""

    place: str
    post_id: int
    thread_id: int
    author: str
    author_id: int
    posted_at: datetime
    """UTC, whole seconds."""
    text: str
    quote: Quote | None
    edited_at: datetime | None
    edited_text: str | None
    deleted_at: datetime | None
    truth: Truth
    view_limit: float
    like_limit: float

    def is_shown(self, at: datetime) -> bool:
        """Tell whether the post can be read at a moment."""
        return self.posted_at <= at and (self.deleted_at is None or at < self.deleted_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    thread_id: int
    place: str
    title: str
    is_sticky: bool
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPost:
    """A post as it looks at a moment."""

    post_id: int
    thread_id: int
    author: str
    author_id: int
    posted_at: datetime
    text: str
    quote: Quote | None
    edited_at: datetime | None
    position: int
    """Place among the posts that can be read now, the opening post being 1."""
    like_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownThread:
    """A thread as it looks at a moment."""

    thread_id: int
    title: str
    is_sticky: bool
    posts: tuple[ShownPost, ...]
    view_count: int
    changed_at: datetime
    """When a post last came, changed or went."""

    @property
    def last_posted_at(self) -> datetime:
        """When its newest post came."""
        return self.posts[-1].posted_at


@dataclass(frozen=True, slots=True)
class World:
    """All threads of all places; build it with `build_world`."""

    seed: int
    threads: tuple[Thread, ...]

    @property
    def posts(self) -> tuple[Post, ...]:
        """Return every post of the story, oldest first, with its hidden truth."""
        return tuple(
            sorted((p for t in self.threads for p in t.posts), key=lambda p: (p.posted_at, p.place, p.post_id))
        )

    def shown(self, place: str, at: datetime) -> tuple[ShownThread, ...]:
        """Return a place's threads at a moment: sticky ones, then by newest post. The future is never in it."""
        found = [_show(thread, at) for thread in self.threads if thread.place == place]
        threads = [thread for thread in found if thread is not None]
        return tuple(sorted(threads, key=lambda t: (t.is_sticky, t.last_posted_at, t.thread_id), reverse=True))


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


def _show(thread: Thread, at: datetime) -> ShownThread | None:
    written = [post for post in thread.posts if post.posted_at <= at]
    kept = [post for post in written if post.is_shown(at)]
    if not kept:
        return None
    events = [when for p in written for when in (p.posted_at, p.edited_at, p.deleted_at) if when and when <= at]
    return ShownThread(
        thread_id=thread.thread_id,
        title=thread.title,
        is_sticky=thread.is_sticky,
        posts=tuple(_show_post(post, position, at) for position, post in enumerate(kept, 1)),
        view_count=sum(_grown(post.view_limit, post.posted_at, at, _READING_HOURS) for post in written),
        changed_at=max(events),
    )


def _show_post(post: Post, position: int, at: datetime) -> ShownPost:
    shown = ShownPost(
        post_id=post.post_id,
        thread_id=post.thread_id,
        author=post.author,
        author_id=post.author_id,
        posted_at=post.posted_at,
        text=post.text,
        quote=post.quote,
        edited_at=None,
        position=position,
        like_count=_grown(post.like_limit, post.posted_at, at, _READING_HOURS / 2),
    )
    if post.edited_at is None or post.edited_text is None or post.edited_at > at:
        return shown
    return replace(shown, text=post.edited_text, edited_at=post.edited_at)


def _grown(limit: float, since: datetime, at: datetime, hours: float) -> int:
    return int(limit * -math.expm1(-(at - since) / timedelta(hours=hours)))
