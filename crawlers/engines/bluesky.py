"""Bluesky's AppView: the search as a listing, a conversation as a thread; an author is a DID, a post an at:// URI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from crawlers.engines import bluesky_login, decode, fields, markup, reading, refusal
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, ParsedQuote, Site, ThreadPage, ThreadRef

NAME = "bluesky"
ACCESS = "json"
CREDENTIALS = bluesky_login.CREDENTIALS

PUBLIC = "https://public.api.bsky.app"
DEPTH = 400
"""Levels of answers asked for at once: deeper JSON is more than the decoder's stack takes. Longer chains go on."""
_MEMBERS_ONLY = "!no-unauthenticated"
"""An author's label that asks not to be shown to strangers. We are one."""
_APP_POST = re.compile(r"bsky\.app/profile/([^/?#]+)/post/([^/?#]+)")
_APP_PROFILE = re.compile(r"bsky\.app/profile/([^/?#]+)/?(?:[?#]|$)")


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the search for the site's query, newest first; without a query, the post or profile that the URL names."""
    base = CREDENTIALS.home(site) if site.is_signed_in else _base(site.url)
    if site.query:
        asked = {"q": site.query, "sort": "latest", "limit": "100"}
        if language := site.options.get("lang"):
            asked["lang"] = language
        return (f"{base}/xrpc/app.bsky.feed.searchPosts?{urlencode(asked)}",)
    if match := _APP_POST.search(site.url):
        return (thread_url(base, f"at://{match[1]}/app.bsky.feed.post/{match[2]}"),)
    if match := _APP_PROFILE.search(site.url):
        return (f"{base}/xrpc/app.bsky.feed.getAuthorFeed?{urlencode({'actor': match[1], 'limit': '100'})}",)
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that an AppView made the page, or that it is Bluesky's own web page."""
    if b'"at://' in page.body[:20_000] and b"app.bsky.feed" in page.body:
        return 0.98
    return 0.9 if urlsplit(page.url).hostname == "bsky.app" else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the conversations that a search, a feed or a thread points to: their roots.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _object(page, site, "a Bluesky search")
    if "posts" in data:
        posts = fields.items(data, "posts")
    elif "feed" in data:
        posts = [fields.mapping(item, "post") for item in fields.items(data, "feed") if "reason" not in item]
    elif fields.mapping(data, "thread", "post"):
        posts = [fields.mapping(data, "thread", "post")]
    else:
        raise _refused(page, data, "a Bluesky search")
    base, refs = _base(page.url), dict[str, ThreadRef]()
    for post in posts:
        root = _root(post)
        if root:
            refs.setdefault(
                root,
                ThreadRef(thread_id=root, url=thread_url(base, root), last_posted_at=_posted_at(post, page, site)),
            )
    return Listing(threads=tuple(refs.values()), next_url=_next_url(page, fields.text(data, "cursor")))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a conversation, the root first. Raise NotAThreadError for an answer of another kind.

    Blocked, deleted and members-only posts are no posts; their answers stay.
    """
    data = _object(page, site, "a Bluesky thread")
    top = fields.mapping(data, "thread")
    nodes = list(_nodes(top))
    if not nodes:
        raise _refused(page, data, "a Bluesky thread")
    root = _root(fields.mapping(nodes[0][0], "post"))
    shown = [fields.mapping(node, "post") for node, _ in nodes]
    posts, unreadable = reading.read_posts(
        [post for post in shown if not _is_members_only(post)],
        partial(_post, page=page, site=site),
        lambda post: fields.text(post, "uri") or None,
    )
    limit = int(parse_qs(urlsplit(page.url).query).get("depth", [str(DEPTH)])[0])
    cut = [fields.text(fields.mapping(n, "post"), "uri") for n, depth in nodes if depth >= limit and _has_unseen(n)]
    return ThreadPage(
        thread_id=root,
        thread_title=posts[0].text.split("\n")[0][:80] if posts and posts[0].post_id == root else "",
        posts=posts,
        unreadable=unreadable,
        more_urls=tuple(thread_url(_base(page.url), uri) for uri in cut if uri),
    )


def _nodes(top: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    """Yield the readable posts with their depth, each before its answers; first the parents, topmost first."""
    above, parent = [], fields.mapping(top, "parent")
    while parent:
        above.append(parent)
        parent = fields.mapping(parent, "parent")
    stack = [(top, 0), *((node, 0) for node in above)]
    while stack:
        node, depth = stack.pop()
        if fields.text(fields.mapping(node, "post"), "uri"):
            yield node, depth
        if node is top or depth:
            stack += [(reply, depth + 1) for reply in reversed(fields.items(node, "replies"))]


def _has_unseen(node: Mapping[str, Any]) -> bool:
    return bool(fields.whole(fields.mapping(node, "post"), "replyCount")) and not fields.items(node, "replies")


def _post(post: Mapping[str, Any], *, page: Page, site: Site) -> ParsedPost:
    uri = reading.required(fields.text(post, "uri"), "missing_id", "a post has no URI")
    author = reading.required(
        fields.text(fields.mapping(post, "author"), "did"), "missing_author", f"{uri} names no author"
    )
    record = fields.mapping(post, "record")
    if not isinstance(record.get("text"), str):
        raise reading.UnreadablePostError("missing_text", f"{uri} has no text")
    languages = record.get("langs")
    return ParsedPost(
        post_id=uri,
        author=author,
        author_name=fields.text(fields.mapping(post, "author"), "handle") or None,
        posted_at=_sort_time(post, page, site),
        url=f"https://bsky.app/profile/{author}/post/{uri.rsplit('/', 1)[-1]}",
        text=markup.clean(record["text"]),
        quoted=tuple(_quotes(fields.mapping(post, "embed"))),
        reply_to=fields.text(fields.mapping(record, "reply", "parent"), "uri") or None,
        like_count=fields.whole(post, "likeCount"),
        reply_count=fields.whole(post, "replyCount"),
        language=next((tag for tag in languages if isinstance(tag, str)), None)
        if isinstance(languages, list)
        else None,
    )


def _sort_time(post: Mapping[str, Any], page: Page, site: Site) -> datetime:
    """Return the author's word for when it was written, unless the network had seen the post before that."""
    created = fields.time(fields.mapping(post, "record"), "createdAt", page, site)
    indexed = fields.time_or_none(post, "indexedAt", page, site)
    return min(created, indexed) if indexed else created


def _posted_at(post: Mapping[str, Any], page: Page, site: Site) -> datetime | None:
    try:
        return _sort_time(post, page, site)
    except ValueError:
        return None


def _quotes(embed: Mapping[str, Any]) -> Iterator[ParsedQuote]:
    """Yield the quoted post: with its text, or with only its id where it is blocked, deleted or detached."""
    record = fields.mapping(embed, "record")
    record = fields.mapping(record, "record") or record
    uri = fields.text(record, "uri")
    if "/app.bsky.feed.post/" not in uri:
        return
    author = fields.mapping(record, "author")
    is_open = not _is_members_only(record)
    yield ParsedQuote(
        text=markup.clean(fields.text(fields.mapping(record, "value"), "text")) if is_open else "",
        post_id=uri,
        author=fields.text(author, "did") or None,
    )


def _is_members_only(post: Mapping[str, Any]) -> bool:
    return any(label.get("val") == _MEMBERS_ONLY for label in fields.items(post, "author", "labels"))


def _root(post: Mapping[str, Any]) -> str:
    return fields.text(fields.mapping(post, "record", "reply", "root"), "uri") or fields.text(post, "uri")


def thread_url(base: str, uri: str) -> str:
    """Return where an AppView gives the conversation that begins with a post."""
    asked = {"uri": uri, "depth": str(DEPTH), "parentHeight": "0"}
    return f"{base}/xrpc/app.bsky.feed.getPostThread?{urlencode(asked)}"


def _next_url(page: Page, cursor: str) -> str | None:
    if not cursor:
        return None
    kept = re.sub(r"&cursor=[^&]*|(?<=\?)cursor=[^&]*&?", "", page.url)
    return f"{kept}&{urlencode({'cursor': cursor})}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname in ("bsky.app", "www.bsky.app", None):
        return PUBLIC
    return f"{parts.scheme}://{parts.netloc}"


def _object(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise refusal.refused_json(page, data, wanted)
    return data


def _refused(page: Page, data: Mapping[str, Any], wanted: str) -> NotAThreadError:
    error = fields.text(data, "error")
    kind = fields.text(fields.mapping(data, "thread"), "$type").partition("#")[2]
    if kind in ("notFoundPost", "blockedPost"):
        return NotAThreadError(f"{page.url}: not {wanted}: the post is gone or blocked", cause="http_error")
    if not error:
        return refusal.refused_json(page, data, wanted)
    cause = {"AuthMissing": "login_wall", "AuthenticationRequired": "login_wall", "RateLimitExceeded": "refused"}
    return NotAThreadError(
        f"{page.url}: not {wanted}: the place answers {error[:40]!r} (status {page.status})",
        cause=cause.get(error, "http_error"),
    )
