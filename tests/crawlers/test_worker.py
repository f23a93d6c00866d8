"""The crawler's own process: it dies alone, is started again, and nothing is lost."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.crawl_job import CrawlJob
from crawlers.errors import CrawlerError
from crawlers.landing import landing_files, read_landing
from crawlers.worker import CrawlerWorker
from tests.crawlers.test_spiders import posts
from tests.crawlers.tiny_forum import Reply, TinyForum

ROOT = Path(__file__).parents[2]


def landed(data: Path) -> set[str]:
    return {post_id for path in landing_files(data) for post_id in posts(read_landing(path))}


@pytest.mark.parametrize("path", ["/list", "/t/b", "/t/d?p=2"])
def test_killed_anywhere_and_run_again_loses_nothing(forum: TinyForum, job: CrawlJob, path: str) -> None:
    for name in "abcd":
        forum.thread(name, "Open Infra", "2", "3", "4")
    pids: list[int] = []
    answer = forum.reply(path, {})

    def die(headers: dict) -> Reply:
        if pids:
            os.kill(pids.pop(), signal.SIGKILL)
        return answer

    forum.replies[path] = die
    with CrawlerWorker() as worker:
        worker.crawl([])
        pids.append(worker.pid or 0)
        with pytest.raises(CrawlerError, match="SIGKILL"):
            worker.crawl([job], timeout_seconds=60)
        assert landing_files(job.data_dir) == []
        (result,) = worker.crawl([job], timeout_seconds=60)
    assert (result.error, result.post_count, result.is_complete) == (None, 16, True)
    assert landed(job.data_dir) == {f"{name}-{n}" for name in "abcd" for n in (1, 2, 3, 4)}


def test_killed_between_landing_and_frontier_writes_again(forum: TinyForum, crawl, job: CrawlJob) -> None:
    forum.thread("a", "Open Infra", "2")
    crawl()
    for path in job.data_dir.glob("frontier.sqlite*"):
        path.unlink()
    _, records = crawl()
    assert posts(records) == ["a-1", "a-2"]


def test_the_same_run_twice_keeps_both_files(forum: TinyForum, crawl, job: CrawlJob) -> None:
    forum.thread("a", "Open Infra")
    crawl(run_id="same")
    forum.thread("a", "Open Infra", "2")
    crawl(run_id="same")
    assert [path.name for path in landing_files(job.data_dir)] == ["same.2.jsonl.gz", "same.jsonl.gz"]
    assert landed(job.data_dir) == {"a-1", "a-2"}


def test_a_crawl_that_takes_too_long_is_stopped(forum: TinyForum, job: CrawlJob) -> None:
    release = threading.Event()
    forum.replies["/list"] = lambda headers: Reply(b"x" * release.wait(30))
    with CrawlerWorker() as worker:
        with pytest.raises(CrawlerError, match="longer than"):
            worker.crawl([job], timeout_seconds=3)
        release.set()
        forum.replies.clear()
        forum.thread("a", "Open Infra")
        assert worker.crawl([job], timeout_seconds=60)[0].post_count == 1


def test_a_fault_of_our_own_stops_one_source_only(forum: TinyForum, worker: CrawlerWorker, job: CrawlJob) -> None:
    forum.thread("a", "Open Infra")
    bad = replace(job, secret=b"short", site=replace(job.site, name="bad"))
    worse = replace(job, is_mention=fails, site=replace(job.site, name="worse"))
    results = worker.crawl([bad, worse, job], timeout_seconds=60)
    assert [result.error is None for result in results] == [False, False, True]
    assert "16" in (results[0].error or "")
    assert "RuntimeError" in (results[1].error or "") and "no good" not in (results[1].error or "")
    assert len(landing_files(job.data_dir)) == 1
    assert list((job.data_dir / "landing").rglob("*.tmp")) == []


def fails(text: str) -> bool:
    raise RuntimeError("no good")


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal
            from crawlers.worker import CrawlerWorker

            if __name__ == "__main__":
                worker = CrawlerWorker()
                worker.crawl([])
                print(worker.pid, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            """
        )
    )
    done = subprocess.run(
        [sys.executable, script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
    )
    child = int(done.stdout)
    assert done.returncode == -signal.SIGKILL
    for _ in range(200):
        if not is_running(child):
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the crawler outlived its parent")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
