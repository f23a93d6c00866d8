"""One Flashback post: who, when, the words, the quotes, the engine's note of an edit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_PARTS = {
    "text": ".post_message",
    "user": "a.post-user-username",
    "boxed_user": ".post-user-username a",
    "plain_user": ".post-user-username",
    "bold_user": ".dropdown strong",
    "any_user": ".post-user strong",
    "heading": ".post-heading",
    "number": "a[id^='postcount']",
}
_QUOTE_PARTS = {"words": ".post-clamped-text", "box": ".post-bbcode-quote", "link": "a[href]", "name": "strong"}
_QUOTE = ".post-bbcode-quote-wrapper, .post-bbcode-quote, .post-quote-holder, .bbcode_quote"
_NOISE = (
    ".post-signature, .signature, .post-edited, .post-edit, .btn, .ad, .ads, ins.adsbygoogle, [id^='div-gpt-ad'],"
    ".post-bbcode-code-wrapper > small, .post-bbcode-spoiler-wrapper > small, .post-bbcode-quote-wrapper > small"
)
DATE = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}|i ?dag|i ?går|i ?förrgår)\s*,?\s*(?:kl\.?)?\s*\d{1,2}[:.]\d{2}(?::\d{2})?", re.IGNORECASE
)
_EDITED = re.compile(r"senast redigerad av .{1,80}?(?P<date>\S+,?\s+(?:kl\.?\s*)?\d{1,2}[:.]\d{2})", re.IGNORECASE)
_EDIT_LINE = re.compile(r"(?:(?:^|\n)_{5,})?(?:^|\n)Senast redigerad av [^\n]*\Z", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"\A(?:Citat:?\s*)?Ursprungligen postat av [^\n]*(?:\n|\Z)|\ACitat:?(?:\n|\Z)", re.IGNORECASE)
_SAID_BY = re.compile(r"(?:Citat:?\s*)?Ursprungligen postat av ", re.IGNORECASE)


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = re.fullmatch(r"(?:post_?)?(\d+)", attribute(node, "data-postid", "id"))
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a thread, with all that its posts are read from found once."""

    marked: Marks
    outside: Marks
    """All but what stands around the posts: the notes that the engine writes below them."""
    parts: Parts
    quotes: Parts
    page: Page
    site: Site


def sheet_of(document: Document, nodes: list[LexborNode], page: Page, site: Site) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    return Sheet(
        marked=marked,
        outside=markup.marks(document, drop=".post_message, .post-heading, .post-user"),
        parts=Parts(document, nodes, _PARTS),
        # A wrapper and the box in it are one quote: what stands in the box belongs to the wrapper.
        quotes=Parts(document, (q for q in marked.quotes.values() if not _is_box(q)), _QUOTE_PARTS),
        page=page,
        site=site,
    )


def _is_box(quote: LexborNode) -> bool:
    return "post-bbcode-quote" in attribute(quote, "class").split() and any(
        "post-bbcode-quote-wrapper" in attribute(above, "class") for above in markup.ancestors(quote)
    )


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = sheet.parts.first(node, "text")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message")
    name, user_id = _author(node, sheet.parts)
    said = markup.words(body, sheet.marked)
    box = sheet.parts.first(node, "heading")
    heading = text_of(box) if box is not None else markup.words(node, sheet.outside).text
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(heading, sheet.page, sheet.site),
        url=addresses.absolute(sheet.page.url, f"/p{post_id}#p{post_id}") or sheet.page.url,
        text=_without_edit_line(said.text),
        quoted=tuple(
            _quote(box, words, sheet)
            for box, words in markup.nested(said.quotes, sheet.marked, partial(_quoted_words, quotes=sheet.quotes))
        ),
        edited_at=_edited_at(node, said.text, sheet),
        position=_position(attribute(sheet.parts.first(node, "number"), "name"), heading),
    )


def _author(node: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and closed accounts."""
    link = parts.first(node, "user", "boxed_user")
    match = re.search(r"/u(\d+)\b", attribute(link, "href"))
    return text_of(link or parts.first(node, "plain_user", "bold_user", "any_user")), match[1] if match else ""


def _posted_at(heading: str, page: Page, site: Site) -> datetime:
    match = DATE.search(heading)
    if match is None:
        raise dates.UnreadableDateError(f"no date that we can read in the heading {heading[:60]!r}")
    return dates.parse(match[0], anchor=page.fetched_at, zone=site.timezone)


def _position(number: str, heading: str) -> int | None:
    match = re.search(r"#\s?(\d[\d\s.]*)", heading)
    return markup.integer(number) or (markup.integer(match[1]) if match else None)


def _without_edit_line(text: str) -> str:
    return _EDIT_LINE.sub("", text) if "redigerad av" in text[-200:] else text


def _edited_at(node: LexborNode, own: str, sheet: Sheet) -> datetime | None:
    """Return when the engine says that the post was edited: its line after the message, never the author's words."""
    if "redigerad av" not in node.text(deep=True):
        return None
    match = _EDITED.search(markup.words(node, sheet.outside).text)
    if not match and _without_edit_line(own) != own:
        match = _EDITED.match(own.rsplit("\n", 1)[-1])
    return time_or_none(match["date"], sheet.page, sheet.site) if match else None


def _quoted_words(node: LexborNode, *, quotes: Parts) -> LexborNode:
    return quotes.first(node, "words", "box") or node


def _quote(node: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    links = (attribute(link, "href") for link in sheet.quotes.every(node, "link"))
    source = next((m for href in links if (m := re.search(r"/s?p(\d+)\b|#p(\d+)$", href))), None)
    is_named = _SAID_BY.match(text_of(node)) is not None
    return ParsedQuote(
        text=_ATTRIBUTION.sub("", said.text),
        post_id=(source[1] or source[2]) if source else None,
        author=(text_of(sheet.quotes.first(node, "name")) or None) if is_named else None,
    )


def time_or_none(text: str, page: Page, site: Site) -> datetime | None:
    """Return the time that a text means, for a record that can do without."""
    try:
        return dates.parse(text, anchor=page.fetched_at, zone=site.timezone)
    except dates.UnreadableDateError:
        return None
