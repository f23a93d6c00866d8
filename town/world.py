"""The simulated autumn: posts with their whole lives, and what each place shows at a moment."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from town.story import Truth

START = datetime(2023, 9, 11, tzinfo=UTC) - timedelta(hours=2)
END = datetime(2024, 1, 9, tzinfo=UTC) - timedelta(hours=1)
"""The story's days, 2023-09-11 to 2024-01-08 in Stockholm, as [START, END)."""
_READING_HOURS = 30.0
"""Time constant of a post's views; its likes come in half of it."""


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
    """All threads of all places; `town.timeline.build_world` builds it."""

    seed: int
    threads: tuple[Thread, ...]

    @property
    def posts(self) -> tuple[Post, ...]:
        """Return every post of the story, oldest first, with its hidden truth."""
        return tuple(
            sorted((p for t in self.threads for p in t.posts), key=lambda p: (p.posted_at, p.place, p.post_id))
        )

    @property
    def truth(self) -> dict[tuple[str, str], Truth]:
        """Return what is true of each post, by place and native post id as the crawl names them; for evaluation."""
        return {(post.place, str(post.post_id)): post.truth for post in self.posts}

    def shown(self, place: str, at: datetime) -> tuple[ShownThread, ...]:
        """Return a place's threads at a moment: sticky ones, then by newest post. The future is never in it."""
        found = [_show(thread, at) for thread in self.threads if thread.place == place]
        threads = [thread for thread in found if thread is not None]
        return tuple(sorted(threads, key=lambda t: (t.is_sticky, t.last_posted_at, t.thread_id), reverse=True))


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
