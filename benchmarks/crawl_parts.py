"""Where the processor time of a crawled page goes, part by part, each alone: milliseconds a page.

    python -m benchmarks.crawl_parts [--rounds 8]

The pages are those of `benchmarks.crawl`, served from loopback where they are fetched. Each part is timed round by
round and the fastest round counts: in a crawl, where processes share caches and cores, each of them takes longer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import pickle
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scrapy import Request
from scrapy.utils.test import get_crawler

from benchmarks import crawl, crawl_pages
from crawlers import memory
from crawlers.archive import ArchiveWriter
from crawlers.engines import decode, markup, xenforo
from crawlers.model import Page, Site, ThreadRef
from crawlers.reader import Answer, Said, packed
from crawlers.spiders.task import Outcome, Rules, ThreadTask, Wanted
from crawlers.spiders.threads import ThreadReader
from crawlers.spiders.transport import Line, Transport, scrapy_settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOME = "http://127.0.0.1:1"
SITE = Site(name="bench", engine="xenforo", url=f"{HOME}/forums/fiber.2/", timezone=ZoneInfo("UTC"))
THREADS = 20
RULES = Rules(
    site=SITE,
    engine="crawlers.engines.xenforo",
    secret=b"a key for the benchmark",
    is_mention=crawl.names_us,
    redact=None,
    is_erased=None,
    keep_all=False,
    sweep_days=14.0,
    is_landing=True,
    now=None,
    goes_on_at_last_page=True,
    shows_whole_threads=True,
    may_be_empty=False,
)


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    memory.keep()
    threads = [[p for p in crawl_pages.forum() if f"trad-{n}.{n}/" in p[0]] for n in range(1, THREADS + 1)]
    pages = {f"{HOME}{path}": _page(path, text) for thread in threads for path, text in thread}
    with tempfile.TemporaryDirectory() as name:
        parts = _parts(pages, Path(name))
        figures = {part: fastest(work, pages, rounds=given.rounds) for part, work in parts.items()}
    with crawl.serving() as url:
        figures["request and answer"] = asyncio.run(fetching(url, pages, rounds=given.rounds))
    print(json.dumps({part: round(value, 3) for part, value in figures.items()}, indent=2))


def _page(path: str, text: str) -> Page:
    headers = {"content-type": "text/html; charset=utf-8"}
    return Page(url=f"{HOME}{path}", body=text.encode(), fetched_at=NOW, headers=headers)


def _parts(pages: dict[str, Page], folder: Path) -> dict[str, Callable[[], object]]:
    archive = ArchiveWriter(folder / "a.warc.gz", user_agent="bench")
    outcomes = outcomes_of(pages)
    return {
        "archive": lambda: [_archived(archive, page) for page in pages.values()],
        "tree": lambda: [markup.tree(decode.utf8_of(page, SITE), page) for page in pages.values()],
        "page read, its tree among it": lambda: [xenforo.parse_thread(page, SITE) for page in pages.values()],
        "thread read, its pages among it": lambda: outcomes_of(pages),
        "between the processes": lambda: [
            *(_there_and_back(Answer(0, page)) for page in pages.values()),
            *(_there_and_back(Said(0, found)) for found in outcomes),
        ],
    }


def _archived(archive: ArchiveWriter, page: Page) -> None:
    archive.write(url=page.url, status=200, headers=page.headers.items(), body=page.body, fetched_at=NOW)


def _there_and_back(message: Answer | Said) -> object:
    return pickle.loads(packed(message)[8:])


def outcomes_of(pages: dict[str, Page]) -> list[Outcome]:
    """Return what the threads of pages came to: lines of the landing file, pseudonyms, what the frontier shall know."""

    async def get(wanted: Wanted) -> Page:
        return pages[wanted.url]

    firsts = [url for url in pages if "page-" not in url]
    tasks = [
        ThreadTask(ref=ThreadRef(thread_id=str(n), url=url), known=None, old={}) for n, url in enumerate(firsts, 1)
    ]
    return [_run(ThreadReader(RULES, task, get).read()) for task in tasks]


def _run(reading: Coroutine[Any, Any, Outcome]) -> Outcome:
    try:
        reading.send(None)
    except StopIteration as done:
        found: Outcome = done.value
        return found
    raise AssertionError("a reading waited, though all of its pages are at hand")


async def fetching(url: str, pages: dict[str, Page], *, rounds: int) -> float:
    """Return the milliseconds that asking for a page and having it take, nothing archived."""
    crawler = get_crawler(settings_dict=scrapy_settings(user_agent="bench"))
    line = Line(crawler, Transport(clock=lambda: NOW))
    times = []
    for _ in range(rounds):
        started = time.process_time()
        for address in pages:
            await line.download(Request(address.replace(HOME, url), meta={"proxy": None}, dont_filter=True))
        times.append(time.process_time() - started)
    await line.close()
    return min(times) / len(pages) * 1000


def fastest(work: Callable[[], object], pages: dict[str, Page], *, rounds: int) -> float:
    """Return the milliseconds of processor time a page that a part's fastest round took."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times) / len(pages) * 1000


if __name__ == "__main__":
    main()
