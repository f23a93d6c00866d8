"""Locks on the data folder: the kernel's, so that they end with the process however that ends; each says who holds it.

On a folder that several machines share they hold between machines, where its file system passes them on (NFS does).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from flows.errors import BusyError, StepError
from flows.faults import explained

PAUSES = (0.05, 0.1)
"""Seconds. Whoever looks at a lock holds it for an instant: that is nobody at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock."""

    what: str
    process: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"{self.what}: process {self.process} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC"


@contextmanager
def held(path: Path, *, what: str, is_shared: bool = False) -> Iterator[None]:
    """Hold a lock for the block. Raises BusyError naming the holder when it is taken; `is_shared` allows others so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise explained(error, step="lock", data=path.parent) from error
    with file:
        _take(file, path, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        if not is_shared:
            _sign(path, what)
        yield


def _take(file: IO[str], path: Path, kind: int) -> None:
    for pause in (*PAUSES, None):
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if pause is None:
                raise BusyError(f"{path.parent}: {_said(path)}; wait for it, or stop it and run again") from error
            time.sleep(pause)
        except OSError as error:
            raise StepError(
                f"{path}: cannot be locked ({error.strerror}); keep the data folder on a file system with locks"
            ) from error


def holder_of(path: Path) -> Holder | None:
    """Return who holds a lock now, or None; takes nothing. A lock that its holder did not sign has an unknown one."""
    try:
        with path.open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except BlockingIOError:
        return _read(path) or Holder(what="another process", process=0, host="unknown", since=datetime.now(UTC))
    except OSError:
        return None


def _sign(path: Path, what: str) -> None:
    mine = Holder(what=what, process=os.getpid(), host=socket.gethostname(), since=datetime.now(UTC))
    # Beside the lock: a file under a lock that is replaced would be another lock.
    note = _note(path)
    fresh = note.with_name(f".{note.name}.{os.getpid()}.tmp")
    try:
        fresh.write_text(json.dumps(asdict(mine), default=str), encoding="utf-8")
        fresh.replace(note)
    except OSError as error:
        raise explained(error, step="lock", data=path.parent) from error


def _read(path: Path) -> Holder | None:
    try:
        found = json.loads(_note(path).read_text(encoding="utf-8"))
        return Holder(**{**found, "since": datetime.fromisoformat(found["since"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _said(path: Path) -> str:
    holder = _read(path)
    return f"another process is at work ({holder})" if holder else "another process is at work"


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".holder")
