"""One XenForo post: who, when, the words, the quotes, the likes."""

from __future__ import annotations

import re
from functools import partial

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.engines.sheet import Selectors, Sheet
from crawlers.model import ParsedPost, ParsedQuote

_POSTS = "[data-content^='post-'].message, [data-content^='post-'].js-post, article[id^='js-post-']"
_GONE = ".messageNotice--deleted, .messageNotice--moderated"
_QUOTE = ".bbCodeBlock--quote, blockquote[data-source], blockquote[data-quote]"
_NOISE = (
    ".bbCodeBlock-title, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .js-selectToQuoteEnd, .message-signature,"
    ".message-lastEdit, .messageNotice, .messageHide, .bbMediaWrapper, .bbCodeBlock--unfurl .contentRow-snippet,"
    ".contentRow-minor, .samCodeUnit, .samBannerUnit, ins.adsbygoogle, [id^='div-gpt-ad']"
)
_PARTS = {
    "name": ".message-name .username",
    "user": ".message-user .username",
    "article_user": ".message-attribution .username, .message-articleUserName .username",
    "body": ".message-body .bbWrapper",
    "any_body": ".bbWrapper",
    "plain_body": ".message-body",
    "signed": ".message-signature .bbWrapper",
    "main_date": ".message-attribution-main time",
    "date": ".message-attribution time",
    "time": "time",
    "edited": ".message-lastEdit time",
    "link": ".message-attribution a[href]",
    "reactions": ".reactionsBar",
    "reactions_link": ".reactionsBar-link",
    "likes": ".likesBar",
}
_QUOTE_PARTS = {
    "words": ".bbCodeBlock-expandContent",
    "content": ".bbCodeBlock-content",
    "title": ".bbCodeBlock-title",
    "jump": ".bbCodeBlock-sourceJump",
}
SELECTORS = Selectors(quote=_QUOTE, drop=_NOISE, parts=_PARTS, quote_parts=_QUOTE_PARTS)
_NOT_THE_DATE = ("bbWrapper", "message-signature", "message-userExtras")
_POST_ID = re.compile(r"(?:js-)?post-(\d+)")
_POST_LINK = re.compile(r"(?:post-|posts/)(\d+)")
_NUMBERED = re.compile(r"#\s?(\d[\d.,\s\u00a0\u202f]*)")
_SOURCE = re.compile(r"#post-(\d+)|goto/post\D{1,12}(\d+)|posts/(\d+)")


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page, without advertisements and the placeholders of deleted posts."""
    gone = {above.mem_id for notice in document.css(_GONE) for above in markup.ancestors(notice)}
    return [
        node
        for node in document.css(_POSTS)
        if node.mem_id not in gone and id_of(node) and "message--deleted" not in attribute(node, "class")
    ]


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _POST_ID.fullmatch(attribute(node, "data-content", "id"))
    return match[1] if match else None


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = _body(node, sheet.parts)
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message body")
    user = sheet.parts.first(node, "name", "user", "article_user")
    name = attribute(node, "data-author") or text_of(user)
    user_id = attribute(user, "data-user-id")
    said = markup.words(body, sheet.marked)
    edited = sheet.parts.first(node, "edited")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            user_id if user_id not in ("", "0") else name, "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=reading.time_of(_time(node, sheet.parts), sheet.page, sheet.site),
        url=_permalink(sheet.parts.every(node, "link"), post_id, sheet.thread_url),
        text=said.text,
        quoted=tuple(
            _quote(box, words, sheet)
            for box, words in markup.nested(said.quotes, sheet.marked, partial(_quoted_words, quotes=sheet.quotes))
        ),
        edited_at=reading.time_of(edited, sheet.page, sheet.site) if edited is not None else None,
        position=_position(sheet.parts.every(node, "link")),
        like_count=_likes(node, sheet.parts),
    )


def _body(node: LexborNode, parts: Parts) -> LexborNode | None:
    if (found := parts.first(node, "body")) is not None:
        return found
    signed = {box.mem_id for box in parts.every(node, "signed")}
    boxes = (*parts.every(node, "any_body"), *parts.every(node, "plain_body"))
    return next((box for box in boxes if box.mem_id not in signed), None)


def _time(node: LexborNode, parts: Parts) -> LexborNode | None:
    if (found := parts.first(node, "main_date", "date")) is not None:
        return found
    edited = {time.mem_id for time in parts.every(node, "edited")}
    return next((t for t in parts.every(node, "time") if t.mem_id not in edited and not _is_elsewhere(t)), None)


def _is_elsewhere(time: LexborNode) -> bool:
    return any(name in attribute(above, "class") for above in markup.ancestors(time) for name in _NOT_THE_DATE)


def _permalink(links: list[LexborNode], post_id: str, thread_url: str) -> str:
    for link in links:
        href = attribute(link, "href")
        match = _POST_LINK.search(href)
        if match and match[1] == post_id and not href.startswith(("#", "%23")):
            return addresses.absolute(thread_url, href.removesuffix("/share")) or thread_url
    return f"{thread_url.rstrip('/')}/post-{post_id}"


def _position(links: list[LexborNode]) -> int | None:
    for link in reversed(links):
        if match := _NUMBERED.fullmatch(text_of(link)):
            return markup.integer(match[1])
    return None


def _likes(node: LexborNode, parts: Parts) -> int | None:
    """Return the count of a bar that says "Anna, Bo and 5 others"; 0 for an empty bar, None for no bar."""
    bar = parts.first(node, "reactions_link", "reactions", "likes")
    if bar is None or not (text := text_of(bar)):
        return None if bar is None else 0
    named = bar.css("bdi") or bar.css("a.username")
    for name in sorted((text_of(name) for name in named), key=len, reverse=True):
        text = text.replace(name, " ", 1)
    others = re.search(r"\d[\d.,\s\u00a0]*", text)
    return len(named) + (markup.integer(others[0]) or 0 if others else 0)


def _quoted_words(node: LexborNode, *, quotes: Parts) -> LexborNode:
    return quotes.first(node, "words", "content") or node


def _quote(node: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    jump = sheet.quotes.first(node, "jump")
    source = re.search(r"(?<![\w-])post:\s*(\d+)", attribute(node, "data-source")) or _SOURCE.search(
        f"{attribute(jump, 'data-content-selector')} {attribute(jump, 'href')}"
    )
    member = re.search(r"\bmember:\s*([1-9]\d*)", attribute(node, "data-attributes"))
    heading = re.sub(r"\s+\S+:$", "", text_of(jump or sheet.quotes.first(node, "title")))
    return ParsedQuote(
        text=said.text,
        post_id=next(group for group in source.groups() if group) if source else None,
        author=(member[1] if member else attribute(node, "data-quote") or heading) or None,
    )
