"""One MyBB post: who, when, the words, the quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import boards, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.engines.mybb_dates import Calendar, shown_in
from crawlers.engines.parts import Parts
from crawlers.model import Page, ParsedPost, ParsedQuote

_IDENTIFIED = "[id^='post_']"
_POST_TAGS = ("div", "table", "article", "li")
_SAID = ".post_body, .signature"
"""What stands in these is the author's, who may write anything: nothing there is taken for the engine's."""
_GONE = "deleted_post_hidden"
_QUOTE = ".post_body blockquote"
_NOISE = (
    "blockquote > cite, .codeblock > .title, .signature, .edited_post, .post_meta, ins.adsbygoogle,"
    "[id^='div-gpt-ad'], .quick_jump"
)
_PARTS = {
    "body": ".post_body",
    "date": ".post_date",
    "other_date": ".postdate, .post-date, .post_head .date, .post_head .smalltext, .tcat .float_left, .tcat .smalltext",
    "edited": ".edited_post, .post_edit",
    "user": ".largetext",
    "profile": ".author_information a[href], .largetext a[href]",
    "any_profile": ".post_author a[href*='uid='], .post_author a[href*='user-'], .author a[href]",
    "link": "a[href*='#pid']",
}
_QUOTE_PARTS = {"cite": "cite", "jump": "cite a[href*='pid']"}
_POST_ID = re.compile(r"post_(\d+)")
_USER_ID = re.compile(r"[?&;]uid=(\d+)|/user-(\d+)\.html")
_PID = re.compile(r"#pid(\d+)|[?&;]pid=(\d+)|-post-(\d+)\.html")
_NUMBERED = re.compile(r"#\s?(\d[\d.,\s\u00a0\u202f]*)")
DROPPED = ("highlight", "my_post_key")
"""Parameters of addresses that do not last. `sid` is not one: it names a search."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a thread, with all that its posts are read from found once."""

    marked: Marks
    parts: Parts
    quotes: Parts
    calendar: Calendar
    base: str
    thread_url: str
    page: Page


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page, without the placeholders of deleted posts."""
    return [
        node
        for node in document.css(_IDENTIFIED)
        if _POST_ID.fullmatch((node.id or "").strip())
        and (node.tag in _POST_TAGS or node.css_matches(".post"))
        and _GONE not in attribute(node, "class")
        and node.css_first(".post_body") is not None
    ]


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _POST_ID.fullmatch(attribute(node, "id"))
    return match[1] if match else None


def sheet_of(
    document: Document, nodes: list[LexborNode], *, calendar: Calendar, thread_url: str, base: str, page: Page
) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    return Sheet(
        marked=marked,
        parts=Parts(document, (*nodes, *document.css(_SAID)), _PARTS),
        quotes=Parts(document, marked.quotes.values(), _QUOTE_PARTS),
        calendar=calendar,
        base=base,
        thread_url=thread_url,
        page=page,
    )


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = sheet.parts.first(node, "body")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no body")
    user = sheet.parts.first(node, "user")
    profile = sheet.parts.first(node, "profile", "any_profile")
    match = _USER_ID.search(attribute(profile, "href"))
    user_id = (match[1] or match[2]) if match else ""
    name = text_of(user) or text_of(profile)
    said = markup.words(body, sheet.marked)
    url, position = _permalink(node, post_id, sheet)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            user_id if user_id not in ("", "0") else name, "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=_posted_at(node, sheet),
        url=url,
        text=said.text,
        quoted=tuple(_quote(box, words, sheet) for box, words in markup.nested(said.quotes, sheet.marked)),
        edited_at=_edited_at(node, sheet),
        position=position,
    )


def _posted_at(node: LexborNode, sheet: Sheet) -> datetime:
    boxes = (box for name in ("date", "other_date") for box in sheet.parts.every(node, name))
    return boards.first_date(map(shown_in, boxes), sheet.calendar.parse)


def _edited_at(node: LexborNode, sheet: Sheet) -> datetime | None:
    """Return when the engine says that the post was edited; what it says of who did so is passed over."""
    for note in sheet.parts.every(node, "edited"):
        text = text_of(note)
        if not text:
            continue
        user, dated = note.css_first("a[href]"), note.css_first("span[title]")
        text = text.rpartition(text_of(user))[0] if user is not None else text
        if dated is not None:
            title = attribute(dated, "title")
            rest = text.partition(text_of(dated))[2]
            text = title if boards.is_whole_date(title) else f"{title}{rest}"
        try:
            return sheet.calendar.find(text)
        except dates.UnreadableDateError:
            continue
    return None


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> tuple[str, int | None]:
    """Return the post's own address, and its place in the thread where the link shows it."""
    for link in sheet.parts.every(node, "link"):
        match = _PID.search(attribute(link, "href"))
        if not match or post_id not in match.groups():
            continue
        shown = _NUMBERED.fullmatch(text_of(link))
        if shown and (url := boards.link_of(link, sheet.base, drop=DROPPED)):
            return url, markup.integer(shown[1])
    return f"{sheet.thread_url}#pid{post_id}", None


def _quote(node: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    source = _PID.search(attribute(sheet.quotes.first(node, "jump"), "href"))
    cite = sheet.quotes.first(node, "cite")
    texts = (child.text_content or "" for child in cite.iter(include_text=True) if child.tag == "-text") if cite else ()
    # "anna Wrote:", in any language; a quote of nobody has the one word "Quote:".
    name = re.sub(r"(?:^|\s+)\S+\s*:?$", "", " ".join("".join(texts).split()))
    return ParsedQuote(
        text=said.text,
        post_id=next(group for group in source.groups() if group) if source else None,
        author=name or None,
    )
