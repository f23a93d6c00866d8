"""Erases posts everywhere we keep them: landing files, archives, digests, warehouse and snapshots."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from crawlers.landing import landing_files
from flows.config import Config
from flows.paths import Paths, paths_of, writer_lock
from warehouse.connection import open_warehouse
from warehouse.erase import Erased, erase
from warehouse.publish import discard_snapshots, publish
from warehouse.records import Post, Record, WireError, from_line


def erase_author(config: Config, author_key: str) -> dict[str, int]:
    """Erase all that an author wrote, wherever it is kept; return what was removed, by kind."""
    return _erase(config, lambda post: post.author_key == author_key, author_key=author_key)


def erase_post(config: Config, source: str, post_id: str) -> dict[str, int]:
    """Erase one post, wherever it is kept; return what was removed, by kind."""
    return _erase(config, lambda post: (post.source, post.post_id) == (source, post_id), post=(source, post_id))


def _erase(
    config: Config,
    is_meant: Callable[[Post], bool],
    *,
    author_key: str | None = None,
    post: tuple[str, str] | None = None,
) -> dict[str, int]:
    """Files first: a kill in between leaves the warehouse to be erased by the same command again."""
    paths = paths_of(config)
    with writer_lock(paths):
        removed = [post for path in landing_files(paths.data) for post in _strip(path, is_meant)]
        sources = {gone.source for gone in removed} | ({post[0]} if post else set())
        archives = _remove_archives(paths, sources)
        digests = _remove_digests(paths, {gone.url for gone in removed})
        done: Erased = erase(paths.warehouse, at=datetime.now(UTC), author_key=author_key, post=post)
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
        "landing_lines": len(removed),
        "archives": archives,
        "digests": digests,
    }


def _strip(path: Path, is_meant: Callable[[Post], bool]) -> list[Post]:
    """Rewrite a landing file without the posts that are meant, and return those."""
    kept: list[str] = []
    gone: list[Post] = []
    for line in _lines(path):
        record = _record(line)
        if isinstance(record, Post) and is_meant(record):
            gone.append(record)
        else:
            kept.append(line)
    if gone:
        fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with fresh.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
            packed.writelines(line.encode("utf-8", "surrogatepass") for line in kept)
        fresh.replace(path)
    return gone


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
        yield from stream


def _record(line: str) -> Record | None:
    try:
        return from_line(line)
    except WireError:
        return None


def _remove_archives(paths: Paths, sources: set[str]) -> int:
    """Remove a source's archives whole: they hold pages as they were fetched, and are only kept for some days."""
    files = [file for source in sources for file in (paths.data / "archive" / source).glob("*.warc.gz")]
    for file in files:
        file.unlink()
    return len(files)


def _remove_digests(paths: Paths, urls: set[str]) -> int:
    """Remove the digests that show one of the posts."""
    shown = [
        file
        for file in paths.digests.glob("*.html")
        if (html := file.read_text(encoding="utf-8")) and any(escape(url) in html for url in urls)
    ]
    for file in shown:
        file.unlink()
    return len(shown)
