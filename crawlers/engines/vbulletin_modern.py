"""One post of vBulletin 5 or 6, or a comment below one: its element carries the id and, later, the moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import addresses, markup, reading, vbulletin_dates, vbulletin_quotes
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.engines.vbulletin_dates import Calendar
from crawlers.engines.vbulletin_quotes import Quotes
from crawlers.model import Page, ParsedPost, Site

_POSTS = "li[data-node-id].b-post, li[data-node-id].js-post, .conversation-list > li[data-node-id].list-item"
_GONE = {"deleted", "b-post--deleted", "unapproved", "b-post--unapproved"}
_PARTS = {
    "text": ".js-post__content-text, .post-content-text, [itemprop='text']",
    "comment": "[itemprop='commentText'], .js-comment__text, .js-post__content, .post-content",
    "user": ".author a[href], a.author[href]",
    "guest": ".author",
    "time": ".b-post__timestamp time, .post-date time",
    "date": ".b-post__timestamp, .post-date",
    "edited_meta": "meta[itemprop='dateModified']",
    "edited": ".b-post__edit, .post-edit",
    "count": ".b-post__count, .post-count",
    "votes": ".votecount, [id^='votecount-']",
    "reactions": ".js-reactions-count, .reactions__topic-reaction--count",
    "footer": ".js-topic-reactions-list",
}
_USER_ID = re.compile(r"/(?:member|members|profile|user)/(\d+)|[?&](?:u|userid)=(\d+)")


def nodes_of(document: Document) -> list[LexborNode]:
    """Return the elements of the posts and comments on a page, without those that only say that they are deleted."""
    return [
        node
        for node in document.css(_POSTS)
        if attribute(node, "data-node-id").isdigit() and not _GONE & set(attribute(node, "class").split())
    ]


def id_of(node: LexborNode) -> str | None:
    """Return the id of a post's element."""
    return attribute(node, "data-node-id") or None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a thread, with all that its posts are read from found once."""

    quotes: Quotes
    parts: Parts
    calendar: Calendar
    owners: frozenset[int]
    thread_url: str
    page: Page
    site: Site


def sheet_of(document: Document, nodes: list[LexborNode], *, thread_url: str, page: Page, site: Site) -> Sheet:
    """Return what `read` needs to know of the page that the posts stand on."""
    parts = Parts(document, nodes, _PARTS)
    shown = [text_of(parts.first(node, "time", "date")) for node in nodes]
    calendar = vbulletin_dates.calendar(shown, page, site)
    if calendar.is_day_first is None:
        calendar = Calendar(_told_by_attribute(nodes, parts), page, calendar.zone)
    owners = frozenset(node.mem_id for node in nodes)
    return Sheet(vbulletin_quotes.quotes_in(document), parts, calendar, owners, thread_url, page, site)


def _told_by_attribute(nodes: list[LexborNode], parts: Parts) -> bool | None:
    """Return the order of day and month that makes the shown dates those of their attributes, give or take a day."""
    for node in nodes:
        time = parts.first(node, "time", "date")
        stamp = re.match(r"\d{4}-(\d{2})-(\d{2})", attribute(time, "datetime"))
        shown = re.search(r"(?<!\d)(\d{1,2})[-/](\d{1,2})[-/]\d{4}", text_of(time))
        if stamp and shown and abs(int(stamp[1]) - int(stamp[2])) > 1:
            return abs(int(shown[1]) - int(stamp[2])) <= 1 and abs(int(shown[2]) - int(stamp[1])) <= 1
    return None


def read(node: LexborNode, sheet: Sheet) -> ParsedPost:
    """Return the post that an element shows.

    Raise UnreadablePostError or UnreadableDateError where a required field cannot be read for certain.
    """
    post_id = attribute(node, "data-node-id")
    body = sheet.parts.first(node, "text", "comment")
    if body is None:
        raise reading.UnreadablePostError("missing_text", f"post {post_id} has no message")
    user = sheet.parts.first(node, "user")
    match = _USER_ID.search(attribute(user, "href"))
    user_id = attribute(user, "data-vbnamecard", "data-userid") or next(
        filter(None, match.groups() if match else ()), ""
    )
    name = text_of(user or sheet.parts.first(node, "guest"))
    said = markup.words(body, sheet.quotes.marked)
    return ParsedPost(
        post_id=post_id,
        author=reading.required(
            user_id if user_id not in ("", "0") else name, "missing_author", f"post {post_id} names no author"
        ),
        author_name=name or None,
        posted_at=_posted_at(node, sheet),
        url=_permalink(node, post_id, sheet),
        text=said.text,
        quoted=vbulletin_quotes.read(said, sheet.quotes),
        edited_at=_edited_at(node, sheet),
        reply_to=_commented(node, sheet.owners),
        position=_position(text_of(sheet.parts.first(node, "count"))),
        like_count=_likes(node, sheet.parts),
    )


def _posted_at(node: LexborNode, sheet: Sheet) -> datetime:
    """Return when a post was written: its moment, else the shown time.

    The `datetime` attribute is the server's own wall time, of an unknown zone: it is the last resort.
    """
    if (stamp := attribute(node, "data-node-publishdate")).isdigit() and len(stamp) > 6:
        return dates.from_timestamp(stamp, zone=sheet.site.timezone)
    time = sheet.parts.first(node, "time", "date")
    try:
        return sheet.calendar.find(text_of(time))
    except dates.UnreadableDateError:
        if told := attribute(time, "datetime"):
            return dates.parse(told, anchor=sheet.page.fetched_at, zone=sheet.site.timezone)
        raise


def _edited_at(node: LexborNode, sheet: Sheet) -> datetime | None:
    shown = sheet.calendar.find_or_none(text_of(sheet.parts.first(node, "edited")))
    return shown or reading.time_or_none(sheet.parts.first(node, "edited_meta"), sheet.page, sheet.site)


def _permalink(node: LexborNode, post_id: str, sheet: Sheet) -> str:
    href = attribute(sheet.parts.first(node, "count"), "href")
    if re.search(rf"#post{post_id}\b|[?&]p={post_id}\b", href) and not href.startswith("#"):
        return addresses.absolute(addresses.absolute(sheet.page.url, sheet.thread_url) or sheet.page.url, href) or href
    return urljoin(sheet.thread_url, f"?p={post_id}#post{post_id}")


def _commented(node: LexborNode, owners: frozenset[int]) -> str | None:
    """Return the id of the post that a comment stands below."""
    if "js-comment" not in attribute(node, "class") and "b-comment" not in attribute(node, "class").split():
        return None
    above = next((above for above in markup.ancestors(node) if above.mem_id in owners), None)
    return id_of(above) if above is not None else None


def _position(shown: str) -> int | None:
    """Return a post's place; a comment's (#3.1) is inside its post."""
    return markup.integer(shown.lstrip("# ")) if not re.search(r"\d\.\d", shown) else None


def _likes(node: LexborNode, parts: Parts) -> int | None:
    counted = parts.every(node, "reactions")
    if counted or parts.first(node, "footer") is not None:
        return sum(markup.integer(text_of(box)) or 0 for box in counted)
    votes = parts.first(node, "votes")
    return markup.integer(text_of(votes)) if votes is not None else None
