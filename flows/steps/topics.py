"""The same alarm for topics: what is said against the company on each, watched on a part of the one promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawlers.pseudonym import author_key
from earlywarning import watch as alarm
from earlywarning.clock import Clock
from earlywarning.exposure import SourceVisit
from earlywarning.topics import PREFIX, WINDOW
from earlywarning.watch import MatchedPost, WatchCrossing
from earlywarning.watch_state import WatchState
from flows.desk import Desk
from flows.promise import settings_of
from flows.settings import Config
from warehouse import topics as store
from warehouse.shadow import LATELY
from warehouse.topics import TopicPost

SUBJECT = "watch-topics"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPass:
    """What the watch of the topics found, and what it will remember."""

    crossings: tuple[WatchCrossing, ...] = ()
    """Their `claim_id` is `topic:` and the code."""
    posts: Mapping[str, Sequence[TopicPost]] = field(default_factory=dict)
    """Those of the last week, by the same names."""
    usual_24h: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)


def watch_topics(
    desk: Desk,
    memory: tuple[datetime, Any] | None,
    *,
    visits: Sequence[SourceVisit],
    now: datetime,
    read_from: datetime,
    clock: Clock,
    shares: Mapping[str, float],
) -> TopicPass:
    """Advance the alarm of every watched topic to now.

    A topic that is new to the watch learns from its posts since `read_from`; after that only the last eight days are
    read, since later news of a post do not count. Negative posts are evidence, each author once a day: praise and
    questions on a topic rise with campaigns and deliveries, and a rumour that harms shows in complaint.
    """
    watched = tuple(desk.config.topics.watched)
    if not watched:
        return TopicPass()
    value = memory[1] if memory else {}
    old = WatchState.from_dict(value["watch"]) if value else WatchState()
    is_known = {PREFIX + topic for topic in watched} <= set(old.claims)
    since = now - LATELY if is_known else read_from
    posts = not_ours(desk.config, desk.secret, store.topic_posts(desk.con, watched, now=now, posted_after=since))
    taken = frozenset(value.get("taken", ()))
    found = alarm.watch(
        old,
        [as_evidence(post) for post in posts if PREFIX + post.topic not in old.claims or _mark(post) not in taken],
        claims=[PREFIX + topic for topic in watched],
        visits=visits,
        now=now,
        shares=shares,
        clock=clock,
        settings=settings_of(desk.config, "topics"),
    )
    lately = [post for post in posts if post.posted_at > now - WINDOW]
    return TopicPass(
        crossings=found.crossings,
        posts={PREFIX + topic: [post for post in lately if post.topic == topic] for topic in watched},
        usual_24h=found.usual_24h,
        memory={
            "watch": found.state.to_dict(),
            "taken": sorted({_mark(post) for post in posts if post.posted_at > now - LATELY}),
        },
    )


def not_ours(config: Config, secret: bytes, posts: Sequence[TopicPost]) -> list[TopicPost]:
    """Return the posts without those that the company's own accounts have written, told by their pseudonyms."""
    accounts = config.company.accounts
    sources = {post.source for post in posts} if accounts else set()
    ours = {author_key(secret, source, name) for source in sources for name in accounts}
    return [post for post in posts if post.author_key not in ours]


def as_evidence(post: TopicPost) -> MatchedPost:
    """Return a post on a topic as the early warning takes it."""
    return MatchedPost(
        claim_id=PREFIX + post.topic,
        post_key=post.post_key,
        source=post.source,
        posted_at=post.posted_at,
        seen_at=post.seen_at,
        author_key=post.author_key,
        stance="support",
    )


def _mark(post: TopicPost) -> str:
    return f"{post.topic}/{post.post_key[:16]}"
