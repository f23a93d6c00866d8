"""Writes every response to a WARC before anything tries to understand it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, cast

from isal import isal_zlib
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.errors import StorageError, of_the_system
from crawlers.sealed import SUFFIX as SEALED
from crawlers.sealed import SealedWriter
from crawlers.warc_record import response_record

SUFFIX = ".warc.gz"
LEVEL = 2
"""Of ISA-L's own scale: a small part of the time of gzip's usual 9, for files a fifth larger that are kept for days."""
GZIP = isal_zlib.MAX_WBITS + 16
HOP_HEADERS = {"transfer-encoding", "connection", "keep-alive", "content-length", "set-cookie"}
"""Not kept: they describe the connection (the body is stored unchunked), or would store a cookie."""


class ArchiveWriter:
    """A WARC 1.1 file with one gzip member a record, so that a crawl cut anywhere leaves a readable file.

    With a key the file is encrypted as it is written; nothing of it ever lies on the disk in the clear.
    """

    def __init__(self, path: Path, *, user_agent: str, key: bytes | None = None) -> None:
        self.path = path.with_name(path.name + SEALED) if key else path
        self._key = key
        self._user_agent = user_agent
        self._stream: IO[bytes] | None = None
        self._writer: WARCWriter | None = None

    @property
    def is_started(self) -> bool:
        """Return whether there is a file: it is made with the first response."""
        return self._stream is not None

    def write(
        self, *, url: str, status: int, headers: Iterable[tuple[str, str]], body: bytes, fetched_at: datetime
    ) -> None:
        """Add one response as it came, still compressed where the server compressed it."""
        writer = self._writer or self._open()
        kept = [(name, value) for name, value in headers if name.lower() not in HOP_HEADERS]
        kept.append(("Content-Length", str(len(body))))
        status_line, date = _status_line(status), _date(fetched_at)
        if plain := response_record(url, status_line=status_line, headers=kept, body=body, date=date):
            self._write(plain)
            return
        record = writer.create_warc_record(
            url,
            "response",
            payload=BytesIO(body),
            length=len(body),
            http_headers=StatusAndHeaders(status_line, kept, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": date},
        )
        self._add(writer, record)

    def close(self) -> None:
        """Close the file, if anything was written. One that is sealed says by this that nothing is missing."""
        if self._stream:
            self._stream.close()

    def _open(self) -> WARCWriter:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # A file is never appended to: after a crash its last record may be half.
            file = self.path.open("xb")
            self._stream = cast("IO[bytes]", SealedWriter(file, self._key)) if self._key else file
        except OSError as error:
            raise self._unwritable(error) from error
        self._writer = WARCWriter(None, gzip=False, warc_version="1.1")
        info = {"software": self._user_agent, "format": "WARC file version 1.1", "robots": "obeyed"}
        self._add(self._writer, self._writer.create_warcinfo_record(self.path.name, info))
        return self._writer

    def _add(self, writer: WARCWriter, record: ArcWarcRecord) -> None:
        writer.out = plain = BytesIO()
        writer.write_record(record)
        self._write(plain.getbuffer())

    def _write(self, record: bytes | memoryview) -> None:
        """Write a record as a gzip member of its own, at once and whole."""
        assert self._stream is not None
        try:
            self._stream.write(isal_zlib.compress(record, LEVEL, wbits=GZIP))
            self._stream.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(f"{self.path}: cannot be written: {of_the_system(error)}")


def archive_file(data_dir: Path, source: str, run_id: str) -> Path:
    """Return a free name for a run's WARC."""
    folder = data_dir / "archive" / source
    path, number = folder / f"{run_id}{SUFFIX}", 1
    while path.exists() or path.with_name(path.name + SEALED).exists():
        number += 1
        path = folder / f"{run_id}.{number}{SUFFIX}"
    return path


def archive_files(data_dir: Path, source: str | None = None) -> list[Path]:
    """Return the archives, sealed or not, oldest run first within each source."""
    found = (data_dir / "archive").glob(f"{source or '*'}/*{SUFFIX}*")
    return sorted((path for path in found if path.name.endswith((SUFFIX, SUFFIX + SEALED))), key=str)


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
