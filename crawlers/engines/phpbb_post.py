"""One phpBB post: who, when, the words, the quotes; in prosilver, subsilver2 and the styles made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from crawlers import dates
from crawlers.engines import boards, markup, reading
from crawlers.engines.markup import Words, attribute, text_of
from crawlers.engines.parts import Parts
from crawlers.engines.phpbb_sheet import Sheet, id_of
from crawlers.model import ParsedPost, ParsedQuote

_POST_LINK = re.compile(r"[?&;]p=(\d+)|#p(\d+)$")
_USER_ID = re.compile(r"[?&;]u=(\d+)|/member(\d+)\.html|-u(\d+)(?:\.html|/)")
_SUM_OF_THANKS = re.compile(r"\(\D*(\d{1,9})\D*\)\W*$")
_SAID = re.compile(r"\s*(?:(?:wrote|skrev|kirjoitti|hat geschrieben|schrieb|a écrit|escribió)\s*)?:?\s*$")


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
        like_count=_likes(node, sheet.parts),
    )


def _likes(node: LexborNode, parts: Parts) -> int | None:
    """Return what the extensions count that boards use for likes, Post Love and Thanks for posts; None without them."""
    if (loved := parts.first(node, "loved")) is not None:
        return markup.integer(text_of(loved)) or 0
    if (thanks := parts.first(node, "thanks")) is None:
        return None
    total = _SUM_OF_THANKS.search(text_of(parts.first(thanks, "thanks_head")))
    return int(total[1]) if total else len(parts.every(thanks, "thanked"))


def _body(node: LexborNode, sheet: Sheet) -> LexborNode | None:
    boxes = (box for name in ("content", "body") for box in sheet.parts.every(node, name))
    return next((box for box in boxes if box.mem_id in sheet.said), None)


def _author(node: LexborNode, parts: Parts) -> tuple[str, str]:
    """Return the shown name and the user id, empty where the page has none: guests and deleted accounts."""
    user = parts.first(node, "user", "profile_user")
    match = _USER_ID.search(attribute(user, "href"))
    name = text_of(user)
    if user is None:
        # subsilver2 links the profile below the post, from a button; other styles have a picture before the name.
        profiles = parts.every(node, "profile")
        match = _USER_ID.search(attribute(profiles[0] if profiles else None, "href"))
        name = text_of(parts.first(node, "guest")) or next(filter(None, map(text_of, profiles)), "")
    user_id = next((group for group in match.groups() if group), "") if match else ""
    return name, "" if user_id in ("0", "1") else user_id


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
    # Some styles made from subsilver2 print the label like the rest; the subject, which is the author's, comes before.
    for box in reversed(sheet.parts.every(node, "heading")):
        if box.tag == "div":
            yield text_of(box).partition(":")[2].strip()
    yield from _said_by_class(node, sheet)


def _said_by_class(node: LexborNode, sheet: Sheet) -> Iterator[str]:
    """Yield the date of a style with classes of its own: what all elements named after dates agree on."""
    profile = {box.mem_id for box in sheet.parts.every(node, "profile_box")}
    found = set()
    for box in sheet.parts.every(node, "dated"):
        if not any(above.mem_id in profile for above in boards.around(box)):
            with suppress(dates.UnreadableDateError):
                found.add(boards.date_in(text_of(box), anchor=sheet.page.fetched_at, zone=sheet.zone))
    if len(found) == 1:
        yield found.pop().isoformat()


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
    notices = (box for box in sheet.parts.every(node, "notice") if "deleted" not in attribute(box, "class"))
    return boards.first_date_in(map(_after_user, notices), anchor=sheet.page.fetched_at, zone=sheet.zone)


def _after_user(notice: LexborNode) -> str:
    user = notice.css_first(".username, .username-coloured, a[href*='viewprofile']")
    return text_of(notice) if user is None else text_of(notice).partition(text_of(user))[2]


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
