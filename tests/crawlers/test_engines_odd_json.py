"""Answers whose fields are of another kind than they should be: read or refused, never a crash."""

import json
import random
import tomllib
from typing import Any

import pytest

from crawlers.engines import registry
from crawlers.model import NotAThreadError
from tests.crawlers.golden import PAGES, page, site

ODD = (None, [], {}, "x", -1, True, 1e99, "\ud800", 10**30)
CASES = [
    (engine, case["file"], case["url"])
    for engine in ("discourse", "flarum", "lemmy", "mastodon", "nodebb")
    for case in tomllib.loads((PAGES / engine / "cases.toml").read_text(encoding="utf-8"))["page"]
    if case["file"].endswith(".json")
]


def spoilt(value: Any, chance: random.Random) -> Any:
    """Return a JSON value with a few of its parts lost or replaced."""
    if isinstance(value, dict):
        return {k: chance.choice(ODD) if chance.random() < 0.04 else spoilt(v, chance) for k, v in value.items()}
    if isinstance(value, list):
        return [spoilt(item, chance) for item in value if chance.random() > 0.02]
    return value


@pytest.mark.parametrize(("engine", "name", "url"), CASES)
def test_a_spoilt_answer_is_read_or_refused(engine: str, name: str, url: str) -> None:
    module, whole = registry.get(engine), json.loads((PAGES / engine / name).read_text(encoding="utf-8"))
    for seed in range(40):
        given = page(json.dumps(spoilt(whole, random.Random(seed))), url)
        for parse in (module.parse_thread, module.parse_listing):
            try:
                parse(given, site(engine))
            except NotAThreadError as error:
                assert error.cause
