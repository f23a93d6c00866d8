"""Names that last, out of addresses: of a thread whatever page of it is shown, of a post, of an author."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_PAGE_NAMES = frozenset(
    {
        "page",
        "p",
        "pg",
        "pageno",
        "postid",
        "sida",
        "start",
        "st",
        "offset",
        "cpage",
        "pagenumber",
        "paged",
        "sort",
        "order",
        "lang",
    }
    | {"highlight"}
)
_PAGES = _PAGE_NAMES - {"p"}
_SESSION = re.compile(r"^(?:sid|s|phpsessid|jsessionid|utm_\w+|fbclid|gclid|ref|source)$", re.IGNORECASE)
_PAGE_PATH = re.compile(
    r"/(?:page|sida|comment-page|p|side)[-/]?(\d{1,6})/?$|[.-](?:page|p|sida)-?(\d{1,6})(?=\.\w{2,5}$|/?$)"
)
_POST_PATH = re.compile(r"/(?:post|unread|latest|last|comment)s?-\d+/?$|/(?:unread|latest|comments|amp)/?$")
_THREAD = re.compile(
    r"/(?:trad|thread|topic|question|q|discussion|inlagg|amne|node|d|comments)s?/"
    r"(?:[^/?#]*\.(?P<dot>\d+)(?=[/?#]|$)|(?P<head>\d+)(?=[-/?#]|$)|[^/?#]+/(?P<tail>\d+)(?=[/?#]|$))"
    r"|/t/[^/?#]+/(?P<t>\d+)(?=[/?#]|$)|/t(?P<flat>\d+)(?=[/?#p]|$)"
    r"|[?&](?:t|tid|topic|thread|threadid|showtopic|topic_id)=(?P<query>\d+)"
)
"""How forums write a thread's number: slug.123, 123-slug, /t/slug/123, ?t=123."""
_POST = re.compile(
    r"^(?:js-|div-|li-|article-|elem-|wcf-?|td_|view-)?"
    r"(?P<kind>post|posts|p|pid|post_message|postcontainer|msg|message|inlagg|entry|reply|svar|comment|c|kommentar|"
    r"findcomment|comment-content|answer|a|question|review|id)?[-_:=]?(?P<number>\d+)$",
    re.IGNORECASE,
)
_POST_PAGE = re.compile(
    r"(?:/|[?&])(?P<kind>posts?|comments?|answers?|reviews?|pid|p|a|cid|commentid)[/=-](?P<number>\d+)/?(?:$|[&#])",
    re.I,
)
_KINDS = {"answer": "answer", "a": "answer", "question": "question", "review": "review"}
"""Kinds that number apart from posts and comments; the rest share one series in the software that writes them."""
_USER = re.compile(
    r"/(?:user|users|member|members|profile|profil|u|medlem|medlemmar|author|people|account)s?/"
    r"(?:[^/?#]*?[.](?P<dot>\d+)|(?P<head>\d+)(?=[-/?#]|$)|(?P<name>[^/?#]+))(?=[-/?#]|$)"
    r"|[?&](?:u|uid|user|userid|member|memberid|user_id|action=profile;u)=(?P<query>\d+)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def thread_id(url: str, *, pattern: str = "") -> str:
    """Return the name of the thread at an address, the same for each of its pages: its number, else its path.

    `pattern` is the site's own way: a regular expression with the number or name in a group.
    """
    if pattern and (found := re.search(pattern, url)):
        return next((group for group in found.groups() if group), found[0])
    if match := _THREAD.search(url):
        return next(group for group in match.groups() if group)
    return address(url)


def has_thread_number(url: str) -> bool:
    """Return whether an address has a thread's number in it, as forums write it."""
    return _THREAD.search(url) is not None


def without_page(url: str) -> str:
    """Return the address of a thread's first page, given any of its pages."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _POST_PATH.sub("/", _PAGE_PATH.sub("/", parts.path))
    pairs = [
        (n, v)
        for n, v in parse_qsl(parts.query, keep_blank_values=True)
        if n.lower() not in _PAGES and not _SESSION.match(n)
    ]
    path = parts.path if path == parts.path else path
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(pairs), ""))


@lru_cache(maxsize=4096)
def address(url: str) -> str:
    """Return an address without host, fragment, page and session: the path, and what of the query tells pages apart."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    path = _POST_PATH.sub("", _PAGE_PATH.sub("", unquote(parts.path))).rstrip("/") or "/"
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query.replace(";", "&"))
        if (name.lower() not in _PAGE_NAMES and not _SESSION.match(name)) or (name == "p" and path == "/")
    ]
    return f"{path}?{urlencode(kept)}" if kept else path


def page_number(url: str) -> int:
    """Return which page of a thread an address is, as far as it says; 1 where it does not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return 1
    if match := _PAGE_PATH.search(parts.path):
        return max(int(match[1] or match[2]), 1)
    query = {name.lower(): value for name, value in parse_qsl(parts.query)}
    found = next(
        (query[name] for name in ("page", "sida", "pg", "pageno", "cpage", "paged", "pagenumber") if name in query), "1"
    )
    return max(int(found), 1) if found.isdecimal() and len(found) < 7 else 1


def post_name(token: str) -> str | None:
    """Return a post's number out of an element's id or an address's fragment; None where there is none.

    A number that counts in a series of its own keeps its kind ("answer-12"); a bare one (#3) may count from the top
    of the page and is no name.
    """
    match = _POST.match(token.strip())
    if not match or not match["kind"]:
        return None
    kind = _KINDS.get(match["kind"].lower())
    return f"{kind}-{match['number']}" if kind else match["number"]


@lru_cache(maxsize=4096)
def post_id(url: str, *, thread: str) -> str | None:
    """Return the name of the post at an address: its number, else the thread's name and fragment, else its own path.

    None for an address that is only the thread's.
    """
    base, _, fragment = url.partition("#")
    if fragment and (found := post_name(unquote(fragment))):
        return found
    if match := _POST_PAGE.search(base):
        kind = _KINDS.get(match["kind"].lower().rstrip("s"))
        return f"{kind}-{match['number']}" if kind else match["number"]
    own = address(base) if base else ""
    if fragment:
        return f"{thread}#{unquote(fragment)[:200]}"
    return own if own and thread_id(base) != thread else None


@lru_cache(maxsize=4096)
def user_id(url: str) -> str | None:
    """Return the user that a profile's address names: the number, else the name in it; None for other addresses."""
    match = _USER.search(url)
    return next((unquote(group) for group in match.groups() if group), None) if match else None
