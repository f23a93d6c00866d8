"""A little network for the firehose's tests: what happens in it, and a server that tells it as Jetstream would."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

START = 1_795_000_000_000_000
"""Microseconds: November 2026."""
ABOUT_US = [
    "Har nån erfarenhet av Open Infra? 🙄",
    "open infra har grävt av kabeln",
    "OPEN INFRA svarar inte",
    "Nytt brev från Open Infra\nom drift och underhåll",
]
OTHERS = [
    "Vädret är fint i Europa",
    "日本語です！❤️",
    "OpenInfra Summit next week",
    'He said "create" and "text" & went',
    "open",
    "På dom bara 👩‍👩‍👧",
]
AUTHORS = [f"did:plc:{name * 6}" for name in ("anna", "boss", "cill", "dani", "elsa")]


def commit(at: int, did: str, key: str, record: dict[str, Any] | None, *, operation: str = "create") -> dict[str, Any]:
    """Return an event of Jetstream's shape."""
    body = {"rev": f"3{at:020d}", "operation": operation, "collection": "app.bsky.feed.post", "rkey": key}
    if record is not None:
        body |= {"record": record, "cid": "bafyreib"}
    return {"did": did, "time_us": at, "kind": "commit", "commit": body}


def post(text: str, **more: Any) -> dict[str, Any]:
    """Return a post's record, its keys in the order of their names."""
    record = {"$type": "app.bsky.feed.post", "createdAt": "2026-11-18T09:00:00.000Z", "langs": ["sv"], "text": text}
    return dict(sorted((record | more).items()))


def reply(root: str, parent: str) -> dict[str, Any]:
    return {"reply": {"parent": {"cid": "b", "uri": parent}, "root": {"cid": "a", "uri": root}}}


def quote(uri: str) -> dict[str, Any]:
    return {"embed": {"$type": "app.bsky.embed.record", "record": {"cid": "c", "uri": uri}}}


def profile(at: int, did: str, *labels: str) -> dict[str, Any]:
    values = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label} for label in labels]}
    event = commit(at, did, "self", {"displayName": "x", "labels": values}, operation="update")
    event["commit"]["collection"] = "app.bsky.actor.profile"
    return event


def account(at: int, did: str, *, active: bool, status: str | None = None) -> dict[str, Any]:
    told = {"active": active, "did": did, "seq": at, "time": "2026-11-18T09:00:00Z"} | (
        {"status": status} if status else {}
    )
    return {"did": did, "time_us": at, "kind": "account", "account": told}


def wire(event: dict[str, Any]) -> bytes:
    """Return an event as Go writes it: no spaces, letters as they are, three characters escaped."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()


def happenings(seed: int, count: int, *, share: float = 0.25, late: bool = False) -> list[dict[str, Any]]:
    """Return a random history: posts on us (`share`) and others, answers, quotes, edits, deletions, accounts.

    Only with `late` does a thread first name us in an answer or an edit, and an author open up again: what is sent
    again is then seen with other eyes.
    """
    chance = random.Random(seed)
    events: list[dict[str, Any]] = []
    alive: list[tuple[str, str, str]] = []
    for number in range(count):
        at = START + number * 10_000
        did, key = chance.choice(AUTHORS), f"3k{seed:03d}{number:08d}"
        text = chance.choice(ABOUT_US if chance.random() < share else OTHERS) + f" {number}"
        kind = chance.random()
        if kind >= 0.5 and alive and not late:
            text = f"{chance.choice(OTHERS)} {number}"
        if kind < 0.5 or not alive:
            events.append(commit(at, did, key, post(text)))
            alive.append((did, key, f"at://{did}/app.bsky.feed.post/{key}"))
        elif kind < 0.72:
            other, other_key, root = chance.choice(alive[-60:])
            events.append(
                commit(at, did, key, post(text, **reply(root, f"at://{other}/app.bsky.feed.post/{other_key}")))
            )
            alive.append((did, key, root))
        elif kind < 0.78:
            other, other_key, _ = chance.choice(alive)
            events.append(commit(at, did, key, post(text, **quote(f"at://{other}/app.bsky.feed.post/{other_key}"))))
            alive.append((did, key, f"at://{did}/app.bsky.feed.post/{key}"))
        elif kind < 0.86:
            who, old_key, root = chance.choice(alive)
            is_root = root.endswith(old_key)
            more = {} if is_root else reply(root, root)
            events.append(commit(at, who, old_key, post(text + " (ändrat)", **more), operation="update"))
        elif kind < 0.96:
            who, old_key, _ = alive.pop(chance.randrange(len(alive)))
            events.append(commit(at, who, old_key, None, operation="delete"))
        elif kind < 0.97:
            status = chance.choice(["takendown", "deactivated", "desynchronized", "throttled"])
            events.append(account(at, did, active=False, status=status))
        elif kind < 0.98 or not (late or chance.random() < 0.2):
            events.append({"did": did, "time_us": at, "kind": "identity", "identity": {"did": did, "seq": number}})
        else:
            events.append(profile(at, did, *(["!no-unauthenticated"] if not late or chance.random() < 0.2 else [])))
    return events


@dataclass
class FakeJetstream:
    """A server that keeps its events from `floor` on and sends them from the cursor asked for, with its moods."""

    frames: list[tuple[int, bytes]] = field(default_factory=list)
    floor: int = 0
    """What is older than this has been forgotten: asking for it starts here, without a word."""
    drop_after: list[int] = field(default_factory=list)
    """After how many frames each next connection breaks."""
    garbage: list[bytes] = field(default_factory=list)
    """Sent among the events of every connection."""
    pause_seconds: float = 0.0
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)
    url: str = ""

    def add(self, events: list[dict[str, Any]]) -> None:
        self.frames += [(event["time_us"], wire(event)) for event in events]

    def answer(self, socket: ServerConnection) -> None:
        assert socket.request
        query = parse_qs(urlsplit(socket.request.path).query)
        self.asked.append(query)
        self.headers.append(socket.request.headers)
        cursor = int(query["cursor"][0]) if "cursor" in query else 0
        left = self.drop_after.pop(0) if self.drop_after else None
        sent = 0
        garbage = list(self.garbage)
        with suppress(ConnectionClosed):
            while True:
                while sent < len(self.frames):
                    at, frame = self.frames[sent]
                    sent += 1
                    if at < max(cursor, self.floor):
                        continue
                    if left is not None:
                        left -= 1
                        if left < 0:
                            # As a cable that is cut: no closing word.
                            socket.socket.shutdown(SHUT_RDWR)
                            return
                    if garbage:
                        socket.send(garbage.pop())
                    socket.send(frame, text=True)
                    if self.pause_seconds and sent % 20 == 0:
                        threading.Event().wait(self.pause_seconds)
                with suppress(TimeoutError):
                    socket.recv(timeout=0.02)


@contextmanager
def jetstream(server: FakeJetstream) -> Iterator[FakeJetstream]:
    """Run a server on a free port of this machine."""
    with serve(server.answer, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{running.socket.getsockname()[1]}"
        yield server
        running.shutdown()
        thread.join()
