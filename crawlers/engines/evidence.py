"""Signs of an engine beside its pages: the cookies that it sets and the addresses that it makes."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from crawlers.model import Page

COOKIE_NAMES = "cookie-names"
"""The header under which a fetched page keeps the names, and only the names, of the cookies that came with it."""
_BY_COOKIE = 0.45
_BY_PATH = 0.4
"""Each too little to be sure alone: a shop and its forum share a host, and engines imitate each other's addresses."""
_WORDS = re.compile(
    rb"<script[^>]{0,200}ld\+json.*?</script\s*>|(?P<kept><(?P<tag>script|style|title)\b.*?</(?P=tag)\s*>|<[^>]*>?)|[^<]{41,}",
    re.IGNORECASE | re.DOTALL,
)
"""A label such as "Powered by phpBB" is short; a post that talks of phpBB seldom is."""
_XML = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*(?:<!--.*?-->\s*)*)?<(?:rss|feed|rdf:RDF|urlset)\b", re.IGNORECASE | re.DOTALL
)
_COOKIES = {
    "xenforo": r"xf_(?:session|csrf|user)",
    "vbulletin": r"(?:bb|vb)_?(?:sessionhash|lastvisit|lastactivity|sessionhash)",
    "phpbb": r"phpbb3?_\w+_(?:u|k|sid)",
    "mybb": r"mybb\[\w+\]|mybbuser",
    "smf": r"SMFCookie\d+",
    "nodebb": r"express\.sid|nodebb\.sid",
    "discourse": r"_forum_session",
    "invision": r"ips4_\w+",
    "flarum": r"flarum_(?:session|remember)",
    "mastodon": r"_mastodon_session",
}
_PATHS = {
    "xenforo": r"/(?:threads|forums)/[^/?]*\.\d+/",
    "vbulletin": r"/showthread\.php\?(?:.*&)?t=|/forumdisplay\.php\?(?:.*&)?f=|/showthread\.php/?\?\d|/node/\d+",
    "phpbb": r"/view(?:topic|forum)\.php",
    "mybb": r"/showthread\.php\?(?:.*&)?tid=|/forumdisplay\.php\?(?:.*&)?fid=|/thread-\d+\.html",
    "smf": r"/index\.php(?:/|\?)(?:topic|board)[=,]\d",
    "nodebb": r"/(?:topic|category)/\d+(?:/|$)",
    "discourse": r"/t/[^/?]+/\d+(?:/|$)",
    "invision": r"/(?:index\.php\?/)?(?:topic|forum)/\d+-[^/]+/?",
    "flarum": r"/d/\d+(?:-|/|$)",
    "lemmy": r"/(?:post|comment)/\d+/?$|/c/\w+/?$",
    "mastodon": r"/@\w+(?:@[\w.-]+)?/\d{15,}",
    "spirit": r"/topic/\d+/[^/]+/$",
    "flashback": r"flashback\.org/[tf]\d+",
}


def without_words(page: Page) -> Page:
    """Return an HTML page without its longer texts and its JSON-LD, which members write; JSON and feeds as they are.

    What is left, tags and scripts and labels, is the software's own.
    """
    if not page.body[:200].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<") or _XML.match(page.body[:500]):
        return page
    return replace(page, body=_WORDS.sub(lambda match: match["kept"] or b"", page.body))


def beside(page: Page) -> dict[str, float]:
    """Return how likely, 0 to 1, engines are by cookies and address alone."""
    cookies = page.headers.get(COOKIE_NAMES, "").split()
    parts = urlsplit(page.url)
    address = f"{parts.hostname}{parts.path}?{parts.query}" if parts.query else f"{parts.hostname}{parts.path}"
    doubts: dict[str, float] = {}
    for name, pattern in _COOKIES.items():
        if any(re.fullmatch(pattern, cookie, re.IGNORECASE) for cookie in cookies):
            doubts[name] = 1 - _BY_COOKIE
    for name, pattern in _PATHS.items():
        if re.search(pattern, address):
            doubts[name] = doubts.get(name, 1.0) * (1 - _BY_PATH)
    return {name: round(1 - doubt, 4) for name, doubt in doubts.items()}


def cookie_names(set_cookies: list[str]) -> str:
    """Return the names in Set-Cookie headers, separated by spaces: their values are nobody's business."""
    names = (header.partition("=")[0].strip() for header in set_cookies)
    return " ".join(dict.fromkeys(name for name in names if re.fullmatch(r"[\w.\[\]%-]{1,80}", name)))
