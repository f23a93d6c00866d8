"""What a listener remembers between its batches: where it was, which posts and threads are kept. All in SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crawlers.engines.stream import Place
from crawlers.errors import CrawlerError
from crawlers.named import script
from crawlers.stamps import stamp, time_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPost:
    """A post that was kept."""

    thread_id: str
    content_key: str
    rev: str
    heard_at: str
    """Of the last event that was handled: a stamp, so that text order is time order."""
    is_gone: bool = False
    is_mention: bool = False


@dataclass(slots=True)
class News:
    """What a batch has learned; nothing of it is remembered until `Heard.commit`."""

    posts: dict[str, HeardPost] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    """Thread id to title."""
    unread: set[str] = field(default_factory=set)
    """Threads of which something was said before we listened."""
    authors: dict[str, bool] = field(default_factory=dict)
    """Author key to whether the author asks not to be shown to strangers."""


class Heard:
    """The memory of one stream, in the frontier's file. `source` is the crawled place that it shares posts with."""

    def __init__(self, path: Path, *, stream: str, source: str) -> None:
        self.stream = stream
        self.source = source
        self.news = News()
        self.keys: set[bytes] = set()
        """Record keys of kept posts and threads: the last parts of their URIs."""
        try:
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            # The commit of a batch must be there after a power failure when the landing file is.
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(script("heard_schema.sql"))
            self._adopt()
        except (sqlite3.Error, OSError) as error:
            raise CrawlerError(f"{path}: what was heard cannot be read ({error})") from error

    @property
    def place(self) -> Place | None:
        """Return where the last batch ended."""
        row = self._one("stream")
        at = time_or_none(row["heard_at"]) if row else None
        return Place(cursor=row["cursor"], at=at) if row and at else None

    @property
    def batch(self) -> str | None:
        """Return the name of the last batch."""
        row = self._one("stream")
        return row["batch"] if row else None

    def post(self, uri: str) -> HeardPost | None:
        """Return what is known of a post, if it was kept."""
        if (news := self.news.posts.get(uri)) or uri.rsplit("/", 1)[-1].encode() not in self.keys:
            return news
        row = self._one("post", post_id=uri)
        if row is None:
            return None
        values: dict[str, Any] = dict(row)
        return HeardPost(**values | {key: bool(row[key]) for key in ("is_gone", "is_mention")})

    def posts_of(self, did: str, *, until: str = "~") -> dict[str, HeardPost]:
        """Return the kept posts of an author that are not gone, by URI; only those last heard of before a stamp."""
        begin = f"at://{did}/"
        uris = [row["post_id"] for row in self._all("posts_between", first=begin, last=f"at://{did}0")]
        uris += [uri for uri in self.news.posts if uri.startswith(begin)]
        found = {uri: post for uri in uris if (post := self.post(uri))}
        return {uri: post for uri, post in found.items() if not post.is_gone and post.heard_at < until}

    def title(self, thread_id: str) -> str | None:
        """Return the title of a kept thread (empty where it was never seen); None for one that is not kept."""
        if thread_id.rsplit("/", 1)[-1].encode() not in self.keys:
            return None
        row = self._one("thread", thread_id=thread_id)
        return self.news.threads.get(thread_id) or (row["title"] if row else self.news.threads.get(thread_id))

    def is_members_only(self, author_key: str) -> bool:
        """Return whether an author is known to ask not to be shown to strangers."""
        told = self.news.authors.get(author_key)
        return bool(self._one("author", author_key=author_key)) if told is None else told

    def keep(self, uri: str, post: HeardPost) -> None:
        """Take in a post."""
        self.news.posts[uri] = post
        self.keys.add(uri.rsplit("/", 1)[-1].encode())

    def keep_thread(self, thread_id: str, title: str, *, is_unread: bool) -> None:
        """Take in a thread; `is_unread`: something was said in it that only a crawl can fetch."""
        self.news.threads[thread_id] = title or self.news.threads.get(thread_id, "")
        self.keys.add(thread_id.rsplit("/", 1)[-1].encode())
        if is_unread:
            self.news.unread.add(thread_id)

    def commit(self, place: Place | None, batch: str) -> None:
        """Remember the news of a batch, all or nothing: this is the moment at which it has happened."""
        news = self.news
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for uri, post in news.posts.items():
                self._run("save_post", post_id=uri, **asdict(post))
            for thread_id, title in news.threads.items():
                self._run("save_thread", thread_id=thread_id, title=title, is_unread=thread_id in news.unread)
            for key, is_members_only in news.authors.items():
                self._run("save_author" if is_members_only else "forget_author", author_key=key)
            where = (place.cursor, stamp(place.at)) if place else (None, None)
            self._run("save_stream", cursor=where[0], heard_at=where[1], batch=batch)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        self.news = News()
        self._adopt()

    def unread_threads(self) -> list[str]:
        """Return kept threads that the crawler is still to be told of."""
        return [row["thread_id"] for row in self._all("unread_threads")]

    def passed_on(self, thread_ids: list[str]) -> None:
        """Note that the crawler was told of threads."""
        for thread_id in thread_ids:
            self._run("thread_was_passed_on", thread_id=thread_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def _adopt(self) -> None:
        """Keep what a crawl of the same network keeps."""
        self._run("adopt_threads", source=self.source)
        self._run("adopt_posts", source=self.source)
        ids = [row[0] for name in ("post_ids", "thread_ids") for row in self._all(name)]
        # Added to, never replaced: whoever sifts frames holds this very set.
        self.keys.update(one.rsplit("/", 1)[-1].encode() for one in ids)

    def _all(self, name: str, **values: Any) -> list[sqlite3.Row]:
        cursor = self._db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(_queries()[name], {"stream": self.stream, **values}).fetchall()

    def _one(self, name: str, **values: Any) -> sqlite3.Row | None:
        return next(iter(self._all(name, **values)), None)

    def _run(self, name: str, **values: Any) -> None:
        self._db.execute(_queries()[name], {"stream": self.stream, **values})


@cache
def _queries() -> dict[str, str]:
    parts = script("heard.sql").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}
