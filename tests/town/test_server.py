"""The town's servers: one virtual clock, conditional requests, robots, charsets, the notice on every page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from town import ClockError, PortError, Town
from town.places import PLACES

NOON = datetime(2023, 9, 20, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(seed=1) as town:
        yield town


def get(town: Town, place: str, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    """Ask a place for a path as a client does; header names have `_` for `-`."""
    url = urlsplit(next(site["url"] for site in town.sites if site["name"] == place))
    connection = HTTPConnection(url.hostname or "", url.port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def any_thread(town: Town, place: str) -> str:
    thread_id = town.world.shown(place, town.now)[0].thread_id
    return {
        "husknuten": f"/threads/{thread_id}/",
        "torgskriket": f"/t{thread_id}",
        "fiberstugan": f"/t/{thread_id}.json",
        "datorhornan": f"/feeds/forum/trad/{thread_id}",
    }[place]


@pytest.mark.parametrize("place", PLACES)
def test_every_page_says_that_it_is_a_simulation_in_its_own_charset(town: Town, place: str) -> None:
    town.now = NOON
    start = PLACES[place].start_path
    for path in (
        "/",
        start,
        "/latest.json",
        "/search.json?q=fiber",
        any_thread(town, place),
        "/finns-inte",
        "/hemligt/7",
    ):
        response, body = get(town, place, path)
        if response.status in (301, 302, 303):
            response, body = get(town, place, urlsplit(response.headers["Location"]).path)
        charset = response.headers.get_content_charset()
        assert charset == ("utf-8" if response.headers.get_content_type() != "text/html" else PLACES[place].encoding)
        assert "SIMULERING" in body.decode(charset), path


def test_swedish_letters_and_emoji_survive_windows_1252(town: Town) -> None:
    town.now = NOON
    bodies = [get(town, "torgskriket", f"/t{t.thread_id}")[1] for t in town.world.shown("torgskriket", town.now)]
    assert any("å".encode("windows-1252") in body for body in bodies)
    assert all(body.decode("windows-1252") for body in bodies)


@pytest.mark.parametrize("place", PLACES)
def test_an_unchanged_page_answers_304_and_a_changed_one_200(town: Town, place: str) -> None:
    town.now = NOON
    path = PLACES[place].start_path if place != "fiberstugan" else "/latest.json"
    first, body = get(town, place, path)
    assert first.status == 200 and body
    same, empty = get(town, place, path, If_None_Match=first.headers["ETag"])
    assert (same.status, empty) == (304, b"")
    since, empty = get(town, place, path, If_Modified_Since=first.headers["Last-Modified"])
    assert (since.status, empty) == (304, b"")
    town.now = NOON + timedelta(days=4)
    later, body = get(town, place, path, If_None_Match=first.headers["ETag"])
    assert later.status == 200 and body
    assert get(town, place, path, If_Modified_Since=first.headers["Last-Modified"])[0].status == 200


def test_the_date_header_is_the_virtual_time(town: Town) -> None:
    town.now = NOON
    assert get(town, "husknuten", "/")[0].headers["Date"] == "Wed, 20 Sep 2023 10:00:00 GMT"


def test_robots_forbids_the_trap_and_the_trap_remembers_who_came(town: Town) -> None:
    for place in PLACES:
        response, body = get(town, place, "/robots.txt")
        assert response.status == 200
        assert b"Disallow: /hemligt/" in body
    before = len(town.trapped)
    response, body = get(town, "husknuten", "/hemligt/3", User_Agent="ohyfsad")
    assert b"/hemligt/6" in body and b"/hemligt/7" in body
    assert [hit.user_agent for hit in town.trapped[before:]] == ["ohyfsad"]


def test_a_thread_that_is_not_written_yet_is_not_found(town: Town) -> None:
    late = max(
        town.world.threads,
        key=lambda t: t.posts[0].posted_at if t.place == "torgskriket" else NOON.min.replace(tzinfo=UTC),
    )
    town.now = late.posts[0].posted_at - timedelta(seconds=1)
    assert get(town, "torgskriket", f"/t{late.thread_id}")[0].status == 404
    town.now = late.posts[0].posted_at
    assert get(town, "torgskriket", f"/t{late.thread_id}")[0].status == 200


def test_the_clock_refuses_a_time_without_an_offset(town: Town) -> None:
    with pytest.raises(ClockError, match="offset"):
        town.now = datetime(2023, 11, 7)


@pytest.mark.parametrize(
    "path", ["/t1/posts.json", "/latest.json?page=x", "/threads/x.1/", "/t999", "/feeds/forum/trad/9"]
)
def test_nonsense_is_answered_and_never_crashes(town: Town, path: str) -> None:
    assert {get(town, place, path)[0].status for place in PLACES} <= {200, 400, 404}


def test_a_town_comes_back_on_the_ports_of_an_earlier_one(town: Town) -> None:
    with Town(world=town.world) as first:
        ports = first.ports
        assert [urlsplit(site["url"]).port for site in first.sites] == ports
        with pytest.raises(PortError, match=str(ports[0])), Town(world=town.world, ports=ports):
            pass
    with Town(world=town.world, ports=ports) as again:
        assert again.ports == ports
        again.now = NOON
        assert get(again, "husknuten", "/")[0].status == 200
