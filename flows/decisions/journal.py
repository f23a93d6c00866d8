"""The journal: what people decided on the board, one JSON object a line, only ever added to."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.paths import Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that a person decided."""

    decision_id: str
    kind: str
    """`alert`, `label`, `match`, `accept`, `dismiss`, `verdict`, `mailing`, `complaints` or `undo`."""
    subject_id: str
    given: Mapping[str, Any]
    """What was entered, checked; values of JSON."""
    by: str
    at: datetime
    undoes: str | None = None


def file_of(paths: Paths) -> Path:
    """Return where the journal of a data folder is."""
    return paths.data / "decisions.jsonl"


def audit_file_of(paths: Paths) -> Path:
    """Return where it is written down who came in to the board, and who was kept out."""
    return paths.data / "audit.jsonl"


def new_id() -> str:
    """Return a name for a decision that nobody can guess."""
    return secrets.token_hex(10)


def append(path: Path, decision: Decision) -> None:
    """Write a decision down for good: when this returns, a crash does not lose it."""
    append_line(path, {**asdict(decision), "at": decision.at.isoformat()})


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Add one JSON object to a file of lines that only its owner may read; whole, whoever else writes meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        # A line that a crash tore was never confirmed to anybody: shut it off, so that it spoils no other.
        is_torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
        file.write(b"\n" + line if is_torn else line)
        os.fsync(file.fileno())


def read(path: Path) -> list[Decision]:
    """Return all decisions, oldest first; a torn line is none."""
    return [decision for value in read_lines(path) if (decision := _decision(value)) is not None]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of lines, oldest first; what is no object is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _decision(value: dict[str, Any]) -> Decision | None:
    try:
        return Decision(**{**value, "at": datetime.fromisoformat(value["at"])})
    except (KeyError, TypeError, ValueError):
        return None
