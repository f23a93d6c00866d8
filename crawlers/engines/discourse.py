"""Discourse: its own JSON, as its pages load it: lists of topics, searches, topics and their further posts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urljoin

from selectolax.lexbor import LexborNode

from crawlers.engines import decode, fields, markup, reading, refusal
from crawlers.engines.markup import Marks, attribute, text_of
from crawlers.model import Listing, NotAThreadError, Page, ParsedPost, ParsedQuote, Site, ThreadPage, ThreadRef

NAME = "discourse"
ACCESS = "json"

CHUNK = 20
"""Posts that one request for further posts may name, unless the topic says otherwise."""
_SPOKEN = (1, 2, 4)
"""Kinds of post that say something: regular, moderator's, whisper. The rest announce "closed", "moved" ..."""
_QUOTE = "aside.quote, blockquote"
_NOISE = (
    "aside.quote > .title, aside.onebox header, aside.onebox img, aside.onebox article p, .onebox-metadata, .poll-info,"
    "a.anchor, .lightbox .meta, .lightbox .informations, .video-placeholder-container, .cooked-selection-barrier"
)
_PLACE = re.compile(r"/(?:latest|new|top|hot|search|posts|categories|c/|tags?/|t/)(?:[^/].*)?(?:\.json|/|\?|$).*|/?$")
_TOPIC = re.compile(r"/t/(?:[^/?#]+/)?(\d+)(?:/|\.json|[?#]|$)")


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the search, newest first, where the site has a query; else the list that the URL names."""
    base, path = _base(site.url), site.url.split("?")[0].rstrip("/")
    if site.query:
        return (f"{base}/search.json?{urlencode({'q': f'{site.query} order:latest'})}",)
    if match := _TOPIC.search(site.url):
        return (f"{base}/t/{match[1]}.json",)
    if re.search(r"/(?:c|tags?)/", path):
        return (path if path.endswith(".json") else f"{path}/l/latest.json",)
    return (f"{base}/latest.json",)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that Discourse made the page."""
    body = page.body[:50_000]
    if b'"post_stream"' in body or (b'"topic_list"' in body and b'"topics"' in body):
        return 0.97
    if b'"grouped_search_result"' in page.body:
        return 0.95
    return 0.95 if re.search(rb"<meta name=[\"']generator[\"'] content=[\"']Discourse ", body) else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of a list or of a search; a topic points to itself.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _object(page, site, "a Discourse list of topics")
    base = _base(page.url)
    if "topic_list" in data:
        topics = fields.items(data, "topic_list", "topics")
        onward = fields.text(fields.mapping(data, "topic_list"), "more_topics_url")
        next_url = urljoin(page.url, re.sub(r"(?<!\.json)(?=\?|$)", ".json", onward, count=1)) if onward else None
    elif "grouped_search_result" in data:
        topics, next_url = fields.items(data, "topics"), _next_search(data, page)
    elif "post_stream" in data and fields.text(data, "id"):
        topics, next_url = [data], None
    else:
        raise _refused(page, data, "a Discourse list of topics")
    return Listing(
        threads=tuple(
            ThreadRef(
                thread_id=topic_id,
                url=f"{base}/t/{topic_id}.json",
                title=markup.clean(fields.text(topic, "title", "fancy_title")),
                last_posted_at=fields.time_or_none(topic, "last_posted_at", page, site)
                or fields.time_or_none(topic, "created_at", page, site),
                post_count=fields.whole(topic, "posts_count"),
                view_count=fields.whole(topic, "views"),
            )
            for topic in topics
            if (topic_id := fields.text(topic, "id"))
        ),
        next_url=next_url,
    )


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the posts of a topic, or of one request for its further posts.

    Raise NotAThreadError for an answer of another kind.
    """
    data = _object(page, site, "a Discourse topic")
    posts = fields.items(data, "post_stream", "posts")
    match = _TOPIC.search(page.url)
    topic_id = fields.text(data, "id") or (match[1] if match else "")
    if not topic_id or not posts:
        raise _refused(page, data, "a Discourse topic")
    shown = [post for post in posts if _is_spoken(post)]
    ids = {number: fields.text(post, "id") for post in posts if (number := fields.whole(post, "post_number"))}
    read = partial(_post, topic_id=topic_id, ids=ids, page=page, site=site)
    read_posts, unreadable = reading.read_posts(shown, read, lambda post: fields.text(post, "id") or None)
    return ThreadPage(
        thread_id=topic_id,
        thread_title=markup.clean(fields.text(data, "title", "fancy_title")),
        posts=read_posts,
        unreadable=unreadable,
        more_urls=_more_urls(data, posts, f"{_base(page.url)}/t/{topic_id}/posts.json"),
        view_count=fields.whole(data, "views"),
    )


def _is_spoken(post: Mapping[str, Any]) -> bool:
    gone = post.get("hidden") or post.get("user_deleted") or post.get("deleted_at") or post.get("cooked_hidden")
    return not gone and post.get("post_type", 1) in _SPOKEN


def _post(post: Mapping[str, Any], *, topic_id: str, ids: Mapping[int, str], page: Page, site: Site) -> ParsedPost:
    post_id = reading.required(fields.text(post, "id"), "missing_id", "a post has no id")
    name = fields.text(post, "username", "display_username")
    cooked = post.get("cooked")
    if not isinstance(cooked, str):
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no cooked text")
    body = markup.fragment(cooked)
    marked = markup.marks(body, quote=_QUOTE, drop=_NOISE)
    said = markup.words(body, marked)
    number, answered = fields.whole(post, "post_number"), fields.whole(post, "reply_to_post_number")
    slug = fields.text(post, "topic_slug") or "-"
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            fields.text(post, "user_id") or name, "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=fields.time(post, "created_at", page, site),
        url=f"{_base(page.url)}/t/{slug}/{topic_id}/{number or ''}".rstrip("/"),
        text=said.text,
        quoted=tuple(quote for node in said.quotes for quote in _quotes(node, marked, topic_id, ids)),
        edited_at=fields.time_or_none(post, "updated_at", page, site)
        if (fields.whole(post, "version") or 1) > 1
        else None,
        reply_to=ids.get(answered) if answered else None,
        reply_to_position=answered,
        position=number,
        like_count=_likes(post),
        reply_count=fields.whole(post, "reply_count"),
        language=fields.text(post, "locale") or None,
    )


def _likes(post: Mapping[str, Any]) -> int:
    return next((fields.whole(s, "count") or 0 for s in fields.items(post, "actions_summary") if s.get("id") == 2), 0)


def _quotes(node: LexborNode, marked: Marks, topic_id: str, ids: Mapping[int, str]) -> list[ParsedQuote]:
    """Return a quote and, after it, the quotes inside it; posts of other topics are named by nothing but their text."""
    is_post = node.tag == "aside"
    content = (node.css_first("blockquote") if is_post else None) or node
    said = markup.words(content, marked)
    number, topic = attribute(node, "data-post"), attribute(node, "data-topic")
    is_here = is_post and number.isdigit() and topic in ("", topic_id)
    own = ParsedQuote(
        text=said.text,
        post_id=ids.get(int(number)) if is_here else None,
        author=(_quoted_name(node) or None) if is_post else None,
        position=int(number) if is_here else None,
    )
    return [own, *(quote for inner in said.quotes for quote in _quotes(inner, marked, topic_id, ids))]


def _quoted_name(node: LexborNode) -> str:
    """Return who is quoted: older versions say it only above the quote, where other topics are named by a link."""
    title = node.css_first(".title")
    is_link = title is None or title.css_first("a") is not None
    return attribute(node, "data-username") or ("" if is_link else text_of(title).removesuffix(":"))


def _more_urls(data: Mapping[str, Any], posts: list[Mapping[str, Any]], address: str) -> tuple[str, ...]:
    stream = fields.mapping(data, "post_stream").get("stream")
    order = [n for n in stream if isinstance(n, int)] if isinstance(stream, list) else []
    loaded = {post.get("id") for post in posts}
    rest = [n for n in order if n not in loaded] if loaded & set(order) else order[len(posts) :]
    size = max(1, min(fields.whole(data, "chunk_size") or CHUNK, CHUNK))
    chunks = [rest[start : start + size] for start in range(0, len(rest), size)]
    return tuple(f"{address}?{urlencode([('post_ids[]', n) for n in chunk])}" for chunk in chunks)


def _next_search(data: Mapping[str, Any], page: Page) -> str | None:
    if not fields.mapping(data, "grouped_search_result").get("more_full_page_results"):
        return None
    match = re.search(r"[?&]page=(\d{1,4})\b", page.url)
    following = int(match[1]) + 1 if match else 2
    return re.sub(r"&page=\d+|(?<=\?)page=\d+&", "", page.url) + f"&page={following}"


def _base(url: str) -> str:
    return _PLACE.sub("", url, count=1)


def _object(page: Page, site: Site, wanted: str) -> Mapping[str, Any]:
    data = decode.json_of(page, site)
    if not isinstance(data, dict):
        raise _refused(page, data, wanted)
    return data


def _refused(page: Page, data: Any, wanted: str) -> NotAThreadError:
    kind = fields.text(fields.mapping(data), "error_type")
    causes = {"not_logged_in": "login_wall", "invalid_access": "login_wall", "rate_limit": "refused"}
    if kind:
        return NotAThreadError(
            f"{page.url}: not {wanted}: the place answers {kind[:40]!r} (status {page.status})",
            cause=causes.get(kind, "http_error"),
        )
    return refusal.refused_json(page, data, wanted)
