"""Posts read one by one: what cannot be read for certain is set aside, and the rest survives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from selectolax.lexbor import LexborNode

from crawlers.dates import UnreadableDateError, from_timestamp, parse
from crawlers.engines.markup import text_of
from crawlers.model import Page, ParsedPost, Site, Unreadable

Item = TypeVar("Item")


class UnreadablePostError(ValueError):
    """Raised when a required field of a post is missing or makes no sense; `reason` is a code of `SetAside.reason`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def required(value: str, reason: str, detail: str) -> str:
    """Return the value, or raise UnreadablePostError where it is empty."""
    if not value:
        raise UnreadablePostError(reason, detail)
    return value


def read_posts(
    items: Iterable[Item], read: Callable[[Item], ParsedPost], name: Callable[[Item], str | None]
) -> tuple[tuple[ParsedPost, ...], tuple[Unreadable, ...]]:
    """Return what `read` makes of each item, once a post, and what it refuses; `name` tells a refused one's id."""
    posts: dict[str, ParsedPost] = {}
    refused: list[Unreadable] = []
    for item in items:
        try:
            post = read(item)
        except UnreadablePostError as error:
            refused.append(Unreadable(reason=error.reason, detail=str(error), post_id=name(item)))
        except UnreadableDateError as error:
            refused.append(Unreadable(reason="unreadable_date", detail=str(error), post_id=name(item)))
        else:
            posts.setdefault(post.post_id, post)
    return tuple(posts.values()), tuple(refused)


def time_of(node: LexborNode | None, page: Page, site: Site) -> datetime:
    """Return the time that a `<time>`-like element means, its attributes before its text.

    Raise UnreadableDateError where none of them can be read.
    """
    if node is None:
        raise UnreadableDateError("the date is missing")
    values = node.attributes
    for name in ("data-timestamp", "data-time"):
        if (stamp := (values.get(name) or "").strip()).isdigit() and len(stamp) > 6:
            return from_timestamp(stamp, zone=site.timezone)
    order = site.options.get("date_order")
    texts = [found for name in ("datetime", "title", "content") if (found := (values.get(name) or "").strip())]
    for text in texts:
        try:
            return parse(text, anchor=page.fetched_at, zone=site.timezone, order=order)
        except UnreadableDateError:
            continue
    return parse(text_of(node), anchor=page.fetched_at, zone=site.timezone, order=order)


def time_or_none(node: LexborNode | None, page: Page, site: Site) -> datetime | None:
    """Return the time of an element that only guides the crawl; None where it cannot be read."""
    try:
        return time_of(node, page, site)
    except UnreadableDateError:
        return None
