"""What reading a page costs, counted in walks over its tree: clocks tell nothing on a machine that others use too."""

import pytest

from benchmarks import parse_pages
from crawlers.engines import document, registry
from tests.crawlers.golden import site

MOST_WALKS = 22
"""Of the whole tree, whatever is asked for in each: a browser would need as many style rules."""


@pytest.mark.parametrize("name", parse_pages.RECIPES)
def test_a_page_is_walked_as_often_for_twenty_posts_as_for_few(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, walks, joined = parse_pages.RECIPES[name], list[str](), document._joined

    def counted(asked: object) -> str:
        walks.append(selector := joined(asked))  # type: ignore[arg-type]
        return selector

    monkeypatch.setattr(document, "_joined", counted)
    module, counts = registry.get(recipe.engine), []
    for posts in (4, parse_pages.POSTS):
        walks.clear()
        found = module.parse_thread(parse_pages.page_of(recipe, posts=posts), site(recipe.engine))
        assert len(found.posts) >= posts
        assert not found.unreadable
        counts.append(len(walks))
    assert counts[0] == counts[1] <= MOST_WALKS
