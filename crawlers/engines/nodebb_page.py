"""A NodeBB page as the object that its API answers: given as such, embedded in the HTML, or read off the elements."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers.engines import decode, fields, markup, refusal
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.model import NotAThreadError, Page, Site

_PARTS = {
    "body": "[component='post/content']",
    "published": "meta[itemprop='datePublished']",
    "modified": "meta[itemprop='dateModified']",
    "editor": "[component='post/editor'] .timeago",
    "likes": "meta[itemprop='upvoteCount']",
    "votes": "[component='post/vote-count']",
    "parent": "[component='post/parent'][data-topid]",
    "replies": "[data-replies]",
}
_PAGE = re.compile(r"[?&]page=(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Found:
    """What a page holds, in the API's words; `document` is the page's tree where it is HTML."""

    data: Mapping[str, Any]
    document: Document | None = None

    @property
    def is_html(self) -> bool:
        """Return whether the page is one for people."""
        return self.document is not None


def read(page: Page, site: Site, wanted: str) -> Found:
    """Return the page's object. Raise NotAThreadError for what is neither JSON nor NodeBB's HTML."""
    text = decode.text_of(page, site)
    if not text.lstrip().startswith("<"):
        data = decode.json_of(page, site)
        if not isinstance(data, dict) or data.get("error") or _is_closed(data):
            raise refused(page, Found(fields.mapping(data)), wanted, data=data)
        return Found(data)
    document = markup.tree(text, page)
    data = _embedded(document) or _topic(document) or _topics(document) or _categories(document)
    if not data or _is_closed(data):
        raise refusal.refused(page, document, wanted)
    return Found(data, document)


def refused(page: Page, found: Found, wanted: str, *, data: object = ()) -> NotAThreadError:
    """Return the error for a NodeBB page of another kind: often one that asks to log in."""
    if found.document is not None:
        return refusal.refused(page, found.document, wanted)
    error = fields.text(found.data, "error")
    if _is_closed(found.data) or "not-authori" in error or "no-privileges" in error or "not-logged-in" in error:
        return NotAThreadError(f"{page.url}: not {wanted}: a page for members only", cause="login_wall")
    if error:
        return NotAThreadError(f"{page.url}: not {wanted}: the place answers {error[:60]!r}", cause="http_error")
    return refusal.refused_json(page, found.data if data == () else data, wanted)


def _is_closed(data: Mapping[str, Any]) -> bool:
    return fields.text(fields.mapping(data, "template"), "name") == "login"


def _embedded(document: Document) -> Mapping[str, Any]:
    """Return the object that the page carries for its own scripts; empty where there is none or it is cut."""
    node = document.css_first("script#ajaxify-data")
    try:
        data = json.loads(node.text(deep=True)) if node is not None else None
    except (ValueError, RecursionError):
        return {}
    return fields.mapping(data)


def _topic(document: Document) -> Mapping[str, Any]:
    """Return a topic read off its elements, whose `component` names the themes share."""
    top = document.css_first("[component='topic'][data-tid]") or document.css_first("#topic[data-tid]")
    nodes = document.css("[component='post'][data-pid]")
    tid = attribute(top, "data-tid") or attribute(document.css_first("[component='topic/title'][data-tid]"), "data-tid")
    if not nodes or not tid:
        return {}
    parts = Parts(document, nodes, _PARTS)
    title = document.css_first("[component='topic/title']") or document.css_first("[component='post/header'] h1")
    return {
        "tid": tid,
        "title": text_of(title) or attribute(document.css_first("meta[property='og:title']"), "content"),
        "posts": [_post(node, parts) for node in nodes],
        "pagination": _pagination(document),
    }


def _post(node: LexborNode, parts: Parts) -> Mapping[str, Any]:
    body = parts.first(node, "body")
    edited = attribute(parts.first(node, "modified"), "content") or attribute(parts.first(node, "editor"), "title")
    likes = attribute(parts.first(node, "likes"), "content") or attribute(parts.first(node, "votes"), "data-votes")
    stamp, index = attribute(node, "data-timestamp"), attribute(node, "data-index")
    name = attribute(node, "data-username")
    return {
        "pid": attribute(node, "data-pid"),
        "uid": attribute(node, "data-uid"),
        "user": {"username": name},
        "timestamp": int(stamp) if stamp.isdigit() else None,
        "timestampISO": attribute(parts.first(node, "published"), "content"),
        "editedISO": "" if edited == "Invalid Date" else edited,
        "index": int(index) if index.isdigit() else None,
        "toPid": attribute(parts.first(node, "parent"), "data-topid"),
        "upvotes": markup.integer(likes),
        "replies": {"count": markup.integer(attribute(parts.first(node, "replies"), "data-replies"))},
        "deleted": "deleted" in attribute(node, "class").split(),
        "content": body,
    }


def _topics(document: Document) -> Mapping[str, Any]:
    rows = document.css("[component='category/topic'][data-tid]")
    cid = attribute(document.css_first("[component='category'][data-cid]"), "data-cid")
    if not rows and document.css_first("[component='category'], [component='category/topics']") is None:
        return {}
    within = _categories(document).get("categories", [])
    found = {"topics": [_row(row) for row in rows], "children": within, "pagination": _pagination(document)}
    return {**found, "cid": cid} if cid else found


def _row(row: LexborNode) -> Mapping[str, Any]:
    link = row.css_first("[component='topic/header'] a[href*='/topic/']") or row.css_first("a[href*='/topic/']")
    slug = attribute(link, "href").partition("/topic/")[2].partition("?")[0]
    return {
        "tid": attribute(row, "data-tid"),
        "title": text_of(link),
        "slug": "/".join(slug.split("/")[:2]),
        "postcount": markup.integer(
            text_of(row.css_first(".stats-postcount .human-readable-number, .stats-postcount"))
        ),
        "deleted": "deleted" in attribute(row, "class").split(),
    }


def _categories(document: Document) -> Mapping[str, Any]:
    nodes = document.css("[component='categories/category'][data-cid]")
    if not nodes:
        return {}
    hrefs = (
        (attribute(node, "data-cid"), attribute(node.css_first("a[href*='/category/']"), "href")) for node in nodes
    )
    return {"categories": [{"cid": cid, "slug": href.partition("/category/")[2]} for cid, href in hrefs]}


def _pagination(document: Document) -> Mapping[str, Any]:
    links = document.css("[component='pagination'] [data-page]")
    pages = [int(number) for link in links if (number := attribute(link, "data-page")).isdigit()]
    here = document.css_first("[component='pagination'] .page.active [data-page]")
    # Where lists grow as one scrolls, only this tells that there is more.
    following = _PAGE.search(attribute(document.css_first("link[rel='next']"), "href"))
    current = markup.integer(attribute(here, "data-page")) or (int(following[1]) - 1 if following else 1)
    return {"currentPage": current, "pageCount": max([*pages, current + 1 if following else 1])}
