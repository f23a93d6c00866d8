"""A real network's firehose: the posts that its search gives, heard as they are made, changed and taken away."""

import asyncio
import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob
from crawlers.engines.stream import Place
from crawlers.frontier import Frontier
from crawlers.heard import Heard
from crawlers.job import ListenJob, ListenResult
from crawlers.landing import landing_files, read_landing
from crawlers.listen import listen
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from tests.live.atproto.server import BlueskyNetwork
from tests.live.conftest import bluesky_content, mentions_open_infra
from warehouse.records import Deletion, Incident, Post, Record, Visit

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("live")]

SECRET = b"a key for the live tests"
SOURCE = "bluesky-live"
OURS = "Grävskopan Nord"
"""A name that no other test looks for in the network that they share."""


def job_for(network: BlueskyNetwork, folder: Path, **changes: Any) -> ListenJob:
    site = Site(
        name="firehose-live",
        engine="repo_stream",
        url=network.pds,
        timezone=ZoneInfo("UTC"),
        options={"source": SOURCE, "appview": network.appview},
    )
    values = {
        "site": site,
        "secret": SECRET,
        "is_mention": mentions_open_infra,
        "data_dir": folder,
        "batch_seconds": 0.2,
        "first_wait_seconds": 0.1,
    }
    return ListenJob(**{**values, **changes})


def start_at(folder: Path, seq: int) -> None:
    """Leave word that everything up to a number was heard."""
    path = folder / "frontier.sqlite"
    with Frontier(path, SOURCE), Heard(path, stream="firehose-live", source=SOURCE) as heard:
        heard.commit(Place(cursor=seq, at=datetime(2026, 1, 1, tzinfo=UTC)), "none")


def listen_until(job: ListenJob, is_done: Callable[[ListenResult], bool]) -> list[Record]:
    async def run() -> None:
        stop = asyncio.Event()

        def look(result: ListenResult) -> None:
            if is_done(result):
                stop.set()

        async with asyncio.timeout(60):
            await listen(job, stop=stop, on_batch=look)

    asyncio.run(run())
    return landed(job.data_dir)


def landed(folder: Path) -> list[Record]:
    return [record for path in landing_files(folder, SOURCE) for record in read_landing(path)]


def posts(records: list[Record]) -> list[Post]:
    return [record for record in records if isinstance(record, Post)]


class Person:
    """Somebody with an account of their own, who writes straight to the server."""

    def __init__(self, network: BlueskyNetwork, handle: str) -> None:
        self._base = network.pds
        self._token = ""
        account = {"email": f"{handle}@example.test", "handle": f"{handle}.test", "password": "not-a-secret"}
        told = self._ask("server.createAccount", **account)
        self.did, self._token = told["did"], told["accessJwt"]

    def write(self, text: str) -> str:
        return str(self._ask("repo.createRecord", **self._place(), record=self._record(text))["uri"])

    def edit(self, uri: str, text: str) -> None:
        self._ask("repo.putRecord", **self._place(), rkey=uri.rsplit("/", 1)[-1], record=self._record(text))

    def delete(self, uri: str) -> None:
        self._ask("repo.deleteRecord", **self._place(), rkey=uri.rsplit("/", 1)[-1])

    def leave(self) -> None:
        self._ask("server.deactivateAccount")

    def _place(self) -> dict[str, str]:
        return {"repo": self.did, "collection": "app.bsky.feed.post"}

    def _record(self, text: str) -> dict[str, Any]:
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"$type": "app.bsky.feed.post", "text": text, "langs": ["sv"], "createdAt": stamp}

    def _ask(self, method: str, **body: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {self._token}"} if self._token else {}
        )
        url = f"{self._base}/xrpc/com.atproto.{method}"
        request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return dict(json.loads(answer.read() or b"{}"))


def test_the_firehose_gives_what_the_search_gives(
    bluesky_network: BlueskyNetwork, worker: CrawlerWorker, tmp_path: Path
) -> None:
    """Both ways: the same ids, pseudonyms, texts, threads and times, so that no post counts twice."""
    site = Site(
        name=SOURCE,
        engine="bluesky",
        url=bluesky_network.appview,
        timezone=ZoneInfo("UTC"),
        query="Open Infra",
        delay_seconds=0.0,
    )
    crawl = CrawlJob(
        site=site, run_id="r", secret=SECRET, is_mention=mentions_open_infra, data_dir=tmp_path / "searched"
    )
    (result,) = worker.crawl([crawl], timeout_seconds=300)
    assert result.error is None
    searched = {post.post_id: post for post in posts(landed(tmp_path / "searched"))}

    folder = tmp_path / "heard"
    start_at(folder, 0)
    wanted = set(searched) | {bluesky_network.uris["borta"]}
    records = listen_until(job_for(bluesky_network, folder), lambda result: result.post_count >= len(wanted))
    heard = {post.post_id: post for post in posts(records)}
    assert wanted <= set(heard)
    gone = {record.post_id for record in records if isinstance(record, Deletion)}
    assert bluesky_network.uris["borta"] in gone
    # Other tests delete posts of the same network: the search no longer shows those, the stream tells both.
    assert set(heard) - gone == set(searched)
    assert [record for record in records if isinstance(record, Incident)] == []
    seeded = {bluesky_network.uris[post["key"]]: post for post in bluesky_content()["posts"]}
    for uri in set(searched) & set(seeded):
        one, other = searched[uri], heard[uri]
        names = ("thread_id", "author_key", "posted_at", "text", "url", "reply_to", "language", "thread_title")
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        if not one.quoted:
            assert one.content_key == other.content_key
        assert [quote.post_id for quote in one.quoted] == [quote.post_id for quote in other.quoted]


def test_posts_are_heard_as_they_are_made_changed_and_taken_away(
    bluesky_network: BlueskyNetwork, tmp_path: Path
) -> None:
    freja, gunnar = Person(bluesky_network, "freja"), Person(bluesky_network, "gunnar")
    job = job_for(bluesky_network, tmp_path, is_mention=lambda text: OURS in text)
    kept: list[str] = []

    async def live() -> ListenResult:
        stop, batch = asyncio.Event(), asyncio.Event()
        result = ListenResult(source=SOURCE)

        def look(told: ListenResult) -> None:
            nonlocal result
            result = told
            batch.set()

        async def until(posts: int, gone: int) -> None:
            while (result.post_count, result.deletion_count) != (posts, gone):
                batch.clear()
                await batch.wait()

        async def say(what: Callable[..., Any], *words: str) -> Any:
            return await asyncio.to_thread(what, *words)

        async with asyncio.timeout(90), asyncio.TaskGroup() as group:
            listening = group.create_task(listen(job, stop=stop, on_batch=look))
            kept.append(await say(freja.write, f"{OURS} har grävt av kabeln"))
            await say(freja.write, "Något annat")
            kept.append(await say(gunnar.write, f"Läste om {OURS}"))
            await until(2, 0)
            await say(freja.edit, kept[0], f"{OURS} har lagat kabeln")
            await until(3, 0)
            await say(gunnar.delete, kept[1])
            await until(3, 1)
            await say(freja.leave)
            await until(3, 2)
            stop.set()
        return listening.result()

    start_at(tmp_path, 0)
    asyncio.run(live())
    records = landed(tmp_path)
    first, second, edited = posts(records)
    assert [first.post_id, second.post_id, edited.post_id] == [*kept, kept[0]]
    assert (first.edited_at, edited.text) == (None, f"{OURS} har lagat kabeln")
    assert edited.edited_at
    assert edited.content_key != first.content_key
    assert first.author_key == edited.author_key != second.author_key
    assert [record.post_id for record in records if isinstance(record, Deletion)] == [kept[1], kept[0]]
    assert any(visit.is_complete for visit in records if isinstance(visit, Visit))


def test_a_number_from_the_future_is_refused_and_said(bluesky_network: BlueskyNetwork, tmp_path: Path) -> None:
    """Another server counts otherwise: the listener starts anew and says what it cannot vouch for."""
    start_at(tmp_path, 10**9)
    hanna = Person(bluesky_network, "hanna")

    async def live() -> None:
        stop = asyncio.Event()
        job = job_for(bluesky_network, tmp_path, is_mention=lambda text: OURS in text)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(listen(job, stop=stop, on_batch=lambda told: told.post_count and stop.set()))
            while not stop.is_set():
                await asyncio.to_thread(hanna.write, f"{OURS} igen")
                await asyncio.sleep(0.2)

    asyncio.run(live())
    details = [record.detail for record in landed(tmp_path) if isinstance(record, Incident)]
    assert any("no longer holds 2026-01-01 00:00:00" in detail for detail in details)
    assert posts(landed(tmp_path))
