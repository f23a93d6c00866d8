"""Jetstream: Bluesky's firehose as JSON over a WebSocket; a place in it is a time in microseconds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from crawlers.engines import bluesky, fields
from crawlers.engines.bluesky_record import MEMBERS_ONLY, POSTS, PROFILES, is_members_only, uri_of
from crawlers.engines.stream import OPERATIONS, AccountEvent, Event, GarbageError, Place, PostEvent, ProfileEvent, Watch
from crawlers.model import Page, Site

NAME = "jetstream"
ACCESS = "stream"

REWIND_MICROSECONDS = 5_000_000
"""Events are not quite in the order of their times, and another server's clock is not quite the same."""
_TIME = re.compile(rb'"time_us"\s*:\s*(\d{15,17})\b')
_ALWAYS = (b"\\u", b"\\/", b'"account"', PROFILES.encode(), MEMBERS_ONLY.encode())
"""Frames that are rare and matter, or that spell things so that only decoding them tells."""
_PLAIN_ESCAPES = ((b"\\u0026", b"&"), (b"\\u003c", b"<"), (b"\\u003e", b">"))
"""What Go escapes in every text: common, and no part of a name or a key."""
_IN_URI = f"/{POSTS}/".encode()
_KEY = re.compile(rb'\s*:\s*"([^"]*)')


def subscribe_url(site: Site, place: Place | None) -> str:
    """Return where to listen to posts and profiles: from a little before a place, or from now on."""
    asked = [("wantedCollections", POSTS), ("wantedCollections", PROFILES)]
    if place:
        asked.append(("cursor", str(place.cursor - REWIND_MICROSECONDS)))
    scheme, _, rest = site.url.rstrip("/").partition("://")
    return f"{'ws' if scheme == 'http' else 'wss'}://{rest}/subscribe?{urlencode(asked)}"


def place_of(frame: bytes) -> Place | None:
    """Return the time that the server gave a frame."""
    # Of several, the server's own: a record may hold the same words, but never before it.
    found = _TIME.search(frame)
    return _place(int(found[1])) if found else None


def thread_url(site: Site, thread_id: str) -> str:
    """Return where a crawl reads a thread whole: at the AppView."""
    return bluesky.thread_url(site.options.get("appview", bluesky.PUBLIC), thread_id)


def is_gap(last: Place, first: Place) -> bool:
    """Return whether the server has forgotten where we were: it then starts, without a word, at the oldest it has.

    We ask for what we have heard already. A server that still has it sends it again.
    """
    return first.cursor > last.cursor


def is_wanted(frame: bytes, watch: Watch) -> bool:
    """Return False only for a frame whose events could change nothing: no name, no kept thread, no account."""
    if b"\\u00" in frame:
        for escape, char in _PLAIN_ESCAPES:
            frame = frame.replace(escape, char)
    if any(sign in frame for sign in _ALWAYS):
        return True
    # Whoever spells the key of the words in another way needs the escapes that always let a frame in.
    text_at = frame.find(b'"text"')
    if text_at >= 0 and watch.may_mention(frame[text_at:]):
        return True
    return bool(watch.keys) and not watch.keys.isdisjoint(_keys_of(frame))


def events_of(frame: bytes) -> tuple[Event, ...]:
    """Return the event of a frame; none for collections and kinds that do not concern us."""
    value = _decoded(frame)
    did, at = fields.text(value, "did"), fields.whole(value, "time_us")
    if not did.startswith("did:") or at is None:
        raise GarbageError("an event without did or time_us")
    kind = value.get("kind")
    if kind == "account":
        account = fields.mapping(value, "account")
        is_active, status = account.get("active") is not False, fields.text(account, "status")
        return (AccountEvent(did=did, at=_place(at).at, is_active=is_active, status=status),)
    if kind == "commit":
        return _of_commit(fields.mapping(value, "commit"), did, _place(at).at)
    return ()


def detect(_page: Page) -> float:
    """Return 0: a stream is no page."""
    return 0.0


def _of_commit(commit: Mapping[str, Any], did: str, at: datetime) -> tuple[Event, ...]:
    collection, key, rev = (fields.text(commit, name) for name in ("collection", "rkey", "rev"))
    record = fields.mapping(commit, "record")
    if collection == PROFILES and key == "self":
        return (ProfileEvent(did=did, at=at, is_members_only=is_members_only(record)),)
    if collection != POSTS:
        return ()
    operation = OPERATIONS.get(fields.text(commit, "operation"))
    if operation is None or not key or not rev:
        raise GarbageError("a commit without operation, rkey or rev")
    return (PostEvent(uri=uri_of(did, key), did=did, rev=rev, at=at, operation=operation, record=record),)


def _keys_of(frame: bytes) -> Iterator[bytes]:
    """Yield the record keys that a frame names: its own, and those of the posts that it points to."""
    for rest in frame.split(_IN_URI)[1:]:
        yield rest[: rest.find(b'"')]
    for rest in frame.split(b'"rkey"')[1:]:
        if found := _KEY.match(rest):
            yield found[1]


def _decoded(frame: bytes) -> Mapping[str, Any]:
    try:
        value = orjson.loads(frame)
    except ValueError:
        # Half characters (a lone "\\ud83d") stop the quick decoder, and not the patient one.
        try:
            value = json.loads(frame)
        except (ValueError, RecursionError) as error:
            raise GarbageError(f"not JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise GarbageError(f"JSON, but no object: {type(value).__name__}")
    return value


def _place(microseconds: int) -> Place:
    seconds, rest = divmod(microseconds, 1_000_000)
    return Place(cursor=microseconds, at=datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest))
