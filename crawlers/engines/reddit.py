"""Reddit's Data API: searches and subreddits as listings, a submission with its tree of comments as a thread."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from crawlers.credentials import Credentials, Secrets, Token, TokenRequest, service
from crawlers.engines import decode, fields, markup, reading, reddit_post, refusal
from crawlers.model import Listing, NotAThreadError, Page, Site, ThreadPage, ThreadRef

NAME = "reddit"
ACCESS = "json"

API = "https://oauth.reddit.com"
TOKEN_URL = "https://www.reddit.com/api/v1/access_token"  # noqa: S105 - an address
CHUNK = 100
"""Comments that one request for more may name."""
_THREAD = re.compile(r"/comments/([0-9a-z]+)")
_SUBREDDIT = re.compile(r"/r/([A-Za-z0-9_+]+)")
_OPERATOR = re.compile(r"[\"():]|\b(?:AND|OR|NOT)\b")


def _ask_for_token(site: Site, secrets: Secrets, old: Token | None) -> TokenRequest:
    pair = base64.b64encode(f"{secrets['client_id']}:{secrets['client_secret']}".encode()).decode()
    return TokenRequest(
        url=site.options.get("token_url", TOKEN_URL),
        headers={"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"},
        body=b"grant_type=client_credentials",
    )


CREDENTIALS = Credentials(
    names=("client_id", "client_secret"),
    headers=lambda site, secrets, token: {"Authorization": f"Bearer {token}"},
    home=service(API),
    request_token=_ask_for_token,
    advice="register an application at https://www.reddit.com/prefs/apps, and have Reddit's leave to use it",
    is_shared=True,
    is_by_agreement=True,
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the search, newest first, in the subreddit that the URL names or in all of them.

    Without a query: the subreddit's newest submissions and comments. `comments = "new"` in the options adds a
    subreddit's newest comments to a search, which finds no comments itself.
    """
    base = CREDENTIALS.home(site).rstrip("/")
    if match := _THREAD.search(site.url):
        return (_thread_url(base, match[1]),)
    found = _SUBREDDIT.search(urlsplit(site.url).path)
    here = f"{base}/r/{found[1]}" if found else base
    comments = (f"{here}/comments?{_asked()}",) if found else ()
    if not site.query:
        return (f"{here}/new?{_asked()}", *comments)
    query = site.query if _OPERATOR.search(site.query) else f'"{site.query}"'
    limits = {"restrict_sr": "1"} if found else {}
    search = f"{here}/search?{_asked(q=query, sort='new', type='link', t='all', **limits)}"
    return (search, *(comments if site.options.get("comments") == "new" else ()))


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Reddit made the page."""
    start = page.body[:4_000]
    if re.search(rb'"kind":\s*"(?:Listing|t[13]|more)"', start) and re.search(rb'"(?:children|things)"', start):
        return 0.97
    host = urlsplit(page.url).hostname or ""
    return 0.9 if host == "reddit.com" or host.endswith(".reddit.com") else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the threads of a search or of a subreddit's newest submissions or comments.

    Of comments only those that say the site's query count. Raise NotAThreadError for an answer of another kind.
    """
    data = decode.json_of(page, site)
    listing = fields.mapping(data[0] if isinstance(data, list) and data else data)
    if listing.get("kind") != "Listing":
        raise _refused(page, data, "a Reddit listing")
    base, refs = _base(page.url), dict[str, ThreadRef]()
    for kind, thing in reddit_post.things(listing):
        ref = _ref(kind, thing, base, page, site)
        if ref and not thing.get("promoted"):
            refs.setdefault(ref.thread_id, ref)
    after = fields.text(fields.mapping(listing, "data"), "after")
    return Listing(threads=tuple(refs.values()), next_url=_next_url(page.url, after) if after else None)


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return a submission and its comments, or the further comments of one request for more.

    What was deleted or removed is no post; the answers to it stay. Raise NotAThreadError for an answer of another kind.
    """
    data = decode.json_of(page, site)
    roots = data if isinstance(data, list) else [{"kind": "Listing", "data": {"children": _more_things(data)}}]
    found = list(_walk(roots))
    thread_id = _thread_id(found, page)
    is_more = bool(fields.mapping(data, "json")) and not fields.mapping(data, "json").get("errors")
    if not thread_id or not (found or is_more):
        raise _refused(page, data, "a Reddit thread")
    title = next((fields.text(thing, "title") for kind, thing in found if kind == "t3"), "")
    posts, unreadable = reading.read_posts(
        [(kind, thing) for kind, thing in found if kind in ("t1", "t3") and not reddit_post.is_gone(kind, thing)],
        partial(reddit_post.read, page=page, site=site),
        lambda pair: fields.text(pair[1], "name") or None,
    )
    return ThreadPage(
        thread_id=thread_id,
        thread_title=markup.clean(reddit_post.plain(title)),
        posts=posts,
        unreadable=unreadable,
        more_urls=tuple(_more_urls(found, thread_id, _base(page.url))),
    )


def _walk(roots: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield submissions, comments and signs of more, each before its answers."""
    stack = [pair for root in reversed(roots) for pair in reversed(list(reddit_post.things(fields.mapping(root))))]
    while stack:
        kind, thing = stack.pop()
        yield kind, thing
        stack += reversed(list(reddit_post.things(fields.mapping(thing, "replies"))))


def _more_things(data: Any) -> list[Any]:
    found = fields.mapping(data, "json", "data").get("things")
    return found if isinstance(found, list) else []


def _thread_id(found: list[tuple[str, Mapping[str, Any]]], page: Page) -> str:
    """Return the submission's name: its own, that which comments answer to, or the one in the address."""
    for kind, thing in found:
        if kind == "t3" or fields.text(thing, "link_id"):
            return fields.text(thing, "name") if kind == "t3" else fields.text(thing, "link_id")
    parts = urlsplit(page.url)
    match = _THREAD.search(parts.path)
    return f"t3_{match[1]}" if match else parse_qs(parts.query).get("link_id", [""])[0]


def _more_urls(found: list[tuple[str, Mapping[str, Any]]], thread_id: str, base: str) -> Iterator[str]:
    """Yield the requests for what a page leaves out: comments by their ids, and branches too deep for it."""
    ids: dict[str, None] = {}
    for thing in (thing for kind, thing in found if kind == "more"):
        children = thing.get("children")
        named = [n for n in children if isinstance(n, str)] if isinstance(children, list) else []
        ids |= dict.fromkeys(named)
        parent = fields.text(thing, "parent_id")
        if not named and parent.startswith("t1_"):
            yield f"{_thread_url(base, thread_id[3:])}&{urlencode({'comment': parent[3:]})}"
    order = list(ids)
    for start in range(0, len(order), CHUNK):
        asked = {"api_type": "json", "link_id": thread_id, "children": ",".join(order[start : start + CHUNK])}
        yield f"{base}/api/morechildren?{urlencode({**asked, 'sort': 'old', 'raw_json': '1'})}"


def _ref(kind: str, thing: Mapping[str, Any], base: str, page: Page, site: Site) -> ThreadRef | None:
    name = fields.text(thing, "name") if kind == "t3" else fields.text(thing, "link_id")
    if not name.startswith("t3_") or (kind == "t1" and not _says(thing, site)):
        return None
    count = fields.whole(thing, "num_comments")
    return ThreadRef(
        thread_id=name,
        url=_thread_url(base, name[3:]),
        title=markup.clean(reddit_post.plain(fields.text(thing, "title" if kind == "t3" else "link_title"))),
        last_posted_at=reddit_post.time_or_none(thing, "created_utc", site),
        post_count=None if count is None else count + 1,
    )


def _says(comment: Mapping[str, Any], site: Site) -> bool:
    """Return whether a comment, or the title above it, has the query's letters, however they are joined."""
    said = f"{fields.text(comment, 'link_title')} {fields.text(comment, 'body')}"
    return not site.query or _joined(site.query) in _joined(said)


def _joined(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _thread_url(base: str, thread: str) -> str:
    return f"{base}/comments/{thread}?{_asked(limit='500', sort='old')}"


def _asked(**more: str) -> str:
    return urlencode({"limit": "100", "raw_json": "1", **more})


def _next_url(url: str, after: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(urlsplit(url).query) if name != "after"]
    return f"{url.partition('?')[0]}?{urlencode([*kept, ('after', after)])}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(page: Page, data: Any, wanted: str) -> NotAThreadError:
    error = fields.mapping(data).get("error")
    if not isinstance(error, int | str) or isinstance(error, bool):
        return refusal.refused_json(page, data, wanted)
    reason = fields.text(fields.mapping(data), "reason", "message")[:40]
    cause = {"401": "login_wall", "403": "refused", "429": "refused", "private": "login_wall"}
    return NotAThreadError(
        f"{page.url}: not {wanted}: the place answers {reason or error!r} (status {page.status})",
        cause=cause.get(reason) or cause.get(str(error), "http_error"),
    )
