"""Reddit's things: a submission (t3) or a comment (t1) as a post."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from crawlers.dates import UnreadableDateError, from_timestamp
from crawlers.engines import fields, markup, reading
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

WEB = "https://www.reddit.com"
_GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]", "[ Removed by reddit ]")


def things(listing: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield kind and data of the things in a listing."""
    for child in fields.items(listing, "data", "children"):
        data = fields.mapping(child, "data")
        if data:
            yield fields.text(child, "kind"), data


def is_gone(kind: str, thing: Mapping[str, Any]) -> bool:
    """Return whether a thing is only the mark that its author, a moderator or Reddit has left of it."""
    text = fields.text(thing, "selftext" if kind == "t3" else "body")
    if kind == "t1":
        return text in _GONE
    return text in _GONE or bool(fields.text(thing, "removed_by_category")) or fields.text(thing, "title") in _GONE


def read(pair: tuple[str, Mapping[str, Any]], *, page: Page, site: Site) -> ParsedPost:
    """Return a thing as a post. Raise UnreadablePostError or UnreadableDateError where that is not certain."""
    kind, thing = pair
    name = reading.required(fields.text(thing, "name"), "missing_id", "a thing has no name")
    shown = fields.text(thing, "author")
    is_known = shown not in ("", *_GONE)
    own, quoted = _words(kind, thing, name)
    return ParsedPost(
        post_id=name,
        # An account that is gone has left posts of many people under one name.
        author=fields.text(thing, "author_fullname") or (shown if is_known else f"deleted:{name}"),
        author_name=shown if is_known and fields.text(thing, "author_fullname") else None,
        posted_at=_time(thing, "created_utc", site),
        url=_permalink(kind, thing, name),
        text=own,
        quoted=quoted,
        edited_at=time_or_none(thing, "edited", site),
        reply_to=fields.text(thing, "parent_id") or None,
        like_count=_likes(thing),
        reply_count=fields.whole(thing, "num_comments") if kind == "t3" else None,
        view_count=fields.whole(thing, "view_count"),
    )


def plain(text: str) -> str:
    """Return a text without the entities that Reddit writes for `<`, `>` and `&` where it is not asked for raw JSON."""
    return html.unescape(text)


def time_or_none(thing: Mapping[str, Any], name: str, site: Site) -> datetime | None:
    """Return the time in a field that a post can do without (`edited` is false where there was no edit)."""
    try:
        return _time(thing, name, site)
    except UnreadableDateError:
        return None


def _time(thing: Mapping[str, Any], name: str, site: Site) -> datetime:
    value = thing.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise UnreadableDateError(f"{name} is missing")
    return from_timestamp(value, zone=site.timezone)


def _words(kind: str, thing: Mapping[str, Any], name: str) -> tuple[str, tuple[ParsedQuote, ...]]:
    """Return a thing's own words and what it quotes; a submission without words says its title."""
    field = "selftext" if kind == "t3" else "body"
    title = markup.clean(plain(fields.text(thing, "title"))) if kind == "t3" else ""
    source = thing.get(f"{field}_html") or ""
    if kind == "t1" and not isinstance(thing.get("body"), str):
        raise reading.UnreadablePostError("missing_text", f"{name} has no body")
    shared = tuple(_shared(fields.items(thing, "crosspost_parent_list")))
    if not isinstance(source, str) or not source:
        return markup.clean(plain(fields.text(thing, field))) or title, shared
    body = markup.fragment(plain(source) if source.lstrip().startswith("&lt;") else source)
    marked = markup.marks(body, quote="blockquote")
    said = markup.words(body, marked)
    quotes = [ParsedQuote(text=markup.words(node, marked).text) for node in said.quotes]
    return said.text or title, (*(quote for quote in quotes if quote.text), *shared)


def _shared(parents: list[Mapping[str, Any]]) -> Iterator[ParsedQuote]:
    """Yield the submission that a crosspost repeats."""
    for parent in parents[:1]:
        said = f"{plain(fields.text(parent, 'title'))}\n{plain(fields.text(parent, 'selftext'))}"
        author = fields.text(parent, "author_fullname", "author")
        yield ParsedQuote(
            text=markup.clean(said),
            post_id=fields.text(parent, "name") or None,
            author=None if author in _GONE else author or None,
        )


def _likes(thing: Mapping[str, Any]) -> int | None:
    """Return the score, which is votes for less votes against; none while Reddit hides it."""
    return None if thing.get("score_hidden") or thing.get("hide_score") else fields.whole(thing, "score", "ups")


def _permalink(kind: str, thing: Mapping[str, Any], name: str) -> str:
    path = fields.text(thing, "permalink")
    if path.startswith("/"):
        return WEB + path
    if kind == "t3":
        return f"{WEB}/comments/{name[3:]}/"
    return f"{WEB}/comments/{fields.text(thing, 'link_id')[3:]}/_/{name[3:]}/"
