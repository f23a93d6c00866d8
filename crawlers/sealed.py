"""Files encrypted at rest: a stream of sealed chunks, whole, in order and to the end, or said not to be.

The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015), as in age: each chunk is sealed with
ChaCha20-Poly1305 (RFC 8439) under a key of the file's own (HKDF, RFC 5869, with a random salt), and its nonce holds its
number and whether it is the last. Chunks that are changed, swapped, repeated or left out do not open, and a file
without its last chunk was cut. Unlike age's, chunks have lengths of their own: one is written at each flush, so that
a program killed at any moment leaves what it had flushed.

    file  = "RVSEAL1\\n", salt (16 bytes), key print (8 bytes), chunk ...
    chunk = length of the sealed bytes (4 bytes, big-endian), sealed bytes
    nonce = number of the chunk, from 0 (11 bytes, big-endian), 1 in the last chunk and 0 in others (1 byte)
"""

from __future__ import annotations

import hmac
import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crawlers.errors import ArchiveError

MAGIC = b"RVSEAL1\n"
SUFFIX = ".sealed"
SALT_BYTES, PRINT_BYTES, LENGTH_BYTES, TAG_BYTES = 16, 8, 4, 16
HEAD_BYTES = len(MAGIC) + SALT_BYTES + PRINT_BYTES
CHUNK_BYTES = 1 << 16
"""Most plain bytes in a chunk: no more than this is decrypted to read one."""
KEY_BYTES = 32
Keys = Sequence[bytes]
"""The first seals new files; each may open old ones."""


class SealedWriter(io.RawIOBase):
    """Encrypts what is written; each flush makes what came before it readable, also if nothing comes after."""

    def __init__(self, stream: IO[bytes], key: bytes) -> None:
        super().__init__()
        salt = os.urandom(SALT_BYTES)
        self._stream, self._number, self._waiting = stream, 0, bytearray()
        self._cipher, print_ = _opened(key, salt)
        stream.write(MAGIC + salt + print_)

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; whole chunks of them are written at once."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def flush(self) -> None:
        """Seal and write what waits."""
        if not self.closed and self._waiting:
            self._seal(bytes(self._waiting), is_last=False)
            self._waiting.clear()
        self._stream.flush()

    def close(self) -> None:
        """Write the last chunk, which says that nothing is missing, and close the file."""
        if not self.closed:
            self._seal(bytes(self._waiting), is_last=True)
            self._waiting.clear()
            self._stream.flush()
            super().close()
            self._stream.close()

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last=is_last), plain, None)
        self._stream.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._number += 1


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    plain_offset: int
    sealed_offset: int
    sealed_length: int


_Table = tuple[list[_Chunk], bool]


class SealedReader(io.RawIOBase):
    """The plain bytes of a sealed file, from any place in it. Wrap it in `io.BufferedReader`.

    Raises ArchiveError without the key. Where the file was cut or changed the bytes end, so that what is before can
    be used, and `fault` says why; it is known once the end has been read.
    """

    def __init__(self, stream: IO[bytes], keys: Keys, *, name: str, table: _Table | None = None) -> None:
        super().__init__()
        self._stream, self._name, self._at = stream, name, 0
        head = stream.read(HEAD_BYTES)
        self._cipher = _cipher_for(head, keys, name)
        self._chunks, is_cut = table or _chunks(stream)
        self._starts = [chunk.plain_offset for chunk in self._chunks]
        self._held: tuple[int, bytes] = (-1, b"")
        self.fault = f"{name}: cut off in the middle of chunk {len(self._chunks)}" if is_cut else ""

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the plain bytes."""
        end = self._chunks[-1].plain_offset + _plain_length(self._chunks[-1]) if self._chunks else 0
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        return self._at

    def tell(self) -> int:
        """Return the place in the plain bytes."""
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill the buffer from the chunk at hand; 0 at the end, also one that came too early."""
        place = bisect_right(self._starts, self._at) - 1
        if place < 0:
            self.fault = self.fault or f"{self._name}: cut off before its first chunk"
            return 0
        part = self._plain(self._chunks[place])[self._at - self._starts[place] :][: len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            super().close()
            self._stream.close()

    def _plain(self, chunk: _Chunk) -> bytes:
        if self._held[0] != chunk.number:
            self._stream.seek(chunk.sealed_offset)
            self._held = (chunk.number, self._decrypt(chunk, self._stream.read(chunk.sealed_length)))
        return self._held[1]

    def _decrypt(self, chunk: _Chunk, sealed: bytes) -> bytes:
        is_at_end = chunk.number == len(self._chunks) - 1
        for is_last in (is_at_end, False):
            try:
                plain = self._cipher.decrypt(_nonce(chunk.number, is_last=is_last), sealed, None)
            except InvalidTag:
                continue
            if is_at_end and not is_last:
                self.fault = self.fault or f"{self._name}: cut off after chunk {chunk.number}"
            return plain
        self.fault = f"{self._name}: chunk {chunk.number} was changed, or is not where it was written"
        return b""


def is_sealed(path: Path) -> bool:
    """Return whether a file is one of ours that is encrypted, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def open_plain(path: Path, keys: Keys = ()) -> IO[bytes]:
    """Open a file for reading, decrypting it where it is sealed. Raises ArchiveError without its key."""
    if not is_sealed(path):
        return path.open("rb")
    stream = path.open("rb")
    try:
        # Closing the reader closes the file.
        stat = os.fstat(stream.fileno())
        reader = SealedReader(stream, keys, name=path.name, table=_table_of(path, stat.st_size, stat.st_mtime_ns))
        return io.BufferedReader(cast("io.RawIOBase", reader), CHUNK_BYTES)
    except BaseException:
        stream.close()
        raise


def fault_of(stream: IO[bytes]) -> str:
    """Return what is wrong with a file of `open_plain` that was read to its end; nothing for one that is not sealed."""
    raw = getattr(stream, "raw", None)
    return raw.fault if isinstance(raw, SealedReader) else ""


def _cipher_for(head: bytes, keys: Keys, name: str) -> ChaCha20Poly1305:
    if len(head) < HEAD_BYTES:
        raise ArchiveError(f"{name}: cut off before its first chunk")
    salt, print_ = head[len(MAGIC) : -PRINT_BYTES], head[-PRINT_BYTES:]
    for key in keys:
        cipher, own = _opened(key, salt)
        if hmac.compare_digest(own, print_):
            return cipher
    why = "none of the keys given is the one it was written with" if keys else "no key is given"
    raise ArchiveError(
        f"{name}: is encrypted, and {why}; set RYKTESVAKT_ARCHIVE_KEY to the key that it was written with"
    )


def _opened(key: bytes, salt: bytes) -> tuple[ChaCha20Poly1305, bytes]:
    """Return a file's cipher, and the print by which its key is known: another in each file."""
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES + PRINT_BYTES, salt=salt, info=MAGIC).derive(key)
    return ChaCha20Poly1305(derived[:KEY_BYTES]), derived[KEY_BYTES:]


def _chunks(stream: IO[bytes]) -> tuple[list[_Chunk], bool]:
    """Return where the chunks are, and whether the file breaks off in the middle of one."""
    size = stream.seek(0, io.SEEK_END)
    found: list[_Chunk] = []
    offset, plain_offset = HEAD_BYTES, 0
    while offset < size:
        stream.seek(offset)
        length = int.from_bytes(stream.read(LENGTH_BYTES), "big")
        end = offset + LENGTH_BYTES + length
        if end > size or not TAG_BYTES <= length <= CHUNK_BYTES + TAG_BYTES:
            return found, True
        found.append(_Chunk(len(found), plain_offset, offset + LENGTH_BYTES, length))
        offset, plain_offset = end, plain_offset + length - TAG_BYTES
    return found, False


@lru_cache(maxsize=32)
def _table_of(path: Path, _size: int, _changed_ns: int) -> _Table:
    """Return where a file's chunks are, looked up once: a replay opens it for each page."""
    with path.open("rb") as stream:
        return _chunks(stream)


def _plain_length(chunk: _Chunk) -> int:
    return chunk.sealed_length - TAG_BYTES


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
