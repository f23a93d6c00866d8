"""Where the links of a page lead: absolute addresses, told from plain ones without taking them apart."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from crawlers.engines.document import Document
from crawlers.engines.markup import attribute
from crawlers.model import Page

_PLAIN = r"[\w-][\w/=&,~%-]*(?:\.[\w-][\w/=&,~%-]*)*(?:\?[\w./=&,;~%+-]+)?(?:#[\w-]+)?"
"""The rest of an address, without anything that joining would have to resolve."""
_PLAIN_PATH = re.compile(rf"/{_PLAIN}")
_PLAIN_FILE = re.compile(rf"(?:\./)?((?![^?#]*//){_PLAIN})")
_PLAIN_URL = re.compile(rf"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?/(?:{_PLAIN})?")


def absolute(base: str, href: str) -> str | None:
    """Return a link as an absolute http(s) address, or None for any other kind of link."""
    if _PLAIN_URL.fullmatch(href):
        return href
    if _PLAIN_PATH.fullmatch(href) and (origin := _origin(base)):
        return origin + href
    if (match := _PLAIN_FILE.fullmatch(href)) and (folder := _folder(base)):
        return folder + match[1]
    try:
        found = urljoin(base, href.strip())
        return found if href and urlsplit(found).scheme in ("http", "https") else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def host(url: str) -> str | None:
    """Return the host of an address, without its port; None for none. Raise ValueError as `urlsplit` does."""
    return urlsplit(url).hostname


@lru_cache(maxsize=64)
def _origin(base: str) -> str:
    try:
        parts = urlsplit(base)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


@lru_cache(maxsize=64)
def _folder(base: str) -> str:
    """Return the address that a bare file name is relative to, where that is as plain as the name."""
    folder = base.partition("#")[0].partition("?")[0].rpartition("/")[0] + "/"
    return folder if _PLAIN_URL.fullmatch(folder) and folder.count("//") == 1 else ""


def base_of(document: Document, page: Page) -> str:
    """Return the address that the page's links are relative to."""
    return absolute(page.url, attribute(document.css_first("base[href]"), "href")) or page.url
