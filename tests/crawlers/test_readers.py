"""Threads read by other processes: the same files as without them, one clear error when one dies, none left behind."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from pickle import dumps, loads
from zoneinfo import ZoneInfo

import pytest

from crawlers.errors import BudgetSpentError, FetchError, LeftAloneError
from crawlers.landing import landing_files
from crawlers.model import Page, Site, ThreadRef
from crawlers.reader import LENGTH_BYTES, Answer, Begin, Learn, Leave, Said, _Reader
from crawlers.spiders.task import Rules, ThreadTask, Wanted
from tests.crawlers.conftest import SECRET
from tests.crawlers.test_worker import ROOT, fails, is_running, landed
from tests.crawlers.tiny_forum import Reply, TinyForum


@contextmanager
def helped(forum: TinyForum, folder: Path, count: int) -> Iterator[tuple[subprocess.Popen, list[int]]]:
    """Start a crawl, which waits for a line before its first page; with the ids of its readers."""
    command = [sys.executable, "-m", "tests.crawlers.helped_child", forum.url, str(folder), str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child, json.loads(child.stdout.readline())
        finally:
            child.kill()


def crawled(forum: TinyForum, folder: Path, count: int) -> dict:
    with helped(forum, folder, count) as (child, pids):
        assert len(pids) == count
        return json.loads(child.communicate("go\n")[0])


@pytest.fixture
def long_forum(forum: TinyForum) -> TinyForum:
    for n in range(12):
        about = "Open Infra" if n % 3 else "Annat"
        forum.thread(f"t{n}", f"{about}, ring Kalle Svensson", *(f"svar {i}" for i in range(n % 5 * 2)))
    odd = {"posts": [{"id": "t10-1", "text": "Open Infra"}], "unreadable": ["unreadable_date"]}
    forum.replies["/t/t10"] = Reply({"thread": "t10", "title": "Fiber", "page": 1, **odd})
    forum.replies["/t/t7"] = Reply(b"<html>nothing</html>")
    return forum


def test_with_help_the_files_are_the_same_to_the_byte(long_forum: TinyForum, tmp_path: Path) -> None:
    alone, with_help = (crawled(long_forum, tmp_path / str(count), count) for count in (0, 3))
    assert alone == with_help
    assert (alone["error"], alone["causes"]) == (None, ["site_changed"])
    assert (alone["post_count"], alone["set_aside_count"]) == (29, 1)
    first, second = (gzip.decompress(landing_files(tmp_path / str(count))[0].read_bytes()) for count in (0, 3))
    assert first == second
    assert b"alle" not in first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be told who gives way")
def test_readers_give_way_to_the_process_that_fetches(long_forum: TinyForum, tmp_path: Path) -> None:
    with helped(long_forum, tmp_path, 2) as (child, pids):
        assert [os.sched_getscheduler(pid) for pid in pids] == [os.SCHED_BATCH, os.SCHED_BATCH]
        assert os.sched_getscheduler(child.pid) == os.sched_getscheduler(0)


def test_a_reader_that_dies_is_one_error_and_nothing_is_lost(long_forum: TinyForum, tmp_path: Path) -> None:
    answer = long_forum.reply("/t/t8", {})
    with helped(long_forum, tmp_path, 2) as (child, pids):

        def die(headers: dict) -> Reply:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            return answer

        long_forum.replies["/t/t8"] = die
        result = json.loads(child.communicate("go\n")[0])
    assert "SIGKILL" in result["error"] and "run it again" in result["error"]
    assert landing_files(tmp_path) == [] == list(tmp_path.rglob("*.tmp"))
    long_forum.replies["/t/t8"] = answer
    assert crawled(long_forum, tmp_path, 2)["error"] is None
    assert len(landed(tmp_path)) == 29


def test_readers_die_with_their_crawl(long_forum: TinyForum, tmp_path: Path) -> None:
    with helped(long_forum, tmp_path, 2) as (child, pids):
        child.send_signal(signal.SIGKILL)
        child.wait()
        for _ in range(200):
            if not any(map(is_running, pids)):
                return
            time.sleep(0.1)
    pytest.fail("a reader outlived its crawl")


@pytest.mark.parametrize(
    "error",
    [
        FetchError("https://f.se", "timeout", "late", status=408, ends_crawl=True),
        BudgetSpentError("no more today"),
        LeftAloneError("f.se", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_what_cuts_a_reading_goes_between_processes(error: Exception) -> None:
    again = loads(dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_a_fault_of_our_own_is_told_of_its_thread_alone_and_one_that_is_left_says_no_more(forum: TinyForum) -> None:
    forum.thread("a", "ett")
    forum.thread("b", "två")
    out = BytesIO()
    reader = _Reader(out)
    site = Site(name="tiny", engine="tests.crawlers.tiny_engine", url=forum.url, timezone=ZoneInfo("UTC"))
    rules = Rules(
        site=site,
        engine=site.engine,
        secret=SECRET,
        is_mention=fails,
        redact=None,
        is_erased=None,
        keep_all=False,
        sweep_days=14.0,
        is_landing=True,
        now=None,
        goes_on_at_last_page=True,
        shows_whole_threads=True,
        may_be_empty=False,
    )
    reader.take(Learn(7, rules))
    for number, name in enumerate("ab"):
        ref = ThreadRef(thread_id=name, url=f"{forum.url}/t/{name}")
        reader.take(Begin(number, 7, ThreadTask(ref=ref, known=None, old={})))
    reader.take(Leave(1))
    for number, name in enumerate("ab"):
        page = Page(url=f"{forum.url}/t/{name}", body=forum.reply(f"/t/{name}", {}).body, fetched_at=datetime.now(UTC))
        reader.take(Answer(number, page))
    *before, last = said(out.getvalue())
    assert before == [Said(0, Wanted(f"{forum.url}/t/a")), Said(1, Wanted(f"{forum.url}/t/b"))]
    # Where and of what kind, and nothing of what its message says, which may be a page's words.
    assert last.thread == 0
    assert re.fullmatch(r"a fault of the program \(RuntimeError in crawlers/\w+\.py:\d+\); report it", last.what)


def said(sent: bytes) -> Iterator[Said]:
    while sent:
        end = LENGTH_BYTES + int.from_bytes(sent[:LENGTH_BYTES])
        yield loads(sent[LENGTH_BYTES:end])
        sent = sent[end:]
