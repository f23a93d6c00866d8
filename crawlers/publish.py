"""What a crawl learned becomes visible: its records, and what the frontier must know of them, as one step.

A landing file is made whole under a temporary name; one transaction of the frontier then says both what the file
counts for and that it is owed its name; then it gets that. Killed before the transaction, the crawl has not happened;
killed after it, the next crawl gives the file its name. So no post is lost, and none is written twice.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from crawlers.frontier import Changes, Frontier, Landing
from crawlers.landing import SUFFIX, RecordFile, free_name, give_name, remove_leftovers
from warehouse.records import Record


class Publisher:
    """The record files of one crawl: parts that a long crawl puts in place on its way, and the last one."""

    def __init__(self, target: Path, frontier: Frontier, *, key: bytes | None = None) -> None:
        self._target, self._key = target, key
        self._frontier = frontier
        self._part_count = 0
        self._file = RecordFile(target, key=key)

    @property
    def is_landing(self) -> bool:
        """Return whether records of every kind are kept, and can be put in place before the end.

        A single file of posts is whole or absent.
        """
        return self._file.is_landing

    def write(self, record: Record) -> None:
        """Add one record."""
        self._file.write(record)

    def add(self, lines: bytes) -> None:
        """Add records that are lines already."""
        self._file.add(lines)

    def publish_part(self, changes: Changes) -> None:
        """Put in place what was written up to here, under a name of its own, and begin another file."""
        self._part_count += 1
        stem = self._target.name.removesuffix(SUFFIX)
        self._put_in_place(changes, free_name(self._target.with_name(f"{stem}.part-{self._part_count:04}{SUFFIX}")))
        self._file = RecordFile(self._target, key=self._key)

    def publish(self, changes: Changes) -> Path:
        """Put the last file in place; return its path. That this one is there tells that the crawl came to its end."""
        return self._put_in_place(changes, self._file.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.discard()

    def _put_in_place(self, changes: Changes, path: Path) -> Path:
        self._file.seal()
        folder = self._frontier.folder
        landing = _landing(self._file.temporary, path, folder) if folder else None
        self._frontier.apply(changes, landing=landing)
        give_name(self._file.temporary, path)
        if landing:
            self._frontier.forget_landing(landing)
        return path


def recover(frontier: Frontier, folder: Path) -> None:
    """Finish what a killed crawl of this source left: name its last file if it counts, remove it if not."""
    if frontier.folder:
        for landing in frontier.landings():
            give_name(frontier.folder / landing.temporary, frontier.folder / landing.final)
            frontier.forget_landing(landing)
    remove_leftovers(folder)


def _landing(temporary: Path, path: Path, folder: Path) -> Landing:
    return Landing(os.path.relpath(temporary, folder), os.path.relpath(path, folder))
