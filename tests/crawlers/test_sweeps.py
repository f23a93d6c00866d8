"""What no listing tells: edits and deletions on early pages, found by reading kept threads whole now and then."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.crawlers.conftest import Crawl
from tests.crawlers.test_spiders import causes, deletions, posts
from tests.crawlers.tiny_forum import Reply, TinyForum

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def long_thread(forum: TinyForum, name: str, count: int = 8) -> None:
    forum.thread(name, "Open Infra", *(f"inlägg {n}" for n in range(2, count + 1)))


def edit(forum: TinyForum, name: str, index: int, text: str) -> None:
    forum.threads[name]["posts"][index]["text"] = text


def test_an_edit_on_an_early_page_is_found_within_the_days_of_a_sweep(forum: TinyForum, crawl: Crawl) -> None:
    long_thread(forum, "a")
    crawl(now=NOW, sweep_days=10)
    edit(forum, "a", 1, "ändrat")
    for hours in (1, 25, 72):
        assert posts(crawl(now=NOW + timedelta(hours=hours), sweep_days=10)[1]) == []
    _, records = crawl(now=NOW + timedelta(days=10), sweep_days=10)
    assert posts(records) == ["a-2"]
    forum.fetched()
    crawl(now=NOW + timedelta(days=10, hours=1), sweep_days=10)
    assert "/t/a" not in forum.fetched()


def test_deletions_on_every_page_are_found(forum: TinyForum, crawl: Crawl) -> None:
    long_thread(forum, "a")
    crawl(now=NOW)
    forum.threads["a"]["count"] = 8
    for index in (6, 1):
        del forum.threads["a"]["posts"][index]
    _, records = crawl(now=NOW + timedelta(days=20))
    assert (deletions(records), posts(records)) == (["a-2", "a-7"], [])


def test_a_busy_thread_is_swept_too_and_nothing_of_it_is_written_twice(forum: TinyForum, crawl: Crawl) -> None:
    long_thread(forum, "a")
    crawl(now=NOW)
    edit(forum, "a", 0, "Open Infra, ändrat")
    forum.threads["a"]["posts"].append({"id": "a-9", "text": "nytt"})
    assert posts(crawl(now=NOW + timedelta(days=20))[1]) == ["a-9", "a-1"]


def test_sweeps_leave_half_of_the_day_s_pages_to_the_news(forum: TinyForum, crawl: Crawl) -> None:
    for name in "abcdef":
        long_thread(forum, name)
    crawl(now=NOW)
    forum.fetched()
    result, _ = crawl(now=NOW + timedelta(days=40), pages_per_day=22)
    assert 11 <= len(forum.fetched()) <= 14
    assert result.is_complete


def test_a_post_that_moves_to_a_page_behind_us_while_we_read_is_not_deleted(forum: TinyForum, crawl: Crawl) -> None:
    long_thread(forum, "a")
    crawl(now=NOW)
    second = forum.reply("/t/a?p=2", {})
    calls = []

    def shifted(headers: dict) -> Reply:
        # The first post is removed when we have seen its page: a-4 is now on the page before this one.
        if not calls:
            calls.append(forum.threads["a"]["posts"].pop(0))
        return TinyForum._thread(forum, "a", 2)

    forum.replies["/t/a?p=2"] = shifted
    forum.threads["a"]["title"] = "Open Infra"
    assert second.status == 200
    _, records = crawl(now=NOW + timedelta(days=20))
    assert "a-4" not in deletions(records)
    _, records = crawl(now=NOW + timedelta(days=40))
    assert deletions(records) == ["a-1"]


def test_a_page_that_repeats_itself_is_an_incident_and_deletes_nothing(forum: TinyForum, crawl: Crawl) -> None:
    long_thread(forum, "a")
    crawl(now=NOW)
    first = forum.reply("/t/a", {})
    forum.replies["/t/a?p=2"] = forum.replies["/t/a?p=3"] = first
    result, records = crawl(now=NOW + timedelta(days=20))
    assert deletions(records) == []
    assert (set(causes(records)), result.is_complete) == ({"site_changed"}, False)


def test_a_place_that_shows_its_newest_posts_first_is_an_incident(forum: TinyForum, crawl: Crawl) -> None:
    def page(numbers: range, **more: object) -> Reply:
        found = [{"id": str(n), "text": "Open Infra", "at": f"2026-11-{n:02}T12:00:00+00:00"} for n in numbers]
        return Reply({"thread": "a", "title": "x", "posts": found, **more})

    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = page(range(9, 6, -1), next=f"{forum.url}/t/a?p=2")
    forum.replies["/t/a?p=2"] = page(range(6, 3, -1), page=2)
    result, records = crawl()
    assert (causes(records), result.is_complete) == (["site_changed"], False)
    assert "newest first" in result.incidents[0].detail
    assert posts(records) == ["9", "8", "7"]


@pytest.mark.parametrize("leads_to", ["/list", "/list?p=2"])
def test_a_listing_that_leads_back_is_an_incident(forum: TinyForum, crawl: Crawl, leads_to: str) -> None:
    for name in "abcd":
        forum.thread(name, "Open Infra")
    threads = [{"id": name, "url": f"{forum.url}/t/{name}"} for name in "d"]
    forum.replies["/list?p=2"] = Reply({"threads": threads, "next": forum.url + leads_to})
    result, records = crawl()
    assert sorted(posts(records)) == ["a-1", "b-1", "c-1", "d-1"]
    assert (causes(records), result.is_complete) == (["site_changed"], False)


def test_an_endless_listing_of_the_same_threads_ends(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    threads = [{"id": "a", "url": f"{forum.url}/t/a"}]
    for n in range(1, 40):
        path = "/list" if n == 1 else f"/list?p={n}"
        forum.replies[path] = Reply({"threads": threads, "next": f"{forum.url}/list?p={n + 1}"})
    forum.replies["/t/a"] = Reply(status=500)
    crawl(now=NOW, pages_per_day=5)
    forum.fetched()
    crawl(now=NOW + timedelta(days=1))
    assert len(forum.fetched()) < 12


def test_a_long_crawl_that_is_cut_has_put_its_parts_in_place(forum: TinyForum, crawl: Crawl, job) -> None:
    for name in "abcdefgh":
        long_thread(forum, name)
    result, records = crawl(part_pages=5)
    assert result.landing_path
    parts = sorted(path.name for path in result.landing_path.parent.glob("*.part-*"))
    assert parts[:2] == ["r1.part-0001.jsonl.gz", "r1.part-0002.jsonl.gz"]
    assert (result.post_count, len(posts(records)) < 64) == (64, True)
    assert posts(crawl()[1]) == []
