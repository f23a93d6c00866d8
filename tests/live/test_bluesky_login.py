"""A real Bluesky network, searched with a login through an account's data server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.credentials import Secrets
from crawlers.landing import read_landing
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from tests.crawlers.test_credentials import everything
from tests.live.atproto.server import BlueskyNetwork
from tests.live.conftest import mentions_open_infra
from warehouse.records import Post

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("live")]

PASSWORD = "not-a-secret"


@pytest.fixture
def job(bluesky_network: BlueskyNetwork, tmp_path: Path) -> CrawlJob:
    site = Site(
        name="bluesky-login",
        engine="bluesky",
        url=bluesky_network.appview,
        timezone=ZoneInfo("UTC"),
        query="Open Infra",
        delay_seconds=0.0,
        options={"pds": bluesky_network.pds, "appview": f"{bluesky_network.appview_did}#bsky_appview"},
    )
    return CrawlJob(
        site=site,
        run_id="first",
        secret=b"a key for the live tests",
        is_mention=mentions_open_infra,
        data_dir=tmp_path / "data",
        part_pages=10_000,
        credentials=Secrets(identifier="daniel.test", app_password=PASSWORD),
    )


def crawl(worker: CrawlerWorker, job: CrawlJob) -> tuple[CrawlResult, dict[str, str]]:
    (result,) = worker.crawl([job], timeout_seconds=300)
    assert result.error is None, result.error
    assert result.landing_path
    posts = [record for record in read_landing(result.landing_path) if isinstance(record, Post)]
    return result, {post.post_id: post.text for post in posts}


def test_a_login_reads_what_the_open_appview_shows(worker: CrawlerWorker, job: CrawlJob, tmp_path: Path) -> None:
    result, found = crawl(worker, job)
    assert (result.incidents, result.is_complete) == ((), True)
    _, shown = crawl(worker, replace(job, credentials=Secrets(), data_dir=tmp_path / "open"))
    assert found == shown
    assert len(found) > 100
    assert result.archive_path
    _, replayed = crawl(
        worker, replace(job, credentials=Secrets(), archive=result.archive_path, data_dir=tmp_path / "r")
    )
    assert replayed == found
    files = list(everything(tmp_path / "data"))
    assert any(b"searchPosts" in data for data in files)
    assert [data for data in files if PASSWORD.encode() in data or b"Jwt" in data or b"eyJ" in data] == []


def test_a_session_is_refreshed_when_its_time_is_over(worker: CrawlerWorker, job: CrawlJob) -> None:
    # By this clock each access token has expired when it comes: the next request has to refresh the session.
    result, found = crawl(worker, replace(job, now=datetime.now(UTC) + timedelta(hours=3)))
    assert (result.incidents, result.is_complete) == ((), True)
    assert len(found) > 100


def test_a_wrong_password_is_an_incident(worker: CrawlerWorker, job: CrawlJob) -> None:
    result, found = crawl(
        worker, replace(job, credentials=Secrets(identifier="daniel.test", app_password="fel-losenord"))
    )
    assert found == {}
    assert [incident.cause for incident in result.incidents] == ["login_wall"]
    assert result.incidents[0].detail == "our credentials were not accepted: status 401, AuthenticationRequired"
