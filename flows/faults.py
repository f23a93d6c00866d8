"""What breaks under a step, as one line: what, where, what to do next. Never what a post says."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from pathlib import Path

import duckdb

from flows.errors import StepError
from flows.poison import kind_of

log = logging.getLogger(__name__)
OURS = ("FlowsError", "CrawlerError", "NlpError", "EarlyWarningError", "WarehouseError", "ReportsError", "TownError")
NOTHING_LOST = "nothing is lost: run it again"
ADVICE = {
    errno.ENOSPC: f"the disk is full (df -h), or takes no more files (df -i); make room, {NOTHING_LOST}",
    errno.EDQUOT: f"the quota of the disk is used up; make room, {NOTHING_LOST}",
    errno.EFBIG: f"a file may not grow further (ulimit -f); {NOTHING_LOST}",
    errno.EROFS: f"the folder is read-only; make it writable, {NOTHING_LOST}",
    errno.EACCES: f"permission denied; give it to the user who runs this, {NOTHING_LOST}",
    errno.EPERM: f"permission denied; give it to the user who runs this, {NOTHING_LOST}",
    errno.EMFILE: f"too many open files (ulimit -n); {NOTHING_LOST}",
    errno.EIO: f"the disk answers with an error; look at it, {NOTHING_LOST}",
}
SAID_BY_DUCKDB = {
    "No space left": errno.ENOSPC,
    "Disk quota": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "Read-only file system": errno.EROFS,
    "Permission denied": errno.EACCES,
    "Too many open files": errno.EMFILE,
    "Input/output error": errno.EIO,
}
OUT_OF_REACH = {
    f"the lake's PostgreSQL does not answer; see that it runs, {NOTHING_LOST}": (
        *("server closed the connection", "connection to server", "terminating connection"),
        *("SSL connection has been closed", "no connection to the server", "the database system is"),
        *("could not send data to server", "could not receive data from server", "SSL SYSCALL error"),
        *("lost synchronization with server", "connection not open", "Unable to connect to Postgres"),
        # Of what the server was asked first DuckLake says nothing, and of the next question only this.
        "DuckLake: Current transaction is aborted",
    ),
    f"the lake's object store does not answer as it should; see that it runs and lets us in, {NOTHING_LOST}": (
        *("s3://", "for HTTP ", "HTTP GET error", "HTTP PUT error", "HTTP POST error", "HTTP HEAD error"),
    ),
}
"""What DuckDB says of the servers of a lake."""
MOST_BEFORE = 8
"""Errors that are looked at behind one."""


def is_ours(error: BaseException) -> bool:
    """Return whether one of the rooms raised this on purpose: its message is one line for a person."""
    return any(base.__name__ in OURS for base in type(error).__mro__)


def explained(error: Exception, *, step: str, data: Path) -> Exception:
    """Return an error that is one clear line: the error itself where it is one of ours."""
    if is_ours(error):
        return error
    log.error("step failed", extra={"step": step, "error": kind_of(error)})
    return StepError(f"{step}: {_what(error, data)}")


def is_of_the_machine(error: BaseException) -> bool:
    """Return whether the machine is to blame (disk, memory, the database gone), so that other steps fail as well."""
    found = error.__cause__ if is_ours(error) else error
    if isinstance(found, duckdb.Error) and (_out_of_reach(found) or any(m in str(found) for m in SAID_BY_DUCKDB)):
        return True
    return isinstance(found, OSError | MemoryError | duckdb.IOException | duckdb.FatalException) and not any(
        base.__name__ == "NlpError" for base in type(error).__mro__
    )


def _what(error: Exception, data: Path) -> str:
    if isinstance(error, OSError):
        return of_the_system(error, where=data)
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return f"{data}: out of memory; give it more, {NOTHING_LOST}"
    if isinstance(error, duckdb.Error):
        return _out_of_reach(error) or f"{data}: {_of_duckdb(error)}"
    return f"a fault of the program ({kind_of(error)}); report it; {NOTHING_LOST}"


def of_the_system(error: OSError, *, where: Path | None = None) -> str:
    """Return an error of the operating system as one line."""
    said = ADVICE.get(error.errno or 0, error.strerror or str(error) or type(error).__name__)
    place = error.filename or where
    return f"{place}: {said}" if place else said


def _out_of_reach(error: duckdb.Error) -> str:
    """Return what to do about a lake's server that is away; empty where none is.

    What was being done when it went may fail for the lack of it, so what came before is looked at as well.
    """
    told: list[str] = []
    one: BaseException | None = error
    while one is not None and len(told) < MOST_BEFORE:
        told.append(str(one))
        one = one.__cause__ or one.__context__
    heard = "\n".join(told)
    return next((said for said, marks in OUT_OF_REACH.items() if any(mark in heard for mark in marks)), "")


def _of_duckdb(error: duckdb.Error) -> str:
    message = str(error)
    found = next((number for mark, number in SAID_BY_DUCKDB.items() if mark in message), None)
    if found is not None:
        return ADVICE[found]
    if isinstance(error, duckdb.FatalException) or "invalidated" in message:
        return f"the database stopped in the middle of a write; {NOTHING_LOST}"
    return f"the database refused ({kind_of(error)}); {NOTHING_LOST}"


def together(errors: Sequence[Exception]) -> Exception:
    """Return one error for several: the lines of all, each once."""
    if len(errors) == 1:
        return errors[0]
    return StepError("\n".join(dict.fromkeys(line for error in errors for line in str(error).splitlines())))
