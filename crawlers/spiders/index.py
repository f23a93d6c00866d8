"""Finds the forums on a place's index page: links that look like forums in any of the usual software."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawlers.engines.boards import lasting
from crawlers.engines.leads import FORUM_TITLES
from crawlers.model import Page
from crawlers.politeness import is_same_place

FORUM_PATH = re.compile(
    r"/(?:forums?|boards?|category|categories|viewforum\.php|forumdisplay\.php|forum)/?[^/?]{0,120}/?$|/f\d{1,6}/?$"
    # vBulletin 5 puts forums in forums; its topics begin with their number.
    r"|/forums?/[^/?\d][^/?]{0,120}/[^/?\d][^/?]{0,120}/?$",
    re.IGNORECASE,
)
FORUM_QUERY = re.compile(
    r"(?:^|&)(?:f|fid|board|forum)=\d+(?:\.0)?(?:&|$)"
    # Forums whose server rewrites no addresses keep the path in the query.
    r"|^/?(?:forums?|boards?|categories)/[^/&]{1,120}/?(?:&|$)"
)
NO_FORUM = re.compile(
    r"/(?!viewforum|forumdisplay|(?:index|forums?)\.php\?)[\w-]+\.(?:php|rss|xml)(?:$|[?/])|/-/|/rss/|/create/?$|"
    r"mark-?(?:forums-?)?read|[?&;](?:do|mark|action|mode)=|[?&;](?:t|p|topic|tid|pid)=\d"
)
"""What looks so, since it names its forum or stands in a folder of that name: threads, feeds, scripts, things to do."""


def forum_links(page: Page) -> tuple[str, ...]:
    """Return the addresses of forums that a page links to, in its order, each once, all at the same place."""
    found: dict[str, None] = {}
    tree = LexborHTMLParser(page.body)
    titles = {link.mem_id for link in tree.css(FORUM_TITLES)}
    for link in tree.css("a[href]"):
        try:
            # Without the visit's id, which differs on every page: a forum would have a new address on each.
            url = lasting(urldefrag(urljoin(page.url, (link.attributes.get("href") or "").strip()))[0])
            parts = urlsplit(url)
        except ValueError:
            continue
        looks_so = FORUM_PATH.search(parts.path) or FORUM_QUERY.search(parts.query)
        is_forum = link.mem_id in titles or (looks_so and not NO_FORUM.search(url))
        if is_forum and "page" not in parts.query and is_same_place(url, page.url) and url != urldefrag(page.url)[0]:
            found[url] = None
    return tuple(found)
