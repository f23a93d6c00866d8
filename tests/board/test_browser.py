"""The board in a real browser: deciding, a phone, the keyboard alone, no barrier, and nothing leaves the machine."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from flows.board.app import make_board
from reports.digest import render_digest
from tests.board.scenes import DAYS, MAIN, config_of
from tests.live.machine import ROOT, lacking
from tests.reports.samples import bad_digest, calm_digest

AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / ".cache" / "screenshots"
BARE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = (
    "/",
    "/pastaenden",
    f"/pastaenden/{MAIN}",
    "/inlagg?ord=avgift",
    "/kallor",
    "/klagomal",
    "/arkiv",
    "/modeller",
    "/beslut",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Waited for as selectors: a predicate polled by wait_for_function is an eval, which the board's policy forbids.
DRAWN = "html[data-charts]"

pytestmark = pytest.mark.xdist_group("board-browser")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        from playwright import sync_api as api
    except ImportError:
        lacking("playwright")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        lacking("chromium")
    if not AXE.exists():
        lacking("axe-core")
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=BARE)
        yield browser
        browser.close()


class Place:
    """A board that is being served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(make_board(config_of(folder)), log_level="warning", proxy_headers=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


@pytest.fixture(scope="module")
def place(scenes: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    served = Place(Path(shutil.copytree(scenes("mismatch"), tmp_path_factory.mktemp("browser") / "data")))
    yield served
    served.stop()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open tabs that note what they ask for and what goes wrong in them; both are looked at when the test ends."""
    contexts, asked, wrong = [], [], []

    def open_tab(url: str, *, width: int = 1280, height: int = 900) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="sv-SE")
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        go(page, url)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert {urlsplit(url).hostname for url in asked if not url.startswith("data:")} == {"127.0.0.1"}
    assert wrong == []


def go(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(DRAWN, state="attached")


def test_every_page_is_free_of_barriers_wide_and_on_a_phone(tab: Callable[..., Any], place: Place) -> None:
    source = AXE.read_text(encoding="utf-8")
    page = tab(place.url)
    found = []
    for path in PAGES:
        go(page, place.url + path)
        assert page.evaluate("document.documentElement.dataset.charts") in ("drawn", "none"), path
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        page.evaluate(source)
        run = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
        result = page.evaluate(run, RULES)
        found += [(path, v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in result["violations"]]
        page.set_viewport_size({"width": 1280, "height": 900})
    assert found == []


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_digest_is_free_of_barriers_wide_on_a_phone_and_in_print(chromium: Any, language: str) -> None:
    source = AXE.read_text(encoding="utf-8")
    asked: list[str] = []
    for digest in (bad_digest(), calm_digest()):
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(render_digest(digest, language=language))
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(source)
            result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
            assert [(v["id"], v["nodes"][0]["html"][:120]) for v in result["violations"]] == []
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf(format="A4").count(b"/Type /Page\n") <= 5
        context.close()
    assert [url for url in asked if not url.startswith(("data:", "about:"))] == []


def test_in_print_there_is_what_is_read_and_nothing_to_press(tab: Callable[..., Any], place: Place) -> None:
    page = tab(f"{place.url}/pastaenden/{MAIN}", width=800)
    page.emulate_media(media="print")
    for selector in ("nav", ".acts", "form", "button"):
        shown = [one for one in page.locator(selector).all() if one.is_visible()]
        assert shown == [], selector
    for selector in ("h1", "#race", ".vega svg >> nth=0", "article.post >> nth=0"):
        assert page.locator(selector).first.is_visible(), selector
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_deciding_with_the_keyboard_alone(tab: Callable[..., Any], place: Place) -> None:
    page = tab(place.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "by":
            break
    page.keyboard.type("Karin Lund")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.localName") == "button":
            break
    assert page.evaluate("document.activeElement.innerText").startswith("Jag tar den")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Sparat." in page.inner_text("[role=status]")
    assert "Karin Lund har satt larmet" in page.inner_text("main")
    go(page, place.url + "/beslut")
    with page.expect_navigation():
        page.click("button:has-text('Ångra')")
    assert "Ångrat" in page.inner_text("[role=status]")


def test_the_slider_answers_and_a_table_can_be_copied(tab: Callable[..., Any], place: Place) -> None:
    page = tab(f"{place.url}/pastaenden/{MAIN}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert page.locator(".vega svg").count() == 2
    page.focus("#dagar")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#whatif-answer .answer")
    assert page.inner_text("#dagar-said") == "om 12 timmar"
    page.locator("summary", has_text="Siffrorna som tabell").first.click()
    page.locator("button.copy").first.click()
    page.locator("button.copy", has_text="Kopierad").first.wait_for()
    assert "har sett påståendet" in page.evaluate("navigator.clipboard.readText()")


def test_search_correct_and_upload_without_script(chromium: Any, place: Place) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place.url + "/inlagg")
    page.fill("#ord", "avgift")
    page.click("text=Sök >> nth=-1")
    page.click(".post a:has-text('Rätta') >> nth=0")
    page.select_option("#sentiment", "neutral")
    page.fill("[name=by]", "Eva Berg")
    page.click("text=Spara rättelsen")
    assert "inskrivet av Eva Berg" in page.inner_text("main")
    page.goto(place.url + "/klagomal")
    csv = b"channel,period_start,period_end,complaint_count\nko,2024-02-05,2024-02-11,7\n"
    page.set_input_files("#file", {"name": "k.csv", "mimeType": "text/csv", "buffer": csv})
    page.click("text=Lägg in >> nth=-1")
    assert "1 perioder inlagda av Eva Berg" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("scene", DAYS)
def test_pictures_are_kept_of_every_day(scene: str, tab: Callable[..., Any], scenes: Callable[[str], Path]) -> None:
    served = Place(scenes(scene))
    SHOTS.mkdir(parents=True, exist_ok=True)
    try:
        page = tab(served.url)
        page.screenshot(path=SHOTS / f"{scene}.png", full_page=True)
        page.set_viewport_size({"width": 375, "height": 800})
        page.screenshot(path=SHOTS / f"{scene}-phone.png", full_page=True)
    finally:
        served.stop()
    assert (SHOTS / f"{scene}-phone.png").stat().st_size > 10_000
