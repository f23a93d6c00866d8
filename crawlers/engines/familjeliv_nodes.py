"""Where a Familjeliv post is on its page, and what names it: found by its text, whatever stands around that."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines import markup
from crawlers.engines.markup import attribute, text_of

BODY = ".message-body, .entry-bottom .message, .reply .message, [itemprop='text'], [itemprop='articleBody']"
_NAME = (
    ".compose_avatar_nick, .message-nick, .message-author, .message-user, .nick, .nickname, .username, .user-name,"
    "[itemprop='author'], .author, a[href*='/user/'], a[href*='/medlem'], a[href*='/profil'], a[href*='/anvandare']"
)
_OPENING_CLASS = re.compile(
    r"\b(?:entry-bottom|forum-top|thread-?start(?:er)?|opening|first-?(?:post|message)|top-?post)\b", re.IGNORECASE
)
_ID = re.compile(
    r"(?:^|[-_/#=])(?:anchor-)?(?:m|msg|message|post|entry|reply|inlagg|svar|id)?[-_]?(\d{6,12})$", re.IGNORECASE
)
_ANCHOR = re.compile(r"^anchor-m\d+$")
_USER = re.compile(r"/(?:user|users|medlem|medlemmar|profil|profile|anvandare)/(\d+)")
_DAY = (
    r"(?:(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag)?\.? )?(?:\d{4}-\d{2}-\d{2}|"
    r"\d{1,2} (?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)[a-z]{0,6}\.?(?: \d{4})?|i ?dag|i ?går)"
)
_CLOCK = r",?(?: kl\.?| klockan)? \d{1,2}[:.]\d{2}(?::\d{2})?"
_AGO = r"\b\d{1,3} [a-zåäö]{3,9} sedan\b|\bnyss\b"
DATE = re.compile(rf"{_DAY}{_CLOCK}|{_AGO}", re.IGNORECASE)
_DATE_OR_DAY = re.compile(rf"{_DAY}(?:{_CLOCK})?|{_AGO}", re.IGNORECASE)


def nodes_of(document: LexborHTMLParser) -> list[LexborNode]:
    """Return the elements of the posts on a page: around each text, as much as holds no other text."""
    found = markup.each(document, BODY)
    ids = {body.mem_id for body in found}
    bodies = [body for body in found if not any(above.mem_id in ids for above in markup.ancestors(body))]
    holds: dict[int, int] = {}
    for body in bodies:
        for above in markup.ancestors(body):
            holds[above.mem_id] = holds.get(above.mem_id, 0) + 1
    return [_owner(body, holds) for body in bodies]


def _owner(body: LexborNode, holds: Mapping[int, int]) -> LexborNode:
    """Return the innermost element around a text that also tells who, when and which; else who and when; else all."""
    around: list[LexborNode] = [body]
    for above in markup.ancestors(body):
        if holds[above.mem_id] > 1 or above.tag in ("body", "main", "html", "tbody", "ul", "ol"):
            break
        around.append(above)
    told = [element for element in around if _tells(element)]
    return next((element for element in told if _numbers(element) or anchor_of(element)), (told or around[-1:])[0])


def _tells(element: LexborNode) -> bool:
    """Return whether an element says, outside its text, who wrote it and when."""
    said = markup.words(element, markup.marks(element, drop=BODY)).text
    is_dated = element.css_first("time") is not None or DATE.search(" ".join(said.split())) is not None
    return is_dated and bool(author_of(element)[0])


def is_opening(node: LexborNode, *, thread_id: str) -> bool:
    """Return whether an element says of itself that it is the thread's opening post."""
    if _OPENING_CLASS.search(attribute(node, "class")) or node.css_first(".entry-bottom, .forum-top-date") is not None:
        return True
    return any(found == thread_id for found in _numbers(node))


def id_of(node: LexborNode, *, thread_id: str, is_opening: bool) -> str | None:
    """Return a post's id: for the opening post the thread's, as the site itself has it; else its number or anchor."""
    if is_opening:
        return thread_id
    if number := next((number for number in _numbers(node) if number != thread_id), None):
        return number
    anchor = anchor_of(node)
    return f"{thread_id}-{anchor.removeprefix('anchor-')}" if anchor else None


def anchor_of(node: LexborNode) -> str:
    """Return the anchor that links to a post: its own, one inside it, or one right before it."""
    before = node.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    near = [before] if before is not None and before.tag in ("a", "span") else []
    for found in (node, *node.css("[id], a[name]"), *near):
        if _ANCHOR.search(name := attribute(found, "id", "name")):
            return name
    bodies = {body.mem_id for body in node.css(BODY)}
    for link in node.css("a[href*='#anchor-m']"):
        if not any(above.mem_id in bodies for above in markup.ancestors(link)):
            return attribute(link, "href").rpartition("#")[2]
    return ""


def _numbers(node: LexborNode) -> list[str]:
    """Return the numbers that an element carries as ids, the element's own first, its text's links not at all."""
    found: list[str] = []
    bodies = {body.mem_id for body in node.css(BODY)}
    for inside in (node, *node.css("[id], [name], [data-id], [data-message-id], [data-post-id], [data-entry-id]")):
        if any(above.mem_id in bodies for above in markup.ancestors(inside)):
            continue
        for name in ("data-message-id", "data-post-id", "data-entry-id", "data-id", "id", "name"):
            if match := _ID.search(attribute(inside, name)):
                found.append(match[1])
    return found


def author_of(node: LexborNode) -> tuple[str, str]:
    """Return the shown name, and the user id where a link has one."""
    bodies = {body.mem_id for body in node.css(BODY)}
    shown = [
        found
        for found in markup.each(node, _NAME)
        if text_of(found) and not any(above.mem_id in bodies for above in markup.ancestors(found))
    ]
    link = next((m for found in shown if (m := _USER.search(attribute(found, "href")))), None)
    name = re.sub(r"^(?:av|skrivet av|svar från)\s+", "", text_of(shown[0]), flags=re.IGNORECASE) if shown else ""
    return name, link[1] if link else ""


def dates_in(text: str) -> list[str]:
    """Return the dates that a text shows, as they stand there."""
    return [match[0] for match in _DATE_OR_DAY.finditer(" ".join(text.split()))]
