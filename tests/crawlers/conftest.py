"""One crawler process for all tests of this room, and a forum of its own for each."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.landing import read_landing
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from tests.crawlers.tiny_forum import TinyForum, serve
from warehouse.records import Record

SECRET = b"a key for tests, not for people"


def mentions_open_infra(text: str) -> bool:
    return "open infra" in text.casefold() and "summit" not in text.casefold()


@pytest.fixture(scope="session")
def worker() -> Iterator[CrawlerWorker]:
    with CrawlerWorker() as running:
        yield running


@pytest.fixture
def forum() -> Iterator[TinyForum]:
    with serve(TinyForum()) as running:
        yield running


@pytest.fixture
def job(forum: TinyForum, tmp_path: Path) -> CrawlJob:
    site = Site(
        name="tiny",
        engine="tests.crawlers.tiny_engine",
        url=forum.url,
        timezone=ZoneInfo("Europe/Stockholm"),
        delay_seconds=0.0,
    )
    return CrawlJob(
        site=site, run_id="r1", secret=SECRET, is_mention=mentions_open_infra, data_dir=tmp_path, contact="mail@x.test"
    )


Crawl = Callable[..., tuple[CrawlResult, list[Record]]]


@pytest.fixture
def crawl(worker: CrawlerWorker, job: CrawlJob) -> Crawl:
    """Crawl once more, with changes to the job; return the result and what landed."""
    numbers = iter(range(1, 1000))

    def once(**changes: object) -> tuple[CrawlResult, list[Record]]:
        (result,) = worker.crawl([replace(job, **{"run_id": f"r{next(numbers)}", **changes})], timeout_seconds=60)
        assert result.error is None, result.error
        path = result.landing_path
        return result, read_landing(path) if path and path.suffix == ".gz" else []

    return once


def pytest_addoption(parser: pytest.Parser) -> None:
    # Another room's tests may have named the option already.
    with contextlib.suppress(ValueError):
        parser.addoption("--regold", action="store_true", help="write goldens anew, and fail so that they are reviewed")


@pytest.fixture
def regold(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regold", default=False))
