"""One XenForo post: who, when, the words, the quotes, the likes."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines import markup, reading
from crawlers.engines.markup import Marks, attribute, text_of
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_POSTS = "[data-content^='post-'].message, [data-content^='post-'].js-post, article[id^='js-post-']"
_GONE = ".messageNotice--deleted, .messageNotice--moderated"
_QUOTE = ".bbCodeBlock--quote, blockquote[data-source], blockquote[data-quote]"
_NOISE = (
    ".bbCodeBlock-title, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink, .js-selectToQuoteEnd, .message-signature,"
    ".message-lastEdit, .messageNotice, .messageHide, .bbMediaWrapper, .bbCodeBlock--unfurl .contentRow-snippet,"
    ".contentRow-minor, .samCodeUnit, .samBannerUnit, ins.adsbygoogle, [id^='div-gpt-ad'], [data-xf-init='ad']"
)
_USERS = (".message-name .username", ".message-cell--user .username", ".message-user .username")
_NOT_THE_DATE = (".bbWrapper", ".message-lastEdit", ".message-signature", ".message-userExtras")
_POST_ID = re.compile(r"(?:js-)?post-(\d+)")
_NUMBERED = re.compile(r"#\s?(\d[\d.,\s\u00a0\u202f]*)")
_SOURCE = re.compile(r"#post-(\d+)|goto/post\D{1,12}(\d+)|posts/(\d+)")


def nodes_of(document: LexborHTMLParser) -> list[LexborNode]:
    """Return the elements of the posts on a page, without advertisements and the placeholders of deleted posts."""
    gone = {above.mem_id for notice in document.css(_GONE) for above in markup.ancestors(notice)}
    return [
        node
        for node in markup.each(document, _POSTS)
        if id_of(node) and node.mem_id not in gone and "message--deleted" not in attribute(node, "class")
    ]


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _POST_ID.fullmatch(attribute(node, "data-content", "id"))
    return match[1] if match else None


def marks_of(document: LexborHTMLParser) -> Marks:
    """Return what on a page is not the words of the post it stands in."""
    return markup.marks(document, quote=_QUOTE, drop=_NOISE)


def read(node: LexborNode, *, marked: Marks, thread_url: str, page: Page, site: Site) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = _body(node)
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message body")
    user = next((found for selector in _USERS if (found := node.css_first(selector)) is not None), None)
    name = attribute(node, "data-author") or text_of(user)
    user_id = attribute(user, "data-user-id")
    said = markup.words(body, marked)
    links = node.css(".message-attribution a[href]")
    edited = node.css_first(".message-lastEdit time")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            user_id if user_id not in ("", "0") else name, "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=reading.time_of(_time(node), page, site),
        url=_permalink(links, post_id, thread_url),
        text=said.text,
        quoted=tuple(quote for found in said.quotes for quote in _quotes(found, marked)),
        edited_at=reading.time_of(edited, page, site) if edited is not None else None,
        position=_position(links),
        like_count=_likes(node),
    )


def _body(node: LexborNode) -> LexborNode | None:
    found = node.css_first(".message-body .bbWrapper")
    if found is not None:
        return found
    signed = {box.mem_id for box in node.css(".message-signature .bbWrapper")}
    boxes = (*node.css(".bbWrapper"), *node.css(".message-body"), *node.css(".message-userContent"))
    return next((box for box in boxes if box.mem_id not in signed), None)


def _time(node: LexborNode) -> LexborNode | None:
    found = node.css_first(".message-attribution-main time") or node.css_first(".message-attribution time")
    if found is not None:
        return found
    elsewhere = {time.mem_id for box in _NOT_THE_DATE for time in node.css(f"{box} time")}
    return next((time for time in node.css("time") if time.mem_id not in elsewhere), None)


def _permalink(links: list[LexborNode], post_id: str, thread_url: str) -> str:
    own = re.compile(rf"(?:post-|posts/){post_id}(?!\d)")
    for link in links:
        href = attribute(link, "href")
        if own.search(href) and not href.startswith(("#", "%23")):
            return markup.absolute(thread_url, href.removesuffix("/share")) or thread_url
    return f"{thread_url.rstrip('/')}/post-{post_id}"


def _position(links: list[LexborNode]) -> int | None:
    for link in reversed(links):
        if match := _NUMBERED.fullmatch(text_of(link)):
            return markup.integer(match[1])
    return None


def _likes(node: LexborNode) -> int | None:
    """Return the count of a bar that says "Anna, Bo and 5 others"; 0 for an empty bar, None for no bar."""
    bar = node.css_first(".reactionsBar") or node.css_first(".likesBar")
    if bar is None or bar.child is None:
        return None if bar is None else 0
    link = bar.css_first(".reactionsBar-link") or bar
    named = link.css("bdi") or link.css("a.username")
    text = text_of(link)
    for name in sorted((text_of(name) for name in named), key=len, reverse=True):
        text = text.replace(name, " ", 1)
    others = re.search(r"\d[\d.,\s\u00a0]*", text)
    return len(named) + (markup.integer(others[0]) or 0 if others else 0)


def _quotes(node: LexborNode, marked: Marks) -> list[ParsedQuote]:
    """Return a quote and, after it, the quotes inside it, each with its own words only."""
    content = node.css_first(".bbCodeBlock-expandContent") or node.css_first(".bbCodeBlock-content") or node
    said = markup.words(content, marked)
    jump = node.css_first(".bbCodeBlock-title .bbCodeBlock-sourceJump")
    source = re.search(r"\bpost:\s*(\d+)", attribute(node, "data-source")) or _SOURCE.search(
        f"{attribute(jump, 'data-content-selector')} {attribute(jump, 'href')}"
    )
    member = re.search(r"\bmember:\s*([1-9]\d*)", attribute(node, "data-attributes"))
    heading = re.sub(r"\s+\S+:$", "", text_of(jump or node.css_first(".bbCodeBlock-title")))
    own = ParsedQuote(
        text=said.text,
        post_id=next(group for group in source.groups() if group) if source else None,
        author=(member[1] if member else attribute(node, "data-quote") or heading) or None,
    )
    return [own, *(quote for inner in said.quotes for quote in _quotes(inner, marked))]
