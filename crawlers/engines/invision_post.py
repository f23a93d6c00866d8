"""One post of Invision Community 4 or 5, or IP.Board 3: who, when, the words, the quotes, the reactions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, fields, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.engines.sheet import Selectors, Sheet
from crawlers.model import ParsedPost, ParsedQuote

_POSTS = "[id^='elComment_'], .post_block[id^='post_id_']"
_ID = re.compile(r"(?:elComment_|post_id_)(\d+)")
_QUOTE = "blockquote.ipsQuote, blockquote.ipsBlockquote, [data-ipsquote], div.blockquote"
_NOISE = (
    ".ipsQuote_citation, p.citation, [data-excludequote], .ipsComment_controls, .ipsSpoiler_header, .signature,"
    ".ipsHide, .edit, .ipsLikeBar, .rep_bar, .ipsAdvertisement, ins.adsbygoogle, [id^='div-gpt-ad'], .ipsEmbeddedOther,"
    ".bbc_spoiler_show"
)
_PARTS = {
    "data": "[data-quotedata]",
    "text": "[data-role='commentContent']",
    "old_text": ".post.entry-content, [itemprop='commentText']",
    "rich_text": ".cPost_contentWrap .ipsType_richText, .ipsEntry__post .ipsRichText",
    "user": ".cAuthorPane_author a[href], .ipsEntry__username a[href], .ipsComment_author a[href]",
    "old_user": "[hovercard-id]",
    "guest": ".cAuthorPane_author, .ipsEntry__username, .ipsComment_author strong, h3 .author, .author",
    "time": ".ipsComment_meta time, .ipsEntry__header time, .cAuthorPane_content time, abbr.published, .published",
    "any_time": "time",
    "edited": "[data-excludequote] time, .ipsEdited time, .ipsEntry__edited time",
    "old_edited": "p.edit",
    "link": (
        "a[data-role='shareComment'], .ipsComment_meta a[href], .ipsEntry__header a[href], a[itemprop='replyToUrl']"
    ),
    "number": (
        "a[itemprop='replyToUrl'], .post_id a, .ipsComment_tools a, .ipsEntry__topButton, [data-role='commentNumber']"
    ),
    "total": "[data-role='reactCountText'], .ipsReact_reactCountOnly, .ipsReputation_count, .rep_bar .reputation",
    "counts": ".ipsReact_reactions .ipsReact_reactCount, .ipsReact_reactions [data-role='reactionCount']",
    "bar": ".ipsReact, .ipsLikeRep, .rep_bar",
}
_QUOTE_PARTS = {"words": ".ipsQuote_contents", "cite": ".ipsQuote_citation, p.citation"}
SELECTORS = Selectors(quote=_QUOTE, drop=_NOISE, parts=_PARTS, quote_parts=_QUOTE_PARTS)
_SAID_BY = re.compile(r"^(?:.*\d[,.]?\s+)?(\S.{0,60}?)\s+(?:said|skrev|sa|sade|wrote)\s*:?$", re.IGNORECASE)
_COMMENT = re.compile(r"(?:comment[=-]|#entry|[?&]p=)(\d+)")


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page; those that are hidden have no text."""
    return [node for node in document.css(_POSTS) if id_of(node)]


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _ID.fullmatch(attribute(node, "id"))
    return match[1] if match else None


def told(node: LexborNode | None) -> Mapping[str, Any]:
    """Return what a post's element says of itself for those who quote it: user, time, thread."""
    try:
        data = json.loads(attribute(node, "data-quotedata") or "{}")
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = sheet.parts.first(node, "text", "old_text", "rich_text")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message")
    data = told(sheet.parts.first(node, "data"))
    name, user_id = _author(node, data, sheet.parts)
    said = markup.words(body, sheet.marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(node, data, sheet),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=tuple(
            _quote(box, words, sheet)
            for box, words in markup.nested(said.quotes, sheet.marked, partial(_quoted_words, quotes=sheet.quotes))
        ),
        edited_at=_edited_at(node, sheet),
        position=_position(node, sheet.parts),
        like_count=_likes(node, sheet.parts),
    )


def _author(node: LexborNode, data: Mapping[str, Any], parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty for guests."""
    user_id = fields.text(data, "userid")
    link = parts.first(node, "old_user", "user")
    if "userid" not in data:
        match = re.search(r"/(?:profile|user)/(\d+)-|[?&]showuser=(\d+)", attribute(link, "href"))
        in_url = next(filter(None, match.groups()), "") if match else ""
        user_id = attribute(link, "hovercard-id") or in_url
    name = fields.text(data, "username") or text_of(link) or text_of(parts.first(node, "guest"))
    return name, "" if user_id == "0" else user_id


def _posted_at(node: LexborNode, data: Mapping[str, Any], sheet: Sheet) -> datetime:
    if (stamp := fields.text(data, "timestamp")).isdigit() and len(stamp) > 6:
        return dates.from_timestamp(stamp, zone=sheet.site.timezone)
    edited = {time.mem_id for time in sheet.parts.every(node, "edited")}
    times = (*sheet.parts.every(node, "time"), *sheet.parts.every(node, "any_time"))
    return reading.time_of(next((t for t in times if t.mem_id not in edited), None), sheet.page, sheet.site)


def _edited_at(node: LexborNode, sheet: Sheet) -> datetime | None:
    if (time := sheet.parts.first(node, "edited")) is not None:
        return reading.time_or_none(time, sheet.page, sheet.site)
    note = re.search(r", (\S.{4,40}?)\.?$", text_of(sheet.parts.first(node, "old_edited")))
    try:
        return dates.parse(note[1], anchor=sheet.page.fetched_at, zone=sheet.site.timezone) if note else None
    except dates.UnreadableDateError:
        return None


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> str:
    for link in sheet.parts.every(node, "link"):
        href = attribute(link, "href")
        match = _COMMENT.search(href)
        if match and match[1] == post_id and (url := addresses.absolute(sheet.page.url, href)):
            return url
    joint = "&" if "?" in sheet.thread_url else "?"
    return f"{sheet.thread_url}{joint}do=findComment&comment={post_id}"


def _position(node: LexborNode, parts: Parts) -> int | None:
    shown = (re.fullmatch(r"#\s?(\d[\d.,\s\u00a0]*)", text_of(link)) for link in parts.every(node, "number"))
    return next((markup.integer(match[1]) for match in shown if match), None)


def _likes(node: LexborNode, parts: Parts) -> int | None:
    """Return the sum of a post's reactions; 0 for an empty bar, None for no bar."""
    counts = parts.every(node, "counts")
    if counts:
        return sum(markup.integer(text_of(count)) or 1 for count in counts)
    if (total := parts.first(node, "total")) is not None:
        return markup.integer(text_of(total))
    return 0 if parts.first(node, "bar") is not None else None


def _quoted_words(box: LexborNode, *, quotes: Parts) -> LexborNode:
    return quotes.first(box, "words") or box


def _quote(box: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    user_id = attribute(box, "data-ipsquote-userid")
    cited = _SAID_BY.match(text_of(sheet.quotes.first(box, "cite")))
    name = attribute(box, "data-ipsquote-username", "data-author", "data-cite") or (cited[1] if cited else "")
    post_id = attribute(box, "data-ipsquote-contentcommentid", "data-cid")
    return ParsedQuote(
        text=said.text,
        post_id=post_id if post_id.isdigit() else None,
        author=(user_id if user_id.isdigit() and user_id != "0" else name) or None,
    )
