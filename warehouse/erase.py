"""Erasure: the words and the pseudonym go, from the bytes of the file too; what was counted stays counted.

This takes care of the warehouse. Landing files, archives and written digests are files of their own: erase there what
`Erased.posts` names, then publish anew after `publish.discard_snapshots`.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import duckdb

from warehouse.access import lake_of
from warehouse.attached import attach
from warehouse.connection import open_warehouse, transaction
from warehouse.errors import WarehouseError
from warehouse.keys import author_subject, post_key
from warehouse.lake import purge
from warehouse.named import records, rows, run
from warehouse.rollups import refresh

WIPE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedPost:
    """A post whose words were erased, as its place knows it."""

    source: str
    post_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure removed from the warehouse."""

    posts: tuple[ErasedPost, ...]
    revision_count: int
    quote_count: int
    """Quotes in other people's posts that repeated what was erased."""
    paraphrase_count: int
    line_count: int
    """Lines in quarantine that held what was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post that is to be erased, with what tells it in files."""

    source: str
    post_id: str
    url: str | None
    texts: tuple[str, ...]
    """All that it has said, redacted; expired words are gone."""
    opened_thread_id: str | None
    """The thread, if the post opened it: then its title goes too."""


class NothingToEraseError(WarehouseError):
    """Raised when an erasure names neither an author, a post nor a text."""


def erase(
    path: Path,
    *,
    at: datetime,
    author_key: str | None = None,
    post: tuple[str, str] | None = None,
    text: str | None = None,
) -> Erased:
    """Erase an author, a post (source and post id), or every post that holds a text; then rewrite the file.

    What was erased is not stored again when it is crawled again: hashes are kept to know it by. Posts, labels and
    counts stay, under a random token instead of the pseudonym. Raises LockedError, NothingToEraseError.
    """
    if not (author_key or post or text):
        raise NothingToEraseError("say what to erase: an author, a post or a text")
    source, post_id = post or (None, None)
    with open_warehouse(path) as con:
        with transaction(con):
            run(con, "erase_targets", author_key=author_key, source=source, post_id=post_id, text=text)
            run(con, "erase_opened")
            run(con, "touch_targets")
            report = _erase(con, author_key=author_key, post=post, text=text, at=at)
            run(con, "forget_targets")
        refresh(con)
    compact(path)
    return report


def find(path: Path, *, author_key: str | None = None, post: tuple[str, str] | None = None) -> list[FoundPost]:
    """Return the posts that an erasure of an author or a post would take, changing nothing. Raises LockedError."""
    source, post_id = post or (None, None)
    with open_warehouse(path) as con:
        run(con, "erase_targets", author_key=author_key, source=source, post_id=post_id, text=None)
        run(con, "erase_opened")
        return records(con, "erasure_found", FoundPost)


def compact(path: Path) -> None:
    """Write the warehouse anew, without the space that erased bytes still fill, and put it in place in one step."""
    if lake_of(path):
        with open_warehouse(path) as con:
            purge(con)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.compact")
    temporary.unlink(missing_ok=True)
    try:
        with open_warehouse(path) as con:
            name = rows(con, "database_name")[0]["name"].replace('"', '""')
            con.execute("CHECKPOINT")
            attach(con, temporary, "compacted")
            con.execute(f'COPY FROM DATABASE "{name}" TO compacted')
            con.execute("DETACH compacted")
        with path.open("r+b") as old:
            temporary.replace(path)
            _wipe(old)
    finally:
        temporary.unlink(missing_ok=True)


def _erase(
    con: duckdb.DuckDBPyConnection,
    *,
    author_key: str | None,
    post: tuple[str, str] | None,
    text: str | None,
    at: datetime,
) -> Erased:
    def count(name: str, **values: str | None) -> int:
        return int(run(con, name, **values).fetchall()[0][0])

    report = Erased(
        posts=tuple(records(con, "erased_posts", ErasedPost)),
        quote_count=count("erase_quotes", author_key=author_key, text=text),
        paraphrase_count=count("erase_paraphrases", text=text),
        line_count=count("erase_lines", author_key=author_key, text=text, **_marks(post)),
        revision_count=count("erase_revisions"),
    )
    for name in (
        "erase_own_quotes",
        "erase_vectors",
        "erase_prints",
        "erase_mentions",
        "erase_spans",
        "erase_clusters",
        "erase_titles",
        "forget_titles",
        "erase_sightings",
    ):
        run(con, name)
    run(con, "remember_posts", erased_at=at)
    run(con, "remember_titles", erased_at=at)
    if post:
        run(con, "remember_subject", kind="post", subject_key=post_key(*post), erased_at=at)
    token = secrets.token_hex(16)
    if author_key:
        run(con, "remember_subject", kind="author", subject_key=author_subject(author_key), erased_at=at)
        run(con, "erase_states", author_key=author_key, token=token)
    run(con, "erase_posts", token=token)
    return report


def _marks(post: tuple[str, str] | None) -> dict[str, str | None]:
    """Return how a line that could not be read names a post, as `to_line` writes it."""
    if post is None:
        return {"source_mark": None, "post_mark": None}
    source, post_id = (json.dumps(part, ensure_ascii=False) for part in post)
    return {"source_mark": f'"source": {source}', "post_mark": f'"post_id": {post_id}'}


def _wipe(file: BinaryIO) -> None:
    """Overwrite the old file, whose name is gone: its blocks would stay readable on the disk."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    for start in range(0, size, WIPE_BYTES):
        file.write(bytes(min(WIPE_BYTES, size - start)))
    file.flush()
    os.fsync(file.fileno())
