"""Quotes inside quotes, deeper than Python's stack: one post of a hostile author breaks no thread."""

import json
from types import ModuleType
from typing import Any

import pytest

from crawlers.engines import discourse, flarum, nodebb
from tests.crawlers.golden import page, saved, site

LEVELS = 1500
DEEP = "".join(f"<blockquote><p>{n}</p>" for n in range(LEVELS)) + "</blockquote>" * LEVELS + "<p>Svar</p>"


def first_of(data: Any) -> Any:
    """Return the object that holds the first post's HTML, and the name it holds it under."""
    if isinstance(data.get("data"), list):
        return data["data"][0]["attributes"], "contentHtml"
    if "post_stream" in data:
        return data["post_stream"]["posts"][0], "cooked"
    return data["posts"][0], "content"


@pytest.mark.parametrize(
    ("engine", "name", "url"),
    [
        (nodebb, "nodebb/topic.json", "https://f.se/api/topic/31"),
        (flarum, "flarum/posts.json", "https://f.se/api/posts?filter%5Bdiscussion%5D=12"),
        (discourse, "discourse/topic.json", "https://f.se/t/42.json"),
    ],
)
def test_deep_quotes(engine: ModuleType, name: str, url: str) -> None:
    data = json.loads(saved(name).body)
    holder, field = first_of(data)
    holder[field] = DEEP
    found = engine.parse_thread(page(json.dumps(data), url), site(engine.NAME))
    assert (found.posts[0].text, len(found.posts[0].quoted)) == ("Svar", LEVELS)
    assert [quote.text for quote in found.posts[0].quoted[:3]] == ["0", "1", "2"]
