"""One Familjeliv post: who, when, the words, the quotes; an anonymous name belongs to one thread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urldefrag

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import markup, reading
from crawlers.engines.document import Document
from crawlers.engines.familjeliv_nodes import DATE, Posts, anchor_of, author_of, id_of
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

_QUOTE = ".quote, blockquote"
_NOISE = ".quote-nick, .quote-head, .quote-date, .signature, .ad, .ads, .advert, ins.adsbygoogle, [id^='div-gpt-ad']"
_SAID = re.compile(
    r"\A(?P<name>[^\n]{1,80}?) skrev\b\s*(?P<date>\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?)?[^\n]{0,20}?:(?:\n|\Z)"
)
_ANONYMOUS = re.compile(r"anonym\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """Which post an element shows, by whom, and when; no time where none can be read."""

    post_id: str | None
    name: str
    user_id: str
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a thread, with all that its posts are read from found once."""

    posts: Posts
    marked: Marks
    outside: Marks
    opening: int
    """The element of the opening post, which every page repeats; 0 for none."""
    address: str
    """The page's, without a fragment."""
    told: Mapping[int, Told]
    """By the posts' elements: worked out for all before any is read, to find whom a quote repeats."""
    authors: Mapping[tuple[str, str], str]
    """Shown name and minute to the id of the only post that has both, to find what a quote repeats."""
    thread_id: str
    page: Page
    site: Site


def sheet_of(document: Document, posts: Posts, *, thread_id: str, has_opening: bool, page: Page, site: Site) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    opening = posts.nodes[0].mem_id if posts.nodes and has_opening else 0
    marked = markup.marks(document, quote=_QUOTE, drop=_NOISE)
    bodies = Marks(quotes={}, dropped=frozenset(body.mem_id for body in posts.bodies.values()))
    bare = Sheet(posts, marked, bodies, opening, urldefrag(page.url)[0], {}, {}, thread_id, page, site)
    told = {node.mem_id: _told(node, bare) for node in posts.nodes}
    said: dict[tuple[str, str], str] = {}
    for one in told.values() if marked.quotes else ():
        if one.post_id and one.posted_at:
            key = (one.name.lower(), f"{one.posted_at:%Y-%m-%d %H:%M}")
            said[key] = "" if key in said else one.post_id
    return replace(bare, told=told, authors=said)


def name_of(node: LexborNode, sheet: Sheet) -> str | None:
    """Return the id of a post's element."""
    return sheet.told[node.mem_id].post_id


def _told(node: LexborNode, sheet: Sheet) -> Told:
    is_opening = node.mem_id == sheet.opening
    post_id = id_of(node, sheet.posts, thread_id=sheet.thread_id, is_opening=is_opening)
    name, user_id = author_of(node, sheet.posts)
    try:
        return Told(post_id, name, user_id, _posted_at(node, sheet))
    except dates.UnreadableDateError:
        return Told(post_id, name, user_id, None)


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    first = node.mem_id == sheet.opening
    told = sheet.told[node.mem_id]
    post_id, name = told.post_id, told.name
    if not post_id:
        raise reading.UnreadablePostError("missing_id", f"a post by {name[:40]!r} has no id")
    said = markup.words(sheet.posts.bodies[node.mem_id], sheet.marked)
    edited = sheet.posts.parts.first(node, "edited")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            told.user_id or _scoped(name, sheet.thread_id), "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=told.posted_at or _posted_at(node, sheet),
        url=_permalink(node, sheet),
        text=said.text,
        quoted=tuple(_quote(box, words, sheet) for box, words in markup.nested(said.quotes, sheet.marked)),
        edited_at=_date_in(text_of(edited), sheet) if edited is not None else None,
        position=1 if first else None,
        like_count=_likes(node, sheet.posts),
    )


def _scoped(name: str, thread_id: str) -> str:
    """Return the key of an author: an anonymous name is chosen anew for each thread, and is someone else elsewhere."""
    return f"{name} @{thread_id}" if _ANONYMOUS.match(name) else name


def _posted_at(node: LexborNode, sheet: Sheet) -> datetime:
    edited = {note.mem_id for note in sheet.posts.parts.every(node, "edited")}
    for found in sheet.posts.parts.every(node, "time"):
        if found.mem_id in edited:
            continue
        if found.tag == "time" and (at := reading.time_or_none(found, sheet.page, sheet.site)):
            return at
        if DATE.search(text := text_of(found)):
            return _dated(text, sheet)
    return _dated(markup.words(node, sheet.outside).text.replace("\n", " "), sheet)


def _dated(text: str, sheet: Sheet) -> datetime:
    match = DATE.search(" ".join(text.split()))
    if match is None:
        raise dates.UnreadableDateError(f"no date that we can read in {text[:60]!r}")
    return dates.parse(match[0], anchor=sheet.page.fetched_at, zone=sheet.site.timezone)


def _date_in(text: str, sheet: Sheet) -> datetime | None:
    try:
        return _dated(text, sheet)
    except dates.UnreadableDateError:
        return None


def _permalink(node: LexborNode, sheet: Sheet) -> str:
    """Return the address of a post: its page, and on it its anchor; the opening post's is the thread's."""
    if node.mem_id == sheet.opening:
        return re.sub(r"(/forum/thread/\d+[^/?#]*)/\d+/?$|(/m\d+)-\d+(?=\.html)", r"\1\2", sheet.address)
    anchor = anchor_of(node, sheet.posts)
    return f"{sheet.address}#{anchor}" if anchor else sheet.address


def _likes(node: LexborNode, posts: Posts) -> int | None:
    found = posts.parts.first(node, "likes")
    return markup.integer(attribute(found, "data-likes") or text_of(found))


def _quote(box: LexborNode, said: Words, sheet: Sheet) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    head = box.css_first(".quote-nick, .quote-head")
    line = _SAID.match(text_of(head) + ":" if head is not None else said.text)
    name = line["name"].strip() if line else re.sub(r"\s*(?:skrev\b.*)?:?$", "", text_of(head))
    minute = (line["date"] or "")[:16] if line else ""
    return ParsedQuote(
        text=said.text if head is not None else _SAID.sub("", said.text),
        post_id=sheet.authors.get((name.lower(), minute)) or None,
        author=name or None,
    )
