"""A real django-spirit forum, crawled over HTTP and again from the WARC of that crawl."""

import json
import re
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
from tests.live.conftest import at, mentions_open_infra, spirit_content
from tests.live.spirit.server import SpiritServer
from warehouse.records import Deletion, Post, Record

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("live")]


@pytest.fixture(scope="module")
def job(spirit_server: SpiritServer, tmp_path_factory: pytest.TempPathFactory) -> CrawlJob:
    site = Site(
        name="spirit-live",
        engine="spirit",
        url=spirit_server.url,
        timezone=ZoneInfo("UTC"),
        delay_seconds=0.0,
    )
    return CrawlJob(
        site=site,
        run_id="first",
        secret=b"a key for the live tests",
        is_mention=mentions_open_infra,
        data_dir=tmp_path_factory.mktemp("data"),
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


def test_the_thread_about_the_letter_is_kept_whole_and_nothing_else(
    spirit_server: SpiritServer, first: tuple[CrawlResult, list[Record]]
) -> None:
    result, records = first
    thread = spirit_content()["threads"][0]
    wanted = [spirit_server.made[post["key"]]["post_id"] for post in thread["posts"]]
    assert sorted(posts(records), key=int) == wanted
    assert (result.incidents, result.set_aside_count, result.is_complete) == ((), 0, True)
    assert result.read_count == len(wanted) + 28


def test_dates_texts_and_quotes_are_what_was_written(
    spirit_server: SpiritServer, first: tuple[CrawlResult, list[Record]]
) -> None:
    found = posts(first[1])
    for seeded in spirit_content()["threads"][0]["posts"]:
        post = found[spirit_server.made[seeded["key"]]["post_id"]]
        written = datetime.fromisoformat(seeded["at"])
        # The forum shows minutes.
        assert post.posted_at == written.replace(second=0), seeded["key"]
        assert post.thread_title == "Konstigt brev om fiber"
        words = re.sub(r"\[(\w+)\]\([^)]*\)", r"\1", seeded["text"].replace("**", ""))
        assert words.split() == post.text.split()
        quote = seeded.get("quotes")
        assert [q.text.strip() for q in post.quoted] == ([quote["text"]] if quote else [])


def test_one_pseudonym_for_each_author(spirit_server: SpiritServer, first: tuple[CrawlResult, list[Record]]) -> None:
    found, keys = posts(first[1]), defaultdict(set)
    for seeded in spirit_content()["threads"][0]["posts"]:
        keys[seeded["author"]].add(found[spirit_server.made[seeded["key"]]["post_id"]].author_key)
    assert sorted(map(len, keys.values())) == [1, 1, 1, 1]
    assert len(set.union(*keys.values())) == 4


def test_the_archive_gives_the_same_without_the_network(
    worker: CrawlerWorker, job: CrawlJob, first: tuple[CrawlResult, list[Record]], tmp_path: Path
) -> None:
    result, records = first
    # A port on which nobody listens: a replay that asked it would fail.
    again, replayed = crawl(worker, replace(job, data_dir=tmp_path, archive=result.archive_path))
    assert posts(replayed) == posts(records)
    assert again.incidents == ()


def test_a_url_gives_every_post_and_tells_the_engine(
    worker: CrawlerWorker, job: CrawlJob, first: object, tmp_path: Path
) -> None:
    out = tmp_path / "all.jsonl"
    site = replace(job.site, engine="")
    (result,) = worker.crawl(
        [replace(job, site=site, start_url=site.url, keep_all=True, data_dir=None, out=out)], timeout_seconds=300
    )
    assert (result.error, result.engine, result.is_complete) == (None, "spirit", True)
    assert result.engine_confidence > 0.9
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len({line["post_id"] for line in lines}) == len(lines) == 47 + 28


def test_later_crawls_find_what_is_new_edited_and_removed(
    spirit_server: SpiritServer, worker: CrawlerWorker, job: CrawlJob, first: object
) -> None:
    quiet, records = crawl(worker, replace(job, run_id="second"))
    assert (posts(records), quiet.page_count <= 3) == ({}, True)

    spirit_server.seed(
        authors=["anna"],
        threads=[
            {
                "title": "Konstigt brev om fiber",
                "posts": [{"key": "n1", "author": "anna", "at": at(0.3), "text": "Nu?"}],
            },
            {"title": "Avbrott igen", "posts": [{"key": "n2", "author": "anna", "at": at(0.2), "text": "Open Infra!"}]},
        ],
    )
    made = spirit_server.made
    grown, records = crawl(worker, replace(job, run_id="third"))
    assert set(posts(records)) == {made[key]["post_id"] for key in ("n1", "n2", "sent-0")}
    assert grown.page_count <= 6

    # The last post but one is removed, the last one edited; the newcomer makes the topic active.
    spirit_server.seed(
        authors=["bosse"],
        threads=[
            {
                "title": "Konstigt brev om fiber",
                "posts": [{"key": "n3", "author": "bosse", "at": at(0.1), "text": "Ja."}],
            }
        ],
        delete=[made["brev-46"]["post_id"]],
        edit={made["n1"]["post_id"]: "Nu då?"},
    )
    _, records = crawl(worker, replace(job, run_id="fourth"))
    found = posts(records)
    assert set(found) == {spirit_server.made["n3"]["post_id"], made["n1"]["post_id"]}
    assert found[made["n1"]["post_id"]].text == "Nu då?"
    assert [r.post_id for r in records if isinstance(r, Deletion)] == [made["brev-46"]["post_id"]]
