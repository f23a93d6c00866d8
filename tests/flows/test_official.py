"""The company's own posts are told by the pseudonyms of its accounts, on whatever source."""

from types import SimpleNamespace
from typing import Any

from crawlers.pseudonym import author_key
from flows.config import validate
from flows.sources import company_of
from flows.steps.match import _official
from warehouse.matches import PendingMatch

SECRET = b"s" * 32


def post(source: str, author: str) -> PendingMatch:
    return PendingMatch(
        post_key="k", revision="r", source=source, author_key=author_key(SECRET, source, author),
        thread_title="t", text="x", quoted=(),
    )  # fmt: skip


def desk(*accounts: str) -> Any:
    config = validate({"company": {"name": "Nordfiber", "accounts": list(accounts)}}, where="test")
    return SimpleNamespace(secret=SECRET, stage=SimpleNamespace(company=company_of(config)))


def test_accounts_are_known_by_pseudonym_on_every_source() -> None:
    posts = [post("flashback", "Nordfiber"), post("byggahus", "Nordfiber"), post("byggahus", "kalle")]
    assert _official(desk("Nordfiber"), posts) == [True, True, False]


def test_without_accounts_nobody_is_official() -> None:
    assert _official(desk(), [post("flashback", "Nordfiber")]) == [False]
