"""A post of Discourse: what its author wrote, apart from quotes, link previews and announcements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers.engines import fields, markup, reading
from crawlers.engines.markup import Words, attribute, text_of
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_SPOKEN = (1, 2)
"""Kinds of post that say something: regular, moderator's. The rest announce "closed", or are whispers among staff."""
_QUOTE = "aside.quote, blockquote"
_NOISE = (
    "aside.quote > .title, aside.onebox header, aside.onebox img, aside.onebox article > :not(h3):not(h4),"
    ".onebox-metadata, .poll-info, .poll-buttons, a.anchor, .lightbox .meta, .lightbox .informations,"
    ".video-placeholder-container, .cooked-selection-barrier, .post-notice, .badge.badge-notification.clicks"
)


def is_spoken(post: Mapping[str, Any]) -> bool:
    """Return whether a post is shown and says something."""
    gone = post.get("hidden") or post.get("user_deleted") or post.get("deleted_at") or post.get("cooked_hidden")
    return not gone and post.get("post_type", 1) in _SPOKEN


def read(
    post: Mapping[str, Any], *, topic_id: str, ids: Mapping[int, str], base: str, page: Page, site: Site
) -> ParsedPost:
    """Return a post of a topic; `ids` are those of the posts at hand by their place."""
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
    author = fields.text(post, "user_id") or name
    is_edited = (fields.whole(post, "version") or 1) > 1
    return ParsedPost(
        post_id=post_id,
        author=reading.required(author, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=fields.time(post, "created_at", page, site),
        url=f"{base}/t/{slug}/{topic_id}/{number or ''}".rstrip("/"),
        text=said.text,
        quoted=tuple(
            _quote(node, found, topic_id, ids) for node, found in markup.nested(said.quotes, marked, _quoted_words)
        ),
        edited_at=fields.time_or_none(post, "updated_at", page, site) if is_edited else None,
        reply_to=ids.get(answered) if answered else None,
        reply_to_position=answered,
        position=number,
        like_count=_likes(post),
        reply_count=fields.whole(post, "reply_count"),
        language=fields.text(post, "locale") or None,
    )


def _likes(post: Mapping[str, Any]) -> int:
    return next((fields.whole(s, "count") or 0 for s in fields.items(post, "actions_summary") if s.get("id") == 2), 0)


def _quoted_words(node: LexborNode) -> LexborNode:
    return (node.css_first("blockquote") if node.tag == "aside" else None) or node


def _quote(node: LexborNode, said: Words, topic_id: str, ids: Mapping[int, str]) -> ParsedQuote:
    """Return a quote; a post of another topic is named by nothing but its text."""
    is_post = node.tag == "aside"
    number, topic = attribute(node, "data-post"), attribute(node, "data-topic")
    is_here = is_post and number.isdecimal() and topic in ("", topic_id)
    return ParsedQuote(
        text=said.text,
        post_id=ids.get(int(number)) if is_here else None,
        author=(_quoted_name(node) or None) if is_post else None,
        position=int(number) if is_here else None,
    )


def _quoted_name(node: LexborNode) -> str:
    """Return who is quoted: older versions say it only above the quote, where other topics are named by a link."""
    title = node.css_first(".title")
    is_link = title is None or title.css_first("a") is not None
    return attribute(node, "data-username") or ("" if is_link else text_of(title).removesuffix(":"))
