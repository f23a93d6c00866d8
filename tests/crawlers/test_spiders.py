"""The way of a crawl: what is fetched, what is written, what is known afterwards."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crawlers.conftest import Crawl
from tests.crawlers.tiny_forum import Reply, TinyForum
from warehouse.records import Deletion, Incident, Post, Record, SetAside, Visit

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def posts(records: list[Record]) -> list[str]:
    return [record.post_id for record in records if isinstance(record, Post)]


def deletions(records: list[Record]) -> list[str]:
    return [record.post_id for record in records if isinstance(record, Deletion)]


def causes(records: list[Record]) -> list[str]:
    return [record.cause for record in records if isinstance(record, Incident)]


def test_a_thread_with_a_mention_is_kept_whole_and_no_other(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Hej", "De grävde av kabeln", "Vilka?", "Open Infra", "Aha")
    forum.thread("b", "Något annat")
    forum.thread("c", "Vi ses", title="OpenInfra Summit")
    result, records = crawl()
    assert posts(records) == ["a-1", "a-2", "a-3", "a-4", "a-5"]
    assert (result.post_count, result.read_count) == (5, 7)
    assert result.is_complete
    assert isinstance(records[-1], Visit)
    assert forum.fetched() == ["/list", "/t/a", "/t/a?p=2", "/t/b", "/t/c"]


def test_a_mention_in_the_title_keeps_the_thread(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Någon som vet?", title="Brev från Open Infra")
    assert posts(crawl()[1]) == ["a-1"]


def test_nothing_new_costs_one_page(forum: TinyForum, crawl: Crawl) -> None:
    for name in "abcdefgh":
        forum.thread(name, "Open Infra")
    assert len(posts(crawl()[1])) == 8
    assert len(forum.fetched()) == 3 + 8
    _, records = crawl()
    assert forum.fetched() == ["/list"]
    assert [type(record) for record in records] == [Visit]


def test_a_grown_thread_goes_on_at_its_last_page(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2", "3", "4")
    crawl()
    forum.fetched()
    forum.threads["a"]["posts"] += [{"id": f"a-{n}", "text": str(n)} for n in (5, 6, 7)]
    assert posts(crawl()[1]) == ["a-5", "a-6", "a-7"]
    assert forum.fetched() == ["/list", "/t/a?p=2", "/t/a?p=3"]


def test_a_later_mention_fetches_the_thread_from_its_beginning(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Fiber", "2", "3", "4")
    assert posts(crawl()[1]) == []
    forum.threads["a"]["posts"].append({"id": "a-5", "text": "Open Infra"})
    assert posts(crawl()[1]) == ["a-1", "a-2", "a-3", "a-4", "a-5"]


def test_an_edit_is_written_again_under_another_content_key(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2")
    (first,) = [r for r in crawl()[1] if isinstance(r, Post) and r.post_id == "a-2"]
    forum.threads["a"]["posts"][1]["text"] = "två"
    forum.threads["a"]["count"] = 99
    (again,) = [r for r in crawl()[1] if isinstance(r, Post)]
    assert (again.post_id, again.text) == ("a-2", "två")
    assert again.content_key != first.content_key


@pytest.mark.parametrize("gone", [0, 1, 4])
def test_a_deleted_post_is_told_and_its_neighbours_are_not(forum: TinyForum, crawl: Crawl, gone: int) -> None:
    forum.thread("a", "Open Infra är här", "2", "Open Infra", "4", "5")
    crawl()
    post = forum.threads["a"]["posts"].pop(gone)
    _, records = crawl()
    assert deletions(records) == [post["id"]]
    assert posts(records) == []
    _, records = crawl()
    assert deletions(records) == []


def test_a_quiet_thread_is_looked_at_again_at_growing_intervals(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    crawl(now=NOW)
    forum.fetched()
    hours = []
    for hour in range(1, 40):
        crawl(now=NOW + timedelta(hours=hour))
        if "/t/a" in forum.fetched():
            hours.append(hour)
    assert hours == [1, 3, 7, 15, 31]


def test_a_thread_that_disappears_takes_its_posts_along(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2")
    forum.thread("b", "Annat")
    crawl(now=NOW)
    del forum.threads["a"]
    _, records = crawl(now=NOW + timedelta(hours=2))
    assert deletions(records) == ["a-1", "a-2"]
    assert causes(records) == []


def test_a_listed_thread_that_answers_404_is_an_incident_and_no_deletion(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2")
    crawl()
    forum.thread("a", "Open Infra", "2", "3")
    forum.replies["/t/a"] = Reply(status=404)
    result, records = crawl()
    assert (causes(records), deletions(records)) == (["http_error"], [])
    assert result.is_complete


def test_a_thread_that_comes_back_is_written_again(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2")
    forum.thread("b", "Annat")
    crawl(now=NOW)
    hidden = forum.threads.pop("a")
    assert deletions(crawl(now=NOW + timedelta(hours=2))[1]) == ["a-1", "a-2"]
    forum.threads["a"] = hidden
    assert posts(crawl(now=NOW + timedelta(hours=3))[1]) == ["a-1", "a-2"]


def test_a_post_that_was_moved_is_not_deleted(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra", "2")
    forum.thread("b", "Open Infra")
    crawl()
    moved = forum.threads["a"]["posts"].pop()
    forum.threads["b"]["posts"].append(moved)
    forum.threads = {name: forum.threads[name] for name in "ba"}
    _, records = crawl()
    assert (posts(records), deletions(records)) == (["a-2"], [])


@pytest.mark.parametrize("status", [404, 410])
def test_a_listing_that_is_gone_was_not_seen(forum: TinyForum, crawl: Crawl, status: int) -> None:
    forum.replies["/list"] = Reply(status=status)
    result, records = crawl()
    assert (causes(records), result.is_complete) == (["http_error"], False)
    result, _ = crawl(start_url=f"{forum.url}/list", keep_all=True)
    assert (len(result.incidents), result.is_complete) == (1, False)


def test_a_listing_that_robots_txt_closes_was_not_seen(forum: TinyForum, crawl: Crawl) -> None:
    forum.replies["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /list\n")
    result, records = crawl()
    assert (causes(records), result.is_complete) == (["robots"], False)


def test_loops_of_next_pages_are_cut(forum: TinyForum, crawl: Crawl) -> None:
    page = {"thread": "a", "title": "Open Infra", "posts": [{"id": "a-1", "text": "1"}]}
    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = Reply({**page, "next": f"{forum.url}/t/a?p=2"})
    forum.replies["/t/a?p=2"] = Reply({**page, "next": f"{forum.url}/t/a?p=3"})
    listing = {"threads": [{"id": "a", "url": f"{forum.url}/t/a"}], "next": f"{forum.url}/list"}
    forum.replies["/list"] = Reply(listing)
    _, records = crawl()
    assert posts(records) == ["a-1"]
    assert forum.fetched() == ["/list", "/t/a", "/t/a?p=2"]


def test_more_urls_are_read_too(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    first = {"thread": "a", "posts": [{"id": "a-1", "text": "Open Infra"}]}
    forum.replies["/t/a"] = Reply({**first, "more": [f"{forum.url}/m/1", f"{forum.url}/m/2"]})
    for n in (1, 2):
        forum.replies[f"/m/{n}"] = Reply({"thread": "a", "posts": [{"id": f"m-{n}", "text": "mer"}]})
    assert posts(crawl()[1]) == ["a-1", "m-1", "m-2"]


def test_no_posts_on_a_good_page_is_an_incident(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = Reply({"thread": "a", "posts": []})
    result, records = crawl()
    assert causes(records) == ["site_changed"]
    assert not result.is_complete


def test_what_cannot_be_read_is_set_aside(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    page = {"thread": "a", "posts": [{"id": "a-1", "text": "Open Infra"}], "unreadable": ["unreadable_date"]}
    forum.replies["/t/a"] = Reply(page)
    result, records = crawl()
    assert [r.reason for r in records if isinstance(r, SetAside)] == ["unreadable_date"]
    assert (result.set_aside_count, posts(records)) == (1, ["a-1"])


def test_a_parser_that_fails_costs_one_page(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.thread("b", "Open Infra")
    forum.replies["/t/a"] = Reply({"thread": "a", "posts": [], "bug": True})
    result, records = crawl()
    assert (causes(records), posts(records)) == (["site_changed"], ["b-1"])
    assert "KeyError" in result.incidents[0].detail


def test_a_failed_thread_is_read_later(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    forum.replies["/t/a"] = Reply(b"<html>", status=200)
    crawl(now=NOW)
    del forum.replies["/t/a"]
    assert posts(crawl(now=NOW + timedelta(hours=3))[1]) == ["a-1"]


def test_the_budget_cuts_a_crawl_and_the_next_day_goes_on(forum: TinyForum, crawl: Crawl) -> None:
    for name in "abcdefgh":
        forum.thread(name, "Open Infra", "2", "3", "4")
    found: list[str] = []
    for day in range(20):
        result, records = crawl(now=NOW + timedelta(days=day), pages_per_day=6)
        found += posts(records)
        assert len(forum.fetched()) <= 6
        if result.is_complete:
            break
    assert sorted(set(found)) == sorted(f"{name}-{n}" for name in "abcdefgh" for n in (1, 2, 3, 4))
    assert result.is_complete


def test_the_budget_holds_over_crawls_of_a_day(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")
    crawl(now=NOW, pages_per_day=2)
    result, _ = crawl(now=NOW, pages_per_day=2)
    assert (result.page_count, result.is_complete, result.incidents) == (0, False, ())


def test_unchanged_listing_answers_304(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", "Open Infra")

    def answer(headers: dict) -> Reply:
        if headers.get("if-none-match") == '"v1"':
            return Reply(status=304, headers={"ETag": '"v1"'})
        reply = TinyForum._listing(forum, 1)
        reply.headers = {"ETag": '"v1"'}
        return reply

    forum.replies["/list"] = answer
    crawl()
    result, _ = crawl()
    assert forum.headers[-1]["if-none-match"] == '"v1"'
    assert (result.is_complete, result.page_count) == (True, 1)


def test_a_url_of_a_thread_gives_all_its_posts(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    forum.thread("a", "ett", "två", "tre", "fyra")
    forum.thread("b", "Open Infra")
    out = tmp_path / "out.jsonl"
    result, _ = crawl(start_url=f"{forum.url}/t/a", keep_all=True, out=out, data_dir=None)
    assert out.read_text().count("\n") == result.post_count == 4
    assert forum.fetched() == ["/t/a", "/t/a?p=2"]


@pytest.mark.parametrize("path", ["/", "/list"])
def test_a_url_of_a_place_gives_every_thread(forum: TinyForum, crawl: Crawl, tmp_path: Path, path: str) -> None:
    for name in "abcde":
        forum.thread(name, "ett", "två", "tre", "fyra")
    forum.replies["/"] = Reply(b"<html>welcome</html>")
    out = tmp_path / "out.jsonl"
    result, _ = crawl(start_url=forum.url + path, keep_all=True, out=out, data_dir=None)
    assert (result.post_count, result.is_complete) == (20, True)
    assert len(forum.fetched()) == len(set(forum.requests)) + 1 + 2 + 10 - (path == "/list")


def test_redaction_and_pseudonyms_come_before_the_file(forum: TinyForum, crawl: Crawl) -> None:
    forum.thread("a", title="Ring Kalle Svensson")
    forum.threads["a"]["posts"] = [
        {"id": "1", "author": "kalle_s", "text": "Open Infra, ring Kalle Svensson", "quoted": ["Kalle Svensson sa"]}
    ]
    result, records = crawl(redact=take_out_kalle)
    (post,) = [r for r in records if isinstance(r, Post)]
    assert post.text == "Open Infra, ring [namn]"
    assert (post.thread_title, post.quoted[0].text) == ("Ring [namn]", "[namn] sa")
    assert post.redactions == ("person", "person")
    assert result.landing_path
    assert b"alle" not in gzip.decompress(result.landing_path.read_bytes())


def take_out_kalle(texts: Sequence[str]) -> list[tuple[str, list[str]]]:
    name = "Kalle Svensson"
    return [(text.replace(name, "[namn]"), ["person"] * text.count(name)) for text in texts]


def test_a_pass_over_several_places_keeps_their_order(forum: TinyForum, worker, job) -> None:
    forum.thread("a", "Open Infra")
    jobs = [replace(job, site=replace(job.site, name=name)) for name in ("x", "y", "z")]
    results = worker.crawl(jobs)
    assert [(result.source, result.post_count) for result in results] == [("x", 1), ("y", 1), ("z", 1)]
