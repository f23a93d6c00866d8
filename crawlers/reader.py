"""A process that reads threads for a crawl: pages come over a socket, and what their threads came to goes back.

It has no network, opens no file and knows nothing of the frontier; it ends with the process that started it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import pickle
import signal
import socket
import sys
from collections.abc import Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from types import coroutine
from typing import IO

from crawlers import memory
from crawlers.errors import of_ours
from crawlers.model import Page
from crawlers.spiders.task import Cut, Outcome, Rules, ThreadTask, Wanted
from crawlers.spiders.threads import ThreadReader

PR_SET_PDEATHSIG = 1
LENGTH_BYTES = 8
READY = b"ready"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Learn:
    """Tells a reader the rules of a crawl."""

    crawl: int
    rules: Rules


@dataclass(frozen=True, slots=True)
class Forget:
    """Tells it that the crawl is over."""

    crawl: int


@dataclass(frozen=True, slots=True)
class Begin:
    """Gives it a thread to read."""

    thread: int
    crawl: int
    task: ThreadTask


@dataclass(frozen=True, slots=True)
class Answer:
    """Gives it a page that it wanted, or says why there is none."""

    thread: int
    found: Page | Cut


@dataclass(frozen=True, slots=True)
class Leave:
    """Tells it to read a thread no further."""

    thread: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader says of a thread: the page that it wants, what the thread came to, or what went wrong with us."""

    thread: int
    what: Wanted | Outcome | str


Told = Learn | Forget | Begin | Answer | Leave


def packed(message: Told | Said) -> bytes:
    """Return a message as it is sent: its length, then itself."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH_BYTES) + data


def serve(handle: int) -> None:
    """Read threads until the socket with this descriptor ends."""
    _die_with_parent()
    _give_way()
    memory.keep()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides what Ctrl-C means
    with (
        socket.socket(fileno=handle) as connection,
        connection.makefile("rb") as told,
        connection.makefile("wb") as out,
    ):
        out.write(READY)
        out.flush()
        reader = _Reader(out)
        while length := told.read(LENGTH_BYTES):
            # What the process that started us says, over a socket that no other has.
            reader.take(pickle.loads(told.read(int.from_bytes(length))))  # noqa: S301


class _Reader:
    """The threads that are being read: each until it wants a page, then the next that has got one."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._rules: dict[int, Rules] = {}
        self._threads: dict[int, Coroutine[Wanted, Page, Outcome]] = {}

    def take(self, told: Told) -> None:
        """Do what one message tells."""
        match told:
            case Learn(crawl, rules):
                self._rules[crawl] = rules
            case Forget(crawl):
                self._rules.pop(crawl, None)
            case Begin(thread, crawl, task):
                self._threads[thread] = ThreadReader(self._rules[crawl], task, _ask).read()
                self._go_on(thread, None)
            case Answer(thread, found) if thread in self._threads:
                self._go_on(thread, found)
            case Leave(thread) if thread in self._threads:
                self._threads.pop(thread).close()

    def _go_on(self, thread: int, found: Page | Cut | None) -> None:
        reading = self._threads[thread]
        try:
            said: Wanted | Outcome | str = (
                reading.throw(found) if isinstance(found, Exception) else reading.send(found)  # type: ignore[arg-type]
            )
        except StopIteration as done:
            said = done.value
        except Exception as error:
            log.error("a thread could not be read", extra={"error": type(error).__name__})
            said = of_ours(error)
        if not isinstance(said, Wanted):
            del self._threads[thread]
        self._out.write(packed(Said(thread, said)))
        self._out.flush()


@coroutine
def _ask(wanted: Wanted) -> Generator[Wanted, Page, Page]:
    """Want a page, and wait until somebody brings it."""
    return (yield wanted)


def _die_with_parent() -> None:
    """Have the kernel end us with our parent: one that is busy with a page would notice the socket's end too late."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _give_way() -> None:
    """Have the kernel not let us in at once where a page comes while who fetches still has something to do.

    Our share of the cores stays the same; but who fetches asks for the next page before we read this one.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # where the system forbids it we are only a little slower
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
