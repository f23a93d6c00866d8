"""Listening through faults: everything heard is written once, and what could not be heard is said."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawlers.errors import CrawlerError
from crawlers.frontier import Frontier
from crawlers.hearing import hold
from crawlers.job import ListenJob, ListenResult
from crawlers.landing import landing_files, read_landing
from crawlers.listen import listen
from tests.crawlers.listener_child import job_for
from tests.crawlers.stream_world import START, FakeJetstream, commit, happenings, jetstream, post, reply
from tests.crawlers.test_jetstream import batch, take_all, wire
from warehouse.records import Deletion, Health, Incident, Post, Record, Visit

DID = "did:plc:annaannaanna"
PATIENCE_SECONDS = 45.0


@pytest.fixture
def server() -> Iterator[FakeJetstream]:
    with jetstream(FakeJetstream()) as running:
        yield running


def landed(folder: Path) -> list[Record]:
    return [record for path in landing_files(folder, "bluesky") for record in read_landing(path)]


def told(records: list[Record]) -> Counter[tuple[str, ...]]:
    """Return what records say of posts, each with how often it is said."""
    posts = [("post", r.post_id, r.content_key, r.text, r.thread_id) for r in records if isinstance(r, Post)]
    return Counter([*posts, *(("gone", r.post_id) for r in records if isinstance(r, Deletion))])


def expected(events: list[dict[str, Any]], folder: Path) -> Counter[tuple[str, ...]]:
    """Return what a listener would say that decodes every event, once, without any fault."""
    return told(take_all(batch(folder / "expected.sqlite"), [wire(event) for event in events], quick=False))


def listen_until(job: ListenJob, is_done: Callable[[ListenResult], bool]) -> ListenResult:
    """Listen until batches say enough, or the test's patience is over."""

    async def run() -> ListenResult:
        stop = asyncio.Event()

        def look(result: ListenResult) -> None:
            if is_done(result):
                stop.set()

        async with asyncio.timeout(PATIENCE_SECONDS):
            return await listen(job, stop=stop, on_batch=look)

    return asyncio.run(run())


def listen_until_landed(job: ListenJob, folder: Path, wanted: Counter[tuple[str, ...]]) -> None:
    """Listen until all that is wanted has landed.

    What a killed listener had committed is put in place when the next begins: no batch of its own says so.
    """

    async def run() -> None:
        stop = asyncio.Event()
        listener = asyncio.create_task(listen(job, stop=stop))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not listener.done() and wanted - told(landed(folder)):
                await asyncio.sleep(0.1)
            stop.set()
            await listener

    asyncio.run(run())


def said(counts: Counter[tuple[str, ...]]) -> Callable[[ListenResult], bool]:
    posts, gone = (sum(n for key, n in counts.items() if key[0] == kind) for kind in ("post", "gone"))
    return lambda result: result.post_count >= posts and result.deletion_count >= gone


def test_broken_connections_repetitions_and_garbage_lose_and_double_nothing(
    server: FakeJetstream, tmp_path: Path
) -> None:
    events = happenings(1, 400)
    server.add(events)
    server.drop_after = [37, 90, 0, 0, 120, 200, 3, 390]
    server.garbage = [b"", b"not json", b'{"did":"did:a:b","time_us":1', b"\xff\x00\xff", b'{"account":[]}']
    wanted = expected(events, tmp_path)
    result = listen_until(
        job_for(
            server.url,
            tmp_path,
        ),
        said(wanted),
    )
    records = landed(tmp_path)
    assert told(records) == wanted
    counted = sum(record.read_count for record in records if isinstance(record, Health))
    assert counted == sum(isinstance(record, Post) for record in records)
    assert result.connection_count >= 9
    incidents = [record for record in records if isinstance(record, Incident)]
    assert {incident.cause for incident in incidents} <= {"truncated", "http_error", "refused"}
    assert not any("no longer holds" in incident.detail for incident in incidents)
    assert any("could not be read: an event without did" in incident.detail for incident in incidents)


def test_a_thread_that_names_us_late_may_bring_more_of_itself_and_nothing_else(
    server: FakeJetstream, tmp_path: Path
) -> None:
    """What is sent again of a thread that is kept by now is kept too: still once, and only of such threads."""
    events = happenings(11, 300, late=True)
    server.add(events)
    server.drop_after = [60, 120, 240]
    wanted = expected(events, tmp_path)
    listen_until(job_for(server.url, tmp_path), said(wanted))
    found = told(landed(tmp_path))
    assert not wanted - found
    assert set(found.values()) == {1}
    threads = {key[4] for key in wanted if key[0] == "post"}
    more = found - wanted
    assert {key[4] for key in more if key[0] == "post"} <= threads
    assert {key[1] for key in more if key[0] == "gone"} <= {key[1] for key in found if key[0] == "post"}


def test_every_connection_asks_to_go_on_a_little_before_where_it_was(server: FakeJetstream, tmp_path: Path) -> None:
    events = happenings(2, 60)
    server.add(events)
    wanted = expected(events, tmp_path)
    listen_until(job_for(server.url, tmp_path, contact="mail@x.test"), said(wanted))
    server.add(later := happenings(3, 20))
    listen_until(job_for(server.url, tmp_path), said(expected(later, tmp_path / "later")))
    assert "cursor" not in server.asked[0]
    assert int(server.asked[-1]["cursor"][0]) == events[-1]["time_us"] - 5_000_000
    assert server.asked[0]["wantedCollections"] == ["app.bsky.feed.post", "app.bsky.actor.profile"]
    assert server.headers[0]["User-Agent"].startswith("Ryktesvakt/")
    assert "mail@x.test" in server.headers[0]["User-Agent"]


def test_what_the_server_has_forgotten_is_an_incident_with_its_span(server: FakeJetstream, tmp_path: Path) -> None:
    server.add([commit(START, DID, "3a", post("Open Infra"))])
    listen_until(job_for(server.url, tmp_path), lambda result: result.post_count > 0)
    lost, after = START + 3_600_000_000, START + 7_200_000_000
    server.add([commit(lost, DID, "3b", post("Open Infra")), commit(after, DID, "3c", post("Open Infra"))])
    server.floor = after
    listen_until(job_for(server.url, tmp_path), lambda result: result.post_count > 0)
    records = landed(tmp_path)
    (incident,) = [record for record in records if isinstance(record, Incident)]
    begin, end = (f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d %H:%M:%S}" for at in (START, after))
    assert incident.cause == "truncated"
    assert f"no longer holds {begin} to {end} UTC (2.0 h)" in incident.detail
    assert [visit.is_complete for visit in records if isinstance(visit, Visit)][-1] is False
    assert [record.post_id[-2:] for record in records if isinstance(record, Post)] == ["3a", "3c"]


def test_visits_follow_one_another_without_a_hole(server: FakeJetstream, tmp_path: Path) -> None:
    server.pause_seconds = 0.05
    server.drop_after = [100]
    events = happenings(4, 300)
    server.add(events)
    wanted = expected(events, tmp_path)
    listen_until(job_for(server.url, tmp_path), said(wanted))
    visits = [record for record in landed(tmp_path) if isinstance(record, Visit) and record.is_complete]
    assert len(visits) > 2
    assert all(before.finished_at == after.started_at for before, after in pairwise(visits))
    assert visits[0].started_at == datetime.fromtimestamp(events[0]["time_us"] / 1e6, UTC)
    assert sum(visit.post_count for visit in visits) == sum(n for key, n in wanted.items() if key[0] == "post")


def test_a_server_that_is_away_is_an_incident_and_no_visit_that_shows_hours(tmp_path: Path) -> None:
    result = asyncio.run(listen(job_for("http://127.0.0.1:9", tmp_path, seconds=0.3)))
    (incident, visit) = landed(tmp_path)
    assert isinstance(incident, Incident)
    assert isinstance(visit, Visit)
    assert (incident.cause, visit.is_complete, result.connection_count) == ("refused", False, 0)


def test_the_crawler_is_told_of_threads_that_were_heard_from_the_middle(server: FakeJetstream, tmp_path: Path) -> None:
    root = f"at://{DID}/app.bsky.feed.post/3root"
    server.add([commit(START, DID, "3a", post("Open Infra?", **reply(root, root)))])
    listen_until(job_for(server.url, tmp_path), lambda result: result.post_count > 0)
    with Frontier(tmp_path / "frontier.sqlite", "bluesky") as frontier:
        assert frontier.due(datetime.now(UTC), limit=9) == [root]
        known = frontier.thread(root)
    assert known
    assert known.url.startswith(
        f"{server.url}/xrpc/app.bsky.feed.getPostThread?uri=at%3A%2F%2F{DID.replace(':', '%3A')}"
    )


def test_two_listeners_to_one_stream_are_one_too_many(tmp_path: Path) -> None:
    with hold(tmp_path, "firehose"), pytest.raises(CrawlerError, match="another process is listening"):
        asyncio.run(listen(job_for("http://127.0.0.1:9", tmp_path, seconds=0.1)))


def test_a_batch_that_cannot_be_written_ends_the_listener_and_is_heard_again(
    server: FakeJetstream, tmp_path: Path
) -> None:
    events = happenings(5, 100)
    server.add(events)
    wanted = expected(events, tmp_path)
    folder = tmp_path / "listening" / "firehose"
    folder.parent.mkdir()
    folder.write_text("a file where a folder should be")
    with pytest.raises(CrawlerError):
        listen_until(job_for(server.url, tmp_path), lambda _result: False)
    assert landed(tmp_path) == []
    folder.unlink()
    listen_until(job_for(server.url, tmp_path), said(wanted))
    assert told(landed(tmp_path)) == wanted


@pytest.mark.slow
def test_killed_at_any_moment_everything_lands_once(server: FakeJetstream, tmp_path: Path) -> None:
    """Twelve listeners are killed, one after another, while events arrive; the landing files hold each post once."""
    chance, events = random.Random(7), happenings(7, 1200)
    wanted = expected(events, tmp_path)
    server.pause_seconds = 0.01
    command = [sys.executable, "-m", "tests.crawlers.listener_child", server.url, str(tmp_path)]
    kill_count, sent = 0, 0
    while kill_count < 12:
        server.add(events[sent : sent + 100])
        sent += 100
        child = subprocess.Popen(command)
        before = len(landing_files(tmp_path, "bluesky"))
        _wait_for(lambda before=before: len(landing_files(tmp_path, "bluesky")) > before, child)
        time.sleep(chance.uniform(0, 0.15))
        child.kill()
        child.wait()
        kill_count += 1
        assert not told(landed(tmp_path)) - wanted
    assert sent == len(events)
    listen_until_landed(job_for(server.url, tmp_path), tmp_path, wanted)
    assert told(landed(tmp_path)) == wanted
    assert list((tmp_path / "listening" / "firehose").iterdir()) == []


def _wait_for(is_true: Callable[[], bool], child: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert child.poll() is None, "the listener has ended by itself"
        assert time.monotonic() < ends
        time.sleep(0.01)
