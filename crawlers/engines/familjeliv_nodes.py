"""Where a Familjeliv post is on its page, and what names it: found by its text, whatever stands around that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawlers.engines import markup
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.parts import Parts

BODY = ".message-body, .entry-bottom .message, .reply .message, [itemprop='text'], [itemprop='articleBody']"
_PARTS = {
    "name": (
        ".compose_avatar_nick, .message-nick, .message-author, .message-user, .nick, .nickname, .username, .user-name,"
        "[itemprop='author'], .author, a[href*='/user/'], a[href*='/medlem'], a[href*='/profil'], a[href*='/anvandare']"
    ),
    "time": (
        "time, .message-date, .message-time, .forum-top-date, .date, .stamp, .timestamp, [itemprop='datePublished']"
    ),
    "numbered": "[id], [name], [data-id], [data-message-id], [data-post-id], [data-entry-id]",
    "anchored": "a[href*='#anchor-m']",
    "opening": ".entry-bottom, .forum-top-date",
    "edited": ".edited, .message-edited, .last-edited",
    "likes": ".like-count, .likes-count, .message-likes, .likes, .thumbs-up, [data-likes]",
}
_NUMBERS = ("data-message-id", "data-post-id", "data-entry-id", "data-id", "id", "name")
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


@dataclass(frozen=True, slots=True)
class Posts:
    """The elements of a page's posts in their order, the text of each, and what stands in each outside its text."""

    nodes: tuple[LexborNode, ...]
    bodies: Mapping[int, LexborNode]
    parts: Parts


def posts_of(document: Document) -> Posts:
    """Return the posts on a page: around each text, as much as holds no other text and tells who, when and which."""
    found = document.css(BODY)
    ids = {body.mem_id for body in found}
    bodies = [body for body in found if not any(above.mem_id in ids for above in markup.ancestors(body))]
    inside = Parts(document, bodies, _PARTS)
    holds: dict[int, int] = {}
    for body in bodies:
        for above in markup.ancestors(body):
            holds[above.mem_id] = holds.get(above.mem_id, 0) + 1
    told = {name: _holders(_outside(document, name, bodies, inside)) for name in ("name", "time", "numbered")}
    nodes = tuple(_owner(body, holds, told) for body in bodies)
    # What stands in a text is the text's, not the post's.
    parts = Parts(document, (*nodes, *bodies), _PARTS)
    return Posts(nodes, {node.mem_id: body for node, body in zip(nodes, bodies, strict=True)}, parts)


def _outside(document: Document, name: str, bodies: list[LexborNode], inside: Parts) -> list[LexborNode]:
    """Return the elements of a name that stand in no text, and do name, date or number something."""
    within = {node.mem_id for body in bodies for node in inside.every(body, name)}
    return [node for node in document.css(_PARTS[name]) if node.mem_id not in within and _tells(node, name)]


def _tells(node: LexborNode, name: str) -> bool:
    if name == "numbered":
        return bool(_number(node) or _ANCHOR.search(attribute(node, "id", "name")))
    if name == "time" and node.tag != "time":
        return DATE.search(text_of(node)) is not None
    return bool(text_of(node))


def _holders(found: Iterable[LexborNode]) -> set[int]:
    """Return the elements that hold any of those found, themselves included."""
    holders: set[int] = set()
    for node in found:
        above: LexborNode | None = node
        while above is not None and above.mem_id not in holders:
            holders.add(above.mem_id)
            above = above.parent
    return holders


def _owner(body: LexborNode, holds: Mapping[int, int], told: Mapping[str, set[int]]) -> LexborNode:
    """Return the innermost element around a text that also tells who, when and which; else who and when; else all."""
    around: list[LexborNode] = [body]
    for above in markup.ancestors(body):
        if holds[above.mem_id] > 1 or above.tag in ("body", "main", "html", "tbody", "ul", "ol"):
            break
        around.append(above)
    named = [element for element in around if element.mem_id in told["name"]]
    dated = [element for element in named if element.mem_id in told["time"]]
    dated = dated or [element for element in named if _says_date(element)]
    return next((element for element in dated if element.mem_id in told["numbered"]), (dated or around[-1:])[0])


def _says_date(element: LexborNode) -> bool:
    said = markup.words(element, markup.marks(element, drop=BODY)).text
    return DATE.search(" ".join(said.split())) is not None


def is_opening(node: LexborNode, posts: Posts, *, thread_id: str) -> bool:
    """Return whether an element says of itself that it is the thread's opening post."""
    if _OPENING_CLASS.search(attribute(node, "class")) or posts.parts.first(node, "opening") is not None:
        return True
    return thread_id in _numbers(node, posts)


def id_of(node: LexborNode, posts: Posts, *, thread_id: str, is_opening: bool) -> str | None:
    """Return a post's id: for the opening post the thread's, as the site itself has it; else its number or anchor."""
    if is_opening:
        return thread_id
    if number := next((number for number in _numbers(node, posts) if number != thread_id), None):
        return number
    anchor = anchor_of(node, posts)
    return f"{thread_id}-{anchor.removeprefix('anchor-')}" if anchor else None


def anchor_of(node: LexborNode, posts: Posts) -> str:
    """Return the anchor that links to a post: its own, one inside it, or one right before it."""
    before = node.prev
    while before is not None and before.tag in ("-text", "-comment"):
        before = before.prev
    near = [before] if before is not None and before.tag in ("a", "span") else []
    for found in (node, *posts.parts.every(node, "numbered"), *near):
        if _ANCHOR.search(name := attribute(found, "id", "name")):
            return name
    link = posts.parts.first(node, "anchored")
    return attribute(link, "href").rpartition("#")[2]


def _numbers(node: LexborNode, posts: Posts) -> list[str]:
    """Return the numbers that an element carries as ids, its own first, those in its text not at all."""
    return [number for found in (node, *posts.parts.every(node, "numbered")) if (number := _number(found))]


def _number(node: LexborNode) -> str:
    values = node.attributes
    matches = (_ID.search(value.strip()) for name in _NUMBERS if (value := values.get(name)))
    return next((match[1] for match in matches if match), "")


def author_of(node: LexborNode, posts: Posts) -> tuple[str, str]:
    """Return the shown name, and the user id where a link has one."""
    shown = [found for found in posts.parts.every(node, "name") if text_of(found)]
    link = next((m for found in shown if (m := _USER.search(attribute(found, "href")))), None)
    name = re.sub(r"^(?:av|skrivet av|svar från)\s+", "", text_of(shown[0]), flags=re.IGNORECASE) if shown else ""
    return name, link[1] if link else ""


def dates_in(text: str) -> list[str]:
    """Return the dates that a text shows, as they stand there."""
    return [match[0] for match in _DATE_OR_DAY.finditer(" ".join(text.split()))]
