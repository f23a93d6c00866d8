"""Backup and restore: one file with all that cannot be fetched again, checked when it is written and when it is read.

Left out: pages as fetched (they alone hold names, and go after two weeks), keys (they belong elsewhere), snapshots and
locks (made anew). The tables of a lake are backed up as a file, so that a backup can be put back into either.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

from crawlers.keeping import quiet, settle
from flows.erasing import erase_author, erase_post
from flows.errors import FlowsError
from flows.paths import Paths, at_folder, is_lake, paths_of, writer_lock
from flows.settings import Config
from flows.whole_tables import tables_in_a_file
from warehouse.access import WAREHOUSE, lake_of
from warehouse.audit import table_hashes
from warehouse.connection import open_warehouse
from warehouse.keys import author_subject
from warehouse.lake_copy import fill_lake, holds_posts
from warehouse.named import listed, rows
from warehouse.publish import discard_snapshots, publish
from warehouse.rollups import refresh

LEFT_OUT = ("archive", "secrets", "published.generations", "restoring")
MANIFEST = "manifest.json"


class BackupError(FlowsError):
    """Raised when a backup cannot be written, or is not whole, or would take the place of what stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup file holds."""

    made_at: str
    files: dict[str, str]
    """SHA-256 of each file, by its place under the data folder."""
    tables: dict[str, str]
    """Row count and hash of each table of the warehouse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore put in place."""

    made_at: str
    file_count: int
    erased_count: int
    """What had been erased since the backup was made, and was erased again."""


def backup(config: Config, out: Path) -> Backup:
    """Write a backup, whole or not at all. Raises BackupError, and BusyError while a pass is writing."""
    paths = paths_of(config)
    if out.exists():
        raise BackupError(f"{out}: exists already; a backup is never written over another: give a new name")
    with writer_lock(paths), quiet(paths.data):
        settle(paths.data)
        temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
        try:
            with tables_in_a_file(config) as (warehouse, tables):
                about = _write(paths, temporary, warehouse, tables)
            temporary.replace(out)
        except OSError as error:
            raise BackupError(f"{out}: cannot be written: {error.strerror or error}") from error
        finally:
            temporary.unlink(missing_ok=True)
    return about


def restore(config: Config, file: Path, *, force: bool = False) -> Restored:
    """Put a backup in place of the data folder's content, checked first; keys and archives stay as they are.

    What has been erased since the backup was made is erased again, as far as the warehouse that stands can tell.
    Raises BackupError; what stood then still stands.
    """
    paths = paths_of(config)
    with writer_lock(paths), quiet(paths.data):
        if not force and _stands(config, paths):
            where = "the lake" if is_lake(config) else paths.data
            raise BackupError(f"{where}: holds a warehouse; give --force to put the backup in its place")
        fresh = paths.data / "restoring"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            about = _unpack(file, fresh)
            known = _checked(fresh / paths.warehouse.name, about)
            count = _erase_again(config, _subjects(config, paths) - known, fresh)
            _swap(paths, fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _publish(paths, config)
    return Restored(made_at=about.made_at, file_count=len(about.files), erased_count=count)


def kept_files(data: Path) -> list[Path]:
    """Return the files that a backup holds."""
    found = [path for path in sorted(data.rglob("*")) if path.is_file() and not path.is_symlink()]
    kept = [path for path in found if _is_kept(path.relative_to(data))]
    if lake := lake_of(data / WAREHOUSE):
        return [path for path in kept if path != data / WAREHOUSE and not path.absolute().is_relative_to(lake.data)]
    return kept


def _is_kept(path: Path) -> bool:
    return (
        path.parts[0] not in LEFT_OUT
        and not any(part.startswith(".") for part in path.parts)
        and path.suffix not in (".lock", ".wal")
        and path.name != "published.duckdb"
    )


def _write(paths: Paths, temporary: Path, warehouse: Path, tables: dict[str, str]) -> Backup:
    files: dict[str, str] = {}
    with temporary.open("xb") as raw:
        temporary.chmod(0o600)
        with tarfile.open(fileobj=raw, mode="w") as tar:
            named = {path.relative_to(paths.data).as_posix(): path for path in kept_files(paths.data)}
            for name, path in sorted({**named, WAREHOUSE: warehouse}.items()):
                files[name] = _digest(path)
                tar.add(path, arcname=name, recursive=False)
            about = Backup(made_at=datetime.now(UTC).isoformat(timespec="seconds"), files=files, tables=tables)
            content = json.dumps(asdict(about), indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
        raw.flush()
        os.fsync(raw.fileno())
    return about


def _unpack(file: Path, fresh: Path) -> Backup:
    """Unpack a backup into a new folder, and check every byte against its manifest."""
    fresh.mkdir(parents=True)
    try:
        with tarfile.open(file, "r:") as tar:
            tar.extractall(fresh, filter="data")
        about = Backup(**json.loads((fresh / MANIFEST).read_bytes()))
        (fresh / MANIFEST).unlink()
    except (OSError, tarfile.TarError, ValueError, TypeError) as error:
        raise BackupError(f"{file}: is not a whole backup of this program: {error}") from error
    for name, digest in about.files.items():
        path = fresh / PurePosixPath(name)
        if not path.is_file() or _digest(path) != digest:
            raise BackupError(f"{file}: {name} is not what was backed up; use another backup")
    return about


def _checked(warehouse: Path, about: Backup) -> set[str]:
    """Return what the backup knows to be erased. Raises BackupError where its tables are not what they were."""
    with open_warehouse(warehouse) as con:
        refresh(con)
        found = table_hashes(con)
        if wrong := [name for name, value in about.tables.items() if found.get(name) != value and name != "migration"]:
            raise BackupError(f"the backup's tables are not what they were: {', '.join(wrong)}; use another backup")
        return {row["subject_key"] for row in rows(con, "list_erasures")}


def _stands(config: Config, paths: Paths) -> bool:
    if not is_lake(config):
        return paths.warehouse.exists()
    with open_warehouse(paths.warehouse) as con:
        return holds_posts(con)


def _subjects(config: Config, paths: Paths) -> set[str]:
    if not (is_lake(config) or paths.warehouse.exists()):
        return set()
    with open_warehouse(paths.warehouse) as con:
        return {row["subject_key"] for row in rows(con, "list_erasures")}


def _swap(paths: Paths, fresh: Path) -> None:
    """Put the unpacked files in place of those that a backup would hold; the warehouse last."""
    for path in kept_files(paths.data):
        if path != paths.warehouse:
            path.unlink()
    paths.warehouse.with_name(paths.warehouse.name + ".wal").unlink(missing_ok=True)
    found = sorted(kept_files(fresh), key=lambda path: path.name == WAREHOUSE)
    for path in found:
        if path.name == WAREHOUSE and lake_of(paths.warehouse):
            with open_warehouse(paths.warehouse) as con:
                fill_lake(con, path)
            continue
        target = paths.data / path.relative_to(fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def _publish(paths: Paths, config: Config) -> None:
    discard_snapshots(paths.published)
    with open_warehouse(paths.warehouse) as con:
        publish(con, paths.published, generations=config.storage.generations)


def _erase_again(config: Config, subjects: set[str], fresh: Path) -> int:
    """Erase in the unpacked folder what was erased since it was backed up; return how many authors and posts."""
    if not subjects:
        return 0
    there = at_folder(config, fresh)
    with open_warehouse(paths_of(there).warehouse) as con:
        authors = [
            row["author_key"] for row in rows(con, "author_keys") if author_subject(row["author_key"]) in subjects
        ]
        posts = rows(con, "named_posts", post_keys=listed(sorted(subjects)))
    for author in authors:
        erase_author(there, author)
    for post in posts:
        erase_post(there, post["source"], post["post_id"])
    return len(authors) + len(posts)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
