"""Changes what crawls have already written: landing files line by line, what the frontier knows, archives.

Every file is replaced whole or not at all, so that this may be killed anywhere and done again. Whoever calls it holds
the data folder: no crawl may be writing there.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from crawlers.archive import archive_files
from crawlers.errors import CrawlerError
from crawlers.frontier import Frontier
from crawlers.landing import landing_files
from crawlers.named import script
from crawlers.pseudonym import ERASED
from crawlers.publish import recover

CORRUPT = ".corrupt"
ChangeLine = Callable[[bytes], bytes | None]
"""Takes a line without its end; returns what it shall be, or None for no line."""


def settle(data_dir: Path) -> None:
    """Give finished landing files their names, and remove what killed programs left half-written."""
    frontier = data_dir / "frontier.sqlite"
    for folder in sorted((data_dir / "landing").glob("*/")):
        if frontier.exists():
            with Frontier(frontier, folder.name) as opened:
                recover(opened, folder)
    for pattern in ("landing/*/.*.tmp", "digests/.*.tmp", ".*.tmp", ".*.compact"):
        for leftover in data_dir.glob(pattern):
            leftover.unlink(missing_ok=True)


def kept_landings(data_dir: Path) -> list[Path]:
    """Return the landing files, those set aside as corrupt too."""
    return landing_files(data_dir) + sorted((data_dir / "landing").glob(f"*/*{CORRUPT}"))


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a landing file without their ends; of a broken one those that can be read."""
    rest = b""
    try:
        with gzip.open(path, "rb") as stream:
            while chunk := stream.read1(1 << 16):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
    if rest:
        yield rest


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write a landing file, durable under its name or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with fresh.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
            packed.writelines(line + b"\n" for line in lines)
        raw.flush()
        os.fsync(raw.fileno())
    fresh.replace(path)


def change_lines(path: Path, change: ChangeLine) -> int:
    """Rewrite a landing file where that makes a difference; return how many lines it changed or took out."""
    found = list(read_lines(path))
    changed = [change(line) for line in found]
    count = sum(new != old for new, old in zip(changed, found, strict=True))
    if count:
        write_lines(path, (line for line in changed if line is not None))
    return count


def remove_archives(data_dir: Path, sources: Iterable[str]) -> int:
    """Remove all archives of sources, sealed or not; return how many.

    They go whole: a page holds a person in ways that no parser finds (last poster, "liked by", a name in a text).
    """
    files = [path for source in sources for path in archive_files(data_dir, source)]
    for path in files:
        path.unlink()
    return len(files)


def forget_contents(data_dir: Path, posts: Iterable[tuple[str, str]]) -> int:
    """Take the content keys of posts, by source and post id, out of the frontier's bytes; return how many."""
    path = data_dir / "frontier.sqlite"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            before = db.total_changes
            values = [{"source": source, "post_id": post_id, "erased": ERASED} for source, post_id in sorted(posts)]
            db.executemany(script("keeping.sql"), values)
            count = db.total_changes - before
            # The log beside the file holds pages as they were.
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise CrawlerError(f"{path}: cannot be changed ({error}); stop what uses it and do this again") from error
    return count


def remove_folder(folder: Path) -> None:
    """Remove a folder with all in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
