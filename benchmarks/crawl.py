"""Crawling against what its parts take alone, in one run: ratios, since machines differ.

    python -m benchmarks.crawl [--rounds 3] [--threads 1000000]

Three peers. A bare Scrapy spider that only downloads the same pages from the same loopback server, politeness off, once
with one request at a time (as ours, whatever the delay) and once with Scrapy's usual sixteen. lxml building the trees
of thread pages (`python -m benchmarks.parsing` measures that alone). And the clock, for the frontier: what is to be
fetched next out of a million known threads.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import crawl_pages, parsing
from crawlers.frontier import Changes, Frontier, KnownThread, next_sweep
from crawlers.model import Site
from crawlers.run import CrawlJob
from crawlers.worker import CrawlerWorker

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BARE = """
import sys, time
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess

class Bare(Spider):
    name = "bare"
    async def start(self):
        self.began, self.count = time.monotonic(), 0
        for url in open(sys.argv[1]).read().split():
            yield Request(url)
    def parse(self, response):
        self.count += 1
    def closed(self, reason):
        print(self.count, time.monotonic() - self.began)

process = CrawlerProcess({
    "ROBOTSTXT_OBEY": False, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": int(sys.argv[2]), "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
})
process.crawl(Bare)
process.start()
"""


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = {
            **crawling(Path(name), rounds=given.rounds),
            "parsing": parsing.ratios(rounds=40),
            **picking(Path(name) / "frontier.sqlite", thread_count=given.threads),
        }
    print(json.dumps(figures, indent=2))


def crawling(folder: Path, *, rounds: int) -> dict[str, object]:
    """Return the pages a second of our spider, of the bare one, and their ratios, round by round."""
    paths = [path for path, _ in crawl_pages.forum()]
    ours, bare, free = [], [], []
    with serving() as url, CrawlerWorker() as worker:
        (folder / "bare.py").write_text(BARE)
        (folder / "urls").write_text("\n".join(url + path for path in paths))
        for n in range(rounds):
            bare.append(bare_crawl(folder, concurrency=1))
            ours.append(our_crawl(worker, url, folder / f"data{n}", len(paths)))
            free.append(bare_crawl(folder, concurrency=16))
    return {
        "pages": len(paths),
        "page_bytes": statistics.mean(len(page.encode()) for _, page in crawl_pages.forum()),
        "our_pages_per_second": round(statistics.median(ours)),
        "bare_pages_per_second": round(statistics.median(bare)),
        "bare_16_pages_per_second": round(statistics.median(free)),
        "crawl_ratio": round(statistics.median(a / b for a, b in zip(ours, bare, strict=True)), 2),
        "crawl_ratio_to_16": round(statistics.median(a / b for a, b in zip(ours, free, strict=True)), 2),
    }


def our_crawl(worker: CrawlerWorker, url: str, data_dir: Path, page_count: int) -> float:
    """Return the pages a second of a first crawl that keeps every thread: archived, parsed, written, remembered."""
    site = Site(
        name="bench", engine="xenforo", url=f"{url}/forums/fiber.2/", timezone=ZoneInfo("UTC"), delay_seconds=0.0
    )
    job = CrawlJob(
        site=site, run_id="1", secret=b"a key for the benchmark", is_mention=names_us, data_dir=data_dir, contact="x"
    )
    worker.crawl([])
    (result,) = worker.crawl([job])
    assert result.error is None, result.error
    assert (result.page_count, result.incidents) == (page_count, ()), result
    assert result.post_count == crawl_pages.THREADS * crawl_pages.PAGES * crawl_pages.POSTS
    return result.page_count / result.seconds


def bare_crawl(folder: Path, *, concurrency: int) -> float:
    """Return the pages a second of a spider that does nothing with them."""
    command = [sys.executable, folder / "bare.py", folder / "urls", str(concurrency)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, seconds = done.stdout.split()
    assert int(count) == len((folder / "urls").read_text().split())
    return int(count) / float(seconds)


def names_us(text: str) -> bool:
    return "Open Infra" in text


@contextmanager
def serving() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.crawl_pages"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def picking(path: Path, *, thread_count: int) -> dict[str, object]:
    """Return the milliseconds to find what to fetch next, with every thread kept and due: the worst case."""
    with Frontier(path, "bench") as frontier:
        for first in range(0, thread_count, 50_000):
            made = {str(n): known(n) for n in range(first, min(first + 50_000, thread_count))}
            frontier.apply(Changes(made))
        later = NOW + timedelta(days=40)
        picks = [timed(lambda: frontier.due(later, limit=20)) for _ in range(20)]
        sweeps = [timed(lambda: frontier.due_for_sweep(later, limit=1000)) for _ in range(20)]
        looks = [timed(partial(frontier.thread, str(n * 7919 % thread_count))) for n in range(200)]
    return {
        "frontier_threads": thread_count,
        "pick_next_milliseconds": round(max(picks) * 1000, 2),
        "pick_sweep_milliseconds": round(max(sweeps) * 1000, 2),
        "look_up_thread_milliseconds": round(statistics.median(looks) * 1000, 3),
    }


def known(number: int) -> KnownThread:
    name = str(number)
    return KnownThread(
        thread_id=name,
        url=f"https://forum.example/threads/trad.{name}/",
        next_check_at=NOW + timedelta(hours=number % 168),
        is_kept=True,
        is_pending=number % 1000 == 0,
        next_sweep_at=next_sweep(name, now=NOW, days=14),
    )


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that one call takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
