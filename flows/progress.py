"""What the pass at work is doing and what the last one did, in a small file that anybody may read meanwhile."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.faults import explained

FILE = "pass.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """A step that was done, and how long it took."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassNote:
    """How far a pass has come; times are the machine's, also in a simulation."""

    run_id: str
    host: str
    process: int
    started_at: datetime
    step: str = ""
    """What it is doing; empty before the first step and after the last."""
    step_at: datetime | None = None
    finished_at: datetime | None = None
    """None while it works, and for ever where it was killed."""
    error: str = ""
    is_virtual: bool = False
    """A simulation, or a pass as of another time."""
    steps: tuple[StepTime, ...] = ()


@dataclass(slots=True)
class Progress:
    """Writes the note of one pass after another."""

    folder: Path
    note: PassNote | None = None
    _begun: float = field(default=0.0)

    def begin(self, run_id: str, *, is_virtual: bool) -> None:
        """Note that a pass begins."""
        self._put(
            PassNote(
                run_id=run_id,
                host=socket.gethostname(),
                process=os.getpid(),
                started_at=datetime.now(UTC),
                is_virtual=is_virtual,
            )
        )

    @contextmanager
    def during(self, step: str) -> Iterator[None]:
        """Note a step and the time that it takes."""
        if self.note is None:
            yield
            return
        self._put(replace(self.note, step=step, step_at=datetime.now(UTC)))
        self._begun = time.monotonic()
        try:
            yield
        finally:
            done = StepTime(step=step, seconds=round(time.monotonic() - self._begun, 3))
            self.note = replace(self.note, steps=(*self.note.steps, done))

    def end(self, error: str = "") -> None:
        """Note that the pass is over, and what went wrong."""
        if self.note is not None:
            self._put(replace(self.note, step="", step_at=None, finished_at=datetime.now(UTC), error=error))

    def _put(self, note: PassNote) -> None:
        self.note = note
        fresh = self.folder / f".{FILE}.{os.getpid()}.tmp"
        try:
            fresh.write_text(json.dumps(asdict(note), default=_text), encoding="utf-8")
            fresh.replace(self.folder / FILE)
        except OSError as error:
            raise explained(error, step="note", data=self.folder) from error


def read_note(folder: Path) -> PassNote | None:
    """Return the note of the pass at work, or of the last one; None where there is none that can be read."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for name in ("started_at", "step_at", "finished_at"):
            found[name] = datetime.fromisoformat(found[name]) if found[name] else None
        found["steps"] = tuple(StepTime(**one) for one in found["steps"])
        return PassNote(**found)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
