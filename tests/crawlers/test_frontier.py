"""The frontier: changes come in whole or not at all, and time decides what is due."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.errors import CrawlerError
from crawlers.frontier import (
    Changes,
    Frontier,
    KnownListing,
    KnownPost,
    KnownThread,
    checked,
    may_have_changed,
    next_sweep,
)
from crawlers.hosts import HostState, failed, recovered
from crawlers.model import ThreadRef
from crawlers.named import queries

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THREAD = KnownThread(
    thread_id="t",
    url="https://a.se/t",
    next_check_at=NOW,
    last_post_id="9",
    last_posted_at=NOW,
    listed_at=NOW,
    listed_count=4,
    last_page_url="https://a.se/t?p=2",
    etag='"x"',
    is_kept=True,
)


def test_what_is_applied_is_known_to_the_next_crawl(tmp_path: Path) -> None:
    post = KnownPost(content_key="k", is_on_last_page=True)
    listing = KnownListing(etag="e", resume_url="https://a.se/list?p=9")
    with Frontier(tmp_path / "f", "s") as frontier:
        frontier.apply(Changes({"t": THREAD}, {"t": {"1": post}}, {"https://a.se/list": listing}))
    with Frontier(tmp_path / "f", "s") as frontier, Frontier(tmp_path / "f", "other") as other:
        assert frontier.thread("t") == THREAD
        assert frontier.posts("t") == {"1": post}
        assert frontier.listing("https://a.se/list") == listing
        assert (other.thread("t"), other.posts("t"), other.listing("https://a.se/list")) == (None, {}, KnownListing())


def test_changes_come_in_whole_or_not_at_all(tmp_path: Path) -> None:
    with Frontier(tmp_path / "f", "s") as frontier:
        bad = KnownPost(content_key=None)  # type: ignore[arg-type]
        with pytest.raises(sqlite3.IntegrityError):
            frontier.apply(Changes({"t": THREAD}, {"t": {"1": bad}}))
        assert frontier.thread("t") is None


def test_what_is_due(tmp_path: Path) -> None:
    def thread(name: str, hours: float, **more: bool) -> KnownThread:
        return KnownThread(thread_id=name, url="u", next_check_at=NOW + timedelta(hours=hours), **more)

    threads = [
        thread("later", 1, is_kept=True),
        thread("old", -5, is_kept=True),
        thread("new", -1, is_kept=True),
        thread("cut", 0, is_pending=True),
        thread("other", -9),
    ]
    with Frontier(tmp_path / "f", "s") as frontier:
        frontier.apply(Changes({one.thread_id: one for one in threads}))
        assert frontier.due(NOW, limit=9) == ["cut", "old", "new"]
        assert frontier.due(NOW, limit=2) == ["cut", "old"]


REFS = [
    (4, NOW, False),
    (5, NOW, True),
    (3, NOW, True),
    (4, NOW + timedelta(minutes=1), True),
    (None, None, False),
]


@pytest.mark.parametrize(("count", "last", "expected"), REFS)
def test_a_listing_tells_what_changed(count: int | None, last: datetime | None, expected: bool) -> None:
    ref = ThreadRef(thread_id="t", url="u", post_count=count, last_posted_at=last)
    before = KnownThread(thread_id="t", url="u", next_check_at=NOW + timedelta(hours=1), listed_at=NOW, listed_count=4)
    assert may_have_changed(ref, before, now=NOW) is expected


def test_checks_grow_rare_and_come_back_with_activity() -> None:
    thread, hours = THREAD, []
    for _ in range(10):
        thread = checked(thread, now=NOW, is_active=False)
        hours.append(thread.check_hours)
    assert hours == [2, 4, 8, 16, 32, 64, 128, 168, 168, 168]
    assert checked(thread, now=NOW, is_active=True).next_check_at == NOW + timedelta(hours=1)


def test_pages_are_counted_by_day_and_host(tmp_path: Path) -> None:
    with Frontier(tmp_path / "f", "s") as frontier, Frontier(tmp_path / "f", "other") as other:
        frontier.hosts.count_page("a.se", NOW)
        other.hosts.count_page("a.se", NOW)
        assert (pages(frontier, "a.se", NOW), pages(frontier, "b.se", NOW)) == (2, 0)
        assert pages(frontier, "a.se", NOW + timedelta(days=1)) == 0
        frontier.hosts.save("a.se", HostState(not_before=NOW, slow_seconds=30.0))
        state = other.hosts.state("a.se", NOW)
        assert (state.not_before, state.slow_seconds, state.page_count) == (NOW, 30.0, 2)


def pages(frontier: Frontier, host: str, now: datetime) -> int:
    return frontier.hosts.state(host, now).page_count


def test_failures_in_a_row_open_ever_longer_breaks_and_a_success_ends_them() -> None:
    state, now, hours = HostState(), NOW, []
    for _ in range(2):
        state = failed(state, now=now, is_final=False)
        assert state.not_before is None
    for _ in range(7):
        state = failed(state, now=now, is_final=False)
        assert state.not_before
        hours.append((state.not_before - now) / timedelta(hours=1))
        now = state.not_before
    assert hours == [1, 2, 4, 8, 16, 24, 24]
    state = recovered(state, delay_seconds=2.0)
    assert (state.failure_count, state.break_count) == (0, 0)
    assert failed(HostState(), now=NOW, is_final=True).not_before == NOW + timedelta(hours=1)


def test_a_delay_that_a_host_asked_for_shrinks_back() -> None:
    state, delays = HostState(slow_seconds=30.0), []
    while state.slow_seconds:
        state = recovered(state, delay_seconds=2.0)
        delays.append(round(state.slow_seconds, 1))
    assert delays[:3] == [24.0, 19.2, 15.4]
    assert len(delays) == 13


def test_sweeps_spread_over_the_latter_half_of_their_days() -> None:
    at = [(next_sweep(str(n), now=NOW, days=10) - NOW) / timedelta(days=1) for n in range(1000)]
    assert 5 <= min(at) < 5.1 < 9.9 < max(at) <= 10
    assert 400 < sum(day < 7.5 for day in at) < 600


def test_what_is_due_for_a_sweep(tmp_path: Path) -> None:
    def thread(name: str, hours: float, **more: bool) -> KnownThread:
        at = NOW + timedelta(hours=hours)
        return KnownThread(thread_id=name, url="u", next_check_at=NOW, next_sweep_at=at, **more)

    threads = [thread("later", 1, is_kept=True), thread("b", -1, is_kept=True), thread("a", -2, is_kept=True)]
    threads += [thread("other", -3), replace(THREAD, thread_id="never")]
    with Frontier(tmp_path / "f", "s") as frontier:
        frontier.apply(Changes({one.thread_id: one for one in threads}))
        assert frontier.due_for_sweep(NOW, limit=9) == ["a", "b"]
        assert frontier.due_for_sweep(NOW, limit=1) == ["a"]


@pytest.mark.parametrize("name", ["due", "due_for_sweep", "thread", "known_posts"])
def test_no_question_is_answered_by_looking_at_every_thread(tmp_path: Path, name: str) -> None:
    values = {"source": "s", "now": "", "limit": 9, "thread_id": "t"}
    with Frontier(tmp_path / "f", "s"), closing(sqlite3.connect(tmp_path / "f")) as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {queries()[name]}", values)]
    looks = [step for step in plan if "thread" in step or "known_post" in step]
    assert looks
    assert all(step.startswith("SEARCH") for step in looks), plan
    # What is sorted afterwards is as little as the limit lets through.
    assert sum("TEMP B-TREE" in step for step in plan) == (name == "due")


FIRST_SCHEMA = """
CREATE TABLE thread (source TEXT NOT NULL, thread_id TEXT NOT NULL, url TEXT NOT NULL, last_post_id TEXT,
    last_posted_at TEXT, listed_at TEXT, listed_count INTEGER, last_page_url TEXT, etag TEXT, last_modified TEXT,
    is_kept INTEGER NOT NULL, is_pending INTEGER NOT NULL, next_check_at TEXT NOT NULL, check_hours REAL NOT NULL,
    PRIMARY KEY (source, thread_id)) WITHOUT ROWID;
CREATE INDEX thread_due ON thread (source, next_check_at) WHERE is_kept OR is_pending;
CREATE TABLE host (host TEXT PRIMARY KEY, day TEXT NOT NULL, page_count INTEGER NOT NULL, not_before TEXT)
    WITHOUT ROWID;
INSERT INTO thread VALUES ('s', 't', 'u', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 0, '2026-11-22', 1);
INSERT INTO host VALUES ('a.se', '2026-11-22', 7, NULL);
"""


def test_a_frontier_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "f")) as old:
        old.executescript(FIRST_SCHEMA)
    for _ in range(2):
        with Frontier(tmp_path / "f", "s") as frontier:
            assert frontier.due_for_sweep(NOW, limit=9) == ["t"]
            assert pages(frontier, "a.se", NOW) == 7


def test_a_file_that_is_no_frontier_is_said(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(CrawlerError, match="remove the file"):
        Frontier(tmp_path / "f", "s")
