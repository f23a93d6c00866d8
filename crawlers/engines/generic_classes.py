"""Things that a page shows by class names that blogs share (hAtom, and WordPress's lists of comments)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawlers.engines.document import Document
from crawlers.engines.generic_things import Thing, Value
from crawlers.engines.markup import attribute
from crawlers.engines.parts import Parts

BYTES = re.compile(rb"class=[\"'][^\"']*\b(?:comment-body|comment-content|commentmetadata|hentry|comment-text)\b")
"""Cheap to look for before a tree is built."""
_COMMENTS = "li.comment[id], li.pingback[id], div.comment[id], article.comment[id], li[id^='li-comment-']"
_COMMENT_ID = re.compile(r"^(?:li-|div-)?comment-(\d+)$")
_ANNOUNCEMENTS = ("pingback", "trackback")
"""Other blogs' links here, which nobody wrote as a comment."""
_PARTS = {
    "name": ".fn, .comment-author-name, .comment-author cite, .commentauthor",
    "author": ".comment-author, .comment-author-link, .author.vcard",
    "time": "time[datetime]",
    "date": ".comment-metadata a, .comment-meta a, .commentmetadata a, .comment-date, .comment-time",
    "text": ".comment-content, .comment-text, .comment_text, .commentcontent, .comment-entry",
    "body": ".comment-body",
    "link": "a[href*='#comment-']",
}
_ENTRY_PARTS = {
    "title": ".entry-title, .post-title, h1",
    "time": "time.published[datetime], time.entry-date[datetime], .published[title], abbr.published, time[datetime]",
    "changed": "time.updated[datetime]:not(.published)",
    "author": ".author .fn, .byline .author a, .author.vcard a, a[rel~=author], .author",
    "text": ".entry-content, .post-content, .e-content",
}


def of_classes(document: Document) -> list[Thing]:
    """Return the article of a page and its comments, or the comments alone where the page shows several articles."""
    found: dict[str, LexborNode] = {}
    for node in document.css(_COMMENTS):
        if match := _COMMENT_ID.match(attribute(node, "id")):
            found.setdefault(match[1], node)
    nodes = list(found.values())
    parts = Parts(document, nodes, _PARTS)
    things = {
        node.mem_id: _comment(node, number, parts)
        for number, node in found.items()
        if not set(_ANNOUNCEMENTS) & set(attribute(node, "class").split())
    }
    top = []
    for thing in things.values():
        parent = _around(thing.node, things)
        parent.values.setdefault("comment", []).append(thing) if parent else top.append(thing)
    article = _article(document)
    if article is None:
        return top
    if top:
        article.values["comment"] = list[Value](top)
    return [article]


def _comment(node: LexborNode, number: str, parts: Parts) -> Thing:
    values: dict[str, list[Value]] = {"identifier": [number]}
    pairs = {
        "author": parts.first(node, "name", "author"),
        "dateCreated": parts.first(node, "time", "date"),
        "text": parts.first(node, "text", "body"),
    }
    if link := attribute(parts.first(node, "link"), "href"):
        values["url"] = [link]
    return Thing(("Comment",), node=node, values=values | {name: [found] for name, found in pairs.items() if found})


def _article(document: Document) -> Thing | None:
    entries = [
        node
        for node in document.css(".hentry, article.post, article[id^='post-']")
        if node.css_first(_ENTRY_PARTS["text"])
    ]
    if len(entries) != 1:
        return None
    entry = entries[0]
    found = {name: entry.css_first(selector) for name, selector in _ENTRY_PARTS.items()}
    names = {
        "headline": "title",
        "datePublished": "time",
        "dateModified": "changed",
        "author": "author",
        "text": "text",
    }
    values: dict[str, list[Value]] = {name: [node] for name, part in names.items() if (node := found[part])}
    if address := attribute(document.css_first("link[rel=canonical]"), "href"):
        values["url"] = [address]
    return Thing(("BlogPosting",), node=entry, values=values)


def _around(node: LexborNode | None, things: dict[int, Thing]) -> Thing | None:
    above = node.parent if node is not None else None
    while above is not None and above.mem_id not in things:
        above = above.parent
    return things[above.mem_id] if above is not None else None
