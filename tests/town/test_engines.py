"""The product's engines read the town's pages: exactly the posts that the world shows, at several moments."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from importlib import import_module
from types import ModuleType
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest

from crawlers.model import Page, ParsedPost, Site, ThreadPage, ThreadRef
from town import START, Town
from town.places import PLACES
from town.world import ShownPost

MOMENTS = (
    START + timedelta(hours=26),
    datetime(2023, 10, 29, 0, 50, tzinfo=UTC),
    datetime(2023, 10, 29, 1, 50, tzinfo=UTC),
    datetime(2023, 11, 9, 20, tzinfo=UTC),
    datetime(2024, 1, 8, 22, 30, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(seed=1) as town:
        yield town


def fetch(town: Town, url: str) -> Page:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status in (301, 302, 303):
        return fetch(town, urljoin(url, response.headers["Location"]))
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Page(url=url, body=body, fetched_at=town.now, status=response.status, headers=headers)


def engine_of(place: str) -> ModuleType:
    return import_module(f"crawlers.engines.{PLACES[place].engine}")


def site_of(town: Town, place: str) -> Site:
    entry = next(site for site in town.sites if site["name"] == place)
    return Site(name=place, engine=entry["engine"], url=entry["url"], timezone=ZoneInfo(entry["timezone"]))


def list_threads(town: Town, place: str, site: Site) -> dict[str, ThreadRef]:
    """Read a place's listings to their end, as a spider does."""
    engine, found = engine_of(place), {}
    for start in engine.listing_urls(site):
        url: str | None = start
        while url:
            listing = engine.parse_listing(fetch(town, url), site)
            found |= {ref.thread_id: ref for ref in listing.threads if ref.thread_id not in found}
            url = listing.next_url
    return found


def read_threads(town: Town, place: str, site: Site) -> dict[str, list[ThreadPage]]:
    refs = list_threads(town, place, site)
    return {thread_id: read_pages(town, engine_of(place), ref.url, site) for thread_id, ref in refs.items()}


def read_pages(town: Town, engine: ModuleType, url: str, site: Site) -> list[ThreadPage]:
    pages, queue = [], [url]
    while queue:
        page = engine.parse_thread(fetch(town, queue.pop(0)), site)
        pages.append(page)
        queue += [*page.more_urls, *([page.next_url] if page.next_url else [])]
    return pages


def flat(text: str) -> str:
    return " ".join(text.split())


def said_by(post: ParsedPost) -> tuple[str, str, str, datetime, tuple[str, ...]]:
    return (
        post.post_id,
        post.author,
        flat(post.text),
        post.posted_at.astimezone(UTC).replace(second=0),
        tuple(flat(quote.text) for quote in post.quoted),
    )


def shown_as(post: ShownPost, author: str) -> tuple[str, str, str, datetime, tuple[str, ...]]:
    quoted = (flat(post.quote.text),) if post.quote else ()
    return (str(post.post_id), author, flat(post.text), post.posted_at.replace(second=0), quoted)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("place", [name for name in PLACES if PLACES[name].engine != "feed"])
def test_an_engine_reads_every_post_that_a_place_shows(town: Town, place: str, moment: datetime) -> None:
    town.now = moment
    pages = read_threads(town, place, site_of(town, place))
    read = {post.post_id: post for thread in pages.values() for page in thread for post in page.posts}
    assert not [refused for thread in pages.values() for page in thread for refused in page.unreadable]
    shown = [post for thread in town.world.shown(place, moment) for post in thread.posts]
    assert sorted(read) == sorted(str(post.post_id) for post in shown)
    for post in shown:
        parsed = read[str(post.post_id)]
        author = parsed.author if parsed.author == post.author else str(post.author_id)
        assert said_by(parsed) == shown_as(post, author)
        assert parsed.position in (None, post.position)
        assert (parsed.edited_at is None) == (post.edited_at is None)
        assert all(quote.post_id in (None, str(post.quote.post_id)) for quote in parsed.quoted if post.quote)
    titles = {thread[0].thread_title for thread in pages.values()}
    assert all(any(thread.title in title for title in titles) for thread in town.world.shown(place, moment))


@pytest.mark.parametrize("place", [name for name in PLACES if PLACES[name].engine != "feed"])
def test_a_listing_tells_of_each_thread_what_the_world_knows(town: Town, place: str) -> None:
    town.now = MOMENTS[3]
    refs = list_threads(town, place, site_of(town, place))
    shown = {str(thread.thread_id): thread for thread in town.world.shown(place, town.now)}
    assert refs.keys() == shown.keys()
    for thread_id, ref in refs.items():
        thread = shown[thread_id]
        assert ref.title == thread.title
        assert ref.post_count == len(thread.posts)
        assert ref.last_posted_at and ref.last_posted_at.replace(second=0) == thread.last_posted_at.replace(second=0)
        # XenForo shows thousands as "1K".
        assert ref.view_count in (thread.view_count, thread.view_count // 1000 * 1000)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_feed_engine_reads_the_newest_posts(town: Town, moment: datetime) -> None:
    town.now = moment
    pages = read_threads(town, "datorhornan", site_of(town, "datorhornan"))
    read = {int(post.post_id.rpartition("post")[2]): post for t in pages.values() for p in t for post in p.posts}
    shown = {post.post_id: post for thread in town.world.shown("datorhornan", moment) for post in thread.posts}
    newest = sorted(shown, key=lambda key: shown[key].posted_at)[-PLACES["datorhornan"].page_size :]
    assert set(newest) <= set(read) <= set(shown)
    for key, parsed in read.items():
        assert parsed.author == shown[key].author
        assert parsed.posted_at.astimezone(UTC) == shown[key].posted_at
        assert flat(parsed.text) == flat(shown[key].text)
        quote = shown[key].quote
        assert [flat(q.text).endswith(flat(quote.text)) for q in parsed.quoted if quote] == [True] * bool(quote)


def test_the_flashback_search_finds_the_company(town: Town) -> None:
    town.now = MOMENTS[3]
    site = site_of(town, "torgskriket")
    engine = engine_of("torgskriket")
    found = engine.parse_listing(fetch(town, urljoin(site.url, "/sok/?query=open+infra&sp=1&so=pd")), site)
    assert found.threads[0].title == newest_title(town, "open infra")
    assert found.next_url
    none = engine.parse_listing(fetch(town, urljoin(site.url, "/sok/?query=xyzzy&sp=1&so=pd")), site)
    assert none.threads == ()


def test_the_discourse_search_finds_the_company(town: Town) -> None:
    town.now = MOMENTS[3]
    site = replace(site_of(town, "fiberstugan"), query="Open Infra", options={"search": "open"})
    engine = engine_of("fiberstugan")
    listing = engine.parse_listing(fetch(town, engine.listing_urls(site)[0]), site)
    shown = town.world.shown("fiberstugan", town.now)
    hits = {
        str(thread.thread_id)
        for thread in shown
        if any(
            {"open", "infra"} <= set(re.findall("open|infra", f"{thread.title} {p.text}".casefold()))
            for p in thread.posts
        )
    }
    assert {ref.thread_id for ref in listing.threads} == hits
    assert len(hits) >= 5


def newest_title(town: Town, name: str) -> str:
    threads = town.world.shown("torgskriket", town.now)
    hits = [(p.posted_at, t.title) for t in threads for p in t.posts if name in f"{t.title} {p.text}".casefold()]
    return max(hits)[1]
