"""A real Bluesky network, searched and read through its AppView, and again from the WARC of that crawl."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.landing import read_landing
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from tests.live.atproto.server import BlueskyNetwork
from tests.live.conftest import at, bluesky_content, mentions_open_infra
from warehouse.records import Deletion, Post, Record

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("live")]

KEPT = {post["key"]: post for post in bluesky_content()["posts"] if post["key"] not in ("summit", "borta", "annat")}


@pytest.fixture(scope="module")
def job(bluesky_network: BlueskyNetwork, tmp_path_factory: pytest.TempPathFactory) -> CrawlJob:
    site = Site(
        name="bluesky-live",
        engine="bluesky",
        url=bluesky_network.appview,
        timezone=ZoneInfo("UTC"),
        # The network's own little search, unlike the public one, minds case.
        query="Open Infra",
        delay_seconds=0.0,
    )
    return CrawlJob(
        site=site,
        run_id="first",
        secret=b"a key for the live tests",
        is_mention=mentions_open_infra,
        data_dir=tmp_path_factory.mktemp("data"),
        part_pages=10_000,
    )


@pytest.fixture(scope="module")
def first(worker: CrawlerWorker, job: CrawlJob) -> tuple[CrawlResult, list[Record]]:
    return crawl(worker, job)


def crawl(worker: CrawlerWorker, job: CrawlJob) -> tuple[CrawlResult, list[Record]]:
    (result,) = worker.crawl([job], timeout_seconds=300)
    assert result.error is None, result.error
    assert result.landing_path
    return result, read_landing(result.landing_path)


def posts(records: list[Record]) -> dict[str, Post]:
    return {record.post_id: record for record in records if isinstance(record, Post)}


def test_conversations_that_mention_the_company_are_kept_whole(
    bluesky_network: BlueskyNetwork, first: tuple[CrawlResult, list[Record]]
) -> None:
    result, records = first
    assert set(posts(records)) == {bluesky_network.uris[key] for key in KEPT}
    assert (result.incidents, result.set_aside_count, result.is_complete) == ((), 0, True)


def test_dates_texts_threads_and_authors_are_what_was_written(
    bluesky_network: BlueskyNetwork, first: tuple[CrawlResult, list[Record]]
) -> None:
    found, keys = posts(first[1]), defaultdict(set)
    for key, seeded in KEPT.items():
        post = found[bluesky_network.uris[key]]
        assert post.posted_at == datetime.fromisoformat(seeded["at"])
        assert post.text == seeded["text"]
        assert post.thread_id == bluesky_network.uris[seeded.get("root", key)]
        assert post.reply_to == (bluesky_network.uris[seeded["parent"]] if "parent" in seeded else None)
        keys[seeded["author"]].add(post.author_key)
    assert sorted(map(len, keys.values())) == [1, 1, 1, 1]
    assert len(set.union(*keys.values())) == 4


def test_the_archive_gives_the_same_without_the_network(
    worker: CrawlerWorker, job: CrawlJob, first: tuple[CrawlResult, list[Record]], tmp_path: Path
) -> None:
    result, records = first
    again, replayed = crawl(worker, replace(job, data_dir=tmp_path, archive=result.archive_path))
    assert posts(replayed) == posts(records)
    assert again.incidents == ()


def test_later_crawls_find_what_is_new_and_deleted(
    bluesky_network: BlueskyNetwork, worker: CrawlerWorker, job: CrawlJob, first: object
) -> None:
    _, records = crawl(worker, replace(job, run_id="second"))
    assert posts(records) == {}
    bluesky_network.order(delete="el-3", author="anna")
    uri = bluesky_network.order(
        key="el-4", author="daniel", root="el", parent="el", text="Open Infra svarar inte", at=at(0)
    )
    _, records = crawl(worker, replace(job, run_id="third"))
    assert set(posts(records)) == {uri}
    assert [r.post_id for r in records if isinstance(r, Deletion)] == [bluesky_network.uris["el-3"]]
