"""One phpBB post: who, when, the words, the quotes; in prosilver, subsilver2 and the styles made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import boards, markup, reading
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.model import Page, ParsedPost, ParsedQuote

_POSTS = (
    "div[id^='p'][class*='post'], article[id^='p'], section[id^='p'], li[id^='p'][class*='post'],"
    "table[id^='p'], tr[id^='p']"
)
_TABLE_ANCHORS = "table.tablebg a[name^='p']"
_GONE = "div.ignore, .post_deleted_msg, .post-notice.deleted"
_QUOTE = ".content blockquote, .postbody blockquote, .quotecontent"
_NOISE = (
    "blockquote cite, .quotetitle, .codebox > dt, .codebox > p, .codetitle, .inline-attachment, .attachbox, .signature,"
    ".notice, .post-notice, .post-buttons, ins.adsbygoogle, [id^='div-gpt-ad'], .spoilertitle, .spoilbtn"
)
_PARTS = {
    "content": ".content",
    "body": "div.postbody, td.postbody",
    "time": "time[datetime]",
    "line": "p.author, .author, .post-author, .postinfo, .post-info, .post-date, .postdate, .post-time",
    "heading": "td.gensmall div, td.gensmall, .gensmall",
    "user": ".author .username, .author .username-coloured",
    "profile_user": ".postprofile .username, .postprofile .username-coloured, .postauthor .username,"
    ".username, .username-coloured",
    "guest": ".author strong, .postprofile dt strong, b.postauthor, .postauthor",
    "profile": "a[href*='mode=viewprofile']",
    "link": ".author a[href], h3 a[href], .post-subject a[href], td.gensmall a[href]",
    "notice": ".notice, span.gensmall, .postedited, .edited",
    "signature": ".signature",
}
_QUOTE_PARTS = {
    "cite": "cite",
    "post": "a[data-post-id]",
    "user": "cite a[href*='mode=viewprofile'], cite a[href*='memberlist']",
}
_POST_ID = re.compile(r"p(\d+)")
_POST_LINK = re.compile(r"[?&;]p=(\d+)|#p(\d+)$")
_USER_ID = re.compile(r"[?&;]u=(\d+)|/member(\d+)\.html|-u(\d+)(?:\.html|/)")
_SAID = re.compile(r"\s*(?:(?:wrote|skrev|kirjoitti|hat geschrieben|schrieb|a écrit|escribió)\s*)?:?\s*$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a topic, with all that its posts are read from found once."""

    marked: Marks
    outside: Marks
    """In the line that names author and date, the author."""
    parts: Parts
    said: frozenset[int]
    """The boxes of authors' own words."""
    quotes: Parts
    first_position: int | None
    base: str
    page: Page
    zone: ZoneInfo


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page, without search hits, advertisements and what is deleted or hidden."""
    found = [node for node in document.css(_POSTS) if _POST_ID.fullmatch(attribute(node, "id"))]
    if not found:
        found = _tables(document)
    gone = {above.mem_id for notice in document.css(_GONE) for above in boards.around(notice)}
    return [node for node in found if node.mem_id not in gone and "deleted" not in attribute(node, "class").split()]


def _tables(document: Document) -> list[LexborNode]:
    """Return the tables that subsilver2 makes of posts; one without words is the stub of an ignored post."""
    tables: dict[int, LexborNode] = {}
    for anchor in document.css(_TABLE_ANCHORS):
        if _POST_ID.fullmatch(attribute(anchor, "name")):
            table = next((a for a in boards.around(anchor) if "tablebg" in attribute(a, "class").split()), None)
            # A search's hits stand in tables too, all in one; their subjects are headings.
            if table is not None and table.css_first(".postbody") is not None and not table.css_first("p.topictitle"):
                tables.setdefault(table.mem_id, table)
    return list(tables.values())


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _POST_ID.fullmatch(attribute(node, "id"))
    if match is None and node.tag == "table":
        names = (attribute(anchor, "name") for anchor in node.css("a[name^='p']"))
        match = next((m for name in names if (m := _POST_ID.fullmatch(name))), None)
    return match[1] if match else None


def sheet_of(
    document: Document,
    nodes: list[LexborNode],
    *,
    first_position: int | None,
    base: str,
    page: Page,
    zone: ZoneInfo,
) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    marked, said = markup.marks(document, quote=_QUOTE, drop=_NOISE), _said(document, nodes)
    return Sheet(
        marked=marked,
        outside=markup.marks(document, drop=".author strong, .author .username, .author .username-coloured, .sr-only"),
        parts=Parts(document, (*nodes, *said), _PARTS),
        said=frozenset(box.mem_id for box in said),
        quotes=Parts(document, marked.quotes.values(), _QUOTE_PARTS),
        first_position=first_position,
        base=base,
        page=page,
        zone=zone,
    )


def _said(document: Document, nodes: list[LexborNode]) -> list[LexborNode]:
    """Return what holds authors' own words, who may write anything: nothing there is taken for the engine's."""
    is_table = bool(nodes) and nodes[0].tag == "table"
    found = document.css("div.postbody, .signature" if is_table else ".content, .signature")
    # One around another is no message but a part of the style.
    outer = {above.mem_id for box in found for above in boards.around(box)}
    return [box for box in found if box.mem_id not in outer]


def read(placed: tuple[int, LexborNode], sheet: Sheet) -> ParsedPost:
    """Return the post that the element at a place on the page shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    place, node = placed
    post_id = id_of(node) or ""
    body = _body(node, sheet)
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no content")
    name, user_id = _author(node, sheet.parts)
    said = markup.words(body, sheet.marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(node, sheet),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=tuple(_quote(box, words, sheet) for box, words in markup.nested(said.quotes, sheet.marked)),
        edited_at=_edited_at(node, sheet),
        position=sheet.first_position + place if sheet.first_position is not None else None,
    )


def _body(node: LexborNode, sheet: Sheet) -> LexborNode | None:
    boxes = (box for name in ("content", "body") for box in sheet.parts.every(node, name))
    return next((box for box in boxes if box.mem_id in sheet.said), None)


def _author(node: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and deleted accounts."""
    user = parts.first(node, "user", "profile_user")
    match = _USER_ID.search(attribute(user, "href"))
    if user is None:
        # subsilver2 links the profile below the post, from a button.
        user, match = parts.first(node, "guest"), _USER_ID.search(attribute(parts.first(node, "profile"), "href"))
    user_id = next((group for group in match.groups() if group), "") if match else ""
    return text_of(user), "" if user_id in ("0", "1") else user_id


def _posted_at(node: LexborNode, sheet: Sheet) -> datetime:
    time = sheet.parts.first(node, "time")
    if time is not None:
        return dates.parse(attribute(time, "datetime"), anchor=sheet.page.fetched_at, zone=sheet.zone)
    read = partial(dates.parse, anchor=sheet.page.fetched_at, zone=sheet.zone)
    return boards.first_date((text.strip(" |\u2022\u00b7,.-") for text in _dated(node, sheet)), read)


def _dated(node: LexborNode, sheet: Sheet) -> Iterator[str]:
    """Yield what may be the date: the end of the line that names the author, or what follows a label."""
    for line in sheet.parts.every(node, "line"):
        yield markup.words(line, sheet.outside).text.replace("\n", " ").rpartition("\u00bb")[2]
    for box in sheet.parts.every(node, "heading"):
        if found := _after(box):
            yield found


def _after(box: LexborNode) -> str:
    """Return what stands after the last bold label ("Posted:") of a table's cell."""
    label, found = False, ""
    for child in box.iter(include_text=True):
        if child.tag in ("b", "strong"):
            label, found = True, ""
        elif label and child.tag == "-text":
            found += child.text_content or ""
    return " ".join(found.split())


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> str:
    for link in sheet.parts.every(node, "link"):
        href = attribute(link, "href")
        match = _POST_LINK.search(href)
        if match and match[1] == post_id and (url := boards.link_of(link, sheet.base)):
            return url if "#" in url else f"{url}#p{post_id}"
    return urljoin(sheet.base, f"viewtopic.php?p={post_id}#p{post_id}")


def _edited_at(node: LexborNode, sheet: Sheet) -> datetime | None:
    """Return when the engine says that the post was edited; what it says of who did so is passed over."""
    for notice in sheet.parts.every(node, "notice"):
        if "deleted" in attribute(notice, "class"):
            continue
        user = notice.css_first(".username, .username-coloured, a[href*='viewprofile']")
        text = text_of(notice)
        if user is not None:
            text = text.partition(text_of(user))[2]
        try:
            return boards.date_in(text, anchor=sheet.page.fetched_at, zone=sheet.zone)
        except dates.UnreadableDateError:
            continue
    return None


def _quote(node: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    source = attribute(sheet.quotes.first(node, "post"), "data-post-id")
    cited = _POST_LINK.search(attribute(node, "cite"))
    user = _USER_ID.search(attribute(sheet.quotes.first(node, "user"), "href"))
    return ParsedQuote(
        text=said.text,
        post_id=source or (next(group for group in cited.groups() if group) if cited else None),
        author=next((group for group in user.groups() if group), None) if user else _quoted_name(node, sheet),
    )


def _quoted_name(node: LexborNode, sheet: Sheet) -> str | None:
    cite = sheet.quotes.first(node, "cite")
    if cite is not None:
        shown = "".join(
            child.text(deep=True)
            for child in cite.iter(include_text=True)
            if child.tag in ("-text", "a", "strong", "b")
        )
    else:
        before = node.prev
        while before is not None and before.tag == "-text":
            before = before.prev
        is_title = before is not None and "quotetitle" in attribute(before, "class")
        shown = text_of(before) if is_title and before is not None and before.css_first("b") is None else ""
    shown = " ".join(shown.split())
    name = _SAID.sub("", shown)
    return (name if name != shown.rstrip(": ") else re.sub(r"\s+\S+\s*:$", "", shown)) or None
