"""One post of vBulletin 3 (tables) or 4 (lists): who, when, the words, the quotes, the engine's note of an edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, markup, reading, vbulletin_dates, vbulletin_mobile, vbulletin_quotes
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.engines.vbulletin_dates import Calendar
from crawlers.engines.vbulletin_quotes import Quotes
from crawlers.model import Page, ParsedPost, Site

_MESSAGE = "[id^='post_message_']"
_OWNER_ID = re.compile(r"(?:post_?|edit)(\d+)")
_PARTS = {
    "message": _MESSAGE,
    "user": "a.bigusername, a.username",
    "said": vbulletin_mobile.AUTHOR,
    "guest": ".bigusername, .username",
    "menu": "[id^='postmenu_']",
    "reputation": "[id^='repdisplay_']",
    "dated": ".postdate, .posthead .date, .post-date",
    "head": ".thead, .tcat, .posthead",
    "count": "a.postcounter, a.iepostcounter, a[id^='postcount']",
    "numbered": "a[id^='postcount'][name]",
    "edited": ".lastedited, div.smallfont em",
}
_ASIDE = (
    f"{_MESSAGE}, .userinfo, .userinfo_extra, .username_container, .signature, .lastedited, .smallfont, .postfoot,"
    "[id^='postmenu_'], .vbmenu_popup"
)
_USER_ID = re.compile(
    r"(?:[?&]u=|userid=|member\.php[/?]|(?:^|/)members?/|/user/)(\d+)|(?:^|/)members?/[^/]*?-(\d+)(?:\.html|/|$)"
)
_THANKED = re.compile(r"(?<!\w)(\d{1,6}) (?:users?|members?|medlem|användare|person|bruger|bruker)", re.IGNORECASE)
_SESSION = re.compile(r"(?<=[?&])s=[0-9a-f]{32}&?")


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts on a page; the stubs of deleted and ignored posts have no message."""
    owners = (_owner(message) for message in document.css(_MESSAGE))
    found = list({owner.mem_id: owner for owner in owners if owner is not None}.values())
    if document.css_first(vbulletin_mobile.AUTHOR) is None:
        return found
    return [owner for owner in found if not vbulletin_mobile.is_stub(owner)]


def _owner(message: LexborNode) -> LexborNode | None:
    number = attribute(message, "id").removeprefix("post_message_")
    if not number.isdigit():
        return None
    around = list(markup.ancestors(message))
    for above in around:
        match = _OWNER_ID.fullmatch(attribute(above, "id"))
        if match and match[1] == number:
            return above
    return next((above for above in around if above.tag in ("table", "li")), around[0] if around else None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a thread, with all that its posts are read from found once."""

    quotes: Quotes
    parts: Parts
    heads: Mapping[int, str]
    """The text in which each post is dated."""
    thanks: Mapping[str, LexborNode]
    """The boxes of those who thanked, by the post that they stand below."""
    calendar: Calendar
    base: str
    page: Page
    site: Site


def sheet_of(document: Document, nodes: list[LexborNode], page: Page, site: Site) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    parts = Parts(document, nodes, _PARTS)
    outside = markup.marks(document, drop=_ASIDE)
    heads = {node.mem_id: _head(node, parts, outside) for node in nodes}
    boxes = document.css("[id^='post_thanks_box_']")
    return Sheet(
        quotes=vbulletin_quotes.quotes_in(document),
        parts=parts,
        heads=heads,
        thanks={attribute(box, "id").removeprefix("post_thanks_box_"): box for box in boxes},
        calendar=vbulletin_dates.calendar(heads.values(), page, site),
        base=addresses.base_of(document, page),
        page=page,
        site=site,
    )


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    match = _OWNER_ID.fullmatch(attribute(node, "id"))
    if match:
        return match[1]
    return attribute(node.css_first(_MESSAGE), "id").removeprefix("post_message_") or None


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = id_of(node) or ""
    body = sheet.parts.first(node, "message")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message")
    name, user_id = _author(node, sheet.parts)
    said = markup.words(body, sheet.quotes.marked)
    edited = sheet.parts.every(node, "edited")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(user_id or name, "missing_author", f"post {post_id} names no author"),
        author_name=name or None,
        posted_at=sheet.calendar.find(sheet.heads[node.mem_id]),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=vbulletin_quotes.read(said, sheet.quotes),
        edited_at=next((at for note in edited if (at := sheet.calendar.find_or_none(text_of(note)))), None),
        position=_position(node, sheet.parts),
        like_count=_thanks(sheet.thanks.get(post_id)),
    )


def _head(node: LexborNode, parts: Parts, outside: Marks) -> str:
    """Return the text in which a post is dated."""
    for box in (*parts.every(node, "dated"), *parts.every(node, "head")):
        if vbulletin_dates.DATE.search(text := text_of(box)):
            return text
    return markup.words(node, outside).text.replace("\n", " ")


def _author(node: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and rewritten addresses."""
    user = parts.first(node, "user", "said")
    match = _USER_ID.search(attribute(user, "href"))
    user_id = next((group for group in match.groups() if group), "") if match else ""
    if not user_id and (shown := attribute(parts.first(node, "reputation"), "id").split("_"))[-1].isdigit():
        user_id = shown[-1]
    name = text_of(user or parts.first(node, "guest"))
    if match and match[2] and name.endswith(match[2]):
        # Where addresses hold names only, the number may be the end of one.
        user_id = ""
    if not name and (menu := parts.first(node, "menu")) is not None:
        name = markup.words(menu).text.split("\n")[0]
    return name, "" if user_id == "0" else user_id


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> str:
    for link in sheet.parts.every(node, "count"):
        href = attribute(link, "href")
        is_own = re.search(rf"(?:post|p=|/){post_id}\b", href) and "showpost.php" not in href
        if is_own and (url := addresses.absolute(sheet.base, href)):
            return without_session(url)
    return urljoin(sheet.base, f"showthread.php?p={post_id}#post{post_id}")


def _position(node: LexborNode, parts: Parts) -> int | None:
    number = attribute(parts.first(node, "numbered"), "name")
    return markup.integer(number) or markup.integer(text_of(parts.first(node, "count")).lstrip("# "))


def _thanks(box: LexborNode | None) -> int | None:
    """Return how many thanked, of a box that says "The Following 12 Users Say Thank You" and names them."""
    if box is None:
        return None
    named = [link for link in box.css("a[href]") if _USER_ID.search(attribute(link, "href"))]
    told = _THANKED.search(text_of(box))
    return max(int(told[1]) if told else 0, len(named))


def without_session(url: str) -> str:
    """Return an address without the session that vBulletin writes into the links of guests."""
    return re.sub(r"[?&](?=#|$)", "", _SESSION.sub("", url))
