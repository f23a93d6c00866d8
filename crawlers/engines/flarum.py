"""Flarum: its JSON:API, and the same documents inside the pages that people see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawlers.engines import fields, flarum_document, flarum_post, markup, reading
from crawlers.engines.flarum_document import Document
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "flarum"
ACCESS = "json"

LIMIT = 50
"""Records asked for at once: what the engine gives at most."""
_PLACE = re.compile(r"/(?:api|d|t|u|tags|all|following|settings|flags|notifications)(?=[/?#]|$).*$|/index\.php/?$")
_DISCUSSION = re.compile(
    r"/d/(?:(\d+)(?=[-/?#]|$)|([^/?#]+))|/api/discussions/(\d+)|[?&]filter(?:\[|%5B)discussion(?:\]|%5D)=(\d+)"
)
_TAG = re.compile(r"/t/([^/?#]+)")
_PAGE_MARKS = (b'id="flarum-loading"', b'id="flarum-json-payload"', b'id="flarum-content"', b"flarum.core.app.load(")
_TYPE = re.compile(rb'"type"\s*:\s*"(discussions|posts)"')


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the discussion, else the search, tag or list of all that the URL names, newest activity first."""
    if match := _DISCUSSION.search(site.url):
        base, number, slug = _base(site.url), match[1] or match[3] or match[4], match[2]
        return (f"{base}/api/discussions/{number}" if number else f"{base}/api/discussions/{slug}?bySlug=true",)
    return (_list_url(site.url, site.query),)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Flarum made the page or the answer."""
    if any(mark in page.body for mark in _PAGE_MARKS):
        return 0.97
    if b'"contentHtml"' in page.body[:200_000] and _TYPE.search(page.body):
        return 0.95
    return 0.93 if b'"commentCount"' in page.body[:20_000] and _TYPE.search(page.body) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the discussions of a list or of a search; a discussion points to itself.

    Raise NotAThreadError for an answer of another kind.
    """
    found = flarum_document.read(page, site, "a Flarum list of discussions")
    if not found.is_of("discussions") and not (found.is_list and not found.data):
        raise flarum_document.refused(page, found, "a Flarum list of discussions")
    base = _base(page.url)
    refs = [_ref(item, base, page, site) for item in found.data if not _attributes(item).get("isHidden")]
    # The page for people shows the start of a list in steps of its own: the API's is gone on with.
    onward = _list_url(page.url, None) if found.is_html and fields.text(found.links, "next") else None
    return Listing(threads=tuple(ref for ref in refs if ref), next_url=onward or _next_url(found, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a discussion or of one request for them; what is announced ("renamed this") is none.

    Raise NotAThreadError for an answer of another kind.
    """
    found = flarum_document.read(page, site, "a Flarum discussion")
    base, discussion = _base(page.url), _discussion(found)
    posts = found.data if found.is_of("posts") else [item for item in found.included if item.get("type") == "posts"]
    match = _DISCUSSION.search(page.url)
    thread_id = fields.text(discussion, "id") or _thread_of(posts) or (match[4] if match and found.is_list else "")
    if (
        not thread_id
        or (found.is_list and not found.is_of("posts") and found.data)
        or (not posts and not found.is_list)
    ):
        raise flarum_document.refused(page, found, "a Flarum discussion")
    about = _attributes(discussion)
    mine = [post for post in posts if _thread_of([post]) in ("", thread_id)]
    shown = [post for post in mine if _is_spoken(post)]
    slug = fields.text(about, "slug") or thread_id
    read = partial(flarum_post.read, found=found, address=f"{base}/d/{slug}", page=page, site=site)
    read_posts, unreadable = reading.read_posts(shown, read, lambda post: fields.text(post, "id") or None)
    everything = _posts_url(base, thread_id)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=markup.clean(fields.text(about, "title")),
        posts=read_posts,
        unreadable=unreadable,
        page_number=_page_number(found, mine, page),
        next_url=_next_url(found, page),
        # A discussion shows a few of its posts, and the ids of all.
        more_urls=(everything,) if not found.is_list and flarum_document.names_more(discussion, mine) else (),
        view_count=_views(about),
        first_url=everything,
    )


def _ref(item: Mapping[str, Any], base: str, page: Page, site: Site) -> ThreadRef | None:
    about, thread_id = _attributes(item), fields.text(item, "id")
    if not thread_id:
        return None
    return ThreadRef(
        thread_id=thread_id,
        url=_posts_url(base, thread_id),
        title=markup.clean(fields.text(about, "title")),
        last_posted_at=fields.time_or_none(about, "lastPostedAt", page, site)
        or fields.time_or_none(about, "createdAt", page, site),
        post_count=fields.whole(about, "commentCount", "commentsCount"),
        view_count=_views(about),
    )


def _posts_url(base: str, thread_id: str) -> str:
    asked = {"filter[discussion]": thread_id, "sort": "number", "page[limit]": str(LIMIT)}
    return f"{base}/api/posts?{urlencode(asked, errors='replace')}"


def _is_spoken(post: Mapping[str, Any]) -> bool:
    about = _attributes(post)
    return about.get("contentType", "comment") == "comment" and not about.get("isHidden")


def _discussion(found: Document) -> Mapping[str, Any]:
    items = found.data if found.is_of("discussions") and not found.is_list else found.included
    return next((item for item in items if item.get("type") == "discussions"), {})


def _thread_of(posts: list[Mapping[str, Any]]) -> str:
    return next((found for post in posts if (found := flarum_document.related_id(post, "discussion"))), "")


def _attributes(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return fields.mapping(item, "attributes")


def _views(about: Mapping[str, Any]) -> int | None:
    """Return the views that one of the extensions counts, by the names that they use."""
    return fields.whole(about, "viewCount", "views", "view_count", "viewsCount")


def _page_number(found: Document, posts: list[Mapping[str, Any]], page: Page) -> int:
    if found.is_list:
        return _offset(page.url) // LIMIT + 1
    numbers = [number for post in posts if (number := fields.whole(_attributes(post), "number")) is not None]
    return 1 if min(numbers, default=1) <= 1 else 2


def _next_url(found: Document, page: Page) -> str | None:
    """Return this list's address with the offset that the answer names next, or, where it names none, that follows.

    The answer's own links may name the host as the forum's configuration does, not as we reach it.
    """
    if found.is_html or not found.is_list or not found.data:
        return None
    asked = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    limit = markup.integer(asked.get("page[limit]", "")) or 0
    if found.links:
        offset = _offset(fields.text(found.links, "next"))
    else:
        offset = _offset(page.url) + limit if 0 < limit <= len(found.data) else 0
    if offset <= _offset(page.url):
        return None
    return (
        urlsplit(page.url)
        ._replace(query=urlencode({**asked, "page[offset]": str(offset)}, errors="replace"), fragment="")
        .geturl()
    )


def _offset(url: str) -> int:
    match = re.search(r"[?&]page(?:\[|%5B)offset(?:\]|%5D)=(\d{1,9})", url, re.IGNORECASE)
    return int(match[1]) if match else 0


def _list_url(url: str, query: str | None) -> str:
    """Return the list that an address for people shows: all discussions, or those of a tag or a search."""
    asked = {"sort": "-lastPostedAt", "page[limit]": str(LIMIT)}
    if tag := _TAG.search(urlsplit(url).path):
        asked["filter[tag]"] = unquote(tag[1])
    if query := query or dict(parse_qsl(urlsplit(url).query)).get("q"):
        asked["filter[q]"] = query
    return f"{_base(url)}/api/discussions?{urlencode(asked)}"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_PLACE.sub('', parts.path, count=1).rstrip('/')}"
