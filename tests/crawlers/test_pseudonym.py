"""Pseudonyms: keyed, apart by source, and the name nowhere."""

import hmac
import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.errors import CrawlerError
from crawlers.model import ParsedQuote
from crawlers.pseudonym import ROTATED, author_key, content_key

KEY = b"0123456789abcdef"


def test_one_author_on_one_site_has_one_key() -> None:
    assert author_key(KEY, "a", "Åke") == author_key(KEY, "a", "A\u030ake ") != author_key(KEY, "a", "ake")


def test_keys_differ_by_source_and_by_secret() -> None:
    found = {author_key(KEY, "a", "anna"), author_key(KEY, "b", "anna"), author_key(b"x" * 16, "a", "anna")}
    assert len(found) == 3
    assert all(len(key) >= 16 and set(key) <= set("0123456789abcdef") for key in found)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(CrawlerError, match="at least 16"):
        author_key(b"short", "a", "anna")


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_contents_share_a_key_only_when_they_are_the_same(one: list[str], other: list[str]) -> None:
    keys = [content_key(KEY, texts[0], [ParsedQuote(text=text) for text in texts[1:]]) for texts in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


@given(st.binary(min_size=16, max_size=200).filter(lambda key: ROTATED not in key), st.text(), st.text())
@example(b"k" * 64, "a", "anna")
@example(b"k" * 65, "a", "anna")
def test_a_key_is_the_hmac_of_its_parts_as_json(secret: bytes, source: str, author: str) -> None:
    name = unicodedata.normalize("NFC", author).strip()
    message = json.dumps(["author", source, name]).encode()
    assert author_key(secret, source, author) == hmac.new(secret, message, "sha256").hexdigest()[:24]
