"""The snapshot that the board reads: opened and warmed beside the one before, then put in its place."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, TypeVar

import duckdb

from flows.errors import FlowsError
from warehouse.attached import attach
from warehouse.connection import require_current
from warehouse.errors import NewerWarehouseError, OlderWarehouseError, WarehouseError

T = TypeVar("T")
LOOK_SECONDS = 1.0
"""So often at most the file is looked at."""
MOST_KEPT = 400
"""Answers that are kept of a snapshot beside those that it was warmed with."""


class NoSnapshotError(FlowsError):
    """Raised when no pass has published anything yet, or what it published cannot be read."""

    key = "empty"
    """Of what pages say then."""


class DamagedSnapshotError(NoSnapshotError):
    """Raised when what is published cannot be opened."""

    key = "damaged"


class OlderSnapshotError(NoSnapshotError):
    """Raised when what is published is of an older version of the program: it lacks what pages are made of."""

    key = "older"


class NewerSnapshotError(NoSnapshotError):
    """Raised when what is published is of a newer version of the program than the board."""

    key = "newer"


class Snapshot:
    """One published snapshot, open for reading by many threads, with the answers that were computed from it."""

    def __init__(self, path: Path, stamp: tuple[int, int]) -> None:
        self.stamp = stamp
        self._kept: dict[Any, tuple[float, Any]] = {}
        self._locks: dict[Any, threading.Lock] = {}
        self._guard = threading.Lock()
        self._cursors: LifoQueue[duckdb.DuckDBPyConnection] = LifoQueue()
        # An instance of its own: the file may be open elsewhere in the process, and its successor has the same path.
        self._con = duckdb.connect(":memory:")
        try:
            attach(self._con, path, "published", read_only=True)
            self._con.execute("SET GLOBAL enable_external_access = false")
            # Many read at once: with more threads for each question they stand in each other's way.
            self._con.execute(f"SET GLOBAL threads = {max(1, (os.cpu_count() or 1) // 2)}")
            with self.reading() as con:
                require_current(con, where=str(path))
        except (duckdb.Error, WarehouseError) as error:
            self._con.close()
            raise _of(error)(f"{path} cannot be read: {str(error).splitlines()[0]}") from error

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a connection to one thread. Raises OlderSnapshotError where the tables lack what is asked for."""
        try:
            con = self._cursors.get_nowait()
        except Empty:
            con = self._con.cursor()
            con.execute("USE published")
            con.execute("SET TimeZone = 'UTC'")
        try:
            yield con
        except (duckdb.BinderException, duckdb.CatalogException) as error:  # views and functions of a version before
            raise OlderSnapshotError(f"the published tables lack something: {str(error).splitlines()[0]}") from error
        finally:
            self._cursors.put(con)

    def kept(self, key: Any, make: Callable[[duckdb.DuckDBPyConnection], T], *, seconds: float | None = None) -> T:
        """Return an answer, computed once for all who ask; anew after so many seconds where it depends on the clock.

        Whoever asks while it is computed anew gets the old one at once.
        """
        found = self._kept.get(key)
        if found is not None and (seconds is None or time.monotonic() - found[0] < seconds):
            return found[1]  # type: ignore[no-any-return]
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        if found is not None:
            if lock.acquire(blocking=False):
                threading.Thread(target=self._compute, args=(key, make, lock), daemon=True).start()
            return found[1]  # type: ignore[no-any-return]
        lock.acquire()
        again = self._kept.get(key)
        if again is not None:
            lock.release()
            return again[1]  # type: ignore[no-any-return]
        return self._compute(key, make, lock)

    def _compute(self, key: Any, make: Callable[[duckdb.DuckDBPyConnection], T], lock: threading.Lock) -> T:
        """Compute an answer and keep it; the lock is held by whoever calls, and let go here."""
        try:
            with self.reading() as con:
                made = make(con)
            with self._guard:
                if len(self._kept) >= MOST_KEPT:
                    self._kept.pop(next(iter(self._kept)), None)
                self._kept[key] = (time.monotonic(), made)
            return made
        finally:
            with self._guard:
                self._locks.pop(key, None)
            lock.release()

    def close(self) -> None:
        """Let the file go; whoever still reads it reads to the end."""
        self._con.close()


def _of(error: Exception) -> type[NoSnapshotError]:
    if isinstance(error, OlderWarehouseError):
        return OlderSnapshotError
    return NewerSnapshotError if isinstance(error, NewerWarehouseError) else DamagedSnapshotError


class Store:
    """The snapshot that stands, renewed when another is published."""

    def __init__(self, path: Path, warm: Callable[[Snapshot], None] = lambda _: None) -> None:
        self._path = path
        self._warm = warm
        self._current: Snapshot | None = None
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._is_renewing = False

    def current(self) -> Snapshot:
        """Return the snapshot to read now; a newer one is made ready behind the readers' backs.

        Raises NoSnapshotError.
        """
        standing = self._current
        if standing is None:
            with self._lock:
                if self._current is None:
                    self._current = self._opened()
                return self._current
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._looked_at = time.monotonic()
            if self._stamp() not in (None, standing.stamp) and not self._is_renewing:
                self._is_renewing = True
                threading.Thread(target=self.renew, daemon=True).start()
        return standing

    def renew(self) -> None:
        """Open and warm what now stands published, then put it in place of the old one."""
        try:
            fresh = self._opened()
        except NoSnapshotError:
            return  # the old one stands; the next look tries again
        finally:
            self._is_renewing = False
        self._current = fresh  # the old one goes when its last reader has let it go

    def _opened(self) -> Snapshot:
        stamp = self._stamp()
        if stamp is None:
            raise NoSnapshotError(f"nothing is published at {self._path}; run the pipeline once")
        fresh = Snapshot(self._path, stamp)
        try:
            self._warm(fresh)
        except duckdb.Error as error:
            fresh.close()
            raise DamagedSnapshotError(f"{self._path} cannot be read: {str(error).splitlines()[0]}") from error
        except BaseException:
            fresh.close()
            raise
        return fresh

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
