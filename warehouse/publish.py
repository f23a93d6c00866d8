"""Publishing: a whole copy of the warehouse that analysts read, put in place in one step."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from warehouse.attached import attach
from warehouse.connection import one_thread
from warehouse.errors import PublishError
from warehouse.lake import is_lake
from warehouse.lake_copy import copy_lake
from warehouse.named import rows
from warehouse.rollups import refresh

SHARE_BLOCKS = 0x40049409
"""Linux's FICLONE."""
HEADER_BYTES = 3 * 4096
"""DuckDB's main header and its two database headers: a checkpoint that writes anything changes one of them."""
ROW_GROUP = 122_880
"""Rows that DuckDB writes as one task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing did."""

    path: Path
    is_new: bool
    """False when nothing had changed since the snapshot that stands."""
    byte_count: int


def publish(con: duckdb.DuckDBPyConnection, target: Path, *, generations: int = 3) -> Published:
    """Bring the counts up to date, put a snapshot of the open warehouse at `target`, keep the last `generations`.

    Readers of an older snapshot are not disturbed: they hold the file that they opened. The copy is of the file as
    a checkpoint leaves it, tens of times faster than copying row by row, which is what a lake needs. No other
    connection of this process may be in a transaction. Raises PublishError; what stood then still stands.
    """
    try:
        if is_lake(con):
            refresh(con)
            copy = partial(copy_lake, con)
        else:
            database = _database_file(con)
            is_small = refresh(con) <= ROW_GROUP
            with one_thread(con) if is_small else contextlib.nullcontext():
                con.execute("CHECKPOINT")
            if _is_same(database, target):
                return Published(path=target, is_new=False, byte_count=target.stat().st_size)
            copy = partial(_copy_file, database)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(con, copy, target)
        _keep(target, generations)
    except OSError as error:
        raise PublishError(_explain(target, error)) from error
    except duckdb.Error as error:
        raise PublishError(f"{target} not published, the old one stands: {str(error).splitlines()[0]}") from error
    return Published(path=target, is_new=True, byte_count=target.stat().st_size)


def list_generations(target: Path) -> list[Path]:
    """Return the snapshots that are kept, oldest first; the last is what stands at `target`."""
    return sorted(_folder(target).glob(f"*{target.suffix}"))


def _copy_file(database: Path, temporary: Path) -> None:
    if not _share(database, temporary):
        shutil.copyfile(database, temporary)
    shutil.copystat(database, temporary)


def _share(database: Path, temporary: Path) -> bool:
    """Let the copy share the file's blocks until either changes, however large it is; False where that cannot be."""
    if sys.platform != "linux":
        return False
    with database.open("rb") as old, temporary.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), SHARE_BLOCKS, old.fileno())
        except OSError:  # most file systems: Btrfs and XFS can, ext4 cannot
            return False
    return True


def _replace(con: duckdb.DuckDBPyConnection, copy: Callable[[Path], None], target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        copy(temporary)
        _sync(temporary)
        _check(con, temporary)
        number = _next_number(target)
        folder = _folder(target)
        folder.mkdir(exist_ok=True)
        generation = folder / f"{number:08d}{target.suffix}"
        os.link(temporary, generation)
        try:
            temporary.replace(target)
        except OSError:
            generation.unlink()
            raise
        _sync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _check(con: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    """Raise PublishError unless the copy opens and holds as many rows as the warehouse."""
    attach(con, snapshot, "snapshot", read_only=True)
    try:
        counts = rows(con, "snapshot_counts")[0]
    finally:
        con.execute("DETACH snapshot")
    if counts["ours"] != counts["copied"]:
        raise PublishError(f"the copy for {snapshot} is not whole; the old one stands: run publish again")


def _is_same(database: Path, target: Path) -> bool:
    log = database.with_name(database.name + ".wal")
    if not target.exists() or (log.exists() and log.stat().st_size):
        return False
    ours, theirs = database.stat(), target.stat()
    if (ours.st_size, ours.st_mtime_ns) != (theirs.st_size, theirs.st_mtime_ns):
        return False
    with database.open("rb") as left, target.open("rb") as right:
        return left.read(HEADER_BYTES) == right.read(HEADER_BYTES)


def _keep(target: Path, generations: int) -> None:
    for old in list_generations(target)[: -max(generations, 1)]:
        old.unlink(missing_ok=True)


def _folder(target: Path) -> Path:
    return target.with_name(target.stem + ".generations")


def _next_number(target: Path) -> int:
    known = list_generations(target)
    return int(known[-1].stem) + 1 if known else 1


def _database_file(con: duckdb.DuckDBPyConnection) -> Path:
    found = rows(con, "database_file")[0]["path"]
    if not found:
        raise PublishError("a warehouse in memory cannot be published: open one in a file")
    return Path(found)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explain(target: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"{target} not published, the old one stands: the disk is full; free some space and publish again"
    return f"{target} not published, the old one stands: {error.strerror or error}"


def discard_snapshots(target: Path) -> None:
    """Remove the snapshot and all kept generations: what erasure does before it publishes anew."""
    for path in (*list_generations(target), target):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
