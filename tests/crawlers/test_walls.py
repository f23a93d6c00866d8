"""What is a wall and what is a page with a login box: by what there is to read, for every engine alike."""

import pytest

from crawlers.engines import familjeliv, registry, xenforo
from crawlers.model import NotAThreadError
from crawlers.walls import wall_of
from tests.crawlers.golden import page, saved, site

LOGIN = '<form action="/login/login"><input name="user"><input type="password"></form>'
DEMAND = "<p>Du måste logga in för att se det här.</p>"
THREADS = "".join(f'<li><a href="/forum/thread/{n}-bredband-i-byn">Bredband i byn</a></li>' for n in (71, 72, 73, 74))
POST = '<div class="postbody"><div class="content">Vi har fått ett brev.</div></div>'
HTML = [name for name, engine in registry.ENGINES.items() if engine.ACCESS == "html"]

CASES = [
    ("/forum/hus", LOGIN + THREADS, 200, False),
    ("/forum/hus", LOGIN + THREADS + DEMAND, 200, False),
    ("/", LOGIN + THREADS, 200, False),
    ("/visa?nr=7", LOGIN + POST + DEMAND, 200, False),
    ("/", LOGIN + DEMAND + '<h2 class="forumtitle"><a href="/f234-fiber">Fiber</a></h2>', 200, False),
    ("/forum/hus", LOGIN + DEMAND, 200, True),
    ("/forum/hus", LOGIN, 200, True),
    # What is new beside the form, and where one is sent afterwards.
    ("/login?next=/forum/hus", LOGIN + THREADS + DEMAND, 200, True),
    ("/forum/hus", LOGIN + DEMAND + '<a href="/forum/thread/71-bredband-i-byn">Tillbaka</a>', 200, True),
    ("/forum/hus", LOGIN + THREADS + DEMAND, 403, True),
    ("/forum/hus", LOGIN + THREADS + DEMAND, 401, True),
    # Threads of another place are nothing that this one lets us read.
    ("/forum/hus", LOGIN + DEMAND + THREADS.replace("/forum/", "https://other.example/forum/"), 200, True),
]


def _body(inside: str) -> str:
    return f"<!DOCTYPE html><html><head><title>Byns sida</title></head><body>{inside}</body></html>"


@pytest.mark.parametrize("engine", HTML)
@pytest.mark.parametrize(("path", "inside", "status", "is_wall"), CASES)
def test_every_engine_tells_a_wall_from_a_page_with_a_login_box(
    engine: str, path: str, inside: str, status: int, is_wall: bool
) -> None:
    given = page(_body(inside), f"https://forum.example{path}", status=status)
    module = registry.get(engine)
    for parse in (module.parse_thread, module.parse_listing):
        try:
            found = parse(given, site(engine))
        except NotAThreadError as error:
            assert (error.cause == "login_wall") == is_wall
        else:
            assert found.threads if parse is module.parse_listing else found.posts


@pytest.mark.parametrize(("path", "inside", "status", "is_wall"), CASES)
def test_a_crawl_tells_them_apart_too(path: str, inside: str, status: int, is_wall: bool) -> None:
    found = wall_of(page(_body(DEMAND + inside), f"https://forum.example{path}", status=status))
    assert (found is not None and found[0] == "login_wall") == is_wall


def test_familjelivs_front_page_is_a_list_of_what_is_talked_of() -> None:
    given = page(_body(LOGIN + THREADS + DEMAND), "https://www.familjeliv.se/")
    listing = familjeliv.parse_listing(given, site("familjeliv"))
    assert [ref.thread_id for ref in listing.threads] == ["71", "72", "73", "74"]


def test_a_thread_that_is_asked_for_as_a_list_is_no_wall() -> None:
    given = saved("xenforo/thread_22.html", "https://forum.example/threads/x.1/")
    body = given.body.replace(b"</body>", (LOGIN + DEMAND).encode() + b"</body>")
    with pytest.raises(NotAThreadError) as caught:
        xenforo.parse_listing(page(body, given.url), site("xenforo"))
    assert caught.value.cause == "site_changed"
