"""Listens to a stream: connects, goes on where it was, comes back after faults; `crawlers.batches` does the rest.

A batch is made whole in a folder of its own; one transaction then says both what it holds and where the stream goes
on; then it moves to the landing files. Killed before the transaction, the batch is heard again; killed after it, the
next listener moves it. So no post is lost, and none is written twice.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Literal, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from crawlers.batches import Batches
from crawlers.engines.stream import Stream
from crawlers.errors import CrawlerError
from crawlers.frontier import Frontier
from crawlers.heard import Heard
from crawlers.hearing import FAULTS, cause_of, hold, move_waiting, wait_seconds
from crawlers.job import ListenJob, ListenResult
from crawlers.politeness import is_loopback, user_agent
from crawlers.pseudonym import check_secret
from crawlers.sites import load_engine

SHORT_SECONDS = 30.0
"""A connection that ends sooner than this, without a word, has failed."""
FRAME_BYTES = 16 << 20
CLOSE_SECONDS = 2.0
"""A server that is busy sending is not waited for."""
OnBatch = Callable[[ListenResult], None]


async def listen(job: ListenJob, *, stop: asyncio.Event | None = None, on_batch: OnBatch | None = None) -> ListenResult:
    """Listen until told to stop or the job's time is over.

    Raise CrawlerError when another process listens to the stream, or what was heard cannot be written.
    """
    check_secret(job.secret)
    engine = load_engine(job.site.engine)
    if engine.ACCESS != "stream":
        raise CrawlerError(f"{job.site.name}: is no stream; `ryktesvakt crawl` reads it")
    path, name = job.data_dir / "frontier.sqlite", job.site.name
    with (
        hold(job.data_dir, name),
        Frontier(path, job.source) as frontier,
        Heard(path, stream=name, source=job.source) as heard,
    ):
        move_waiting(job.data_dir, name, job.source, counts=heard.batch)
        batches = Batches(
            job=job,
            stream=cast(Stream, engine),
            frontier=frontier,
            heard=heard,
            result=ListenResult(source=job.source),
            on_batch=on_batch,
        )
        return await _Listener(job, batches, stop or asyncio.Event()).run()


class _Listener:
    """The connections of one listener, one after another."""

    def __init__(self, job: ListenJob, batches: Batches, stop: asyncio.Event) -> None:
        self.job = job
        self.batches = batches
        self.stop = stop
        self.failure_count = 0

    async def run(self) -> ListenResult:
        """Listen, connection by connection, and put the last batch in place."""
        ticker = asyncio.create_task(self._tick())
        try:
            while not self.stop.is_set():
                try:
                    await self._hear()
                except FAULTS as error:
                    await self._wait_after(error)
        finally:
            ticker.cancel()
            # A fault of the ticker's is raised here: no cursor may be saved after a batch that could not be.
            with suppress(asyncio.CancelledError):
                await ticker
        self.batches.flush()
        return self.batches.result

    async def _hear(self) -> None:
        """Hear one connection to its end. Raise what made it fail."""
        url = self.batches.stream.subscribe_url(self.job.site, self.batches.last)
        agent, began = user_agent(version("ryktesvakt"), self.job.contact), time.monotonic()
        # No proxy can reach this machine for us.
        proxy: Literal[True] | None = None if is_loopback(self.job.site.url) else True
        async with connect(
            url, user_agent_header=agent, max_size=FRAME_BYTES, close_timeout=CLOSE_SECONDS, proxy=proxy
        ) as socket:
            self.batches.result.connection_count += 1
            self.batches.connected()
            closer = asyncio.create_task(self._close_when_told(socket))
            try:
                await self._hear_frames(socket)
            except ConnectionClosed:
                is_short = time.monotonic() - began < SHORT_SECONDS
                if is_short and not self.batches.is_answered and not self.stop.is_set():
                    raise
            finally:
                closer.cancel()
                self.batches.disconnected()
        await self._pause(self.job.first_wait_seconds * random.uniform(0.5, 1.0))

    async def _hear_frames(self, socket: ClientConnection) -> None:
        batches = self.batches
        while not self.stop.is_set():
            batches.take(await socket.recv(decode=False))
            if batches.is_answered:
                self.failure_count = 0
            if batches.batch.post_count >= self.job.batch_posts:
                batches.flush()

    async def _tick(self) -> None:
        """Flush when it is time, and end when it is time."""
        ends = time.monotonic() + self.job.seconds if self.job.seconds is not None else None
        try:
            while not self.stop.is_set():
                await self._pause(min(1.0, self.job.batch_seconds, self.job.seconds or 1.0))
                if self.batches.is_due:
                    self.batches.flush()
                if ends and time.monotonic() >= ends:
                    break
        finally:
            self.stop.set()

    async def _close_when_told(self, socket: ClientConnection) -> None:
        await self.stop.wait()
        await socket.close()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    async def _wait_after(self, error: Exception) -> None:
        """Wait longer after each failure; report the first of an outage."""
        self.failure_count += 1
        cause, detail = cause_of(error)
        if self.failure_count == 1:
            self.batches.batch.report(cause, f"no connection: {detail}; what was missed is asked for again")
        await self._pause(wait_seconds(error, self.failure_count, first=self.job.first_wait_seconds))
