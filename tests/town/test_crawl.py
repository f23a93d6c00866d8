"""The real spiders in the town, around the night when a post is deleted: nothing lost, nobody trapped."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.landing import landing_files, read_landing
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from town import Town
from warehouse.records import Deletion
from warehouse.records import Post as Record


def names_company(text: str) -> bool:
    return "open infra" in text.casefold() or "openinfra" in text.casefold()


def jobs_for(town: Town, folder: Path, run_id: str) -> list[CrawlJob]:
    return [
        CrawlJob(
            site=Site(
                name=entry["name"],
                engine=entry["engine"],
                url=entry["url"],
                timezone=ZoneInfo(entry["timezone"]),
                encoding=entry["encoding"],
                query="Open Infra",
                delay_seconds=entry["delay_seconds"],
            ),
            run_id=run_id,
            secret=b"sixteen bytes 16",
            is_mention=names_company,
            data_dir=folder,
            contact="test@example.invalid",
            now=town.now,
        )
        for entry in town.sites
    ]


def crawl(worker: CrawlerWorker, town: Town, folder: Path, run_id: str) -> list[CrawlResult]:
    found = worker.crawl(jobs_for(town, folder, run_id), timeout_seconds=120)
    assert [(r.source, r.error, r.incidents, r.set_aside_count) for r in found if not r.is_complete] == []
    return found


@pytest.mark.live
def test_spiders_read_the_town_and_notice_an_edit_and_a_deletion(tmp_path: Path) -> None:
    with Town(seed=1) as town, CrawlerWorker() as worker:
        gone = next(post for post in town.world.posts if post.deleted_at)
        assert gone.deleted_at
        for number, moment in enumerate((gone.posted_at, gone.deleted_at, datetime(2023, 11, 20, 6, tzinfo=UTC))):
            town.now = moment + timedelta(minutes=1)
            crawl(worker, town, tmp_path, f"run-{number}")
        assert town.trapped == ()
        records = [record for path in landing_files(tmp_path) for record in read_landing(path)]
        seen = {(r.source, r.post_id.rpartition("post")[2]): r for r in records if isinstance(r, Record)}
        assert [r.post_id for r in records if isinstance(r, Deletion)] == [str(gone.post_id)]
        written = [post for post in town.world.posts if post.posted_at <= town.now]
        named = {(p.place, str(p.post_id)) for p in written if p.truth.claims}
        assert named <= seen.keys()
        edited = [p for p in written if p.edited_text and p.edited_at and p.edited_at <= town.now]
        assert len(edited) == 3
        for post in edited:
            assert seen[post.place, str(post.post_id)].text.split() == (post.edited_text or "").split()
