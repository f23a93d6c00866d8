"""django-spirit: lists of topics, and topics with their comments."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, decode, markup, reading, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.model import Listing, Page, ParsedPost, ParsedQuote, Site, ThreadPage, ThreadRef

NAME = "spirit"
ACCESS = "html"

_PARTS = {
    "user": ".comment__info__username a",
    "date": ".comment__info__date [title]",
    "text": ".comment__text",
    "likes": ".comment-like [data-count]",
}
_TOPIC = re.compile(r"^(.*?)/topic/(\d+)/")
_USER = re.compile(r"/user/(\d+)/")
_PAGE = re.compile(r"[?&]page=(\d+)")
_SAID = re.compile(r"\A@([\w.@+-]+) [^\n:]{1,40}:(?:\n|\Z)")
"""What the engine writes above a quote, in any of its languages: "@anna said:"."""


def listing_urls(site: Site) -> tuple[str, ...]:
    """Return the list of topics that the URL names: the search is for members."""
    return (site.url,)


def detect(page: Page) -> float:
    """Return how sure it is, 0 to 1, that django-spirit made the page."""
    if b"spirit_wrapper" in page.body and b"stModules" in page.body:
        return 0.98
    return 0.7 if b"comments_list__comment" in page.body or b"layout__topics__topic" in page.body else 0.0


def parse_listing(page: Page, site: Site) -> Listing:
    """Return the topics of the index, of a category or of a search.

    Raise NotAThreadError for a page of another kind.
    """
    document = markup.tree(decode.utf8_of(page, site), page)
    if document.css_first(".layout__topics") is None:
        raise refusal.refused(page, document, "a Spirit list of topics")
    rows = document.css(".layout__topics__topic")
    refs = [ref for row in rows if (ref := _ref(row, page, site))]
    return Listing(threads=tuple(refs), next_url=_next_url(document, page))


def parse_thread(page: Page, site: Site) -> ThreadPage:
    """Return the comments of a page of a topic. Raise NotAThreadError for a page of another kind."""
    document = markup.tree(decode.utf8_of(page, site), page)
    match = _TOPIC.search(page.url)
    if document.css_first(".comments_list") is None or not match:
        raise refusal.refused(page, document, "a Spirit topic")
    # Removed comments, and announcements such as "closed this", are rows of another class.
    nodes = document.css(".comments_list__comment[data-pk]")
    marked, parts = markup.marks(document, quote="blockquote"), Parts(document, nodes, _PARTS)
    read = partial(_post, marked=marked, parts=parts, base=match[1], page=page, site=site)
    posts, unreadable = reading.read_posts(nodes, read, _post_id)
    return ThreadPage(
        thread_id=match[2],
        thread_title=text_of(document.css_first("h1.headline")),
        posts=posts,
        unreadable=unreadable,
        page_number=_page_number(page),
        next_url=_next_url(document, page),
        language=document.language,
    )


def _post_id(node: LexborNode) -> str | None:
    return attribute(node, "data-pk") or None


def _post(node: LexborNode, *, marked: Marks, parts: Parts, base: str, page: Page, site: Site) -> ParsedPost:
    post_id = _post_id(node) or ""
    body = parts.first(node, "text")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"comment {post_id} has no text")
    link = parts.first(node, "user")
    user = _USER.search(attribute(link, "href"))
    name = text_of(link)
    said = markup.words(body, marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user[1] if user else name, "missing_author", f"comment {post_id} names no author"),
        author_name=name or None,
        posted_at=reading.time_of(parts.first(node, "date"), page, site),
        url=f"{base}/comment/{post_id}/find/",
        text=said.text,
        quoted=tuple(_quote(box, words) for box, words in markup.nested(said.quotes, marked)),
        position=markup.integer(attribute(node, "data-number")),
        like_count=markup.integer(attribute(parts.first(node, "likes"), "data-count")),
    )


def _quote(node: LexborNode, said: Words) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    heading = _SAID.search(said.text)
    user = _USER.search(attribute(node.css_first("a.comment-mention"), "href")) if heading else None
    return ParsedQuote(
        text=said.text[heading.end() :] if heading else said.text,
        author=(user[1] if user else heading[1]) if heading else None,
    )


def _ref(row: LexborNode, page: Page, site: Site) -> ThreadRef | None:
    link = row.css_first("a.topic__link") or row.css_first(".topic__title a")
    url = urljoin(page.url, attribute(link, "href"))
    match = _TOPIC.search(url)
    if not match:
        return None
    return ThreadRef(
        thread_id=match[2],
        url=re.sub(r"[?#].*", "", url),
        title=text_of(link),
        last_posted_at=reading.time_or_none(row.css_first(".topic__date"), page, site),
        post_count=markup.integer(text_of(row.css_first(".topic__comments"))),
    )


def _page_number(page: Page) -> int:
    match = _PAGE.search(page.url)
    return int(match[1]) if match else 1


def _next_url(document: Document, page: Page) -> str | None:
    following = _page_number(page) + 1
    for link in document.css(".paginator a[href]"):
        href = attribute(link, "href")
        match = _PAGE.search(href)
        if match and int(match[1]) == following:
            return addresses.absolute(re.sub(r"#.*", "", page.url), re.sub(r"#.*", "", href))
    return None
