"""A post that quotes a quote of a quote, a thousand times over, stops nobody: hostile markup is read like any other."""

import re
import tomllib
from dataclasses import replace

import pytest

from crawlers.engines import registry
from tests.crawlers.golden import PAGES, saved, site

DEEP = 1200
BOARDS = [
    ("xenforo", "thread_22.html"),
    ("phpbb", "thread_30.html"),
    ("mybb", "thread_18.html"),
    ("smf", "thread_21.html"),
    ("invision", "thread_4.html"),
    ("spirit", "topic.html"),
]
OPENING = re.compile(rb"<blockquote[^>]*>")


@pytest.mark.parametrize(("engine", "name"), BOARDS)
def test_quotes_nested_a_thousand_deep_are_read(engine: str, name: str) -> None:
    cases = tomllib.loads((PAGES / engine / "cases.toml").read_text(encoding="utf-8"))["page"]
    page = saved(f"{engine}/{name}", next(case["url"] for case in cases if case["file"] == name))
    opening = OPENING.search(page.body)
    assert opening
    deep = opening[0] * DEEP + b"innerst" + b"</blockquote>" * DEEP
    body = page.body[: opening.start()] + deep + page.body[opening.start() :]
    module = registry.get(engine)
    before = module.parse_thread(page, site(engine))
    found = module.parse_thread(replace(page, body=body), site(engine))
    assert [post.post_id for post in found.posts] == [post.post_id for post in before.posts]
    assert max(len(post.quoted) for post in found.posts) >= DEEP
