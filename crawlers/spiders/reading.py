"""One reading of a thread: its pages put together, each post once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from crawlers.model import Page, ParsedPost, ThreadPage


@dataclass(slots=True)
class Reading:
    """What the pages of a thread gave, in the order in which they were read."""

    thread_id: str
    title: str = ""
    view_count: int | None = None
    language: str | None = None
    posts: dict[str, tuple[ParsedPost, datetime]] = field(default_factory=dict)
    """Post id to the post and when its page was fetched."""
    last_page: Page | None = None
    last_page_ids: frozenset[str] = frozenset()
    is_from_start: bool = False
    is_finished: bool = False
    """False when an incident or the budget cut the reading short."""
    is_unmodified: bool = False
    page_count: int = 0

    @property
    def is_whole(self) -> bool:
        """Return whether every post of the thread was seen: only then is an absent one deleted."""
        return self.is_from_start and self.is_finished

    def add(self, page: Page, parsed: ThreadPage) -> bool:
        """Take in a page; return whether it had any post that earlier pages did not have."""
        self.page_count += 1
        fresh = [post for post in parsed.posts if post.post_id not in self.posts]
        self.posts |= {post.post_id: (post, page.fetched_at) for post in fresh}
        self.title = self.title or parsed.thread_title
        self.language = self.language or parsed.language
        if parsed.view_count is not None:
            self.view_count = parsed.view_count
        if fresh or self.last_page is None:
            self.last_page = page
            self.last_page_ids = frozenset(post.post_id for post in parsed.posts)
        return bool(fresh)

    def goes_back(self, parsed: ThreadPage) -> bool:
        """Return whether a page lies before the one added last: all its ids and dates are smaller.

        Then the place shows its newest posts first, and going on where a thread was left would miss what is new.
        """
        before = [post for i, (post, _) in self.posts.items() if i in self.last_page_ids]
        if not before or not all(post.post_id.isdecimal() for post in (*before, *parsed.posts)) or not parsed.posts:
            return False
        ids_fall = max(int(post.post_id) for post in parsed.posts) < min(int(post.post_id) for post in before)
        return ids_fall and max(p.posted_at for p in parsed.posts) < min(p.posted_at for p in before)

    def with_posts_of(self, other: Reading) -> Reading:
        """Return this reading with the posts that only an earlier one of the same thread had."""
        return replace(self, posts={**other.posts, **self.posts}, is_finished=self.is_finished and other.is_finished)

    def mentions(self, is_mention: Callable[[str], bool]) -> bool:
        """Return whether the title or any post says the company's name."""
        return is_mention(self.title) or any(is_mention(post.text) for post, _ in self.posts.values())

    def resolver(self) -> Callable[[ParsedPost], ParsedPost]:
        """Return what turns a post's places in the thread into ids, and names in its quotes into their authors.

        Where authors are ids, a quoted name that nobody here has stays unknown: its pseudonym would be another person.
        """
        posts = [post for post, _ in self.posts.values()]
        by_place = {post.position: post.post_id for post in posts if post.position is not None}
        authors = {post.author for post in posts}
        by_name: dict[str, set[str]] = {}
        for post in posts:
            if post.author_name is not None:
                by_name.setdefault(post.author_name, set()).add(post.author)

        def author(named: str | None) -> str | None:
            if named is None or not by_name or named in authors:
                return named
            ids = by_name.get(named, set())
            return next(iter(ids)) if len(ids) == 1 else None

        def resolve(post: ParsedPost) -> ParsedPost:
            reply_to = post.reply_to or by_place.get(post.reply_to_position or 0)
            quoted = tuple(
                replace(quote, post_id=quote.post_id or by_place.get(quote.position or 0), author=author(quote.author))
                for quote in post.quoted
            )
            # Most say all themselves, and a copy costs as much as the rest of this.
            is_same = reply_to == post.reply_to and quoted == post.quoted
            return post if is_same else replace(post, reply_to=reply_to, quoted=quoted)

        return resolve

    @property
    def newest(self) -> ParsedPost | None:
        """Return the post with the latest date."""
        return max((post for post, _ in self.posts.values()), key=lambda post: post.posted_at, default=None)


PAGE_PART = re.compile(
    r"(?<=/)page[-/]?\d+/?$|(?<=/t)(\d+)p\d+$|(?<=/forum/thread/)(\d+[^/]*)/\d+/?$|(?<=/m)(\d+)-\d+(?=\.html$)"
)
PAGE_PARAMETERS = ("page", "start", "p", "st", "sida")


def first_page_url(url: str) -> str:
    """Return the likely address of a thread's first page, given a later one's, by the habits of forum software."""
    parts = urlsplit(url)
    named = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in PAGE_PARAMETERS]
    # Where addresses are not rewritten, the path stands in the query: showthread.php?123-brev/page2.
    path, query = (PAGE_PART.sub(_kept, part) for part in (parts.path, "&".join(named)))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _kept(found: re.Match[str]) -> str:
    return next(filter(None, found.groups()), "")
