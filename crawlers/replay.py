"""Answers requests from WARC files, ours or other tools', and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from os import SEEK_END
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from w3lib.url import canonicalize_url
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from crawlers.errors import ArchiveError
from crawlers.sealed import Keys, fault_of, open_plain

SESSION_PARAMETER = re.compile(r"sid|s|phpsessid|jsessionid|utm_\w+|fbclid|gclid", re.IGNORECASE)
SESSION_VALUE = re.compile(r"[0-9a-f]{16,64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a response stands in a file."""

    path: Path
    offset: int
    url: str
    status: int
    fetched_at: datetime
    body_offset: int
    """Differs from `offset` for a revisit, whose body was stored earlier."""

    @property
    def rank(self) -> tuple[bool, bool, datetime]:
        """Return what makes one capture of a URL better than another: success, then a redirect, then the newest."""
        return self.status == 200, 300 <= self.status < 400, self.fetched_at


@dataclass(frozen=True, slots=True)
class Response:
    """A stored response, unchunked and decompressed."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime


class Replay:
    """An index over one WARC, or over every WARC of a folder.

    `problem` says in one line what could not be read; everything before it is used. Raises ArchiveError when there is
    nothing at all to use, and for a file that is encrypted when none of `keys` opens it.
    """

    def __init__(self, path: Path, *, keys: Keys = ()) -> None:
        self.path = path
        self._keys = tuple(keys)
        self.problem: str | None = None
        self._entries: dict[str, Entry] = {}
        self._bodies: dict[str, tuple[Path, int]] = {}
        files = sorted(path.glob("*.warc*")) if path.is_dir() else [path]
        for file in files:
            self._index(file)
        if not self._entries:
            raise ArchiveError(f"{path}: no responses in it" + (f" ({self.problem})" if self.problem else ""))

    def find(self, url: str) -> Entry | None:
        """Return where the response to a URL is; None when it was never archived."""
        return next((self._entries[key] for key in url_keys(url) if key in self._entries), None)

    def entries(self) -> list[Entry]:
        """Return the best capture of each URL that was answered with a page, shorter URLs first."""
        found = {entry.url: entry for entry in self._entries.values() if entry.status == 200}
        return sorted(found.values(), key=lambda entry: (len(entry.url), entry.url))

    def read(self, entry: Entry, *, max_bytes: int) -> Response:
        """Return a response. Raise ArchiveError when it is longer than `max_bytes`."""
        headers = self._load(entry.path, entry.offset).http_headers
        record = self._load(entry.path, entry.body_offset)
        headers = headers or record.http_headers
        body = record.content_stream().read(max_bytes + 1)
        if len(body) > max_bytes:
            raise ArchiveError(f"{entry.url}: longer than {max_bytes} bytes")
        pairs = headers.headers if headers else [("Content-Type", record.content_type or "")]
        return Response(entry.url, entry.status, tuple(_plain_headers(pairs)), body, entry.fetched_at)

    def _index(self, path: Path) -> None:
        count, fault = 0, ""
        try:
            with open_plain(path, self._keys) as stream:
                try:
                    for offset, record in _records(stream):
                        self._add(path, offset, record)
                        count += 1
                finally:
                    fault = fault_of(stream)
            if fault:
                raise EOFError(fault)
        except (OSError, ArchiveLoadFailed, EOFError, ValueError) as error:
            detail = fault or " ".join(str(error).split())[:200] or type(error).__name__
            self.problem = f"{path.name}: broken after {count} records ({detail}); what came before is used"

    def _load(self, path: Path, offset: int) -> Any:
        with open_plain(path, self._keys) as stream:
            stream.seek(offset)
            record = next(iter(ArchiveIterator(stream, arc2warc=True)))
            # The stream is closed on return: a record of a forum page is small enough to keep.
            record.raw_stream = _Held(record.raw_stream.read())
            return record

    def _add(self, path: Path, offset: int, record: Any) -> None:
        url = _target(record)
        if record.rec_type not in ("response", "revisit", "resource") or not url:
            return
        digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
        body = (path, offset)
        if record.rec_type == "revisit":
            found = self._bodies.get(digest) or self._bodies.get(record.rec_headers.get_header(_REFERS) or "")
            if found is None or found[0] != path:
                return
            body = found
        else:
            self._bodies[url] = body
            if digest:
                self._bodies[digest] = body
        status = _status(record)
        if status == 304:
            return
        entry = Entry(path, offset, url, status, _date(record), body[1])
        for key in url_keys(url):
            old = self._entries.get(key)
            if old is None or entry.rank >= old.rank:
                self._entries[key] = entry


_REFERS = "WARC-Refers-To-Target-URI"


def url_keys(url: str) -> tuple[str, ...]:
    """Return the names under which a URL is looked up, strictest first.

    Fragment, parameter order, percent-encoding, `http` or `https`, `www.` and session numbers make no difference; a
    closing slash none where the strict name is unknown.
    """
    parts = urlsplit(canonicalize_url(url.strip().strip("<>")))
    host = parts.netloc.lower().removeprefix("www.")
    host = re.sub(r":(80|443)$", "", host)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in pairs if not _is_session(name, value)])
    strict = f"{host}{parts.path or '/'}?{query}"
    loose = f"{host}{parts.path.rstrip('/')}?{query}"
    return (strict, f"~{loose}")


def _is_session(name: str, value: str) -> bool:
    is_tracking = name.lower().startswith("utm_") or name.lower() in ("fbclid", "gclid")
    return bool(SESSION_PARAMETER.fullmatch(name)) and (is_tracking or bool(SESSION_VALUE.fullmatch(value)))


def _records(stream: Any) -> Iterator[tuple[int, Any]]:
    """Yield whole records with their offsets. Raise EOFError where the file breaks off or cannot be read on."""
    records = ArchiveIterator(stream, arc2warc=True)
    end = 0
    for record in records:
        offset = records.offset
        records.read_to_end()
        if getattr(record.raw_stream, "limit", 0) > 0:
            raise EOFError(f"record at byte {offset} is cut off")
        end = records.offset
        yield offset, record
    # The library takes a record whose own headers are cut for the end of the file.
    if (left := stream.seek(0, SEEK_END) - end) > 0:
        raise EOFError(f"the last {left} bytes are no record")


class _Held:
    """Bytes with the one method that warcio's readers need."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)

    def read(self, length: int | None = None) -> bytes:
        taken = self._data[:length] if length is not None else self._data
        self._data = self._data[len(taken) :]
        return bytes(taken)

    def readline(self, length: int | None = None) -> bytes:
        end = bytes(self._data).find(b"\n") + 1 or len(self._data)
        return self.read(min(end, length) if length else end)


def _target(record: Any) -> str:
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip().strip("<>")


def _status(record: Any) -> int:
    code = record.http_headers.get_statuscode() if record.http_headers else "200"
    return int(code) if code and code.isdigit() else 0


def _date(record: Any) -> datetime:
    text = record.rec_headers.get_header("WARC-Date") or ""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain_headers(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    decoded = BufferedReader.get_supported_decompressors()
    for name, value in pairs:
        lowered = name.lower()
        is_undone = lowered == "content-encoding" and value.lower() in decoded
        if not is_undone and lowered not in ("transfer-encoding", "content-length", "set-cookie"):
            yield name, value
