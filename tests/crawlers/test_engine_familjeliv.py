"""Familjeliv's odd cases: clothes that nobody has seen, opening posts repeated or not, years left out."""

from datetime import datetime

import pytest

from crawlers.engines import familjeliv
from crawlers.model import Page, ThreadPage
from tests.crawlers.golden import page, site

URL = "https://www.familjeliv.se/forum/thread/777777-brev"
OPENING = '<div class="box"><h1>Brev</h1><i class="username">Åsa</i> <em>Tors 19 nov 18:04</em>{}</div>'
REPLY = (
    '<article id="anchor-m{0}"><i class="username">{1}</i> <em>{2}</em><div class="message-body">{3}</div></article>'
)
BODY = '<div class="message-body">Fick ett brev</div>'
HEADING = "<h2>Svar på tråden Brev</h2>"
YEARS = [
    ("Tors 19 nov 18:04", "2026-11-19T18:04:00+01:00"),
    ("22 nov 18:59", "2026-11-22T18:59:00+01:00"),
    ("22 nov 19:30", "2025-11-22T19:30:00+01:00"),
    ("24 dec 15:00", "2025-12-24T15:00:00+01:00"),
    ("29 feb 10:00", "2024-02-29T10:00:00+01:00"),
    ("3 mar 2014 10:11", "2014-03-03T10:11:00+01:00"),
    ("2026-11-20 18:04:11", "2026-11-20T18:04:11+01:00"),
    ("Idag 07:30", "2026-11-22T07:30:00+01:00"),
    ("Igår 23:59", "2026-11-21T23:59:00+01:00"),
]


def _page(*parts: str, url: str = URL) -> Page:
    return page(f"<html><body><div id='wrap'><nav>Idag 08:00</nav>{''.join(parts)}</div></body></html>", url)


def _thread(*parts: str, url: str = URL) -> ThreadPage:
    return familjeliv.parse_thread(_page(*parts, url=url), site())


@pytest.mark.parametrize(("shown", "expected"), YEARS)
def test_a_year_left_out_is_the_latest_past_one(shown: str, expected: str) -> None:
    found = _thread(OPENING.format(BODY), HEADING, REPLY.format(1, "Bo", shown, "Hej"))
    assert found.posts[1].posted_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize("number", ["", "/1", "/2", "/14"])
def test_the_opening_post_is_one_post_on_whatever_page_it_stands(number: str) -> None:
    found = _thread(OPENING.format(BODY), HEADING, REPLY.format(9, "Bo", "Idag 10:00", "Hej"), url=URL + number)
    assert [post.post_id for post in found.posts] == ["777777", "777777-m9"]
    assert [post.url for post in found.posts] == [URL, f"{URL}{number}#anchor-m9"]


def test_a_later_page_without_the_opening_post_has_replies_only() -> None:
    replies = [REPLY.format(n, "Bo", "Idag 10:00", "Hej") for n in (11, 12)]
    assert [post.post_id for post in _thread(HEADING, *replies, url=URL + "/2").posts] == ["777777-m11", "777777-m12"]
    assert [post.post_id for post in _thread(*replies, url=URL + "/2").posts] == ["777777-m11", "777777-m12"]


def test_a_thread_of_one_post_is_not_the_whole_page() -> None:
    (post,) = _thread(OPENING.format(BODY)).posts
    assert (post.author, post.text) == ("Åsa", "Fick ett brev")
    assert post.posted_at == datetime.fromisoformat("2026-11-19T18:04:00+01:00")


def test_an_anonymous_name_is_someone_else_in_another_thread() -> None:
    reply = REPLY.format(1, "Anonym (TS)", "Idag 10:00", "Hej")
    here = _thread(OPENING.format(BODY), HEADING, reply).posts[1]
    there = _thread(OPENING.format(BODY), HEADING, reply, url=URL.replace("777777", "888888")).posts[1]
    assert here.author_name == there.author_name == "Anonym (TS)"
    assert here.author != there.author


def test_a_reply_without_any_id_is_set_aside() -> None:
    bare = '<div><i class="username">Bo</i> <em>Idag 10:00</em><div class="message-body">Hej</div></div>'
    found = _thread(OPENING.format(BODY), HEADING, bare)
    assert [post.post_id for post in found.posts] == ["777777"]
    assert [item.reason for item in found.unreadable] == ["missing_id"]


def test_what_a_text_says_is_no_date_no_name_and_no_id() -> None:
    body = '<b class="username">Ada</b> skrev Idag 11:00, se <a href="/forum/thread/1-x#anchor-m5" id="m999999">här</a>'
    (_, post) = _thread(OPENING.format(BODY), HEADING, REPLY.format(3, "Bo", "Igår 10:00", body)).posts
    assert (post.post_id, post.author) == ("777777-m3", "Bo")
    assert post.posted_at == datetime.fromisoformat("2026-11-21T10:00:00+01:00")


def test_the_pages_are_followed_by_their_numbers_where_no_link_says_next() -> None:
    pages = '<div class="paginator">Sida 2 av 3</div>'
    assert _thread(OPENING.format(BODY), pages, url=URL + "/2").next_url == URL + "/3"
    assert _thread(OPENING.format(BODY), pages.replace("2 av", "3 av"), url=URL + "/3").next_url is None
    assert _thread(OPENING.format(BODY), url=URL).next_url is None


def test_a_thread_elsewhere_is_known_by_its_words() -> None:
    given = _page(OPENING.format(BODY), HEADING, url="http://127.0.0.1:8000/forum/thread/777777-brev")
    assert familjeliv.detect(given) > 0.9
    linked = (
        '<article class="message-body">Svar på tråden: <a href="https://www.familjeliv.se/forum/thread/1-x">här</a>'
    )
    assert familjeliv.detect(_page(linked, url="https://forum.example/threads/x.1/")) == 0.0
    assert familjeliv.detect(page("<title>Familj och liv</title>")) == 0.0
