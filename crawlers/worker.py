"""A process of its own for the reactor, which cannot be started twice in one; takes jobs over a pipe."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crawlers import memory
from crawlers.ending import how_it_ended
from crawlers.errors import CrawlerError

if TYPE_CHECKING:
    from crawlers.crawl_job import CrawlJob, CrawlResult
    from crawlers.readers import Readers

# What crawls is imported in the child: whoever starts it has no use for Scrapy.

PARENT_CHECK_SECONDS = 5.0
STOP_SECONDS = 5.0


class CrawlerWorker:
    """Runs crawls in one child process, started with the first call and again after it has died."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    def crawl(self, jobs: list[CrawlJob], *, timeout_seconds: float | None = None) -> list[CrawlResult]:
        """Do crawls, different hosts at the same time, and return their results in the order of the jobs.

        Raise CrawlerError when the process dies or takes longer than `timeout_seconds`; nothing half-written is left
        visible, and the next call starts a new process.
        """
        pipe = self._pipe or self._start()
        try:
            pipe.send(jobs)
            if not pipe.poll(timeout_seconds):
                raise CrawlerError(f"the crawl took longer than {timeout_seconds:g} s and was stopped; run it again")
            answer = pipe.recv()
        except (EOFError, OSError) as error:
            code = self._stop()
            raise CrawlerError(
                f"the crawler process died ({how_it_ended(code)}); nothing was lost, run it again"
            ) from error
        except BaseException:
            self._stop()
            raise
        results: list[CrawlResult] = answer
        return results

    def close(self) -> None:
        """End the process."""
        self._stop()

    @property
    def pid(self) -> int | None:
        """Return the process's id, if it runs."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> Connection:
        # Spawned, not forked: a fork would copy the caller's threads' locks and open databases.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, os.getpid()), name="ryktesvakt-crawler", daemon=True)
        process.start()
        # With our copy closed, the child's death is the end of the pipe.
        theirs.close()
        self._process, self._pipe = process, ours
        return ours

    def _stop(self) -> int | None:
        if self._pipe:
            self._pipe.close()
        code = None
        if self._process:
            self._process.join(STOP_SECONDS if self._process.exitcode is None else 0)
            if self._process.exitcode is None:
                self._process.kill()
                self._process.join()
            code = self._process.exitcode
            self._process.close()
        self._process = self._pipe = None
        return code


def _serve(pipe: Connection, parent: int) -> None:
    """Run the reactor until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    for name in ("scrapy", "twisted", "filelock"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor: Any = installed
    reactor.callLater(0, _Server(pipe, parent).start)
    reactor.run(installSignalHandlers=False)


class _Server:
    """The child's side: one call at a time; the end of the pipe, or another parent, ends the process at once."""

    def __init__(self, pipe: Connection, parent: int) -> None:
        self._pipe = pipe
        self._parent = parent
        self._last_fetch: dict[str, float] = {}
        self._task: asyncio.Task[Any] | None = None
        self._readers: Readers | None = None

    def start(self) -> None:
        """Listen to the pipe and watch the parent."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe.fileno(), self._on_readable)
        self._watch(loop)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        # Another process may hold a copy of the pipe's other end: its silence alone does not prove a living parent.
        if os.getppid() != self._parent:
            os._exit(1)
        loop.call_later(PARENT_CHECK_SECONDS, self._watch, loop)

    def _on_readable(self) -> None:
        try:
            jobs: list[CrawlJob] = self._pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        self._task = asyncio.ensure_future(self._answer(jobs))

    async def _answer(self, jobs: list[CrawlJob]) -> None:
        from crawlers.readers import Readers
        from crawlers.run import crawl_all

        try:
            if self._readers is None:
                memory.settle()
                self._readers = Readers()
            self._pipe.send(await crawl_all(jobs, last_fetch=self._last_fetch, readers=self._readers))
        except BaseException:
            logging.getLogger(__name__).exception("the crawler process failed")
            os._exit(1)
