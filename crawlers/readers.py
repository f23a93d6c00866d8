"""Processes that read threads beside the one that fetches: a crawl of many pages waits for none to be understood."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import pickle
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing import spawn
from typing import Any

from crawlers.ending import how_it_ended
from crawlers.errors import CrawlerError
from crawlers.model import Page
from crawlers.reader import LENGTH_BYTES, READY, Answer, Begin, Forget, Learn, Leave, Said, Told, packed
from crawlers.spiders.task import CUTS, Get, Outcome, Rules, ThreadTask, Wanted
from crawlers.spiders.threads import InThisProcess

ALONE_PAGES = 20
"""A crawl of so few pages is over before another process has started."""
MOST_READERS = 4
THREADS_EACH = 4
"""While a page of one thread is read, pages of the others are fetched, or wait: fetching waits for no reader that the
system keeps waiting, nor for the one that has the longest page."""
STOP_SECONDS = 5.0
START = (
    "import os; os.putenv('OPENBLAS_NUM_THREADS', '1'); import pickle, sys; "
    "from multiprocessing import spawn; spawn.prepare(pickle.load(sys.stdin.buffer)); "
)
"""A reader has one core: numpy's threads would take turns waiting for each other."""
log = logging.getLogger(__name__)


class Readers:
    """The processes that help one process with its crawls: started when first needed, and again after they died."""

    def __init__(self, count: int | None = None) -> None:
        self.count = max(2, min(os.cpu_count() or 2, MOST_READERS)) if count is None else count
        self._running: list[Reader] = []
        self._starting: asyncio.Task[None] | None = None

    def idlest(self) -> Reader | None:
        """Return the process with the least to do; None while they start. Raise CrawlerError where one could not."""
        self._running = [reader for reader in self._running if reader.is_alive]
        if self._starting and self._starting.done():
            starting, self._starting = self._starting, None
            starting.result()
        if len(self._running) < self.count and self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        return min(self._running, key=lambda reader: reader.thread_count, default=None)

    async def ready(self) -> None:
        """Wait until all have started. Raise CrawlerError where one could not."""
        self.idlest()
        if self._starting:
            await self._starting

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the ids of the processes that are ready."""
        return tuple(reader.pid for reader in self._running if reader.is_alive)

    def forget(self, crawl: int) -> None:
        """Tell all that a crawl is over."""
        for reader in self._running:
            reader.forget(crawl)

    async def _start(self) -> None:
        while len(self._running) < self.count:
            reader = await Reader.started()
            self._running.append(reader)


class Reader:
    """One such process, seen from the one that fetches. It ends with its end of the socket, or with our process."""

    def __init__(self, process: subprocess.Popen[bytes], told: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        self._process = process
        self._in = told
        self._out = out
        self._numbers = itertools.count()
        self._learned: set[int] = set()
        self._waiting: dict[int, asyncio.Queue[Wanted | Outcome | str]] = {}
        self._ready = asyncio.Event()
        self._death: CrawlerError | None = None
        self._listening = asyncio.ensure_future(self._listen())

    @classmethod
    async def started(cls) -> Reader:
        """Start a process, and wait until it is ready."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-c", f"{START}from crawlers.reader import serve; serve({theirs.fileno()})"],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
            )
        # What the standard library tells a process that it spawns: where modules are, and what the main one is.
        told = spawn.get_preparation_data("ryktesvakt-reader")
        del told["authkey"]
        assert process.stdin
        with suppress(BrokenPipeError), process.stdin as stdin:
            pickle.dump(told, stdin)
        reader = cls(process, *await asyncio.open_connection(sock=ours))
        await reader._ready.wait()
        if reader._death:
            raise reader._death
        return reader

    @property
    def is_alive(self) -> bool:
        """Return whether it can be given threads."""
        return self._death is None

    @property
    def pid(self) -> int:
        """Return the process's id."""
        return self._process.pid

    @property
    def thread_count(self) -> int:
        """Return how many threads it is reading."""
        return len(self._waiting)

    async def read(self, crawl: int, rules: Rules, task: ThreadTask, get: Get) -> Outcome:
        """Return what a thread's reading came to. Raise CrawlerError when the process dies."""
        thread, said = next(self._numbers), asyncio.Queue[Wanted | Outcome | str]()
        self._waiting[thread] = said
        try:
            if crawl not in self._learned:
                self._learned.add(crawl)
                await self._tell(Learn(crawl, rules))
            await self._tell(Begin(thread, crawl, task))
            while isinstance(wanted := await said.get(), Wanted):
                await self._tell(Answer(thread, await _got(wanted, get)))
        except BaseException:
            if self.is_alive:
                self._out.write(packed(Leave(thread)))
            raise
        finally:
            del self._waiting[thread]
        if isinstance(wanted, str):
            raise self._death or CrawlerError(wanted)
        return wanted

    def forget(self, crawl: int) -> None:
        """Tell it that a crawl is over."""
        if crawl in self._learned and self.is_alive:
            self._learned.discard(crawl)
            self._out.write(packed(Forget(crawl)))

    async def _tell(self, message: Told) -> None:
        if self._death:
            raise self._death
        self._out.write(packed(message))
        with suppress(OSError):  # its death is noticed where it is listened to
            await self._out.drain()

    async def _listen(self) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            await self._in.readexactly(len(READY))
            self._ready.set()
            while True:
                length = int.from_bytes(await self._in.readexactly(LENGTH_BYTES))
                message: Said = pickle.loads(await self._in.readexactly(length))  # noqa: S301 - from our own process
                if waiting := self._waiting.get(message.thread):
                    waiting.put_nowait(message.what)
        # The socket may end a moment before the process does: only one that lingers is killed.
        try:
            code = await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        how = how_it_ended(code)
        self._death = CrawlerError(f"a process that reads pages died ({how}); nothing was lost, run it again")
        self._out.close()
        self._ready.set()
        for waiting in self._waiting.values():
            waiting.put_nowait(str(self._death))


class Helped:
    """Reads the threads of one crawl: in this process at first, and with help when the crawl turns out to be long."""

    _numbers = itertools.count()

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._alone = InThisProcess()
        self._number = next(self._numbers)
        self._page_count = 0
        self._is_helped = False

    @property
    def width(self) -> int:
        """Return how many threads are best read at the same time."""
        return self._readers.count * THREADS_EACH if self._is_helped else 1

    async def read(self, rules: Rules, task: ThreadTask, get: Get) -> Outcome:
        """Return what a thread's reading came to."""
        # Those that an earlier crawl needed are there, and cost nothing more.
        is_long = self._page_count >= ALONE_PAGES or self._readers.pids
        reader = self._readers.idlest() if is_long else None
        self._is_helped = reader is not None
        if reader:
            return await reader.read(self._number, rules, task, get)

        async def counted(wanted: Wanted) -> Page:
            self._page_count += 1
            return await get(wanted)

        return await self._alone.read(rules, task, counted)

    def close(self) -> None:
        """Have the others forget the crawl."""
        self._readers.forget(self._number)


async def _got(wanted: Wanted, get: Get) -> Any:
    try:
        return await get(wanted)
    except CUTS as cut:
        return cut
