"""Which posts a step has in hand, noted in a file: a pass that dies of one leaves its name to the next."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.paths import Paths

DEATHS = 2
"""After so many passes that died with the same posts in hand, these are read in a process that may die."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Posts that earlier passes had in hand when they died."""

    keys: frozenset[str] = frozenset()
    death_count: int = 0

    @property
    def are_many_times(self) -> bool:
        """Return whether it has happened too often to be chance."""
        return self.death_count >= DEATHS


def suspects(paths: Paths, step: str) -> Suspects:
    """Return what the last pass had in hand in a step, if it died there."""
    try:
        found = json.loads(_file(paths, step).read_text(encoding="ascii"))
        return Suspects(keys=frozenset(map(str, found["keys"])), death_count=int(found["death_count"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Suspects()


@contextmanager
def in_hand(paths: Paths, step: str, keys: Sequence[str]) -> Iterator[None]:
    """Note what a step has in hand for as long as it has; an error takes the note away, a killed process does not."""
    file, before = _file(paths, step), suspects(paths, step)
    count = before.death_count + 1 if before.keys & set(keys) else 1
    fresh = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    fresh.write_text(json.dumps({"keys": list(keys), "death_count": count}), encoding="ascii")
    fresh.replace(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _file(paths: Paths, step: str) -> Path:
    return paths.data / f".{step}.in_hand"
