"""Killed at twenty random moments while a real forum changes under it, a crawl still ends with what the forum holds."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawlers.crawl_job import CrawlJob, CrawlResult
from crawlers.errors import CrawlerError
from crawlers.landing import landing_files, read_landing
from crawlers.model import Site
from crawlers.worker import CrawlerWorker
from tests.live import machine
from tests.live.conftest import mentions_open_infra
from tests.live.spirit import server as spirit
from warehouse.records import Deletion, Post, Record

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("live")]

KILLS = 20
SEED = {"seed": 20231121, "posts": 2000, "threads": 60, "other_threads": 5, "pause_seconds": 0.15}


@dataclass
class Restless:
    """The forum's other inhabitants."""

    folder: Path
    process: subprocess.Popen[bytes]

    def wait_for(self, name: str) -> None:
        for _ in range(1200):
            is_over = self.process.poll() is not None
            if (self.folder / name).exists():
                return
            if is_over:
                break
            time.sleep(0.05)
        pytest.fail((self.folder / "restless.log").read_text(errors="replace")[-3000:])

    def stop(self) -> dict:
        """Let nothing more happen; return what the forum's database then shows."""
        (self.folder / "stop").touch()
        self.wait_for("ready.final")
        return json.loads((self.folder / "ready.final").read_text(encoding="utf-8"))


@contextmanager
def restless(site: Path, folder: Path) -> Iterator[Restless]:
    names = {"SEED": "seed.json", "READY": "ready", "STOP": "stop"}
    (folder / "seed.json").write_text(json.dumps(SEED), encoding="utf-8")
    script = folder / "restless.py"
    script.write_text((spirit.HERE / "restless.py").read_text(encoding="utf-8"), encoding="utf-8")
    variables = {**os.environ, **{key: str(folder / name) for key, name in names.items()}}
    command = [str(spirit.environment()), "manage.py", "shell"]
    with (
        script.open() as text,
        machine.running(command, log=folder / "restless.log", cwd=site, env=variables, stdin=text) as process,
    ):
        forum = Restless(folder, process)
        forum.wait_for("ready")
        yield forum


def crawl(worker: CrawlerWorker, job: CrawlJob) -> CrawlResult:
    (result,) = worker.crawl([job], timeout_seconds=120)
    assert result.error is None, result.error
    return result


def page_count(data: Path) -> int:
    """Return how many pages the crawls have asked for so far."""
    file = data / "frontier.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as db, suppress(sqlite3.OperationalError):
        return db.execute("SELECT coalesce(sum(page_count), 0) FROM host").fetchone()[0]
    return 0


def crawl_until_killed(worker: CrawlerWorker, job: CrawlJob, *, pages: int, seconds: float) -> bool:
    """Crawl, and kill the crawler so long after so many pages; return whether that was before its end.

    Counted in pages, since a slow machine would otherwise be killed before it has read anything.
    """
    worker.crawl([])
    pid, data = worker.pid, job.data_dir
    assert pid
    assert data
    until, is_over = page_count(data) + pages, threading.Event()

    def kill() -> None:
        while page_count(data) < until:
            if is_over.wait(0.01):
                return
        if not is_over.wait(seconds):
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        crawl(worker, job)
    except CrawlerError:
        return True
    finally:
        is_over.set()
        killer.join()
    return False


def told(records: list[Record]) -> dict[str, Post]:
    """Return the posts as the records leave them, and see that no record says what was known already."""
    state: dict[str, Post] = {}
    for record in sorted((r for r in records if isinstance(r, Post | Deletion)), key=lambda r: r.seen_at):
        if isinstance(record, Deletion):
            assert state.pop(record.post_id, None), f"{record.post_id} was not there to be deleted"
        else:
            known = state.get(record.post_id)
            assert known is None or known.content_key != record.content_key, f"{record.post_id} was written twice"
            state[record.post_id] = record
    return state


def test_killed_at_twenty_random_moments_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    chance = random.Random(7)
    with spirit.spirit_running(tmp_path) as server, restless(server.site, tmp_path) as forum, CrawlerWorker() as worker:
        site = Site(name="spirit", engine="spirit", url=server.url, timezone=ZoneInfo("UTC"), delay_seconds=0.0)
        job = CrawlJob(
            site=site,
            run_id="",
            secret=b"a key for the live tests",
            is_mention=mentions_open_infra,
            data_dir=tmp_path / "data",
            pages_per_day=1_000_000,
            part_pages=10,
        )
        kills = runs = 0
        while kills < KILLS:
            runs += 1
            assert runs < 4 * KILLS
            # The first crawls have everything to read, later ones what happened meanwhile.
            pages = chance.randrange(1, 50 if kills < KILLS / 2 else 8)
            job = replace(job, run_id=f"{runs:03}")
            kills += crawl_until_killed(worker, job, pages=pages, seconds=chance.uniform(0, 0.2))
        expected = forum.stop()
        last = crawl(worker, replace(job, run_id="900"))
        later = datetime.now(UTC) + timedelta(days=30)
        swept = crawl(worker, replace(job, run_id="901", now=later))
    assert (last.incidents, swept.incidents, swept.is_complete) == ((), (), True)
    records = [record for path in landing_files(tmp_path / "data") for record in read_landing(path)]
    found = {post_id: {"text": post.text, "thread_id": post.thread_id} for post_id, post in told(records).items()}
    assert expected["happened"] > 100
    assert found == expected["posts"]
    assert not list((tmp_path / "data" / "landing").rglob("*.tmp"))
