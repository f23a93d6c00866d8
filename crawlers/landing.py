"""Landing files: one record a line, complete or absent, never half."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from isal import isal_zlib

from crawlers.errors import LandingError, of_the_system
from crawlers.sealed import SealedWriter
from warehouse.records import Post, Record, WireError, as_dict, from_line, to_bytes

SUFFIX = ".jsonl.gz"
LEVEL = 2
"""Of ISA-L's own scale: a small part of the time of gzip's usual 9, for files a third larger."""
GZIP = isal_zlib.MAX_WBITS + 16


class RecordFile:
    """A file of records that appears under its name only when it is whole: temporary name, fsync, rename.

    Names ending in `.gz` hold every record (`to_line`), others the fields of posts alone. The same records give the
    same bytes, unless a `key` encrypts them. An existing landing file is never replaced (it may not be loaded yet): a
    free name beside it is taken.
    """

    def __init__(self, path: Path, *, key: bytes | None = None) -> None:
        self.is_landing = path.suffix == ".gz"
        self.path = free_name(path) if self.is_landing else path
        self.temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._raw = _writer(self.temporary, key if self.is_landing else None)
        except OSError as error:
            raise LandingError(f"{path}: cannot be written: {of_the_system(error)}") from error
        self._packer = isal_zlib.compressobj(LEVEL, wbits=GZIP) if self.is_landing else None

    def write(self, record: Record) -> None:
        """Add one record."""
        self.add(line_of(record, is_landing=self.is_landing))

    def add(self, lines: bytes) -> None:
        """Add records that are lines already, as `line_of` makes them."""
        self._raw.write(self._packer.compress(lines) if self._packer else lines)

    def seal(self) -> None:
        """Make the file whole and durable, still under its temporary name."""
        if self._packer:
            self._raw.write(self._packer.flush())
        self._raw.close()
        _sync(self.temporary)
        _sync(self.path.parent)

    def commit(self) -> Path:
        """Make the file visible and durable; return its path."""
        self.seal()
        return give_name(self.temporary, self.path)

    def discard(self) -> None:
        """Remove what was written; nothing was visible. Does nothing once it has its name."""
        self._raw.close()
        self.temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def line_of(record: Record, *, is_landing: bool) -> bytes:
    """Return a record as its file holds it, with the line's end; nothing where that is for posts alone."""
    if is_landing:
        return to_bytes(record) + b"\n"
    if isinstance(record, Post):
        # A lone surrogate is not text: it must not stop the whole file.
        return json.dumps(as_dict(record), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return b""


def give_name(temporary: Path, path: Path) -> Path:
    """Make a sealed file visible and durable; return its path. Does nothing where that has been done."""
    if temporary.exists():
        temporary.replace(path)
        _sync(path.parent)
    return path


def remove_leftovers(folder: Path) -> None:
    """Remove what crawls wrote that were killed before their end; the files of living processes stay."""
    for path in folder.glob(f".*{SUFFIX}.*.tmp"):
        pid = path.name.split(".")[-2]
        if pid.isdigit() and not _is_running(int(pid)):
            path.unlink(missing_ok=True)


def free_name(path: Path) -> Path:
    """Return the name of a landing file, numbered where it is taken."""
    stem, number, free = path.name.removesuffix(SUFFIX), 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{stem}.{number}{SUFFIX}")
    return free


def landing_file(data_dir: Path, source: str, run_id: str) -> Path:
    """Return where a run's records of a source belong."""
    return data_dir / "landing" / source / f"{run_id}{SUFFIX}"


def landing_files(data_dir: Path, source: str | None = None) -> list[Path]:
    """Return the complete landing files, oldest run first within each source."""
    return sorted((data_dir / "landing").glob(f"{source or '*'}/*{SUFFIX}"), key=str)


def read_landing(path: Path) -> list[Record]:
    """Return the records of a landing file.

    A file that is cut or corrupt is set aside as `<name>.corrupt`, whole, and LandingError says where it broke: what
    a crawl learned is either all loaded or not at all.
    """
    found: list[Record] = []
    try:
        for line in _lines(path):
            found.append(from_line(line))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, WireError) as error:
        if isinstance(error, FileNotFoundError):
            raise LandingError(f"{path}: no such landing file") from error
        aside = path.with_name(path.name + ".corrupt")
        path.replace(aside)
        reason = str(error) or type(error).__name__
        raise LandingError(
            f"{path}: broken after {len(found)} records ({reason}); set aside as {aside.name}; "
            "replay the run's WARC to get its posts back"
        ) from error
    return found


def _writer(path: Path, key: bytes | None) -> IO[bytes]:
    raw = path.open("wb")
    return cast("IO[bytes]", SealedWriter(raw, key)) if key else raw


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as stream:
        yield from stream


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
