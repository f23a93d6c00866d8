"""Every engine over saved pages of its kind, against reviewed goldens."""

import tomllib
from dataclasses import replace

import pytest

from crawlers.engines import registry
from crawlers.model import NotAThreadError
from tests.crawlers.golden import PAGES, check, page, saved, site


def _cases() -> list[tuple[str, str, str, str]]:
    """Return engine, file, kind and URL of every saved page, as the `cases.toml` beside it says."""
    return [
        (file.parent.name, case["file"], case["kind"], case["url"])
        for file in sorted(PAGES.glob("*/cases.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["page"]
    ]


CASES = _cases()
WALLS = [
    ("cloudflare.html", 403, "challenge"),
    ("login.html", 403, "login_wall"),
    ("gone.html", 404, "http_error"),
    ("cut.html", 200, "truncated"),
    ("shop.html", 200, "site_changed"),
]


@pytest.mark.parametrize("engine", registry.ENGINES)
def test_every_engine_reads_a_saved_thread_and_a_saved_listing(engine: str) -> None:
    assert {"thread", "listing"} <= {kind for name, _, kind, _ in CASES if name == engine}


@pytest.mark.parametrize(("engine", "name", "kind", "url"), CASES, ids=lambda value: str(value)[-30:])
def test_golden(engine: str, name: str, kind: str, url: str, regold: bool) -> None:
    module, given = registry.get(engine), saved(f"{engine}/{name}", url)
    found = module.parse_thread(given, site(engine)) if kind == "thread" else module.parse_listing(given, site(engine))
    stem = name.split(".")[0]
    check(PAGES / engine / f"{stem}.{kind}.golden.json", found, regold=regold)


@pytest.mark.parametrize(("engine", "name", "kind", "url"), CASES, ids=lambda value: str(value)[-30:])
def test_each_page_is_known_by_its_engine(engine: str, name: str, kind: str, url: str) -> None:
    found = registry.detect(saved(f"{engine}/{name}", url))
    assert found[0][0] == engine
    assert found[0][1] >= 0.9


@pytest.mark.parametrize("engine", registry.ENGINES)
@pytest.mark.parametrize(("name", "status", "cause"), WALLS)
def test_a_page_of_another_kind_says_what_it_is(engine: str, name: str, status: int, cause: str) -> None:
    module = registry.get(engine)
    given = saved(f"walls/{name}", "https://forum.example/threads/x.1/", status=status)
    for parse in (module.parse_thread, module.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(given, site(engine))
        assert caught.value.cause == cause
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("engine", registry.ENGINES)
@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", "truncated"),
        (" \n", "truncated"),
        ("null", "site_changed"),
        ("[]", "site_changed"),
        ('{"a": 1}', "site_changed"),
        ("\x00\x01\x02", "site_changed"),
    ],
)
def test_odd_bodies_are_refused(engine: str, body: str, cause: str) -> None:
    module = registry.get(engine)
    for parse in (module.parse_thread, module.parse_listing):
        with pytest.raises(NotAThreadError) as caught:
            parse(page(body), site(engine))
        assert caught.value.cause == cause


@pytest.mark.parametrize(("engine", "name", "kind", "url"), CASES, ids=lambda value: str(value)[-30:])
def test_a_page_cut_anywhere_is_read_or_refused(engine: str, name: str, kind: str, url: str) -> None:
    module, whole = registry.get(engine), saved(f"{engine}/{name}", url)
    for cut in range(1, len(whole.body), max(1, len(whole.body) // 60)):
        for parse in (module.parse_thread, module.parse_listing):
            try:
                parse(replace(whole, body=whole.body[:cut]), site(engine))
            except NotAThreadError as error:
                assert error.cause


def test_an_unknown_engine_is_named_with_those_there_are() -> None:
    with pytest.raises(registry.UnknownEngineError, match=r"'phpbb9'; known: bluesky, discourse, .*xenforo"):
        registry.get("phpbb9")
