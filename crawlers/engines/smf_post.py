"""One SMF post: who, when, the words, the quotes, the likes; in Curve, Curve2 and the themes made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import boards, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.model import Page, ParsedPost, ParsedQuote

_BODIES = ".inner[id^='msg_'], .post [id^='msg_'], [data-msgid][id^='msg_']"
_SAID = (_BODIES, ".signature")
"""What stands in these is the author's, who may write anything: nothing there is taken for the engine's."""
_QUOTE = "[id^='msg_'] blockquote, [id^='msg_'] .codeheader"
"""A code's header is set apart with the quotes, since what comes after it stands on a line of its own."""
_NOISE = (
    ".quoteheader, .quotefooter, blockquote > cite, .signature, .modified, .attachments, .noticebox,"
    ".approve_post, ins.adsbygoogle, [id^='div-gpt-ad']"
)
_PARTS = {
    "body": _BODIES,
    "member": ".poster h4 a[href*='action=profile'], .poster h4 a[href*='action,profile']",
    "pretty_member": ".poster h4 a[href*='/profile']",
    "name": ".poster h4, .poster .name",
    "time": "time[datetime]",
    "line": ".keyinfo .smalltext, .postinfo .smalltext",
    "other_line": ".keyinfo a[href*='msg'], .postinfo, .keyinfo h5",
    "counter": ".page_number, .keyinfo .smalltext strong",
    "edited": ".modified",
    "link": ".keyinfo a[href*='msg'], .postinfo a[href*='msg']",
    "likes": ".like_count",
}
_BODY_ID = re.compile(r"msg_(\d+)")
_USER_ID = re.compile(r"[?&;/,]u[=,](\d+)")
_MSG = re.compile(r"msg=?(\d+)")
DROPPED = (*boards.SESSION, "topicseen")
"""Parameters of addresses that do not last."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a topic, with all that its posts are read from found once."""

    marked: Marks
    parts: Parts
    quotes: Parts
    first_id: str | None
    """The post that opens the topic, where it stands on this page."""
    base: str
    thread_url: str
    page: Page
    zone: ZoneInfo


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page: what stands around a message, its author and its date."""
    found: dict[int, LexborNode] = {}
    for body in document.css(_BODIES):
        if not _BODY_ID.fullmatch(attribute(body, "id")):
            continue
        for above in boards.around(body):
            classes = attribute(above, "class").split()
            if "post_wrapper" in classes or (
                above.tag in ("div", "article", "tr", "li") and above.css_first(".poster")
            ):
                found.setdefault(above.mem_id, above)
                break
    return list(found.values())


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    ids = (_BODY_ID.fullmatch(attribute(body, "id")) for body in node.css(_BODIES))
    return next((match[1] for match in ids if match), None)


def sheet_of(
    document: Document,
    nodes: list[LexborNode],
    *,
    is_first_page: bool,
    thread_url: str,
    base: str,
    page: Page,
    zone: ZoneInfo,
) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    return Sheet(
        marked=marked,
        parts=Parts(document, (*nodes, *(box for said in _SAID for box in document.css(said))), _PARTS),
        quotes=Parts(document, marked.quotes.values(), {"link": "cite a[href]", "cite": "cite"}),
        first_id=id_of(nodes[0]) if is_first_page and nodes else None,
        base=base,
        thread_url=thread_url,
        page=page,
        zone=zone,
    )


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    body = next((b for b in sheet.parts.every(node, "body") if _BODY_ID.fullmatch(attribute(b, "id"))), None)
    post_id = attribute(body, "id").removeprefix("msg_")
    if body is None:
        raise reading.UnreadablePostError("missing_text", "a post has no message")
    name, user_id = _author(node, sheet.parts)
    said = markup.words(body, sheet.marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(node, sheet),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=tuple(_quote(box, words, sheet) for box, words in markup.nested(_blocks(said), sheet.marked)),
        edited_at=_edited_at(node, sheet),
        position=1 if post_id == sheet.first_id else _position(node, sheet.parts),
        like_count=markup.integer(re.sub(r"^\D+", "", text_of(sheet.parts.first(node, "likes")))),
    )


def _blocks(said: Words) -> list[LexborNode]:
    return [found for found in said.quotes if found.tag == "blockquote"]


def _author(node: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and deleted members."""
    links = (link for kind in ("member", "pretty_member") for link in parts.every(node, kind))
    for link in links:
        match, name = _USER_ID.search(attribute(link, "href")), text_of(link)
        if match and name:
            return name, "" if match[1] == "0" else match[1]
    return text_of(parts.first(node, "name")), ""


def _posted_at(node: LexborNode, sheet: Sheet) -> datetime:
    time = sheet.parts.first(node, "time")
    if time is not None:
        return dates.parse(attribute(time, "datetime"), anchor=sheet.page.fetched_at, zone=sheet.zone)
    lines = (line for name in ("line", "other_line") for line in sheet.parts.every(node, name))
    return boards.first_date(map(_bare, lines), partial(dates.parse, anchor=sheet.page.fetched_at, zone=sheet.zone))


def _bare(line: LexborNode) -> str:
    """Return a line without its label: "« Reply #1 on: Today at 14:03 »", where "Today" may be bold like the label."""
    text = text_of(line).strip("\u00ab\u00bb ")
    label = text_of(line.css_first("strong, b")) if ":" in text else ""
    return text.removeprefix(label).strip() if label.endswith(":") else text


def _position(node: LexborNode, parts: Parts) -> int | None:
    """Return the place in the topic: answers are counted from one, after the opening post."""
    for counter in parts.every(node, "counter"):
        match = re.search(r"#\s?(\d[\d.,\u00a0\u202f]*)", text_of(counter))
        if match and (count := markup.integer(match[1])) is not None:
            return count + 1
    return None


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> str:
    for link in sheet.parts.every(node, "link"):
        match = _MSG.search(attribute(link, "href"))
        if match and match[1] == post_id:
            url = boards.link_of(link, sheet.base, drop=DROPPED)
            if url:
                return url
    return re.sub(r"(topic[=,]\d+)\.\d+", rf"\1.msg{post_id}", sheet.thread_url) + f"#msg{post_id}"


def _edited_at(node: LexborNode, sheet: Sheet) -> datetime | None:
    """Return when the engine says that the post was edited; what it says of who did so comes after."""
    notes = (text_of(note).partition(":")[2] for note in sheet.parts.every(node, "edited"))
    return boards.first_date_in(notes, anchor=sheet.page.fetched_at, zone=sheet.zone)


def _quote(node: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    head = sheet.quotes.first(node, "cite")
    link = sheet.quotes.first(node, "link")
    if head is None:
        head = _header(node)
        link = head.css_first("a[href]") if head is not None else None
    source = _MSG.search(attribute(link, "href"))
    return ParsedQuote(
        text=said.text,
        post_id=source[1] if source else None,
        author=_quoted_name(text_of(head), sheet, is_dated=link is not None),
    )


def _header(node: LexborNode) -> LexborNode | None:
    """Return the line that 2.0 writes before a quote."""
    before = node.prev
    while before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    return before if before is not None and "quoteheader" in attribute(before, "class") else None


def _quoted_name(said: str, sheet: Sheet, *, is_dated: bool) -> str | None:
    """Return the name in "Quote from: anna on Today at 14:03", where a date follows a linked one."""
    words = said.partition(":")[2].split()
    for start in range(1, len(words)) if is_dated else ():
        if not dates.has_form(rest := " ".join(words[start:])):
            continue
        try:
            dates.parse(rest, anchor=sheet.page.fetched_at, zone=sheet.zone)
        except dates.UnreadableDateError:
            continue
        # The word before the date is "on".
        return " ".join(words[: max(1, start - 1)])
    return None if is_dated else " ".join(words) or None
