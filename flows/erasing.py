"""Erases posts everywhere we keep them: digests, archives, frontier, landing files, warehouse and snapshots.

The warehouse comes last: until then the same command, run again after a kill, still finds there what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path

import duckdb

from crawlers.keeping import change_lines, forget_known, kept_landings, quiet, read_lines, remove_archives, settle
from crawlers.pseudonym import IsErased, author_key
from flows.config import author_secret, landing_key, storage_keys
from flows.paths import Paths, paths_of, writer_lock
from flows.rotating import settle_key
from flows.settings import Config
from warehouse.connection import open_warehouse
from warehouse.erase import Erased, FoundPost, erase, find
from warehouse.keys import erased_subject
from warehouse.named import rows
from warehouse.publish import discard_snapshots, publish
from warehouse.records import Post, Quote, WireError, from_line, to_line

LEAST_QUOTE = 20
"""Characters that a part of an erased text must have to be known for one without its author's name."""
SHOWN = 40
"""Characters of a text by which a digest is known to show it."""


@dataclass(slots=True)
class Target:
    """What an erasure is about, and what is known of it."""

    author_key: str | None = None
    post: tuple[str, str] | None = None
    posts: set[tuple[str, str]] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    titles: set[tuple[str, str]] = field(default_factory=set)
    """Source and id of threads that an erased post opened."""

    def is_meant(self, post: Post) -> bool:
        """Return whether a post is to be erased."""
        return post.author_key == self.author_key or (post.source, post.post_id) == self.post

    def add(self, found: FoundPost) -> None:
        """Take in a post that is to be erased."""
        self.posts.add((found.source, found.post_id))
        self.sources.add(found.source)
        self.urls |= {found.url} if found.url else set()
        self.texts |= {text for text in found.texts if text.strip()}
        if found.opened_thread_id is not None:
            self.titles.add((found.source, found.opened_thread_id))


def erase_author(config: Config, key: str, *, source: str | None = None) -> dict[str, int]:
    """Erase all that an author wrote, wherever it is kept; return what was removed, by kind.

    `source`, where it is known, has its archives removed also when the author is nowhere else: an archive holds
    threads that were not kept.
    """
    return _erase(config, Target(author_key=key, sources={source} if source else set()))


def erase_person(config: Config, source: str, name: str) -> dict[str, int]:
    """Erase all that a person wrote at a source, by the name or number that the site shows; it is hashed, never kept.

    Raises KeyMismatchError where the hash would not be the one that is kept.
    """
    paths, secret = paths_of(config), author_secret(config)
    with writer_lock(paths), open_warehouse(paths.warehouse) as con:
        settle_key(con, paths, secret)
    return erase_author(config, author_key(secret, source, name), source=source)


def erase_post(config: Config, source: str, post_id: str) -> dict[str, int]:
    """Erase one post, wherever it is kept; return what was removed, by kind."""
    return _erase(config, Target(post=(source, post_id), posts={(source, post_id)}, sources={source}))


def erased_before(con: duckdb.DuckDBPyConnection) -> IsErased | None:
    """Return the test of whether something was erased, for crawls: it pickles. None when nothing ever was."""
    subjects = frozenset(row["subject_key"] for row in rows(con, "list_erasures"))
    return partial(_is_erased, subjects=subjects) if subjects else None


def erased_by_now(config: Config) -> IsErased | None:
    """Return the same test by the published snapshot, which an erasure publishes anew: for what runs beside a pass."""
    published = paths_of(config).published
    if not published.exists():
        return None
    con = open_warehouse(published, read_only=True)
    try:
        return erased_before(con)
    finally:
        con.close()


def _is_erased(kind: str, source: str, name: str, *, subjects: frozenset[str]) -> bool:
    return erased_subject(kind, source, name) in subjects


def _erase(config: Config, target: Target) -> dict[str, int]:
    paths = paths_of(config)
    with writer_lock(paths, what="an erasure is under way", is_alone=True), quiet(paths.data):
        settle(paths.data)
        _find(paths, target, keys=storage_keys(config))
        digests = _remove_digests(paths, target)
        # Of an author who is nowhere else nobody can tell in which archive he may be.
        archives = remove_archives(paths.data, target.sources or _archived(paths))
        known = forget_known(paths.data, posts=target.posts, titles=target.titles, author_key=target.author_key)
        rewrite = partial(
            change_lines, change=partial(_changed, target=target), keys=storage_keys(config), key=landing_key(config)
        )
        lines = sum(map(rewrite, kept_landings(paths.data)))
        done: Erased = erase(paths.warehouse, at=datetime.now(UTC), author_key=target.author_key, post=target.post)
        discard_snapshots(paths.published)
        con = open_warehouse(paths.warehouse)
        try:
            publish(con, paths.published, generations=config.storage.generations)
        finally:
            con.close()
    return {
        "posts": len(done.posts),
        "revisions": done.revision_count,
        "quotes": done.quote_count,
        "quarantined_lines": done.line_count,
        "landing_lines": lines,
        "frontier_rows": known,
        "archives": archives,
        "digests": digests,
    }


def _find(paths: Paths, target: Target, *, keys: Sequence[bytes]) -> None:
    """Learn of all posts that are meant: from the tables, and from landing files that may not be loaded yet."""
    for known in find(paths.warehouse, author_key=target.author_key, post=target.post):
        target.add(known)
    first: dict[tuple[str, str], Post] = {}
    meant: list[Post] = []
    for path in kept_landings(paths.data):
        for post in filter(None, map(_post, read_lines(path, keys=keys))):
            thread = (post.source, post.thread_id)
            if thread not in first or post.posted_at < first[thread].posted_at:
                first[thread] = post
            if target.is_meant(post):
                meant.append(post)
    for post in meant:
        opened = first[post.source, post.thread_id].post_id if post.position is None else None
        is_opening = post.position == 1 or opened == post.post_id
        target.add(
            FoundPost(
                source=post.source,
                post_id=post.post_id,
                url=post.url,
                texts=(post.text,),
                opened_thread_id=post.thread_id if is_opening else None,
            )
        )


def _changed(line: bytes, *, target: Target) -> bytes | None:
    """Return a landing file's line without what is erased; None for one that goes."""
    post = _post(line)
    if post is None:
        return None if _holds(line, target) else line
    if target.is_meant(post) or (post.source, post.post_id) in target.posts:
        return None
    title = "" if (post.source, post.thread_id) in target.titles else post.thread_title
    quoted = tuple(Quote(text="") if _quotes(quote, post.source, target) else quote for quote in post.quoted)
    if (title, quoted) == (post.thread_title, post.quoted):
        return line
    return to_line(replace(post, thread_title=title, quoted=quoted)).encode("utf-8", "replace")


def _quotes(quote: Quote, source: str, target: Target) -> bool:
    if (target.author_key and quote.author_key == target.author_key) or (source, quote.post_id) in target.posts:
        return True
    return len(quote.text) >= LEAST_QUOTE and any(quote.text in text for text in target.texts)


def _holds(line: bytes, target: Target) -> bool:
    """Return whether a line that is no post names the author, or holds an erased text; other records never do."""
    try:
        from_line(line.decode("utf-8"))
    except (WireError, UnicodeDecodeError, RecursionError):
        marks = [target.author_key or "", *(f'"post_id": "{post_id}"' for _, post_id in target.posts)]
        marks += [text[:SHOWN] for text in target.texts]
        return any(mark.encode("utf-8", "replace") in line for mark in marks if mark)
    return False


def _post(line: bytes) -> Post | None:
    try:
        record = from_line(line.decode("utf-8"))
    except (WireError, UnicodeDecodeError, RecursionError):
        return None
    return record if isinstance(record, Post) else None


def _archived(paths: Paths) -> list[str]:
    return [folder.name for folder in (paths.data / "archive").glob("*/")]


def _remove_digests(paths: Paths, target: Target) -> int:
    """Remove the digests that show one of the posts: by its address, or by its words where no address is shown."""
    shown = [file for file in paths.digests.glob("*.html") if _shows(file, target)]
    for file in shown:
        file.unlink()
    return len(shown)


def _shows(file: Path, target: Target) -> bool:
    html = unescape(file.read_text(encoding="utf-8"))
    plain = _plain(html)
    return any(url in html for url in target.urls) or any(words in plain for words in _wordings(target.texts))


def _wordings(texts: Iterable[str]) -> list[str]:
    """Return how texts begin, as a digest prints them: on one line; what is too short to tell is left out."""
    found = [_plain(text)[:SHOWN].strip() for text in texts]
    return [words for words in found if len(words) >= LEAST_QUOTE // 2]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)
