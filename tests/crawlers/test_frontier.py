"""The frontier: changes come in whole or not at all, and time decides what is due."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.errors import CrawlerError
from crawlers.frontier import Changes, Frontier, KnownListing, KnownPost, KnownThread, checked, may_have_changed
from crawlers.model import ThreadRef

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
        frontier.count_page("a.se", NOW)
        other.count_page("a.se", NOW)
        assert (frontier.pages_today("a.se", NOW), frontier.pages_today("b.se", NOW)) == (2, 0)
        assert frontier.pages_today("a.se", NOW + timedelta(days=1)) == 0
        frontier.leave_alone("a.se", NOW)
        assert other.not_before("a.se") == NOW


def test_a_file_that_is_no_frontier_is_said(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(CrawlerError, match="remove the file"):
        Frontier(tmp_path / "f", "s")
