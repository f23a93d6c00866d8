"""A listener's footing: one at a time, its files on their way, and what the faults of a connection mean."""

from __future__ import annotations

import fcntl
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

from crawlers.errors import CrawlerError
from crawlers.landing import SUFFIX, give_name, landing_file
from crawlers.politeness import retry_after_seconds

FAULTS = (OSError, WebSocketException, TimeoutError, EOFError)
LONGEST_WAIT_SECONDS = 60.0
_REFUSED = (401, 403, 429)


@contextmanager
def hold(data_dir: Path, name: str) -> Iterator[None]:
    """Be the only listener to a stream. Raise CrawlerError when another one is. The lock ends with the process."""
    folder = data_dir / "listening"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CrawlerError(f"{name}: another process is listening; stop it first") from error
        yield


def staged(data_dir: Path, name: str, batch: str) -> Path:
    """Return where a batch is made, out of sight of whoever loads landing files."""
    return data_dir / "listening" / name / f"{batch}{SUFFIX}"


def move_waiting(data_dir: Path, name: str, source: str, *, counts: str | None) -> None:
    """Move the batch that counts to the landing files, and remove those that do not: they will be heard again."""
    folder = data_dir / "listening" / name
    for path in folder.glob(f"*{SUFFIX}*"):
        if counts and path.name == f"{counts}{SUFFIX}":
            target = landing_file(data_dir, source, counts)
            target.parent.mkdir(parents=True, exist_ok=True)
            give_name(path, target)
        else:
            path.unlink(missing_ok=True)
    for path in folder.glob(f".*{SUFFIX}.*.tmp"):
        path.unlink(missing_ok=True)


def cause_of(error: Exception) -> tuple[str, str]:
    """Return the incident cause of a failed connection, and what to tell a person."""
    if isinstance(error, socket.gaierror):
        return "dns", "the host's name is not known"
    if isinstance(error, TimeoutError):
        return "timeout", "no answer in time"
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return ("refused" if status in _REFUSED else "http_error"), f"status {status}"
    if isinstance(error, InvalidURI):
        return "site_changed", "the address is no WebSocket's"
    if isinstance(error, OSError):
        return "refused", os.strerror(error.errno) if error.errno else type(error).__name__
    return "http_error", type(error).__name__


def wait_seconds(error: Exception, failure_count: int, *, first: float) -> float:
    """Return how long to wait before another try: doubling, with chance, and no less than the server asks for."""
    wait = min(LONGEST_WAIT_SECONDS, first * 2.0 ** min(failure_count - 1, 10)) * random.uniform(0.5, 1.0)
    if isinstance(error, InvalidStatus):
        asked = retry_after_seconds(error.response.headers.get("Retry-After"), now=datetime.now(UTC))
        return max(wait, min(asked or 0.0, 3600.0))
    return wait
