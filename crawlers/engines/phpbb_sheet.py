"""The elements of a phpBB topic's page: the posts, and what they are read from, each looked for once a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from crawlers.engines import boards, markup
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, attribute
from crawlers.engines.parts import Parts
from crawlers.model import Page

_IDENTIFIED = "[id^='p']"
_POSTS = {"div": "post", "li": "post", "article": "", "section": "", "table": "", "tr": ""}
"""The tags of posts, with what is in their classes."""
_TABLE_ANCHORS = "table.tablebg a[name^='p']"
_GONE = "div.ignore, .post_deleted_msg, .post-notice.deleted"
_QUOTE = ".content blockquote, .postbody blockquote, .quotecontent"
_NOISE = (
    "blockquote cite, .quotetitle, .codebox > dt, .codebox > p, .codetitle, .inline-attachment, .attachbox, .signature,"
    ".notice, .post-notice, .post-buttons, ins.adsbygoogle, [id^='div-gpt-ad'], .spoilertitle, .spoilbtn"
)
_THANKS = "[id^='list_thanks']"
_PARTS = {
    "content": ".content",
    "body": "div.postbody, td.postbody",
    "time": "time[datetime]",
    "line": "p.author, .author, .post-author, .postinfo, .post-info, .post-date, .postdate, .post-time",
    "heading": "td.gensmall div, .gensmall",
    "user": ".author .username, .author .username-coloured",
    "profile_user": ".username, .username-coloured",
    "guest": ".author strong, .postprofile dt strong, .postauthor",
    "profile": "a[href*='mode=viewprofile']",
    "link": ".author a[href], h3 a[href], .post-subject a[href], td.gensmall a[href]",
    "notice": ".notice, span.gensmall, .postedited, .edited",
    "signature": ".signature",
    "dated": "[class*='date'], [class*='time']",
    "profile_box": "[class*='profile'], [class*='author']:not([class*='date'])",
    "loved": ".postlove-count, .postlove [id^='like_']",
    "thanks": _THANKS,
    "thanked": "dd .username, dd .username-coloured",
    "thanks_list": "[id^='list_thanks'] dd",
    "thanks_head": "[id^='list_thanks'] dt",
}
_QUOTE_PARTS = {
    "cite": "cite",
    "post": "a[data-post-id]",
    "user": "cite a[href*='mode=viewprofile'], cite a[href*='memberlist']",
}
_POST_ID = re.compile(r"p(\d+)")


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
    found = [node for node in document.css(_IDENTIFIED) if _is_post(node)]
    if not found:
        found = _tables(document)
    gone = {above.mem_id for notice in document.css(_GONE) for above in boards.around(notice)}
    return [node for node in found if node.mem_id not in gone and "deleted" not in attribute(node, "class").split()]


def _is_post(node: LexborNode) -> bool:
    mark = _POSTS.get(node.tag or "") if _POST_ID.fullmatch((node.id or "").strip()) else None
    return mark is not None and mark in (node.attributes.get("class") or "")


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
        # Who gave thanks is neither the author nor the editor.
        parts=Parts(document, (*nodes, *said, *document.css(_THANKS)), _PARTS),
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
