"""com.atproto.sync.subscribeRepos: every change of every repository as CBOR frames; a place in it is a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import libipld

from crawlers.dates import UnreadableDateError, parse
from crawlers.engines import bluesky, fields
from crawlers.engines.bluesky_record import POSTS, PROFILES, is_members_only, uri_of
from crawlers.engines.stream import (
    OPERATIONS,
    AccountEvent,
    Event,
    GarbageError,
    Notice,
    Place,
    PostEvent,
    ProfileEvent,
    UntoldEvent,
    Watch,
)
from crawlers.model import Page, Site

NAME = "repo_stream"
ACCESS = "stream"

_UTC = ZoneInfo("UTC")
_EPOCH = datetime.fromtimestamp(0, tz=_UTC)
_WANTED = re.compile(
    rb"[^/](?:"
    + re.escape(POSTS).encode()
    + b"|"
    + re.escape(PROFILES).encode()
    + rb")/|#account|#info|#sync|eerror|ftooBig\xf5"
)
"""Of the paths that a commit changes, ours (inside a URI a slash goes before); and all that is no commit."""
_TOO_OLD = "OutdatedCursor"
_FUTURE = "FutureCursor"


def subscribe_url(site: Site, place: Place | None) -> str:
    """Return where to listen: after a place, or from now on."""
    scheme, _, rest = site.url.rstrip("/").partition("://")
    asked = f"?{urlencode({'cursor': place.cursor})}" if place else ""
    return f"{'ws' if scheme == 'http' else 'wss'}://{rest}/xrpc/com.atproto.sync.subscribeRepos{asked}"


def place_of(frame: bytes) -> Place | None:
    """Return the number and time of a frame; None for those without (notices)."""
    try:
        _, body = _parts(frame)
    except GarbageError:
        return None
    return _place(body)


def thread_url(site: Site, thread_id: str) -> str:
    """Return where a crawl reads a thread whole: at the AppView."""
    return bluesky.thread_url(site.options.get("appview", bluesky.PUBLIC), thread_id)


def is_gap(last: Place, first: Place) -> bool:
    """Return False: this server says itself when it has forgotten where we were, by a notice."""
    return False


def is_wanted(frame: bytes, watch: Watch) -> bool:
    """Return False only for a commit that changes neither posts nor profiles, and for changes of handles."""
    # Names are not looked for here: in CBOR, lengths and text cannot be told apart without decoding, which is quick.
    return _WANTED.search(frame) is not None


def events_of(frame: bytes) -> tuple[Event, ...]:
    """Return the events of a frame: of a commit, one for each post and profile that it changes."""
    kind, body = _parts(frame)
    if kind == "error":
        name = fields.text(body, "error") or "Unknown"
        is_refused = name == _FUTURE
        notice = Notice(
            name=name,
            message=fields.text(body, "message"),
            is_end=True,
            is_gap=is_refused,
            is_cursor_refused=is_refused,
        )
        return (notice,)
    if kind == "#info":
        name = fields.text(body, "name") or "Unknown"
        return (Notice(name=name, message=fields.text(body, "message"), is_gap=name == _TOO_OLD),)
    if kind == "#account":
        did, place = _did(body, "did"), _place(body)
        if place is None:
            raise GarbageError("an account without seq or time")
        is_active, status = body.get("active") is not False, fields.text(body, "status")
        return (AccountEvent(did=did, at=place.at, is_active=is_active, status=status),)
    if kind == "#sync":
        return (UntoldEvent(did=_did(body, "did"), reason="the repository was set anew", is_loss=False),)
    return tuple(_of_commit(body)) if kind == "#commit" else ()


def detect(_page: Page) -> float:
    """Return 0: a stream is no page."""
    return 0.0


def _of_commit(body: Mapping[str, Any]) -> Iterator[Event]:
    did, place, rev = _did(body, "repo"), _place(body), fields.text(body, "rev")
    if place is None or not rev:
        raise GarbageError("a commit without seq, time or rev")
    if body.get("tooBig") is True:
        yield UntoldEvent(did=did, reason="the commit was too big to be sent")
        return
    changes = [(op, *fields.text(op, "path").partition("/")[::2]) for op in fields.items(body, "ops")]
    ours = [change for change in changes if change[1] in (POSTS, PROFILES)]
    blocks = _blocks(body) if any(op.get("cid") for op, _, _ in ours) else {}
    for op, collection, key in ours:
        record = blocks.get(cid) if isinstance(cid := op.get("cid"), bytes) else None
        operation = OPERATIONS.get(fields.text(op, "action"))
        if operation is None or not key:
            raise GarbageError("a change without action or key")
        if operation != "delete" and not isinstance(record, dict):
            yield UntoldEvent(did=did, reason="a record is missing from its commit")
        elif collection == POSTS:
            uri, record = uri_of(did, key), record or {}
            yield PostEvent(uri=uri, did=did, rev=rev, at=place.at, operation=operation, record=record)
        elif key == "self":
            yield ProfileEvent(did=did, at=place.at, is_members_only=is_members_only(record or {}))


def _parts(frame: bytes) -> tuple[str, Mapping[str, Any]]:
    """Return a frame's type (`error` for errors) and its body."""
    try:
        header, body = libipld.decode_dag_cbor_multi(frame)
    except (ValueError, RecursionError, TypeError) as error:
        raise GarbageError(f"not a frame of two CBOR objects: {type(error).__name__}") from error
    if not isinstance(header, dict) or not isinstance(body, dict):
        raise GarbageError("a frame whose header or body is no object")
    return "error" if header.get("op") == -1 else fields.text(header, "t"), body


def _blocks(body: Mapping[str, Any]) -> Mapping[Any, Any]:
    """Return the records of a commit by their CIDs."""
    blocks = body.get("blocks")
    try:
        return libipld.decode_car(blocks)[1] if isinstance(blocks, bytes) and blocks else {}
    except (ValueError, RecursionError, TypeError) as error:
        raise GarbageError(f"blocks that are no CAR file: {type(error).__name__}") from error


def _did(body: Mapping[str, Any], name: str) -> str:
    did = fields.text(body, name)
    if not did.startswith("did:"):
        raise GarbageError(f"a frame without {name}")
    return did


def _place(body: Mapping[str, Any]) -> Place | None:
    seq = fields.whole(body, "seq")
    if seq is None:
        return None
    try:
        return Place(cursor=seq, at=parse(fields.text(body, "time"), anchor=_EPOCH, zone=_UTC))
    except UnreadableDateError:
        return None
