"""One phpBB post: who, when, the words, the quotes; in prosilver, subsilver2 and the styles made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers import dates
from crawlers.engines import boards, markup, reading
from crawlers.engines.markup import Marks, attribute, text_of
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
    "time": ".author time[datetime], time[datetime]",
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
    """For the line that names author and date: all but the author."""
    parts: Parts
    quotes: Parts
    first_position: int | None
    base: str
    page: Page
    zone: ZoneInfo


def nodes_of(document: LexborHTMLParser) -> list[LexborNode]:
    """Return the elements of the posts on a page, without search hits, advertisements and what is deleted or hidden."""
    found = [node for node in markup.each(document, _POSTS) if _POST_ID.fullmatch(attribute(node, "id"))]
    if not found:
        found = _tables(document)
    gone = {above.mem_id for notice in document.css(_GONE) for above in boards.around(notice)}
    return [node for node in found if node.mem_id not in gone and "deleted" not in attribute(node, "class").split()]


def _tables(document: LexborHTMLParser) -> list[LexborNode]:
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
    document: LexborHTMLParser, nodes: list[LexborNode], *, first_position: int | None, page: Page, zone: ZoneInfo
) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    return Sheet(
        marked=marked,
        outside=markup.marks(document, drop=".author strong, .author .username, .author .username-coloured, .sr-only"),
        parts=Parts(document, nodes, _PARTS),
        quotes=Parts(document, marked.quotes.values(), _QUOTE_PARTS),
        first_position=first_position,
        base=markup.base_of(document, page),
        page=page,
        zone=zone,
    )


def read(placed: tuple[int, LexborNode], sheet: Sheet) -> ParsedPost:
    """Return the post that the element at a place on the page shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    place, node = placed
    post_id = id_of(node) or ""
    body = _body(node, sheet.parts)
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no content")
    name, user_id = _author(node, body, sheet.parts)
    said = markup.words(body, sheet.marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=_posted_at(node, body, sheet),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=tuple(quote for found in said.quotes for quote in _quotes(found, sheet)),
        edited_at=_edited_at(node, body, sheet),
        position=sheet.first_position + place if sheet.first_position is not None else None,
    )


def _body(node: LexborNode, parts: Parts) -> LexborNode | None:
    signatures = {box.mem_id for box in parts.every(node, "signature")}
    # What subsilver2 calls the body of a post holds its words; in prosilver it holds all but the profile.
    bodies = [box for box in parts.every(node, "body") if box.css_first(".author") is None]
    for found in (*parts.every(node, "content"), *bodies):
        if signatures.isdisjoint(above.mem_id for above in boards.around(found)):
            return found
    return None


def _author(node: LexborNode, body: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and deleted accounts."""

    def first(*names: str) -> LexborNode | None:
        return next(
            (found for name in names for found in parts.every(node, name) if not boards.is_said(found, body)), None
        )

    user = first("user", "profile_user")
    match = _USER_ID.search(attribute(user, "href"))
    if user is None:
        # subsilver2 links the profile below the post, from a button.
        user, match = first("guest"), _USER_ID.search(attribute(first("profile"), "href"))
    user_id = next((group for group in match.groups() if group), "") if match else ""
    return text_of(user), "" if user_id in ("0", "1") else user_id


def _posted_at(node: LexborNode, body: LexborNode, sheet: Sheet) -> datetime:
    for time in sheet.parts.every(node, "time"):
        if not boards.is_said(time, body):
            return dates.parse(attribute(time, "datetime"), anchor=sheet.page.fetched_at, zone=sheet.zone)
    shown = [
        markup.words(line, sheet.outside).text.replace("\n", " ").rpartition("\u00bb")[2]
        for line in sheet.parts.every(node, "line")
        if not boards.is_said(line, body)
    ]
    shown += [
        found for box in sheet.parts.every(node, "heading") if not boards.is_said(box, body) and (found := _after(box))
    ]
    for text in shown:
        try:
            return dates.parse(text.strip(" |\u2022\u00b7,.-"), anchor=sheet.page.fetched_at, zone=sheet.zone)
        except dates.UnreadableDateError:
            continue
    raise dates.UnreadableDateError(f"no date that we can read in {' | '.join(shown)[:80]!r}")


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


def _edited_at(node: LexborNode, body: LexborNode, sheet: Sheet) -> datetime | None:
    """Return when the engine says that the post was edited; what it says of who did so is passed over."""
    for notice in sheet.parts.every(node, "notice"):
        if boards.is_said(notice, body) or "deleted" in attribute(notice, "class"):
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


def _quotes(node: LexborNode, sheet: Sheet) -> list[ParsedQuote]:
    """Return a quote and, after it, the quotes inside it, each with its own words only."""
    said = markup.words(node, sheet.marked)
    source = attribute(sheet.quotes.first(node, "post"), "data-post-id")
    cited = _POST_LINK.search(attribute(node, "cite"))
    user = _USER_ID.search(attribute(sheet.quotes.first(node, "user"), "href"))
    own = ParsedQuote(
        text=said.text,
        post_id=source or (next(group for group in cited.groups() if group) if cited else None),
        author=next((group for group in user.groups() if group), None) if user else _quoted_name(node, sheet),
    )
    return [own, *(quote for inner in said.quotes for quote in _quotes(inner, sheet))]


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
