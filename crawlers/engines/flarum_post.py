"""A post of Flarum: its words, what it quotes, and which post it answers by mentioning it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers.engines import fields, flarum_document, markup, reading
from crawlers.engines.flarum_document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_MENTION = ".PostMention[data-id]"
_NOISE = "script, .Signature, .signature, .PollView, .BestAnswer-label"
_GONE = "[deleted]"
"""What the engine shows where the author's account is no more."""


def read(post: Mapping[str, Any], *, found: Document, address: str, page: Page, site: Site) -> ParsedPost:
    """Return a post of a document; `address` is the discussion's, for people."""
    about, post_id = fields.mapping(post, "attributes"), fields.text(post, "id")
    reading.required(post_id, "missing_id", "a post has no id")
    html = about.get("contentHtml")
    if not isinstance(html, str) or about.get("renderFailed"):
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no readable text")
    body = markup.fragment(html)
    marked = markup.marks(body, quote="blockquote", drop=_NOISE)
    said = markup.words(body, marked)
    user_id = flarum_document.related_id(post, "user")
    user = found.find("users", user_id)
    number = fields.whole(about, "number")
    return ParsedPost(
        post_id=post_id,
        author=user_id or _GONE,
        author_name=fields.text(user, "displayName", "username") or None,
        posted_at=fields.time(about, "createdAt", page, site),
        url=f"{address}/{number}" if number is not None else address,
        text=_without_mention(said.text, _own_mention(body, marked)),
        quoted=tuple(_quote(node, found, marked) for node, found in markup.nested(said.quotes, marked)),
        edited_at=fields.time_or_none(about, "editedAt", page, site),
        reply_to=attribute(body.css_first(_MENTION), "data-id") or None,
        position=number,
        like_count=_count(post, about, "likesCount", "likes"),
        reply_count=_count(post, about, "mentionedByCount", "mentionedBy"),
    )


def _count(post: Mapping[str, Any], about: Mapping[str, Any], name: str, relation: str) -> int | None:
    """Return a number that newer versions say, and older ones show as a list of all (newer ones only of some)."""
    said = fields.whole(about, name)
    return said if said is not None else flarum_document.related_count(post, relation)


def _own_mention(body: LexborNode, marked: Marks) -> LexborNode | None:
    """Return the first mention of a post that stands in the author's own words."""
    mentions = body.css(_MENTION)
    return next(
        (node for node in mentions if not any(above.mem_id in marked.quotes for above in markup.ancestors(node))), None
    )


def _without_mention(text: str, mention: LexborNode | None) -> str:
    """Return a text without the name that it starts with where that only says which post is answered."""
    name = text_of(mention)
    if not name or not text.startswith(name):
        return text
    return text[len(name) :].lstrip(" \n,:")


def _quote(node: LexborNode, said: Words, marked: Marks) -> ParsedQuote:
    """Return a quote; the mention at its start says whose words they are."""
    mentions = node.css(_MENTION)
    mention = next((found for found in mentions if _quote_around(found, marked) == node.mem_id), None)
    is_heading = mention is not None and said.text.startswith(text_of(mention))
    return ParsedQuote(
        text=_without_mention(said.text, mention),
        post_id=attribute(mention, "data-id") or None if is_heading else None,
        author=text_of(mention) or None if is_heading else None,
    )


def _quote_around(node: LexborNode, marked: Marks) -> int:
    return next((above.mem_id for above in markup.ancestors(node) if above.mem_id in marked.quotes), 0)
