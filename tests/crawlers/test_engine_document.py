"""A page's tree gives the parser's own answers, each element once, and walks for each question once."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawlers.engines.document import Document

PAGE = """<!doctype html><html><body class=front><div class="post first">a</div><p class='post last'>b</p>
<i title='x, y'>d</i></body></html>"""


@pytest.mark.parametrize("selector", [".post, .first, p", "p.post.last, .nowhere", ".nowhere", "[title='x, y']", "*"])
def test_it_finds_what_the_parser_finds_once_each(selector: str) -> None:
    document = Document(PAGE)
    expected = dict.fromkeys((node.tag, node.text()) for node in LexborHTMLParser(PAGE).css(selector))
    assert [(node.tag, node.text()) for node in document.css(selector)] == list(expected)
    first = document.css_first(selector)
    assert ([(first.tag, first.text())] if first is not None else []) == list(expected)[:1]


def test_each_question_costs_one_walk_and_no_list_is_shared() -> None:
    document = Document(PAGE)
    document.css(".post").clear()
    assert [node.text() for node in document.css(".post")] == ["a", "b"]
    assert document.css_first(".nowhere") is document.css_first(".nowhere") is None
    assert document.walk_count == 2
