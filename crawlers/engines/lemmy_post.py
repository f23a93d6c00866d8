"""A post or comment of Lemmy, as its API shows it: fields moved and were renamed between its versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Any

from crawlers.dates import UnreadableDateError, parse
from crawlers.engines import fields, markdown, markup, reading
from crawlers.model import Page, ParsedPost, ParsedQuote, Site

LANGUAGES: Mapping[int, str] = {
    31: "da",
    32: "de",
    37: "en",
    44: "fi",
    71: "is",
    111: "nb",
    116: "nn",
    117: "no",
    153: "sv",
}
"""The languages here that every server numbers alike; 0 is none said."""


def is_shown(view: Mapping[str, Any]) -> bool:
    """Return whether a record is neither deleted nor removed, nor hidden until another server takes it."""
    about = _about(view)
    return not (about.get("deleted") or about.get("removed") or about.get("federation_pending"))


def id_of(view: Mapping[str, Any]) -> str | None:
    """Return the id of a record; posts and comments are numbered apart, so it says which it is."""
    number = fields.text(_about(view), "id")
    return f"{'comment' if 'comment' in view else 'post'}-{number}" if number else None


def child_count(view: Mapping[str, Any]) -> int:
    """Return how many comments there are under one, at any depth."""
    return fields.whole(fields.mapping(view, "counts"), "child_count") or fields.whole(_about(view), "child_count") or 0


def comment_count(view: Mapping[str, Any]) -> float:
    """Return how many comments a post says that it has; infinity where it says nothing."""
    said = fields.whole({**_about(view), **fields.mapping(view, "counts")}, "comments")
    return inf if said is None else said


def time_or_none(value: Mapping[str, Any], name: str, page: Page, site: Site) -> datetime | None:
    """Return a time by its name in either version; None where it is missing or makes no sense."""
    try:
        return _time(value, name, page, site)
    except UnreadableDateError:
        return None


def read(view: Mapping[str, Any], *, base: str, page: Page, site: Site) -> ParsedPost:
    """Return a post or a comment."""
    about, counts = _about(view), {**_about(view), **fields.mapping(view, "counts")}
    post_id = reading.required(id_of(view) or "", "missing_id", "a record has no id")
    creator = fields.mapping(view, "creator")
    author = fields.text(about, "creator_id") or fields.text(creator, "id")
    is_comment = "comment" in view
    body = markup.fragment(markdown.to_html(_typed(about, is_comment, post_id)))
    marked = markup.marks(body, quote="blockquote")
    said = markup.words(body, marked)
    number = fields.text(about, "id")
    return ParsedPost(
        post_id=post_id,
        author=reading.required(author, "missing_author", f"{post_id} names no author"),
        author_name=fields.text(creator, "name") or None,
        posted_at=_time(about, "published", page, site),
        url=f"{base}/{'comment' if is_comment else 'post'}/{number}",
        text=said.text,
        quoted=tuple(ParsedQuote(text=found.text) for _, found in markup.nested(said.quotes, marked)),
        edited_at=time_or_none(about, "updated", page, site),
        reply_to=_parent(about) if is_comment else None,
        like_count=fields.whole(counts, "upvotes"),
        reply_count=fields.whole(counts, "child_count" if is_comment else "comments"),
        language=LANGUAGES.get(fields.whole(about, "language_id") or 0),
    )


def _about(view: Mapping[str, Any]) -> Mapping[str, Any]:
    return fields.mapping(view, "comment") or fields.mapping(view, "post")


def _typed(about: Mapping[str, Any], is_comment: bool, post_id: str) -> str:
    """Return what the author typed: a post that is only a link says what its title says."""
    if is_comment:
        content = about.get("content")
        if not isinstance(content, str):
            raise reading.UnreadablePostError("missing_text", f"{post_id} has no content")
        return content
    body = about.get("body")
    return body if isinstance(body, str) and body.strip() else fields.text(about, "name")


def _parent(about: Mapping[str, Any]) -> str | None:
    """Return what a comment answers, by its path from the post (0) to itself."""
    path = fields.text(about, "path").split(".")
    if len(path) < 2:
        return None
    return f"comment-{path[-2]}" if path[-2] != "0" else f"post-{fields.text(about, 'post_id')}"


def _time(value: Mapping[str, Any], name: str, page: Page, site: Site) -> datetime:
    found = fields.text(value, name, f"{name}_at")
    if not found:
        raise UnreadableDateError(f"{name} is missing")
    # Before 0.19 times were UTC without saying so.
    is_naive = "T" in found and not found.endswith("Z") and "+" not in found and "-" not in found.partition("T")[2]
    return parse(found + "Z" if is_naive else found, anchor=page.fetched_at, zone=site.timezone)
