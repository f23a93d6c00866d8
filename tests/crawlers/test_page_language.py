"""The language that a page declares: of all that stands on it, but for a post that declares its own."""

from dataclasses import replace

import pytest

from crawlers.engines import xenforo
from crawlers.engines.document import Document
from crawlers.model import ParsedPost
from crawlers.pseudonym import Place, to_post
from crawlers.spiders.reading import Reading
from tests.crawlers.golden import FETCHED_AT, saved, site

DECLARED = [
    ("lang='sv-SE'", "sv-SE"),
    ("lang='en_US'", "en-US"),
    ("lang=' da '", "da"),
    ("xml:lang='nb'", "nb"),
    ("lang=''", None),
    ("lang='{$lang}'", None),
    ("lang='svenska språket'", None),
    ("", None),
]


@pytest.mark.parametrize(("attributes", "expected"), DECLARED)
def test_what_a_page_declares(attributes: str, expected: str | None) -> None:
    assert Document(f"<!DOCTYPE html><html {attributes}><body>Hej").language == expected


def test_a_post_has_the_language_of_its_page_unless_it_has_its_own() -> None:
    page = saved("xenforo/thread_20.html", "https://dansk.example/threads/brev.33/")
    parsed = xenforo.parse_thread(page, site("xenforo"))
    reading = Reading(parsed.thread_id)
    reading.add(page, parsed)
    place = Place(
        source="s",
        thread_id=reading.thread_id,
        thread_title="",
        thread_views=None,
        language=reading.language,
        secret=b"0123456789abcdef",
        redact=None,
    )

    def written(post: ParsedPost) -> str | None:
        return to_post(post, place, seen_at=FETCHED_AT).language

    assert written(parsed.posts[0]) == "da-DK"
    assert written(replace(parsed.posts[0], language="sv")) == "sv"
