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
    body, encoding = _told(page, site)
    return _text(body, encoding)[0]


def utf8_of(page: Page, site: Site) -> bytes:
    """Return `text_of` in UTF-8, as a parser wants it. Most pages are sent so: they need not be taken apart for it.

    Where such a page has bytes that are none, the parser gives what `text_of` has: U+FFFD.
    """
    body, encoding = _told(page, site)
    if encoding == "utf-8":
        return body
    text, is_utf8 = _text(body, encoding)
    return body if is_utf8 else text.encode("utf-8", "ignore")


def _told(page: Page, site: Site) -> tuple[bytes, str | None]:
    """Return a body without its mark, and the encoding that mark, site, header or page name."""
    if not page.body or page.body.isspace():
        raise NotAThreadError(f"{page.url}: the answer is empty (status {page.status})", cause="truncated")
    mark, bom = read_bom(page.body)
    return page.body[len(bom or b"") :], mark or _named(site) or _declared(page)


def _text(body: bytes, encoding: str | None) -> tuple[str, bool]:
    """Return a body as text, and whether its bytes are that text in UTF-8."""
    if encoding is None:
        try:
            return body.decode("utf-8"), True
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        return body.decode(encoding), encoding == "utf-8"
    except UnicodeDecodeError:
        if codecs.lookup(encoding).name == "cp1252":
            return body.decode("latin-1").translate(_C1), False
        return body.decode(encoding, errors="replace"), False


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
