"""Changes what crawls have already written: landing files line by line, what the frontier knows, archives.

Every file is replaced whole or not at all, so that this may be killed anywhere and done again. Whoever calls it holds
the data folder: no crawl may be writing there.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, cast

from crawlers.archive import archive_files
from crawlers.errors import CrawlerError
from crawlers.frontier import Frontier
from crawlers.landing import SUFFIX, landing_files
from crawlers.named import script
from crawlers.pseudonym import ERASED
from crawlers.publish import recover
from crawlers.sealed import Keys, SealedWriter, open_plain

CORRUPT = ".corrupt"
TABLES = {
    "forget_content": "known_post",
    "forget_heard_content": "heard_post",
    "forget_heard_title": "heard_thread",
    "forget_heard_author": "heard_author",
    "heard_authors": "heard_author",
}
ChangeLine = Callable[[bytes], bytes | None]
"""Takes a line without its end; returns what it shall be, or None for no line."""


@contextmanager
def quiet(data_dir: Path) -> Iterator[None]:
    """Keep listeners to streams away meanwhile. Raise CrawlerError where one is at work."""
    with ExitStack() as held:
        for path in sorted((data_dir / "listening").glob("*.lock")):
            file = held.enter_context(path.open("r+"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CrawlerError(f"{path.stem}: a process is listening to it; stop it first") from error
        yield


def name_finished(data_dir: Path, source: str) -> None:
    """Give the landing file that a killed crawl of a source had finished its name.

    Whoever calls it has the source to itself.
    """
    frontier = data_dir / "frontier.sqlite"
    if frontier.exists():
        with Frontier(frontier, source) as opened:
            recover(opened, data_dir / "landing" / source)


def settle(data_dir: Path) -> None:
    """Give finished landing files their names, and remove what killed programs left half-written."""
    frontier = data_dir / "frontier.sqlite"
    for folder in sorted((data_dir / "landing").glob("*/")):
        if frontier.exists():
            with Frontier(frontier, folder.name) as opened:
                recover(opened, folder)
    for pattern in ("landing/*/.*.tmp", "listening/*/.*.tmp", "digests/.*.tmp", ".*.tmp", ".*.compact"):
        for leftover in data_dir.glob(pattern):
            leftover.unlink(missing_ok=True)


def kept_landings(data_dir: Path) -> list[Path]:
    """Return the landing files, those set aside as corrupt too, and what listeners have ready to be put beside them."""
    corrupt = (data_dir / "landing").glob(f"*/*{CORRUPT}")
    return [*landing_files(data_dir), *sorted(corrupt), *sorted((data_dir / "listening").glob(f"*/*{SUFFIX}*"))]


def read_lines(path: Path, *, keys: Keys = ()) -> Iterator[bytes]:
    """Yield the lines of a landing file without their ends; of a broken one those that can be read."""
    rest = b""
    try:
        with open_plain(path, keys) as plain, gzip.open(plain, "rb") as stream:
            while chunk := stream.read1(1 << 16):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
    if rest:
        yield rest


def write_lines(path: Path, lines: Iterable[bytes], *, key: bytes | None = None) -> None:
    """Write a landing file, durable under its name or not there, and encrypted where a key is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with fresh.open("wb") as raw:
        under = cast("IO[bytes]", SealedWriter(raw, key)) if key else raw
        with gzip.GzipFile(fileobj=under, mode="wb", mtime=0, filename="") as packed:
            packed.writelines(line + b"\n" for line in lines)
        under.close()
    with fresh.open("rb") as raw:
        os.fsync(raw.fileno())
    fresh.replace(path)


def change_lines(path: Path, change: ChangeLine, *, keys: Keys = (), key: bytes | None = None) -> int:
    """Rewrite a landing file where that makes a difference; return how many lines it changed or took out."""
    found = list(read_lines(path, keys=keys))
    changed = [change(line) for line in found]
    count = sum(new != old for new, old in zip(changed, found, strict=True))
    if count:
        write_lines(path, (line for line in changed if line is not None), key=key)
    return count


def remove_archives(data_dir: Path, sources: Iterable[str]) -> int:
    """Remove all archives of sources, sealed or not; return how many.

    They go whole: a page holds a person in ways that no parser finds (last poster, "liked by", a name in a text).
    """
    files = [path for source in sources for path in archive_files(data_dir, source)]
    for path in files:
        path.unlink()
    return len(files)


def forget_known(
    data_dir: Path, *, posts: Iterable[tuple[str, str]], titles: Iterable[tuple[str, str]], author_key: str | None
) -> int:
    """Take what crawls and listeners remember of posts, titles and an author out of the frontier's bytes.

    posts, titles: source and id. Return how many rows that changed.
    """
    changes: list[tuple[str, list[dict[str, str | None]]]] = [
        ("forget_content", [{"source": source, "id": post_id, "erased": ERASED} for source, post_id in posts]),
        ("forget_heard_content", [{"id": post_id, "erased": ERASED} for _, post_id in posts]),
        ("forget_heard_title", [{"id": thread_id} for _, thread_id in titles]),
        ("forget_heard_author", [{"id": author_key}]),
    ]
    with _frontier(data_dir) as db:
        if db is None:
            return 0
        before = db.total_changes
        for name, values in changes:
            if _has(db, name):
                db.executemany(_queries()[name], values)
        return db.total_changes - before


def rekey_known(data_dir: Path, change: Callable[[str], str], *, key_print: str) -> None:
    """Put the pseudonyms that listeners remember under another key, whose print is kept with them: once, not twice."""
    queries = _queries()
    with _frontier(data_dir) as db:
        if db is None or not _has(db, "heard_authors"):
            return
        db.execute(queries["make_print"])
        db.execute("BEGIN IMMEDIATE")
        if db.execute(queries["print"]).fetchall() != [(key_print,)]:
            found = db.execute(queries["heard_authors"]).fetchall()
            db.execute(queries["forget_heard_authors"])
            db.executemany(queries["save_heard_author"], [(stream, change(key)) for stream, key in found])
            db.execute(queries["forget_print"])
            db.execute(queries["save_print"], (key_print,))
        db.execute("COMMIT")


@contextmanager
def _frontier(data_dir: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the frontier for taking things out of it, so that its bytes do not keep them; None where there is none."""
    path = data_dir / "frontier.sqlite"
    if not path.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            yield db
            # The log beside the file holds pages as they were.
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise CrawlerError(f"{path}: cannot be changed ({error}); stop what uses it and do this again") from error


def _has(db: sqlite3.Connection, name: str) -> bool:
    """Return whether the table of a statement is there: that of listeners is made by the first of them."""
    table = TABLES[name]
    return db.execute(_queries()["has_table"], (table,)).fetchone() is not None


@cache
def _queries() -> dict[str, str]:
    parts = script("keeping.sql").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}


def remove_folder(folder: Path) -> None:
    """Remove a folder with all in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
