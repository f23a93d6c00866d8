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
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import crawl_pages, parsing
from crawlers.crawl_job import CrawlJob
from crawlers.frontier import Changes, Frontier, KnownThread, next_sweep
from crawlers.model import Site
from crawlers.pseudonym import Redact
from crawlers.worker import CrawlerWorker
from nlp.company import Company
from nlp.redact.redactor import make_redactor

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BARE = """
import sys, time
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess

class Bare(Spider):
    name = "bare"
    async def start(self):
        self.began, self.count, self.spent = time.monotonic(), 0, time.process_time()
        for url in open(sys.argv[1]).read().split():
            yield Request(url)
    def parse(self, response):
        self.count += 1
    def closed(self, reason):
        print(self.count, time.monotonic() - self.began, time.process_time() - self.spent)

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
    redact = make_redactor(Company(name="Open Infra"))
    with serving() as url, CrawlerWorker() as worker:
        (folder / "bare.py").write_text(BARE)
        (folder / "urls").write_text("\n".join(url + path for path in paths))
        # The bare spider's clock starts when its process is ready: so does ours.
        our_crawl(worker, url, folder / "warm", len(paths))
        for n in range(rounds):
            before = bare_crawl(folder, concurrency=1)
            ours.append(our_crawl(worker, url, folder / f"data{n}", len(paths)))
            bare.append(between(before, bare_crawl(folder, concurrency=1)))
            free.append(bare_crawl(folder, concurrency=16))
        redacted = our_crawl(worker, url, folder / "redacted", len(paths), redact=redact)
    return {
        "pages": len(paths),
        "page_bytes": statistics.mean(len(page.encode()) for _, page in crawl_pages.forum()),
        "our_pages_per_second": round(statistics.median(one.pages_per_second for one in ours)),
        "our_processor_milliseconds": milliseconds(ours),
        "our_fetching_milliseconds": round(statistics.median(one.fetching_milliseconds for one in ours), 2),
        "redacted_pages_per_second": round(redacted.pages_per_second),
        "redacted_processor_milliseconds": milliseconds([redacted]),
        "bare_pages_per_second": round(statistics.median(one.pages_per_second for one in bare)),
        "bare_processor_milliseconds": milliseconds(bare),
        "bare_16_pages_per_second": round(statistics.median(one.pages_per_second for one in free)),
        "crawl_ratios": ratios(ours, bare),
        "crawl_ratio": statistics.median(ratios(ours, bare)),
        "crawl_ratio_to_16": statistics.median(ratios(ours, free)),
    }


@dataclass(frozen=True, slots=True)
class Crawled:
    """How quick a crawl was, and what it took: the milliseconds are of processor time, a page."""

    pages_per_second: float
    processor_milliseconds: float
    fetching_milliseconds: float
    """In the process that fetches."""


def ratios(ours: list[Crawled], theirs: list[Crawled]) -> list[float]:
    return [round(a.pages_per_second / b.pages_per_second, 2) for a, b in zip(ours, theirs, strict=True)]


def between(first: Crawled, second: Crawled) -> Crawled:
    """Return the mean of two crawls: what else the machine does changes while one of ours runs between them."""
    return Crawled(*(math.sqrt(getattr(first, field.name) * getattr(second, field.name)) for field in fields(Crawled)))


def milliseconds(crawls: list[Crawled]) -> float:
    return round(statistics.median(one.processor_milliseconds for one in crawls), 2)


def our_crawl(
    worker: CrawlerWorker, url: str, data_dir: Path, page_count: int, *, redact: Redact | None = None
) -> Crawled:
    """Return the speed of a first crawl that keeps every thread: archived, parsed, written, remembered."""
    site = Site(
        name="bench", engine="xenforo", url=f"{url}/forums/fiber.2/", timezone=ZoneInfo("UTC"), delay_seconds=0.0
    )
    job = CrawlJob(
        site=site,
        run_id="1",
        secret=b"a key for the benchmark",
        is_mention=names_us,
        redact=redact,
        data_dir=data_dir,
        contact="x",
    )
    worker.crawl([])
    before = processor_seconds(worker)
    (result,) = worker.crawl([job])
    spent = {pid: seconds - before.get(pid, 0.0) for pid, seconds in processor_seconds(worker).items()}
    assert result.error is None, result.error
    assert (result.page_count, result.incidents) == (page_count, ()), result
    assert result.post_count == crawl_pages.THREADS * crawl_pages.PAGES * crawl_pages.POSTS
    each = 1000 / page_count
    return Crawled(page_count / result.seconds, sum(spent.values()) * each, spent[worker.pid or 0] * each)


def processor_seconds(worker: CrawlerWorker) -> dict[int, float]:
    """Return the processor time of the process that fetches and of its readers, by their ids."""
    root = worker.pid or 0
    children = Path(f"/proc/{root}/task/{root}/children").read_text(encoding="ascii").split()
    found = {}
    for pid in (root, *map(int, children)):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        found[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def bare_crawl(folder: Path, *, concurrency: int) -> Crawled:
    """Return the speed of a spider that does nothing with its pages."""
    command = [sys.executable, folder / "bare.py", folder / "urls", str(concurrency)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, seconds, spent = (float(part) for part in done.stdout.split())
    assert count == len((folder / "urls").read_text().split())
    return Crawled(count / seconds, spent * 1000 / count, spent * 1000 / count)


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
