"""Who is asking: sessions in memory, tokens that tie a form to its session, and names that a proxy vouches for."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.board.oidc import Attempt

COOKIE = "ryktesvakt"
LIFE_SECONDS = 12 * 3600.0
MOST_SESSIONS = 5000


@dataclass(slots=True)
class Session:
    """One browser's session."""

    token: str
    user: str | None = None
    """The account, or on loopback the name that was signed last."""
    role: str | None = None
    """None until somebody has logged in."""
    used_at: float = 0.0
    ends_at: float | None = None
    """Used or not: a role that was taken away at the provider ends with it."""
    attempts: dict[str, Attempt] = field(default_factory=dict)
    """Logins that were begun at a provider, by their state."""
    said: list[tuple[str, str, str | None]] = field(default_factory=list)
    """What the next page should say: kind, sentence, and the decision that can be taken back."""


class Sessions:
    """The sessions of this process: they end when it does, and after half a day without use."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._found: dict[str, Session] = {}
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()

    def get(self, token: str | None) -> Session | None:
        """Return the session of a token that is still alive."""
        with self._lock:
            session = self._found.get(_print(token)) if token else None
            now = self._clock()
            if session is None or now - session.used_at > LIFE_SECONDS or now > (session.ends_at or now):
                return None
            session.used_at = now
            return session

    def start(self, *, user: str | None = None, role: str | None = None, ends_in: float | None = None) -> Session:
        """Begin a session; the one that was used longest ago makes room when there are too many."""
        now = self._clock()
        ends_at = now + ends_in if ends_in is not None else None
        session = Session(token=secrets.token_urlsafe(32), user=user, role=role, used_at=now, ends_at=ends_at)
        with self._lock:
            if len(self._found) >= MOST_SESSIONS:
                oldest = min(self._found, key=lambda key: (self._found[key].role is not None, self._found[key].used_at))
                del self._found[oldest]
            self._found[_print(session.token)] = session
        return session

    def end(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            self._found.pop(_print(session.token), None)

    def csrf(self, session: Session) -> str:
        """Return the token that the forms of a session carry."""
        return hmac.new(self._secret, session.token.encode(), sha256).hexdigest()

    def is_own(self, session: Session, csrf: str) -> bool:
        """Return whether a form came from a page of this session."""
        return hmac.compare_digest(self.csrf(session).encode(), csrf.encode())


def is_trusted(address: str, proxies: Sequence[str]) -> bool:
    """Return whether a request comes from a proxy that may say who is asking."""
    try:
        at = ip_address(address)
    except ValueError:
        return False
    return any(at in ip_network(proxy, strict=False) for proxy in proxies)


def _print(token: str) -> str:
    """Sessions are found by a hash: comparing it tells nothing of the token by how long it takes."""
    return sha256(token.encode()).hexdigest()
