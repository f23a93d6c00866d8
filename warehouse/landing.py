"""Reading a landing file: every line comes back, as a record or with the reason why not."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse.access import access_to
from warehouse.errors import LandingError
from warehouse.records import Record, WireError, from_line

PACKED_BYTES = 1 << 14
"""Read at a time: what damage inside a gzip file can take with it."""
CHUNK_BYTES = 1 << 20
BLOCK_BYTES = 4 << 20
"""Lines are handed on together from this size on."""
LINE_BYTES = 16 << 20
"""A longer line is set aside unread."""
KEPT_BYTES = 64 << 10
"""How much of a line that cannot be read is kept in the warehouse; the landing file has the rest."""
_GZIP = b"\x1f\x8b"
_TORN = "the file ends in the middle: its lines before this were read, what came after is lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a landing file; `record` is None when it could not be read, and `reason` says why."""

    number: int
    record: Record | None = None
    reason: str = ""
    detail: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of a landing file that follow each other, as bytes, and what ended the file in the middle, if anything."""

    number: int
    """Of the first line, in the file; the file's first is 1."""
    raws: list[bytes]
    fault: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingFile:
    """A landing file as it lies on disk."""

    landing_key: str
    name: str
    byte_count: int


def describe(path: Path) -> LandingFile:
    """Return what identifies a landing file: its bytes, not its name. Raises LandingError."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise LandingError(f"landing file {path} cannot be read: {error.strerror or error}") from error
    return LandingFile(landing_key=digest[:32], name="/".join(path.parts[-2:]), byte_count=size)


def read_blocks(path: Path) -> Iterator[Block]:
    """Yield a landing file, gzip or plain, some lines at a time. A torn file ends with a line that says so."""
    number, rest, waiting, size = 1, b"", list[bytes](), 0
    for chunk in _chunks(path):
        if chunk is None:
            torn = number + len(waiting)
            yield Block(number=number, raws=waiting, fault=_fault(torn, "truncated_file", _TORN, rest))
            return
        *whole, rest = (rest + chunk).split(b"\n")
        waiting += whole
        size += len(chunk)
        if len(rest) > LINE_BYTES:
            rest = rest[: LINE_BYTES + 1]  # more than it may have: what it goes on with need not be kept
        if size >= BLOCK_BYTES:
            yield Block(number=number, raws=waiting)
            number, waiting, size = number + len(waiting), [], 0
    yield Block(number=number, raws=[*waiting, rest] if rest else waiting)


def parse_line(number: int, raw: bytes) -> Line:
    """Return a line of a landing file from its bytes."""
    if len(raw) > LINE_BYTES:
        return _fault(number, "line_too_long", f"longer than {LINE_BYTES} bytes: not read", raw)
    try:
        return Line(number=number, record=from_line(raw.decode("utf-8")), raw=raw)
    except (WireError, UnicodeDecodeError) as error:
        detail = str(error)
    except RecursionError:
        detail = "not JSON: nested too deep"
    return _fault(number, "unreadable_line", detail[:500], raw)


def _fault(number: int, reason: str, detail: str, raw: bytes) -> Line:
    return Line(number=number, reason=reason, detail=detail, raw=raw[:KEPT_BYTES])


def _chunks(path: Path) -> Iterator[bytes | None]:
    """Yield decompressed bytes; None at last where the file is torn."""
    with access_to(path).open_landing(path) as file:
        head = file.read(len(_GZIP))
        if not head and path.stat().st_size:  # encrypted, and cut off before anything can be decrypted
            yield None
            return
        is_packed = head == _GZIP
        file.seek(0)
        read = iter(lambda: file.read(PACKED_BYTES if is_packed else CHUNK_BYTES), b"")
        yield from _unpacked(read) if is_packed else read


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes | None]:
    unpack = zlib.decompressobj(wbits=31)
    for packed in chunks:
        while packed:
            if unpack.eof:
                unpack = zlib.decompressobj(wbits=31)
            try:
                yield unpack.decompress(packed, CHUNK_BYTES)
            except zlib.error:
                yield None
                return
            packed = unpack.unconsumed_tail or unpack.unused_data
    if not unpack.eof:
        yield unpack.flush()
        yield None
