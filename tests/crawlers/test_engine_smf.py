"""SMF on odd pages: clocks, addresses, dates of its Swedish translation."""

import pytest

from crawlers.engines import smf
from crawlers.model import NotAThreadError
from tests.crawlers.golden import page, saved, site

TOPIC = "https://s.example/index.php?topic=7.0"


def topic(line: str, *, clock: str = "", body: str = "Hej", pages: str = "", edited: str = "") -> str:
    return (
        f"<html><body>{clock}<h2><span id='top_subject'>T</span></h2><div class='pagelinks'>{pages}</div>"
        "<div class='windowbg'><div class='post_wrapper'><div class='poster'><h4>Bo</h4></div><div class='postarea'>"
        f"<div class='keyinfo'><h5 id='subject_5'><a href='https://s.example/index.php?topic=7.msg5#msg5'>T</a></h5>"
        f"<div class='smalltext'>{line}</div></div><div class='post'><div class='inner' id='msg_5'>{body}</div></div>"
        f"</div><div class='moderatorbar'><div class='smalltext modified' id='modified_5'>{edited}</div></div></div>"
        "</div></body></html>"
    )


LINES = [
    ("&#171; <strong>Svar #3 skrivet:</strong> <b>idag</b> kl. 14:03:22 &#187;", "2026-11-22T14:03:22+01:00", 4),
    (
        "&#171; <strong>Reply #1 on:</strong> <strong>Yesterday</strong> at 11:12:33 PM &#187;",
        "2026-11-21T23:12:33+01:00",
        2,
    ),
    ("&#171; <strong> on:</strong> June 05, 2026, 09:12:33 PM &#187;", "2026-06-05T21:12:33+02:00", 1),
    ("&#171; <strong>Svar #1200 skrivet:</strong> 5 juni 2026, 21:12 &#187;", "2026-06-05T21:12:00+02:00", 1201),
    ("Idag kl 14:03", "2026-11-22T14:03:00+01:00", 1),
    ("2026-06-05, 21:12", "2026-06-05T21:12:00+02:00", 1),
]
CLOCKS = [
    ("<div class='user'><time datetime='2026-11-22T18:00:12Z'>Nov 22, 2026, 06:00 PM</time></div>", "+00:00"),
    ("<div class='user'><time datetime='2026-11-22T18:00:12Z'>22 nov 2026, 19:00</time></div>", "+02:00"),
    ("<div class='user'><time datetime='2020-11-22T18:00:12Z'>22 nov 2020, 20:00</time></div>", "+02:00"),
    ("<div class='user'><time datetime='2026-11-22T18:00:12Z'>22 nov 2026, 10:00</time></div>", "-08:00"),
    ("<div class='user'><ul><li>November 22, 2026, 06:00:00 PM</li></ul></div>", "+00:00"),
    ("<div class='user'><time datetime='nyss'>nu</time></div>", "+02:00"),
]


@pytest.mark.parametrize(("line", "expected", "position"), LINES)
def test_dates_and_places(line: str, expected: str, position: int) -> None:
    found = smf.parse_thread(page(topic(line, pages="[<strong>1</strong>]"), TOPIC), site("smf"))
    assert [post.posted_at.isoformat() for post in found.posts] == [expected]
    # The post that opens a first page opens the topic, whatever else is said.
    assert found.posts[0].position == 1
    later = smf.parse_thread(page(topic(line, pages="[<strong>2</strong>]"), TOPIC), site("smf"))
    assert later.posts[0].position == (position if position > 1 else None)


@pytest.mark.parametrize(("clock", "offset"), CLOCKS)
def test_the_pages_clock_tells_the_zone(clock: str, offset: str) -> None:
    found = smf.parse_thread(page(topic("5 juni 2026, 21:12", clock=clock), TOPIC), site("smf"))
    assert found.posts[0].posted_at.isoformat() == f"2026-06-05T21:12:00{offset}"


def test_what_an_author_writes_is_not_taken_for_the_engines_words() -> None:
    body = (
        "<div class='keyinfo'><div class='smalltext'>igår kl. 10:00</div></div><span class='page_number'>#99</span>"
        "<div class='modified'>Senast ändrad: igår kl. 10:00</div><a href='?action=profile;u=66'>Falsk</a>"
    )
    found = smf.parse_thread(page(topic("idag kl. 11:00", body=body), TOPIC), site("smf")).posts[0]
    assert (found.author, found.edited_at, found.position) == ("Bo", None, 1)
    assert found.posted_at.isoformat() == "2026-11-22T11:00:00+01:00"


def test_an_edit_and_a_date_that_cannot_be_read() -> None:
    note = "&#171; <em>Senast ändrad: 20 november 2026, 08:10:44 av 1 maj 2020</em> &#187;"
    found = smf.parse_thread(page(topic("idag kl. 11:00", edited=note), TOPIC), site("smf"))
    assert found.posts[0].edited_at is not None
    assert found.posts[0].edited_at.isoformat() == "2026-11-20T08:10:44+01:00"
    odd = smf.parse_thread(page(topic("strax"), TOPIC), site("smf"))
    assert [(one.reason, one.post_id) for one in odd.unreadable] == [("unreadable_date", "5")]


@pytest.mark.parametrize(
    ("url", "first"),
    [
        (TOPIC, TOPIC),
        ("https://s.example/index.php?topic=7.40", TOPIC),
        ("https://s.example/index.php?topic=7.msg55#msg55", TOPIC),
        ("https://s.example/index.php?topic=7.new;topicseen#new", TOPIC),
        ("https://s.example/index.php?PHPSESSID=ab12&topic=7.20", TOPIC),
        ("https://s.example/index.php/topic,7.20.html", "https://s.example/index.php/topic,7.0.html"),
        ("https://s.example/index.php?msg=5", TOPIC),
    ],
)
def test_addresses(url: str, first: str) -> None:
    found = smf.parse_thread(page(topic("idag kl. 11:00"), url), site("smf"))
    assert (found.thread_id, found.first_url) == ("7", first)


def test_the_next_topic_is_not_the_next_page() -> None:
    links = "<link rel='next' href='https://s.example/index.php?topic=7.0;prev_next=next'>"
    found = smf.parse_thread(page(links + topic("idag kl. 11:00"), TOPIC), site("smf"))
    assert found.next_url is None


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        ("https://s.example/", None, ("https://s.example/index.php?action=recent",)),
        ("https://s.example/f/index.php?board=2.0", None, ("https://s.example/f/index.php?board=2.0",)),
        (
            "https://s.example/f/index.php?board=2.0",
            "Open Infra",
            (
                "https://s.example/f/index.php?action=search2;search=Open%20Infra;sort=id_msg%7Cdesc",
                "https://s.example/f/index.php?board=2.0",
            ),
        ),
    ],
)
def test_where_to_look(url: str, query: str | None, expected: tuple[str, ...]) -> None:
    assert smf.listing_urls(site("smf", url, query=query)) == expected


def test_a_topic_is_no_list_and_a_list_no_topic() -> None:
    with pytest.raises(NotAThreadError):
        smf.parse_listing(saved("smf/thread_21.html", TOPIC), site("smf"))
    with pytest.raises(NotAThreadError):
        smf.parse_thread(saved("smf/board_21.html", "https://radhus.example/index.php?board=3.0"), site("smf"))
