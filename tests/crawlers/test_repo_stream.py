"""Frames of com.atproto.sync.subscribeRepos: built here byte by byte, read to events, or said to be none."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import libipld
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.engines import repo_stream
from crawlers.engines.stream import (
    AccountEvent,
    GarbageError,
    Notice,
    Place,
    PostEvent,
    ProfileEvent,
    UntoldEvent,
    Watch,
)
from crawlers.model import Site

DID = "did:plc:annaannaannaannaannaanna"
TIME = "2026-11-18T09:00:00.123Z"
AT = datetime(2026, 11, 18, 9, 0, 0, 123000, tzinfo=UTC)
SITE = Site(name="relay", engine="repo_stream", url="https://relay.example", timezone=ZoneInfo("UTC"))
WATCH = Watch(may_mention=lambda _raw: False, keys=set())


class Link:
    """A CID as CBOR writes it: tag 42 around a zero byte and the CID."""

    def __init__(self, block: bytes) -> None:
        self.cid = b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()


def cbor(value: Any) -> bytes:
    """Return a value as DAG-CBOR, links included."""
    if isinstance(value, Link):
        return b"\xd8\x2a\x58\x25\x00" + value.cid
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: (len(pair[0]), pair[0]))
        return bytes([0xA0 + len(pairs)]) + b"".join(cbor(key) + cbor(one) for key, one in pairs)
    if isinstance(value, list):
        return bytes([0x80 + len(value)]) + b"".join(cbor(one) for one in value)
    return libipld.encode_dag_cbor(value)


def car(blocks: list[bytes]) -> bytes:
    """Return blocks as a CAR file, the first one its root."""

    def length(size: int) -> bytes:
        return bytes([size & 0x7F | 0x80, size >> 7]) if size > 0x7F else bytes([size])

    parts = [cbor({"roots": [Link(blocks[0])], "version": 1}), *(Link(block).cid + block for block in blocks)]
    return b"".join(length(len(part)) + part for part in parts)


def frame(kind: str, body: dict[str, Any]) -> bytes:
    return cbor({"op": 1, "t": kind}) + cbor(body)


def commit(*changes: tuple[str, str, dict[str, Any] | None], **more: Any) -> bytes:
    """Return a commit of (action, path, record)."""
    blocks = [cbor({"did": DID, "rev": "3krev"}), *(cbor(record) for _, _, record in changes if record is not None)]
    ops = [
        {"action": action, "path": path, "cid": None if record is None else Link(cbor(record))}
        for action, path, record in changes
    ]
    body = {"seq": 7, "repo": DID, "rev": "3krev", "time": TIME, "ops": ops, "blocks": car(blocks), "tooBig": False}
    return frame("#commit", body | more)


POST = {"$type": "app.bsky.feed.post", "text": "Open Infra grävde", "createdAt": "2026-11-18T08:59:59Z"}
PATH = "app.bsky.feed.post/3kaaaaaaaaaaa"


def test_a_commit_gives_its_posts_and_profiles() -> None:
    label = {"labels": {"values": [{"val": "!no-unauthenticated"}]}}
    like = {"subject": {"uri": f"at://{DID}/{PATH}"}}
    raw = commit(
        ("create", PATH, POST),
        ("update", "app.bsky.actor.profile/self", label),
        ("create", "app.bsky.feed.like/3kb", like),
        ("delete", "app.bsky.feed.post/3kold", None),
    )
    uri = f"at://{DID}/app.bsky.feed.post/"
    assert repo_stream.is_wanted(raw, WATCH)
    assert repo_stream.events_of(raw) == (
        PostEvent(uri=f"{uri}3kaaaaaaaaaaa", did=DID, rev="3krev", at=AT, operation="create", record=POST),
        ProfileEvent(did=DID, at=AT, is_members_only=True),
        PostEvent(uri=f"{uri}3kold", did=DID, rev="3krev", at=AT, operation="delete", record={}),
    )
    assert repo_stream.place_of(raw) == Place(cursor=7, at=AT)


def test_what_changes_no_post_and_no_profile_is_not_wanted() -> None:
    like = {"subject": {"uri": f"at://{DID}/{PATH}", "cid": "bafy"}}
    assert not repo_stream.is_wanted(commit(("create", "app.bsky.feed.like/3kb", like)), WATCH)
    identity = frame("#identity", {"seq": 8, "did": DID, "time": TIME, "handle": "anna.test"})
    assert not repo_stream.is_wanted(identity, WATCH)
    assert repo_stream.events_of(identity) == ()
    assert repo_stream.place_of(identity) == Place(cursor=8, at=AT)


@pytest.mark.parametrize(
    ("raw", "event"),
    [
        (frame("#account", {"seq": 9, "did": DID, "time": TIME, "active": False, "status": "takendown"}),
         AccountEvent(did=DID, at=AT, is_active=False, status="takendown")),
        (frame("#sync", {"seq": 9, "did": DID, "time": TIME, "rev": "3k", "blocks": b""}),
         UntoldEvent(did=DID, reason="the repository was set anew", is_loss=False)),
        (commit(tooBig=True, blocks=b"", ops=[]), UntoldEvent(did=DID, reason="the commit was too big to be sent")),
        (commit(("create", PATH, POST), blocks=b""),
         UntoldEvent(did=DID, reason="a record is missing from its commit")),
        (frame("#info", {"name": "OutdatedCursor", "message": "x"}),
         Notice(name="OutdatedCursor", message="x", is_gap=True)),
        (cbor({"op": -1}) + cbor({"error": "FutureCursor", "message": "y"}),
         Notice(name="FutureCursor", message="y", is_gap=True, is_end=True, is_cursor_refused=True)),
        (cbor({"op": -1}) + cbor({"error": "ConsumerTooSlow"}),
         Notice(name="ConsumerTooSlow", message="", is_end=True)),
    ],
)  # fmt: skip
def test_accounts_notices_and_what_is_not_told(raw: bytes, event: object) -> None:
    assert repo_stream.is_wanted(raw, WATCH)
    assert repo_stream.events_of(raw) == (event,)


@pytest.mark.parametrize(
    "raw",
    [b"", b"not cbor", cbor({"op": 1}), cbor(1) + cbor(2), commit(("create", PATH, POST))[:-20],
     commit(("create", PATH, POST), blocks=b"\x05junk"), commit(("create", PATH, POST), repo="anna"),
     commit(("create", PATH, POST), seq=None), commit(("create", PATH, POST), rev=""), commit(("move", PATH, POST)),
     commit(("create", PATH, POST), time="soon"), frame("#account", {"did": DID, "active": False})],
)  # fmt: skip
def test_garbage_is_said_to_be_garbage(raw: bytes) -> None:
    with pytest.raises(GarbageError):
        repo_stream.events_of(raw)


@given(st.data())
def test_damaged_frames_never_break_the_reader(data: st.DataObject) -> None:
    raw = bytearray(commit(("create", PATH, POST), ("delete", "app.bsky.feed.post/3kold", None)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    repo_stream.place_of(bytes(raw))
    with suppress(GarbageError):
        repo_stream.events_of(bytes(raw))


def test_addresses() -> None:
    assert repo_stream.subscribe_url(SITE, None) == "wss://relay.example/xrpc/com.atproto.sync.subscribeRepos"
    assert repo_stream.subscribe_url(SITE, Place(cursor=7, at=AT)).endswith("subscribeRepos?cursor=7")
