"""How many of a day's units have been spent at a place that counts them: a small SQLite file that all sources share."""

from __future__ import annotations

import sqlite3
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from crawlers.errors import CrawlerError


class QuotaBook:
    """Units by host and day. Without a file it forgets (a crawl of one URL)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None

    @property
    def _db(self) -> sqlite3.Connection:
        """Few places count units: the file is made for the first that does."""
        if self._opened is None:
            try:
                self._opened = sqlite3.connect(self._path or ":memory:", timeout=30, isolation_level=None)
                self._opened.execute(_queries()["schema"])
            except sqlite3.Error as error:
                raise CrawlerError(f"{self._path}: cannot be opened ({error}); remove it to count anew") from error
        return self._opened

    def spent(self, host: str, day: str) -> int:
        """Return the units of a day that are spent."""
        row = self._db.execute(_queries()["spent"], {"host": host, "day": day}).fetchone()
        return int(row[0]) if row else 0

    def spend(self, host: str, day: str, unit_count: int) -> None:
        """Count units at once: a crawl that is killed has spent them all the same. Earlier days are forgotten."""
        self._db.execute(_queries()["forget"], {"host": host, "day": day})
        self._db.execute(_queries()["spend"], {"host": host, "day": day, "unit_count": unit_count})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened:
            self._opened.close()


@cache
def _queries() -> dict[str, str]:
    text = resources.files("crawlers").joinpath("sql", "quota.sql").read_text(encoding="utf-8")
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in text.split("-- name: ")[1:])}
