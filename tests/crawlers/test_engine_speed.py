"""What reading a page costs, counted in walks over its tree: clocks tell nothing on a machine that others use too."""

import pytest

from benchmarks import parse_pages
from crawlers.engines import markup, registry
from crawlers.engines.document import Document
from crawlers.model import Page
from tests.crawlers.golden import site

MOST_WALKS = 46
"""Of the whole tree: one for each alternative of a selector that the index of classes does not answer."""


@pytest.mark.parametrize("name", parse_pages.RECIPES)
def test_a_page_is_walked_as_often_for_twenty_posts_as_for_few(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, trees, tree = parse_pages.RECIPES[name], list[Document](), markup.tree

    def kept(html: str | bytes, page: Page) -> Document:
        trees.append(made := tree(html, page))
        return made

    monkeypatch.setattr(markup, "tree", kept)
    counts = []
    for posts in (4, parse_pages.POSTS):
        found = registry.get(recipe.engine).parse_thread(parse_pages.page_of(recipe, posts=posts), site(recipe.engine))
        assert len(found.posts) >= posts
        assert not found.unreadable
        counts.append(sum(made.walk_count for made in trees))
        trees.clear()
    assert counts[0] == counts[1] <= MOST_WALKS
