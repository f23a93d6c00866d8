"""Links keep what leads to a page, and lose what says who came or lets someone in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.links import scrub_links, without_secrets
from crawlers.model import ParsedPost, ParsedQuote
from crawlers.pseudonym import Place, to_post
from tests.crawlers.conftest import SECRET
from tests.crawlers.test_health import NOW

HEX = "0123456789abcdef0123456789abcdef"
CASES = [
    (f"https://f.se/viewtopic.php?f=2&t=10&sid={HEX}#p3", "https://f.se/viewtopic.php?f=2&t=10#p3"),
    ("https://f.se/showthread.php?s=&t=7&page=2#post9", None),
    ("https://f.se/index.php?topic=12.msg345;topicseen#new", None),
    (f"https://f.se/index.php?PHPSESSID={HEX}&topic=12.0", "https://f.se/index.php?topic=12.0"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgzAbCdEf123456789AaABAg", None),
    ("https://kalle:hemligt@f.se/t/1", "https://f.se/t/1"),
    ("https://f.se/faktura?token=abc&mail=kalle%40x.se&p=2", "https://f.se/faktura?p=2"),
    ("https://f.se/faktura?mottagare=kalle@x.se", "https://f.se/faktura"),
    ("https://f.se/a?x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF", "https://f.se/a"),
    ("https://f.se/cb#access_token=abc&state=1", "https://f.se/cb#state=1"),
    ("https://f.se/reset/Ab3dEf6hIj9kLm", "https://f.se/reset"),
    ("https://f.se/re\tset/Ab3dEf6hIj9kLm", "https://f.se/reset"),
    ("https://f.se/t/ändring?page=3", None),
    ("https://f.se/p/3fa85f6457174562b3fc2c963f66afa6", None),
    ("/t/1?p=2", None),
    ("", None),
]


@pytest.mark.parametrize(("url", "expected"), CASES)
def test_a_link_is_without_secrets(url: str, expected: str | None) -> None:
    assert without_secrets(url) == (url if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Se https://f.se/?token=abc, och (www.g.se/?sid=12&p=1).", "Se https://f.se/, och (www.g.se/?p=1)."),
        ("Läs https://mastodon.se/@kalle/123 nu", "Läs https://mastodon.se/@[användare]/123 nu"),
        ("https://forum.se/members/kalle.77/", "https://forum.se/members/[användare]/"),
        ("https://bsky.app/profile/kalle.se/post/3k", "https://bsky.app/profile/[användare]/post/3k"),
        ("Inga länkar: a/b, kl. 14:03, @kalle", None),
    ],
)
def test_links_in_a_text_are_scrubbed_and_nothing_else(text: str, expected: str | None) -> None:
    assert scrub_links(text) == (text if expected is None else expected)


@given(st.text(max_size=200))
@example("@00")
def test_any_text_and_any_link_are_survived_and_scrubbed_once(text: str) -> None:
    once = scrub_links("http://x.se/" + text)
    assert scrub_links(once) == once
    assert without_secrets(without_secrets("http://" + text)) == without_secrets("http://" + text)


def test_text_quotes_title_and_address_go_through_it() -> None:
    link = f"https://f.se/?t=1&sid={HEX}"
    parsed = ParsedPost(
        post_id="1", author="Kalle", posted_at=NOW, url=link, text=link, quoted=(ParsedQuote(text=link),)
    )
    place = Place(
        source="f",
        thread_id="t",
        thread_title=link,
        thread_views=None,
        secret=SECRET,
        redact=lambda texts: [(text, ()) for text in texts],
    )
    post = to_post(parsed, place, seen_at=NOW)
    assert {post.text, post.url, post.thread_title, post.quoted[0].text} == {"https://f.se/?t=1"}
    asked_for_as_it_is = to_post(parsed, replace(place, redact=None), seen_at=NOW)
    assert asked_for_as_it_is.text == link
