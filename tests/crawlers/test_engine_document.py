"""A page's tree gives the parser's own answers, each element once, and walks less often than it is asked."""

import tomllib

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines import registry
from crawlers.engines.document import FEW, SOME, Document
from crawlers.model import NotAThreadError
from tests.crawlers.golden import PAGES, saved, site

BOXES = (
    '<div class="box a"><div class="box b"><p class=x>1</p></div><p>2</p></div><div class=box>3</div><p class=x>4</p>'
)
PAGE = """<!doctype html><html><body class=front><div class="post first">a</div><p class='post last'>b</p>
<b class=&#109;ark>c</b><i title='class="hidden"'>d</i><div data-x="1,2)">e</div><em class>f</em></body></html>"""
ODD = {
    "no type": '<div class="Post">a</div>',
    "an old type": '<!doctype html public "-//W3C//DTD HTML 3.2//EN"><p class="POST last">a</p>',
    "capitals": '<!doctype html><DIV CLASS="post">a</DIV><p class="Post">b</p>',
    "spaces": '<!doctype html><div class = "\u00a0post first\tlast\n">a</div>',
    "unclosed": '<!doctype html><p>class="</p><p class="post">b</p>',
    "none": "<!doctype html><p>a</p>",
    "boxes in boxes": f"<!doctype html>{BOXES}",
    "attributes": """<!doctype html><div class=post data-id='Post-1'>1</div><div class=post data-id>2</div>
<div class=post data-id="">3</div><a class=post href="/post-1?p=1" ID=post-1 DATA-ID="post-1" rel=Next>4</a>
<p class=post data-id='post-1' data-x>5</p><svg class=post data-id=post-1></svg><b data-id=post-1>6</b>""",
    "many boxes": f"<!doctype html>{BOXES * FEW}",
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
    ".front b",
    ".post .first",
    "div.post [class]",
    "body.front .post, .nowhere",
    ".front .mark i",
    ".box .x",
    ".box .box",
    ".box.a p",
    "div.box div",
    ".box p, .nowhere",
    ".POST, .nowhere.last",
    "*",
    ".post[data-id]",
    "[data-id].post, .nowhere",
    ".post[data-id='post-1']",
    "a.post[data-id='post-1'][href*='p=1']",
    ".post[data-id^='post-'], [data-id^=\"Post\"].post",
    ".post[data-id*='ost']",
    ".post[id^='post-'][rel]",
    ".post[rel='next']",
    ".post[data-id=''], .post[data-x]",
    ".post[nowhere], .post[data-id$='1']",
]
MANY = ", ".join(f".class{n}" for n in range(SOME + 1))
"""So many classes that a page gets an index."""


def native(html: str, selector: str) -> list[tuple[str | None, str]]:
    return list({node.mem_id: said(node) for node in LexborHTMLParser(html).css(selector)}.values())


def said(node: LexborNode) -> tuple[str | None, str]:
    return node.tag, node.text()


@pytest.mark.parametrize("asked_before", ["", MANY])
@pytest.mark.parametrize("selector", [*SELECTORS, f"{MANY}, .last, .post", f"{MANY}, .last, .post, p"])
@pytest.mark.parametrize("html", [PAGE, *ODD.values()], ids=["page", *ODD])
def test_it_finds_what_the_parser_finds_once_each(html: str, selector: str, asked_before: str) -> None:
    document, expected = Document(html), native(html, selector)
    if asked_before:
        document.css(asked_before)
    assert [said(node) for node in document.css(selector)] == expected
    first = document.css_first(selector)
    assert ([said(first)] if first is not None else []) == expected[:1]
    assert document.ids(selector) == {node.mem_id for node in document.css(selector)}


def test_each_question_costs_one_walk_and_no_list_is_shared() -> None:
    document = Document(PAGE)
    document.css(".post").clear()
    assert [node.text() for node in document.css(".post")] == ["a", "b"]
    assert document.css_first(".nowhere") is document.css_first(".nowhere") is None
    assert document.walk_count == 2


def test_classes_are_looked_for_in_one_walk_when_many_are_asked_for() -> None:
    document = Document(PAGE)
    document.css(f"{MANY}, .post, .last")
    document.css(".first")
    document.css(".nowhere b, p.nowhere[title]")
    assert document.walk_count == 0
    document.css(".front .post, .nowhere b")
    assert document.walk_count == 1


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
    css, asked = Document.css, set[str]()

    def watched(document: Document, selector: str) -> list[LexborNode]:
        asked.add(selector)
        nodes = css(document, selector)
        assert document.body is not None
        whole = document.body.parser.css(selector)
        assert [node.mem_id for node in nodes] == list(dict.fromkeys(node.mem_id for node in whole))
        return nodes

    monkeypatch.setattr(Document, "css", watched)
    module, given = registry.get(engine), saved(f"{engine}/{name}", url)
    parse = module.parse_thread if kind == "thread" else module.parse_listing
    try:
        parse(given, site(engine))
    except NotAThreadError:
        pytest.fail("a saved page is read")
    assert asked
