"""The kinds of access, with the real engines: feeds are windows, an index leads to its forums, a wall is a wall."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.crawl_job import CrawlJob
from crawlers.model import Page
from crawlers.sites import site_for_url
from crawlers.spiders.index import forum_links
from crawlers.spiders.reading import first_page_url
from crawlers.walls import wall_of
from tests.crawlers.conftest import Crawl
from tests.crawlers.test_spiders import causes, deletions, posts
from tests.crawlers.tiny_forum import Reply, TinyForum

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rss(*entries: tuple[str, str, str]) -> Reply:
    items = "".join(
        f"<item><guid>{guid}</guid><link>https://x.test/{guid}</link><title>{title}</title><author>a@x.test (Anna)"
        f"</author><pubDate>Sun, 22 Nov 2026 09:00:00 GMT</pubDate><description>{text}</description></item>"
        for guid, title, text in entries
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml"})


def test_what_leaves_a_feed_is_not_deleted(forum: TinyForum, crawl: Crawl, job: CrawlJob) -> None:
    site = replace(job.site, engine="feed", url=f"{forum.url}/feed")
    one, two = ("1", "Fiber", "Open Infra gräver"), ("2", "Annat", "Om väder")
    forum.replies["/feed"] = rss(one, two)
    result, records = crawl(site=site, now=NOW)
    assert (posts(records), causes(records), forum.fetched()) == (["1"], [], ["/feed"])
    assert result.is_complete
    forum.replies["/feed"] = rss(("3", "Nytt", "Open Infra igen"), two)
    _, records = crawl(site=site, now=NOW + timedelta(hours=9))
    assert (posts(records), deletions(records), causes(records)) == (["3"], [], [])
    assert forum.fetched() == ["/feed"]


def test_an_empty_feed_is_an_answer(forum: TinyForum, crawl: Crawl, job: CrawlJob) -> None:
    forum.replies["/feed"] = rss()
    result, records = crawl(site=replace(job.site, engine="feed", url=f"{forum.url}/feed"))
    assert (posts(records), causes(records), result.is_complete) == ([], [], True)


def test_an_index_leads_to_its_forums_and_their_threads(forum: TinyForum, crawl: Crawl, tmp_path: Path) -> None:
    forum.thread("a", "ett")
    forum.thread("b", "två")
    for name, thread in (("villa", "a"), ("bredband", "b")):
        listing = {"threads": [{"id": thread, "url": f"{forum.url}/t/{thread}"}]}
        forum.replies[f"/forums/{name}.1/"] = Reply(listing)
    links = b'<a href="/forums/villa.1/">V</a><a href="/members/">M</a><a href="/forums/om.3/">O</a>'
    forum.replies["/"] = Reply(b"<html>" + links)
    forum.replies["/forums/om.3/"] = Reply(b'<a href="/forums/bredband.1/">B</a><a href="/forums/villa.1/#x">V</a>')
    out = tmp_path / "out.jsonl"
    result, _ = crawl(start_url=forum.url + "/", keep_all=True, out=out, data_dir=None)
    assert (result.post_count, result.incidents, result.is_complete) == (2, (), True)
    assert len(forum.requests) == len(set(forum.requests))


def test_forum_links_stay_at_the_place() -> None:
    body = b"""<a href="/forums/a.1/">1</a> <a href="/f12">2</a> <a href="viewforum.php?f=3&amp;x=1">3</a>
      <a href="index.php?board=4.0">4</a> <a href="https://other.test/forums/b.1/">x</a> <a href="/threads/t.1/">x</a>
      <a href="http://[bad/forums/x/">x</a> <a>x</a> <a href="/forums/a.1/#latest">1</a> <a href="/t99">x</a>"""
    page = Page(url="https://a.se/x/", body=body, fetched_at=NOW)
    assert forum_links(page) == (
        "https://a.se/forums/a.1/",
        "https://a.se/f12",
        "https://a.se/x/viewforum.php?f=3&x=1",
        "https://a.se/x/index.php?board=4.0",
    )


FIRST = [
    ("https://a.se/threads/x.12/page-4", "https://a.se/threads/x.12/"),
    ("https://a.se/t123p7", "https://a.se/t123"),
    ("https://a.se/viewtopic.php?t=5&start=40", "https://a.se/viewtopic.php?t=5"),
    ("https://a.se/topic/3/x/?page=2#c9", "https://a.se/topic/3/x/"),
    ("https://a.se/t123", "https://a.se/t123"),
]


@pytest.mark.parametrize(("url", "expected"), FIRST)
def test_the_first_page_of_a_thread(url: str, expected: str) -> None:
    assert first_page_url(url) == expected


WALLS = [
    (200, b"<title>Just a moment...</title>", {}, "challenge"),
    (403, b"", {"cf-mitigated": "challenge"}, "challenge"),
    (200, b'<div class="h-captcha" data-sitekey="x"></div>', {}, "challenge"),
    (200, b'<div class="g-recaptcha"></div>' + b" " * 50_000, {}, None),
    (200, b'<form><input type="password"><div class="g-recaptcha"></div></form>', {}, None),
    (200, b'<p>You must be logged in to do that.</p><input type="password">', {}, "login_wall"),
    (200, b"<p>You must be logged in to vote.</p>", {}, None),
    (401, b"", {}, "login_wall"),
    (404, b"<h1>Not found</h1>", {}, None),
    (200, b"\xff\xfe\x00", {"content-type": "text/html; charset=nonsense"}, None),
]


@pytest.mark.parametrize(("status", "body", "headers", "cause"), WALLS)
def test_walls(status: int, body: bytes, headers: dict[str, str], cause: str | None) -> None:
    page = Page(url="https://a.se/t", body=body, fetched_at=NOW, status=status, headers=headers)
    found = wall_of(page)
    assert (found[0] if found else None) == cause


def test_forum_links_know_forums_inside_forums_and_paths_in_queries() -> None:
    hrefs = (
        "/forum/bredband/fiber",
        "/forum/bredband/fiber/4711-brevet",
        "/forum/thread/4711-brevet",
        "/index.php?forums/bredband.7/",
        "/index.php?threads/brevet.4711/",
    )
    body = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    page = Page(url="https://forum.example/", body=body.encode(), fetched_at=NOW)
    assert forum_links(page) == (
        "https://forum.example/forum/bredband/fiber",
        "https://forum.example/index.php?forums/bredband.7/",
    )


NO_FORUMS = (
    "/forum/search.php",
    "/forum/index.php",
    "/forum/ucp.php?mode=login&f=3",
    "/forumdisplay.php?do=markread&markreadhash=guest",
    "/viewtopic.php?f=11&t=4711",
    "/viewtopic.php?f=11&p=99",
    "/posting.php?mode=post&f=11",
    "/index.php?action=markasread;board=3.0",
    "/index.php?topic=4711.0",
    "/forums/-/mark-read?date=1",
    "/forums/-/index.rss",
    "/rss/forums/1-nytt/",
    "/forum/thread/create",
)


@pytest.mark.parametrize("href", NO_FORUMS)
def test_what_is_no_forum_is_not_asked_for(href: str) -> None:
    page = Page(url="https://forum.example/", body=f'<a href="{href}">x</a>'.encode(), fetched_at=NOW)
    assert forum_links(page) == ()


@pytest.mark.parametrize(
    "row",
    [
        '<h2 class="forumtitle"><a href="/f234-fiber">Fiber</a></h2>',
        '<a href="./fiber-f3.html" class="forumtitle">Fiber</a>',
        '<table><tr><td class="alt1Active" id="f12"><div><a href="/fiber/">Fiber</a></div></td></table>',
        '<div class="node node--id7 node--forum"><h3 class="node-title"><a href="/fiber/">Fiber</a></h3></div>',
        '<li class="cForumRow"><h4 class="ipsDataItem_title"><a href="/x/7-fiber/">Fiber</a></h4></li>',
        '<a class="subject" href="/fiber-b7.0/" name="b7">Fiber</a>',
    ],
)
def test_forums_are_known_by_their_place_where_addresses_are_rewritten(row: str) -> None:
    login = '<form><input type="password"></form><a href="/register.php">Bli medlem</a>'
    page = Page(url="https://forum.example/", body=f"<html><body>{login}{row}</body></html>".encode(), fetched_at=NOW)
    assert len(forum_links(page)) == 1
    assert wall_of(page) is None


def test_a_job_shows_no_key_when_it_is_printed() -> None:
    job = CrawlJob(
        site=site_for_url("https://forum.example/"),
        run_id="r",
        secret=b"0123456789abcdef",
        archive_keys=(b"fedcba9876543210",),
        is_mention=bool,
    )
    assert "0123456789abcdef" not in repr(job)
    assert "fedcba9876543210" not in repr(job)
