"""NodeBB: its topics and lists, read from `/api/...` or from the pages that people see: both hold the same object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from crawlers.engines import fields, markup, nodebb_page, nodebb_post, reading
from crawlers.engines.nodebb_page import Found
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "nodebb"
ACCESS = "json"

_PLACES = "topic|category|categories|recent|popular|top|unread|tags|world|search|groups|users?|posts?|login"
_PLACE = re.compile(rf"(?:/api)?/(?:{_PLACES})(?=[/?#]|$).*$|/api/?$")
_TOPIC = re.compile(r"/topic/([\w-]+)")
_CATEGORY = re.compile(r"/category/(\d+)")
_LIST = re.compile(r"/(?:recent|popular|top|tags/[^/?#]+|search)(?=[/?#]|$)[^#]*")
_INDEX_IN_PATH = re.compile(r"(?<=/)((?:api/)?topic/[^/]+/[^/]+)/\d+/?$")
_MADE_BY = (
    (re.compile(rb'id="ajaxify-data"'), 0.97),
    (re.compile(rb'"template":\s*\{\s*"name":\s*"[\w/-]+"'), 0.95),
    (re.compile(rb'component="(?:post/content|topic/header|category/topic|topic/title|categories/category)"'), 0.95),
    (re.compile(rb'"mainPid":\s*\d+,|"lastposttimeISO":\s*"'), 0.9),
    (re.compile(rb"/assets/nodebb(?:\.min)?\.js|https?://nodebb\.org"), 0.6),
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the topic, category or other list that the URL names, else the recently active topics.

    Search is closed to guests unless a forum opens it (`[options] search = "open"`).
    """
    base, path = _base(site.url), urlsplit(site.url).path
    if match := _TOPIC.search(path):
        return (f"{base}/api/topic/{match[1]}",)
    if site.query and site.options.get("search") == "open":
        asked = {"term": site.query, "in": "titlesposts", "sortBy": "timestamp", "sortDirection": "desc"}
        return (f"{base}/api/search?{urlencode(asked)}",)
    if match := _CATEGORY.search(path):
        return (f"{base}/api/category/{match[1]}",)
    if match := _LIST.search(site.url):
        return (f"{base}/api{match[0]}",)
    return (f"{base}/api/recent",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that NodeBB made the page or the answer."""
    if page.headers.get("x-powered-by", "").lower() == "nodebb":
        return 0.97
    return max((sure for pattern, sure in _MADE_BY if pattern.search(page.body)), default=0.0)


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of a category, of recent ones or of a search; an index points to its categories.

    The recent topics end long before the forum does (200 unless it says otherwise): their last page points to all
    categories. Raise NotAThreadError for a page of another kind.
    """
    found = nodebb_page.read(page, site, "a NodeBB list of topics")
    data, base = found.data, _base(page.url)
    topics = _listed_topics(data)
    if topics is None and "categories" not in data:
        raise nodebb_page.refused(page, found, "a NodeBB list of topics")
    refs = [ref for topic in topics or () if (ref := _ref(topic, found, base, page, site))]
    next_url = _next_url(found, page) if "posts" not in data or "topics" in data or "search_query" in data else None
    categories = [*fields.items(data, "categories"), *fields.items(data, "children")]
    more = [_address(base, found, "category", category) for category in _flat(categories)]
    if topics is not None and "cid" not in data and not next_url and _page_number(found) > 1:
        more.append(f"{base}{'' if found.is_html else '/api'}/categories")
    if topics is None and next_url:
        more, next_url = [*more, next_url], None
    return Listing(threads=tuple(refs), next_url=next_url, more_urls=tuple(dict.fromkeys(filter(None, more))))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a page of a topic. Raise NotAThreadError for a page of another kind."""
    found = nodebb_page.read(page, site, "a NodeBB topic")
    data, base = found.data, _base(page.url)
    thread_id, posts = fields.text(data, "tid"), fields.items(data, "posts")
    if not thread_id or not posts or "topics" in data:
        raise nodebb_page.refused(page, found, "a NodeBB topic")
    is_in_order = fields.text(data, "sortOption") in ("", "oldest_to_newest")
    read = partial(nodebb_post.read, base=base, is_in_order=is_in_order, page=page, site=site)
    shown = [post for post in posts if not post.get("deleted")]
    read_posts, unreadable = reading.read_posts(shown, read, lambda post: fields.text(post, "pid") or None)
    number = _page_number(found)
    return ThreadPage(
        thread_id=thread_id,
        thread_title=_title(data),
        posts=read_posts,
        unreadable=unreadable,
        page_number=number,
        next_url=_next_url(found, page),
        view_count=fields.whole(data, "viewcount"),
        first_url=_page_url(page, None) if number > 1 else None,
        language=found.document.language if found.document else None,
    )


def _listed_topics(data: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    if isinstance(data.get("topics"), list):
        return fields.items(data, "topics")
    if "search_query" in data or "matchCount" in data:
        return [fields.mapping(post, "topic") for post in fields.items(data, "posts")]
    # A topic, given as a place to start from, points to itself.
    return [data] if fields.text(data, "tid") and "posts" in data else None


def _ref(topic: Mapping[str, Any], found: Found, base: str, page: Page, site: Site) -> ThreadRef | None:
    address = _address(base, found, "topic", topic)
    if address is None or topic.get("deleted") or topic.get("scheduled"):
        return None
    return ThreadRef(
        thread_id=fields.text(topic, "tid"),
        url=address,
        title=_title(topic),
        last_posted_at=fields.time_or_none(topic, "lastposttimeISO", page, site)
        or fields.time_or_none(topic, "timestampISO", page, site),
        post_count=fields.whole(topic, "postcount"),
        view_count=fields.whole(topic, "viewcount"),
    )


def _flat(categories: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield categories and those under them; not links, nor the world outside, which has no number above 0."""
    queue = list(categories)
    while queue:
        category = queue.pop(0)
        queue[:0] = fields.items(category, "children")
        if fields.text(category, "cid").isdigit() and not category.get("link") and not category.get("disabled"):
            yield category


def _address(base: str, found: Found, kind: str, item: Mapping[str, Any]) -> str | None:
    """Return where to read a topic or category: as the page that led there was read, from the API or as HTML."""
    number, slug = fields.text(item, "tid" if kind == "topic" else "cid"), fields.text(item, "slug")
    if not number:
        return None
    if not found.is_html:
        return f"{base}/api/{kind}/{quote(number, safe='', errors='replace')}"
    return f"{base}/{kind}/{quote(unescape(slug) or number, safe='/%', errors='replace')}"


def _next_url(found: Found, page: Page) -> str | None:
    pages, number = fields.whole(fields.mapping(found.data, "pagination"), "pageCount") or 1, _page_number(found)
    return _page_url(page, number + 1) if number < pages else None


def _page_url(page: Page, number: int | None) -> str:
    """Return the address of another page, None being the first: this one's, since a forum may miscall its host.

    A topic's address may end in the number of a post, which would call for the page of that post.
    """
    parts = urlsplit(page.url)
    asked = [pair for pair in parts.query.split("&") if pair and not pair.startswith("page=")]
    asked += [f"page={number}"] if number else []
    return parts._replace(path=_INDEX_IN_PATH.sub(r"\1", parts.path), query="&".join(asked), fragment="").geturl()


def _page_number(found: Found) -> int:
    return fields.whole(fields.mapping(found.data, "pagination"), "currentPage") or 1


def _title(topic: Mapping[str, Any]) -> str:
    return markup.clean(unescape(fields.text(topic, "titleRaw", "title")))


def _base(url: str) -> str:
    return _PLACE.sub("", url.split("#")[0], count=1).split("?")[0].rstrip("/")
