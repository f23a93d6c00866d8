"""A post of NodeBB, from the API's object: its words apart from what it quotes and who is said to have said it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import fields, markup, reading
from crawlers.engines.markup import Marks, Words, attribute
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_NOISE = ".post-signature, [component='post/signature'], .nodebb-plugin-poll, [component='poll'], .link-preview"
_SAID = re.compile(r"\A@(\S{1,80}?)(?: [^\n]{1,300})?:\Z")
"""What the composer writes above a quote, in any language: "@anna sa:", "@anna said in Fiber:"."""
_POST = re.compile(r"/post/(\d+|https?%3A[^?#]+)")
_TOKEN = re.compile(r"\[\[(?:\w+:)?([\w.-]+)[^\]]*\]\]")
"""A name that the reader's language would fill in: `[[global:guest]]`."""


def read(post: Mapping[str, Any], *, base: str, is_in_order: bool, page: Page, site: Site) -> ParsedPost:
    """Return a post; its place in the topic only where the topic is shown in its order."""
    post_id = reading.required(fields.text(post, "pid"), "missing_id", "a post has no id")
    content = post.get("content")
    if not isinstance(content, str | LexborNode):
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no content")
    # The API sends text; a page has the element itself.
    body = markup.fragment(content) if isinstance(content, str) else content
    marked, heads = _marks(body)
    said = markup.words(body, marked)
    user = fields.mapping(post, "user")
    name = _TOKEN.sub(r"\1", unescape(fields.text(user, "username", "displayname")))
    # Guests and members who left all have number 0, or less: their names are what tells them apart.
    uid = fields.text(post, "uid")
    is_member = not re.fullmatch(r"0|-\d+|", uid)
    index = fields.whole(post, "index")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(uid if is_member else name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_time(post, "timestamp", page, site),
        # Posts from other servers have those servers' addresses.
        url=(fields.text(post, "url") or post_id) if "://" in post_id else f"{base}/post/{post_id}",
        text=said.text,
        quoted=tuple(_quote(found, heads.get(node.mem_id)) for node, found in markup.nested(said.quotes, marked)),
        edited_at=_edited(post, page, site),
        reply_to=fields.text(post, "toPid") or None,
        position=index + 1 if index is not None and is_in_order else None,
        like_count=fields.whole(post, "upvotes", "votes"),
        reply_count=fields.whole(fields.mapping(post, "replies"), "count"),
    )


def _time(post: Mapping[str, Any], name: str, page: Page, site: Site) -> datetime:
    """Return the time that a post keeps twice: as milliseconds, and as text that may read "Invalid Date"."""
    stamp = fields.whole(post, name)
    if stamp and stamp > 0:
        return dates.from_timestamp(str(stamp), zone=site.timezone)
    return fields.time(post, f"{name}ISO", page, site)


def _edited(post: Mapping[str, Any], page: Page, site: Site) -> datetime | None:
    try:
        return _time(post, "edited", page, site)
    except dates.UnreadableDateError:
        return None


def _marks(body: LexborNode) -> tuple[Marks, Mapping[int, LexborNode]]:
    """Return what is not the author's words, and by quote the line above that names whom it quotes."""
    marked = markup.marks(body, quote="blockquote", drop=_NOISE)
    heads = {key: head for key, node in marked.quotes.items() if (head := _head(node)) is not None}
    return Marks(marked.quotes, marked.dropped | {head.mem_id for head in heads.values()}), heads


def _head(quote: LexborNode) -> LexborNode | None:
    above = quote.prev
    while above is not None and above.tag == "-text" and not (above.text_content or "").strip():
        above = above.prev
    if above is None or above.tag != "p":
        return None
    return above if _SAID.match(markup.text_of(above)) else None


def _quote(said: Words, head: LexborNode | None) -> ParsedQuote:
    match = _SAID.match(markup.text_of(head)) if head is not None else None
    link = _POST.search(attribute(head.css_first("a[href*='/post/']"), "href")) if head is not None else None
    return ParsedQuote(text=said.text, post_id=link[1] if link else None, author=match[1] if match else None)
