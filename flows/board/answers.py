"""Pages made once for all who may see the same, until data or decisions change; nothing of one person's is in them."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from markupsafe import escape
from starlette.responses import HTMLResponse, Response

if TYPE_CHECKING:
    from flows.board.asking import Asking

MOST_BYTES = 32 * 1024 * 1024
LONGEST_ADDRESS = 500
LOOK_SECONDS = 60.0
"""Pages tell the time in days and hours: one that depends on the clock may be a minute old."""
CSRF_MARK, USER_MARK = secrets.token_hex(32), secrets.token_hex(32)
"""Where a page says whose it is. Drawn anew for each process, and no browser sees them: no post can hold one."""


class Answers:
    """Pages of what stands now, by what they were made from; what was asked for longest ago makes room."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._stands: Any = None
        self._found: OrderedDict[Any, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, stands: Any, key: Any) -> bytes | None:
        """Return a page that was kept; what stands is the snapshot and the journal that it was made from."""
        with self._lock:
            if stands != self._stands or key not in self._found:
                return None
            self._found.move_to_end(key)
            return self._found[key]

    def put(self, stands: Any, key: Any, page: bytes) -> None:
        """Keep a page; those of what stood before are let go, so that what was erased is not here either."""
        with self._lock:
            if stands != self._stands:
                self._found.clear()
                self._stands, self._size = stands, 0
            self._size += len(page) - len(self._found.pop(key, b""))
            self._found[key] = page
            while self._size > self._most:
                self._size -= len(self._found.popitem(last=False)[1])


def answer(asking: Asking, make: Callable[[Asking], Response]) -> Response:
    """Return a page for somebody who may see it; made anew only where nobody like them has asked since it changed.

    Raises what `make` raises.
    """
    key = key_of(asking)
    if key is None:
        return make(asking)
    # Told before the page is made: what changes meanwhile can make it newer than this says, never older.
    stands = (asking.board.store.current().stamp, asking.board.journal_stamp())
    page = asking.board.answers.get(stands, key)
    if page is None:
        asking.is_shared = True
        made = make(asking)
        if not isinstance(made, HTMLResponse):
            return made
        if made.status_code != 200:
            return HTMLResponse(_own(bytes(made.body), asking), status_code=made.status_code)
        page = bytes(made.body)
        asking.board.answers.put(stands, key, page)
    return _marked(_own(page, asking), asking)


def key_of(asking: Asking) -> Any:
    """Return what else a page depends on than what stands, but for whose it is; None where it is one person's alone."""
    url = asking.request.url
    address = f"{url.path}?{url.query}"
    if asking.session.said or len(address) > LONGEST_ADDRESS:
        return None
    return int(time.monotonic() / LOOK_SECONDS), address, asking.role, asking.user is None


def _own(page: bytes, asking: Asking) -> bytes:
    """Return a page with the token and the name of the one who asks."""
    own = page.replace(CSRF_MARK.encode(), asking.board.sessions.csrf(asking.session).encode())
    return own.replace(USER_MARK.encode(), str(escape(asking.user or "")).encode())


def _marked(page: bytes, asking: Asking) -> Response:
    """Return a page with its print, or word that what the asker has is still so."""
    mark = f'"{blake2b(page, digest_size=12).hexdigest()}"'
    if asking.request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers={"ETag": mark})
    return HTMLResponse(page, headers={"ETag": mark})
