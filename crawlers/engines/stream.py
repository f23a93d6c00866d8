"""What a stream of events gives, whatever its wire: posts made, changed and gone, and what happened to accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from crawlers.model import Site

Operation = Literal["create", "update", "delete"]
OPERATIONS: Mapping[str, Operation] = {"create": "create", "update": "update", "delete": "delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostEvent:
    """A post was made, changed or deleted."""

    uri: str
    did: str
    """Who wrote it."""
    rev: str
    """Grows with every change that its author makes, as text: an event that is not newer has been handled."""
    at: datetime
    operation: Operation
    record: Mapping[str, Any]
    """Empty for a deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEvent:
    """An author's profile was written; strangers are asked to keep away, or are not."""

    did: str
    at: datetime
    is_members_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent:
    """An account, with all its posts, has gone or come back."""

    did: str
    at: datetime
    is_active: bool
    status: str
    """Why it is not active; empty where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldEvent:
    """An author changed something, and the stream does not say what."""

    did: str
    reason: str
    is_loss: bool = True
    """False where it may well be nothing: it then matters only for authors of whom something is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The server's word on the stream itself. `is_gap`: events before the next one are lost to us."""

    name: str
    message: str
    is_gap: bool = False
    is_end: bool = False
    """The server hangs up after it."""
    is_cursor_refused: bool = False


Event = PostEvent | ProfileEvent | AccountEvent | UntoldEvent | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the stream: the server's own number for it, and the time it stands for."""

    cursor: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What makes a frame worth decoding. The sets grow while the stream is read."""

    may_mention: Callable[[bytes], bool]
    """False only for bytes in which no text names the company."""
    keys: Set[bytes]
    """Record keys of the posts and thread roots that are kept, as they stand in URIs."""


class GarbageError(ValueError):
    """Raised when a frame is not what the protocol says."""


class Stream(Protocol):
    """A module of `crawlers.engines` for a place that is listened to: these names at module level."""

    NAME: str
    ACCESS: str
    """`stream`: no spider drives it."""

    def subscribe_url(self, site: Site, place: Place | None) -> str:
        """Return where to listen: from a little before a place, or from now on."""

    def place_of(self, frame: bytes) -> Place | None:
        """Return where a frame stands in the stream; None for one that says nothing of it."""

    def is_wanted(self, frame: bytes, watch: Watch) -> bool:
        """Return False only for a frame whose events could change nothing; costs much less than decoding it."""

    def events_of(self, frame: bytes) -> tuple[Event, ...]:
        """Return the events of a frame. Raise GarbageError for bytes of another kind."""

    def thread_url(self, site: Site, thread_id: str) -> str:
        """Return where a crawl reads a thread whole."""

    def is_gap(self, last: Place, first: Place) -> bool:
        """Return whether events between the last one heard and the first one after asking to go on there are lost."""
