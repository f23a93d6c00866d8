"""Discourse: lists of topics, searches, topics and their further posts, as its pages load or carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawlers.engines import discourse_page, discourse_post, fields, markup, reading
from crawlers.model import Listing, Page, Site, ThreadPage, ThreadRef

NAME = "discourse"
ACCESS = "json"

CHUNK = 20
"""Posts that one request for further posts may name, unless the topic says otherwise; and those of a topic's page."""
_PLACE = re.compile(
    r"/(?:(?:latest|new|unread|top|hot|search|posts|categories|c|tags?|t|u|g|about|login)(?=[/?.#]|$)).*$|/?(?:[?#].*)?$"
)
_TOPIC = re.compile(r"/t/(?:(?!\d+(?:[/.?#]|$))[^/?#]+/)?(\d+)(?=[/.?#]|$)")
_LIST = re.compile(r"(/(?:c|tags?)/[^?#]*?)(?:/l/\w+|/none|/all)?(?:\.json)?/?(?:[?#]|$)")
_GENERATOR = re.compile(rb"<meta\s[^>]*\bcontent=[\"']Discourse \d[^>]*>|\bdata-discourse-setup\b", re.IGNORECASE)
_ANSWERS = (
    (re.compile(rb'"post_stream"\s*:\s*\{'), 0.97),
    (re.compile(rb'"topic_list"\s*:\s*\{'), 0.97),
    (re.compile(rb'"grouped_search_result"|"latest_posts"\s*:|"category_list"\s*:\s*\{'), 0.95),
)


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the topic, search or list that the URL names, else the latest topics.

    Every Discourse's robots.txt closes its search to programs, unless the forum opens it (`[options] search = "open"`):
    what is searched for is then found among the latest.
    """
    base = _base(site.url)
    if match := _TOPIC.search(site.url):
        return (f"{base}/t/{match[1]}.json",)
    query = site.query or dict(parse_qsl(urlsplit(site.url).query)).get("q")
    if query and site.options.get("search") == "open":
        ordered = query if "order:" in query else f"{query} order:latest"
        return (f"{base}/search.json?{urlencode({'q': ordered})}",)
    if match := _LIST.search(site.url):
        # robots.txt closes `/tag/*/l` too.
        return (f"{base}{match[1]}.json" if "/tag" in match[1] else f"{base}{match[1]}/l/latest.json",)
    return (f"{base}/latest.json",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Discourse made the page or the answer."""
    if page.body.lstrip()[:1] == b"<":
        return 0.96 if _GENERATOR.search(page.body) else 0.0
    return next((sure for pattern, sure in _ANSWERS if pattern.search(page.body)), 0.0)


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of a list, of a search or of the newest posts; a topic points to itself.

    An index points to its categories, as the last page of the latest topics does: those may leave some out.
    Raise NotAThreadError for an answer of another kind.
    """
    data, base = discourse_page.read(page, site, "a Discourse list of topics"), _base(page.url)
    next_url, more = None, []
    if "topic_list" in data:
        topics = fields.items(data, "topic_list", "topics")
        next_url = _next_list(data, page)
        is_last_of_latest = not next_url and re.search(r"/latest(?:\.json)?\?(?:.*&)?page=[1-9]", page.url)
        if is_last_of_latest and f"{base}/latest" in page.url:
            more = [f"{base}/categories.json?{urlencode({'include_subcategories': 'true'})}"]
    elif "category_list" in data:
        topics, more = [], _category_urls(fields.items(data, "category_list", "categories"), base)
    elif "grouped_search_result" in data:
        topics, next_url = fields.items(data, "topics"), _next_search(data, page)
    elif "latest_posts" in data:
        topics, next_url = _topics_of(fields.items(data, "latest_posts")), _next_posts(data, page)
    elif "post_stream" in data and fields.text(data, "id"):
        topics = [data]
    else:
        raise discourse_page.refused(page, data, "a Discourse list of topics")
    refs = [_ref(topic, base, page, site) for topic in topics if fields.text(topic, "id")]
    return Listing(threads=tuple(refs), next_url=next_url, more_urls=tuple(dict.fromkeys(more)))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a topic, or of one request for its further posts.

    Raise NotAThreadError for an answer of another kind.
    """
    data, base = discourse_page.read(page, site, "a Discourse topic"), _base(page.url)
    posts = fields.items(data, "post_stream", "posts")
    match = _TOPIC.search(page.url)
    topic_id = fields.text(data, "id") or (match[1] if match else "")
    if not topic_id or not posts:
        raise discourse_page.refused(page, data, "a Discourse topic")
    shown = [post for post in posts if discourse_post.is_spoken(post)]
    ids = {number: fields.text(post, "id") for post in posts if (number := fields.whole(post, "post_number"))}
    read = partial(discourse_post.read, topic_id=topic_id, ids=ids, base=base, page=page, site=site)
    read_posts, unreadable = reading.read_posts(shown, read, lambda post: fields.text(post, "id") or None)
    return ThreadPage(
        thread_id=topic_id,
        thread_title=markup.clean(fields.text(data, "title", "fancy_title")),
        posts=read_posts,
        unreadable=unreadable,
        page_number=_page_number(page),
        next_url=_next_page(data, page, f"{base}/t/{topic_id}.json"),
        more_urls=_more_urls(data, posts, f"{base}/t/{topic_id}/posts.json"),
        view_count=fields.whole(data, "views"),
    )


def _ref(topic: Mapping[str, Any], base: str, page: Page, site: Site) -> ThreadRef:
    topic_id = fields.text(topic, "id")
    return ThreadRef(
        thread_id=topic_id,
        url=f"{base}/t/{topic_id}.json",
        title=markup.clean(fields.text(topic, "title", "fancy_title")),
        last_posted_at=fields.time_or_none(topic, "last_posted_at", page, site)
        or fields.time_or_none(topic, "created_at", page, site),
        post_count=fields.whole(topic, "posts_count"),
        view_count=fields.whole(topic, "views"),
    )


def _category_urls(categories: list[Mapping[str, Any]], base: str) -> list[str]:
    """Return the lists of categories and of those inside them, by number: a slug may be missing or change."""
    found, queue = [], list(categories)
    while queue:
        category = queue.pop(0)
        queue[:0] = fields.items(category, "subcategory_list")
        within = category.get("subcategory_ids")
        inside = [str(n) for n in within if isinstance(n, int)] if isinstance(within, list) else []
        numbers = [fields.text(category, "id"), *inside]
        found += [f"{base}/c/{number}/l/latest.json" for number in numbers if number]
    return found


def _topics_of(posts: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return what the newest posts tell of their topics, each as its newest post has it."""
    found: dict[str, Mapping[str, Any]] = {}
    for post in posts:
        number, title = fields.text(post, "topic_id"), fields.text(post, "topic_title")
        found.setdefault(number, {"id": number, "title": title, "last_posted_at": fields.text(post, "created_at")})
    return list(found.values())


def _more_urls(data: Mapping[str, Any], posts: list[Mapping[str, Any]], address: str) -> tuple[str, ...]:
    stream = fields.mapping(data, "post_stream").get("stream")
    order = [n for n in stream if isinstance(n, int)] if isinstance(stream, list) else []
    loaded = {fields.whole(post, "id") for post in posts}
    rest = [n for n in order if n not in loaded] if loaded & set(order) else order[len(posts) :]
    size = max(1, min(fields.whole(data, "chunk_size") or CHUNK, CHUNK))
    chunks = [rest[start : start + size] for start in range(0, len(rest), size)]
    return tuple(f"{address}?{urlencode([('post_ids[]', n) for n in chunk])}" for chunk in chunks)


def _next_page(data: Mapping[str, Any], page: Page, address: str) -> str | None:
    """Return the next page of a topic too large to name all its posts."""
    if fields.mapping(data, "post_stream").get("stream") or "posts_count" not in data:
        return None
    number, size = _page_number(page), fields.whole(data, "chunk_size") or CHUNK
    return f"{address}?page={number + 1}" if number * size < (fields.whole(data, "posts_count") or 0) else None


def _page_number(page: Page) -> int:
    match = re.search(r"[?&]page=(\d{1,6})\b", page.url)
    return max(1, int(match[1])) if match else 1


def _next_list(data: Mapping[str, Any], page: Page) -> str | None:
    onward = fields.text(fields.mapping(data, "topic_list"), "more_topics_url")
    return urljoin(page.url, re.sub(r"(?<!\.json)(?=\?|$)", ".json", onward, count=1)) if onward else None


def _next_posts(data: Mapping[str, Any], page: Page) -> str | None:
    ids = [n for post in fields.items(data, "latest_posts") if (n := fields.whole(post, "id"))]
    if not ids:
        return None
    parts = urlsplit(page.url)
    return parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), "before": str(min(ids))})).geturl()


def _next_search(data: Mapping[str, Any], page: Page) -> str | None:
    if not fields.mapping(data, "grouped_search_result").get("more_full_page_results"):
        return None
    parts = urlsplit(page.url)
    return parts._replace(
        query=urlencode({**dict(parse_qsl(parts.query)), "page": str(_page_number(page) + 1)})
    ).geturl()


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_PLACE.sub('', parts.path, count=1).rstrip('/')}"
