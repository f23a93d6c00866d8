"""A page's tree, asked only for what it may have: the same answers as the parser's own, in fewer walks."""

import tomllib

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines import registry
from crawlers.engines.document import Document
from crawlers.model import NotAThreadError
from tests.crawlers.golden import PAGES, saved, site

PAGE = """<!doctype html><html><body class=front><div class="post first">a</div><p class='post last'>b</p>
<b class=&#109;ark>c</b><i title='class="hidden"'>d</i><div data-x="1,2)">e</div>"""
ODD = {
    "quirks": '<div class="Post">a</div>',
    "capitals": '<!doctype html><DIV CLASS="post">a</DIV>',
    "spaces": '<!doctype html><div class = "post">a</div>',
    "unclosed": '<!doctype html><p>class="</p><p class="post">b</p>',
    "none": "<!doctype html><p>a</p>",
}
SELECTORS = [
    ".post, .first, p",
    "p.post.last, .nowhere",
    ".nowhere",
    ".mark",
    ".hidden",
    ".post:not(.nowhere)",
    "[data-x='1,2)'], .nowhere b",
    "[title*='class=\".x\"'], i",
    "body > .post:first-child",
    ".front .post",
]


def native(html: str, selector: str) -> list[int]:
    found = LexborHTMLParser(html).css(selector)
    first: dict[int, LexborNode] = {}
    for node in found:
        first.setdefault(node.mem_id, node)
    return [hash((node.tag, node.text())) for node in first.values()]


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("html", [PAGE, *ODD.values()])
def test_it_finds_what_the_parser_finds_once_each(html: str, selector: str) -> None:
    document = Document(html)
    found = [hash((node.tag, node.text())) for node in document.css(selector)]
    assert found == native(html, selector)
    first = document.css_first(selector)
    assert ([hash((first.tag, first.text()))] if first is not None else []) == found[:1]
    gathered = Document(html).found(selector).values()
    assert sorted(hash((node.tag, node.text())) for node in gathered) == sorted(found)


def test_what_no_class_of_the_page_can_match_is_not_asked() -> None:
    asked = Document(PAGE).possible(".post, .nowhere, p.nowhere b, #x, .last:not(.nowhere)")
    assert [alternative.text for alternative in asked] == [".post", "#x", ".last:not(.nowhere)"]
    assert [alternative.text for alternative in Document(ODD["quirks"]).possible(".nowhere")] == [".nowhere"]


CASES = [
    (file.parent.name, case["file"], case["kind"], case["url"])
    for file in sorted(PAGES.glob("*/cases.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["page"]
    if registry.get(file.parent.name).ACCESS == "html"
]


@pytest.mark.parametrize(("engine", "name", "kind", "url"), CASES, ids=lambda value: str(value)[-30:])
def test_no_engine_misses_anything_by_it(
    engine: str, name: str, kind: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    css, found, asked = Document.css, Document.found, set[str]()

    def watched(document: Document, selector: str) -> list[LexborNode]:
        asked.add(selector)
        nodes = css(document, selector)
        assert [node.mem_id for node in nodes] == list(
            dict.fromkeys(node.mem_id for node in document.tree.css(selector))
        )
        return nodes

    def gathered(document: Document, selector: str) -> dict[int, LexborNode]:
        nodes = found(document, selector)
        assert nodes.keys() == {node.mem_id for node in document.tree.css(selector)}
        return nodes

    def first(document: Document, selector: str) -> LexborNode | None:
        return next(iter(watched(document, selector)), None)

    monkeypatch.setattr(Document, "css", watched)
    monkeypatch.setattr(Document, "found", gathered)
    monkeypatch.setattr(Document, "css_first", first)
    module, given = registry.get(engine), saved(f"{engine}/{name}", url)
    for parse in (module.parse_thread, module.parse_listing):
        try:
            parse(given, site(engine))
        except NotAThreadError:
            continue
    assert asked
