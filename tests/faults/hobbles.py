"""What a pass may be robbed of: room, open files, rights over what others own, a clock that can be trusted."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from flows.progress import read_note

NOBODY = 65534
CAPABILITIES = (0, 1, 2, 3)
"""chown, dac_override, dac_read_search, fowner: what lets root pass where others may not."""
VERSION_3 = 0x20080522
Now = Callable[[], datetime]


def hobble(request: dict[str, Any]) -> None:
    """Take from this process what the request says."""
    given = request["hobbles"]
    if request["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    if request["is_stranger"] and os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    if "open_files" in given:
        resource.setrlimit(resource.RLIMIT_NOFILE, (given["open_files"], given["open_files"]))
    if "umask" in given:
        os.umask(given["umask"])
    if given.get("is_ordinary"):
        _give_up_privileges()
    if "clock" in given:
        _set_clock(_clock(Path(request["data"]), **given["clock"]))


def belongs_to_another(path: Path) -> None:
    """Make a path one that the user who runs passes may neither read nor write; `belongs_to_us` takes it back."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o700 if path.is_dir() else 0o600)
    else:
        path.chmod(0)


def belongs_to_us(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, 0, 0)
    path.chmod(0o700 if path.is_dir() else 0o600)


def _give_up_privileges() -> None:
    """Let root be a user like others, who may use what is its own; nobody else has anything to give up."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice
    if libc.capget(head, sets) or not any(sets[:2]):
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        for number in CAPABILITIES:
            sets[place] &= ~(1 << number)
    if libc.capset(head, sets):
        raise OSError(ctypes.get_errno(), "capset")


def _clock(data: Path, *, at: str, jump_in: str = "", seconds: float = 0.0) -> Now:
    """Return a clock that stands still, and jumps when the pass has come to a step."""
    stands, own = datetime.fromisoformat(at), os.getpid()

    def now() -> datetime:
        note = read_note(data) if jump_in else None
        is_there = note is not None and note.process == own
        if note is None or not is_there or jump_in not in (note.step, *(one.step for one in note.steps)):
            return stands
        return stands + timedelta(seconds=seconds)

    return now


def _set_clock(now: Now) -> None:
    """Let all modules of ours ask this clock."""

    class Meta(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class Set(datetime, metaclass=Meta):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now().astimezone(tz or UTC)

    rooms = ("flows.", "crawlers.", "warehouse.", "earlywarning.", "reports.", "nlp.")
    for name, module in list(sys.modules.items()):
        if name.startswith(rooms) and getattr(module, "datetime", None) is datetime:
            module.datetime = Set  # type: ignore[attr-defined]
