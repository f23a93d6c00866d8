"""Finds the forums on a place's index page: links that look like forums in any of the usual software."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawlers.engines.boards import lasting
from crawlers.model import Page
from crawlers.politeness import is_same_place

FORUM_PATH = re.compile(
    r"/(?:forums?|boards?|category|categories|viewforum\.php|forumdisplay\.php|forum)/?[^/?]{0,120}/?$|/f\d{1,6}/?$"
    # vBulletin 5 puts forums in forums; its topics begin with their number.
    r"|/forums?/[^/?\d][^/?]{0,120}/[^/?\d][^/?]{0,120}/?$"
)
FORUM_QUERY = re.compile(
    r"(?:^|&)(?:f|fid|board|forum)=\d+(?:\.0)?(?:&|$)"
    # Forums whose server rewrites no addresses keep the path in the query.
    r"|^/?(?:forums?|boards?|categories)/[^/&]{1,120}/?(?:&|$)"
)


def forum_links(page: Page) -> tuple[str, ...]:
    """Return the addresses of forums that a page links to, in its order, each once, all at the same place."""
    found: dict[str, None] = {}
    for link in LexborHTMLParser(page.body).css("a[href]"):
        try:
            # Without the visit's id, which differs on every page: a forum would have a new address on each.
            url = lasting(urldefrag(urljoin(page.url, (link.attributes.get("href") or "").strip()))[0])
            parts = urlsplit(url)
        except ValueError:
            continue
        is_forum = FORUM_PATH.search(parts.path) or FORUM_QUERY.search(parts.query)
        if is_forum and "page" not in parts.query and is_same_place(url, page.url) and url != urldefrag(page.url)[0]:
            found[url] = None
    return tuple(found)
