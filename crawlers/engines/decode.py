"""Bytes to text, as browsers do it: byte-order mark, site, header, the page's own word, then UTF-8 or windows-1252."""

from __future__ import annotations

import codecs
import json
from typing import Any

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

from crawlers.model import NotAThreadError, Page, Site

_C1 = {code: ord(bytes([code]).decode("cp1252", "ignore") or chr(code)) for code in range(0x80, 0xA0)}
"""What browsers read the bytes 80-9F as; the five that windows-1252 leaves open stay control characters."""


def text_of(page: Page, site: Site) -> str:
    """Return the page's body as text. Raise NotAThreadError for an empty body."""
    return _decoded(page, site)[0]


def utf8_of(page: Page, site: Site) -> bytes:
    """Return `text_of` in UTF-8, as a parser wants it: most pages are sent so, and need only be looked over."""
    text, body = _decoded(page, site)
    return text.encode("utf-8", "ignore") if body is None else body


def _decoded(page: Page, site: Site) -> tuple[str, bytes | None]:
    """Return a body as text, and its bytes where they are that text in UTF-8."""
    if not page.body or page.body.isspace():
        raise NotAThreadError(f"{page.url}: the answer is empty (status {page.status})", cause="truncated")
    mark, bom = read_bom(page.body)
    body = page.body[len(bom or b"") :]
    encoding = mark or _named(site) or _declared(page)
    if encoding is None:
        try:
            return body.decode("utf-8"), body
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return body.decode(encoding), body if encoding == "utf-8" else None
    except UnicodeDecodeError:
        if codecs.lookup(encoding).name == "cp1252":
            return body.decode("latin-1").translate(_C1), None
        return body.decode(encoding, errors="replace"), None


def json_of(page: Page, site: Site) -> Any:
    """Return the JSON value that the page holds, or None where it holds something else."""
    try:
        return json.loads(text_of(page, site))
    except (ValueError, RecursionError) as error:
        if isinstance(error, NotAThreadError):
            raise
        return None


def _named(site: Site) -> str | None:
    if site.encoding is None:
        return None
    found = resolve_encoding(site.encoding)
    if found is None:
        raise ValueError(f"site {site.name}: unknown encoding {site.encoding!r}")
    return found


def _declared(page: Page) -> str | None:
    return http_content_type_encoding(page.headers.get("content-type")) or html_body_declared_encoding(page.body)
