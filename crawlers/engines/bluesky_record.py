"""A post's record as its author signed it, read to the same post that the AppView's search would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.dates import UnreadableDateError, parse
from crawlers.engines import fields, markup
from crawlers.engines.reading import UnreadablePostError
from crawlers.engines.stream import PostEvent
from crawlers.model import ParsedPost, ParsedQuote

POSTS = "app.bsky.feed.post"
PROFILES = "app.bsky.actor.profile"
MEMBERS_ONLY = "!no-unauthenticated"
"""An author's label that asks not to be shown to strangers. We are one."""
_UTC = ZoneInfo("UTC")


def uri_of(did: str, key: str) -> str:
    """Return the address of a post, which is its id."""
    return f"at://{did}/{POSTS}/{key}"


def root_of(event: PostEvent) -> str:
    """Return the first post of the conversation: the thread's id, as the AppView's engine gives it."""
    return fields.text(fields.mapping(event.record, "reply", "root"), "uri") or event.uri


def quoted_uri(record: Mapping[str, Any]) -> str:
    """Return the post that a post quotes; empty for none."""
    embed = fields.mapping(record, "embed", "record")
    uri = fields.text(fields.mapping(embed, "record") or embed, "uri")
    return uri if f"/{POSTS}/" in uri else ""


def text_of(record: Mapping[str, Any]) -> str:
    """Return the author's own words."""
    text = record.get("text")
    return markup.clean(text) if isinstance(text, str) else ""


def is_members_only(record: Mapping[str, Any]) -> bool:
    """Return whether the author's own labels ask not to be shown to strangers."""
    return any(label.get("val") == MEMBERS_ONLY for label in fields.items(record, "labels", "values"))


def read_post(event: PostEvent) -> ParsedPost:
    """Return the post that an event made or changed. Raise UnreadablePostError where a required field is missing."""
    record = event.record
    if not isinstance(record.get("text"), str):
        raise UnreadablePostError("missing_text", f"{event.uri} has no text")
    languages = record.get("langs")
    return ParsedPost(
        post_id=event.uri,
        author=event.did,
        posted_at=_posted_at(event),
        url=f"https://bsky.app/profile/{event.did}/post/{event.uri.rsplit('/', 1)[-1]}",
        text=text_of(record),
        quoted=tuple(_quotes(record)),
        edited_at=event.at if event.operation == "update" else None,
        reply_to=fields.text(fields.mapping(record, "reply", "parent"), "uri") or None,
        language=next((tag for tag in languages if isinstance(tag, str)), None)
        if isinstance(languages, list)
        else None,
    )


def _posted_at(event: PostEvent) -> datetime:
    """Return the author's word for when it was written, unless the network had seen the post before that."""
    try:
        created = parse(fields.text(event.record, "createdAt"), anchor=event.at.astimezone(UTC), zone=_UTC)
    except UnreadableDateError as error:
        raise UnreadablePostError("unreadable_date", str(error)) from error
    return min(created, event.at)


def _quotes(record: Mapping[str, Any]) -> Iterator[ParsedQuote]:
    """Yield the quoted post by its id: its words are not in the record."""
    if uri := quoted_uri(record):
        yield ParsedQuote(text="", post_id=uri, author=uri.removeprefix("at://").split("/")[0] or None)
