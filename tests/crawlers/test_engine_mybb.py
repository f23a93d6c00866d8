"""MyBB on odd pages: dates that may be read two ways, the hidden breadcrumb, clocks, other themes' addresses."""

from datetime import UTC, datetime

import pytest

from crawlers.engines import mybb
from crawlers.model import NotAThreadError, Page
from tests.crawlers.golden import page, saved, site

THREAD = "https://m.example/showthread.php?tid=7"


def post(number: int, date: str, *, edited: str = "", body: str = "Hej") -> str:
    return (
        f"<div class='post' id='post_{number}'><div class='author_information'><span class='largetext'>Bo</span></div>"
        f"<div class='post_head'><span class='post_date'>{date} <span class='post_edit' id='edited_by_{number}'>"
        f"{edited}</span></span></div><div class='post_body' id='pid_{number}'>{body}</div></div>"
    )


def thread(*posts: str, clock: str = "", pager: str = "") -> Page:
    foot = f"<span id='current_time'><strong>Current time:</strong> {clock}</span>" if clock else ""
    return page(
        "<html><head><script>var my_post_key = 'x';</script></head><body>"
        f"<div class='navigation'><span class='active'>T</span></div>{pager}<div id='posts'>{''.join(posts)}</div>"
        f"<div id='footer'>{foot}</div></body></html>",
        THREAD,
    )


ORDERS = [
    (["11-05-2026, 09:12 AM"], "11-22-2026, 07:00 PM", "2026-11-05T09:12:00+01:00"),
    (["05-11-2026, 09:12"], "22-11-2026, 19:00", "2026-11-05T09:12:00+01:00"),
    (["05-11-2026, 09:12", "19-11-2026, 10:00"], "", "2026-11-05T09:12:00+01:00"),
    (["02-03-2026, 09:12", "03-01-2026, 10:00"], "", "2026-02-03T09:12:00+01:00"),
    (["12-01-2026, 09:12"], "", "2026-01-12T09:12:00+01:00"),
    (["11-11-2026, 09:12"], "", "2026-11-11T09:12:00+01:00"),
    (["05.11.2026, 09:12"], "", "2026-11-05T09:12:00+01:00"),
    (["2026-11-05, 09:12"], "", "2026-11-05T09:12:00+01:00"),
    (["November 5th, 2026, 09:12 AM"], "", "2026-11-05T09:12:00+01:00"),
    (["Thursday, 5th November, 2026, 09:12 AM"], "", "2026-11-05T09:12:00+01:00"),
    (["11-05-26, 09:12"], "11-22-26, 19:00", "2026-11-05T09:12:00+01:00"),
    (["<span title='11-22-2026, 06:45 PM'>15 minutes ago</span>"], "", "2026-11-22T18:45:00+01:00"),
    (["<span title='21-11-2026'>Igår</span>, 23:58"], "", "2026-11-21T23:58:00+01:00"),
    (["Idag, 14:03"], "", "2026-11-22T14:03:00+01:00"),
]


@pytest.mark.parametrize(("dates", "clock", "expected"), ORDERS)
def test_the_page_tells_which_number_is_the_month(dates: list[str], clock: str, expected: str) -> None:
    given = thread(*(post(number, date) for number, date in enumerate(dates, start=1)), clock=clock)
    found = mybb.parse_thread(given, site("mybb"))
    assert found.posts[0].posted_at.isoformat() == expected
    assert found.unreadable == ()


@pytest.mark.parametrize("shown", ["05-04-2026, 09:12", "05/04/2026, 09:12 AM", "snart", "31-31-2026, 09:12"])
def test_a_date_that_may_be_read_two_ways_or_none_is_set_aside(shown: str) -> None:
    found = mybb.parse_thread(thread(post(5, shown)), site("mybb"))
    assert found.posts == ()
    assert [(one.reason, one.post_id) for one in found.unreadable] == [("unreadable_date", "5")]


@pytest.mark.parametrize(("order", "day"), [("dmy", "2026-04-05"), ("mdy", "2026-05-04")])
def test_a_person_may_say_which_number_is_the_month(order: str, day: str) -> None:
    found = mybb.parse_thread(thread(post(5, "05-04-2026, 09:12")), site("mybb", options={"date_order": order}))
    assert found.posts[0].posted_at.date().isoformat() == day


CLOCKS = [
    ("07-01-2026, 12:00 PM", "11-22-2026, 06:00 PM", "2026-07-01T12:00:00+00:00"),
    ("07-01-2026, 12:00 PM", "11-22-2026, 07:00 PM", "2026-07-01T12:00:00+01:00"),
    ("07-01-2026, 12:00 PM", "11-22-2026, 01:01 PM", "2026-07-01T12:00:00-05:00"),
    ("07-01-2026, 12:00 PM", "11-20-2026, 01:37 PM", "2026-07-01T12:00:00+02:00"),
    ("July 1st, 2026, 12:00", "November 22nd, 2026, 20:00", "2026-07-01T12:00:00+02:00"),
    ("July 1st, 2026, 12:00", "November 22nd, 2026, 18:00", "2026-07-01T12:00:00+00:00"),
    ("07-01-26, 12:00 PM", "11-22-26, 06:00 PM", "2026-07-01T12:00:00+00:00"),
    ("07-13-2026, 12:00 PM", "", "2026-07-13T12:00:00+02:00"),
]


@pytest.mark.parametrize(("shown", "clock", "expected"), CLOCKS)
def test_the_boards_clock_tells_its_zone_which_has_no_summer(shown: str, clock: str, expected: str) -> None:
    found = mybb.parse_thread(thread(post(5, shown), clock=clock), site("mybb"))
    assert found.posts[0].posted_at.isoformat() == expected


def test_a_page_kept_for_a_year_still_tells_the_order_of_its_numbers() -> None:
    given = thread(post(5, "11-05-2026, 09:12 AM"), clock="11-22-2026, 07:00 PM")
    later = Page(url=given.url, body=given.body, fetched_at=datetime(2027, 11, 5, 3, 21, tzinfo=UTC))
    assert mybb.parse_thread(later, site("mybb")).posts[0].posted_at.isoformat() == "2026-11-05T09:12:00+01:00"


def test_an_edit_note_is_read_from_its_title_and_never_from_the_authors_name() -> None:
    note = (
        "<span class='edited_post'>(This post was last modified: <span title='11-22-2026, 06:50 PM'>10 minutes ago"
        "</span> by <a href='member.php?uid=2'>11-01-2020, 01:00 PM</a>.)</span>"
    )
    given = thread(post(5, "11-20-2026, 06:45 PM", edited=note))
    found = mybb.parse_thread(given, site("mybb")).posts[0]
    assert found.edited_at is not None
    assert found.edited_at.isoformat() == "2026-11-22T18:50:00+01:00"


def test_the_hidden_breadcrumb_is_not_the_way_on() -> None:
    crumb = (
        "<div class='navigation'><div class='pagination pagination_breadcrumb' style='display: none;'>"
        "<a href='forumdisplay.php?fid=2&amp;page=2' class='pagination_next'>Next</a></div></div>"
    )
    alone = mybb.parse_thread(thread(post(5, "11-20-2026, 06:45 PM"), pager=crumb), site("mybb"))
    assert alone.next_url is None
    stray = "<div class='pagination'><a href='forumdisplay.php?fid=2&amp;page=2' class='pagination_next'>Next</a></div>"
    assert mybb.parse_thread(thread(post(5, "11-20-2026, 06:45 PM"), pager=stray), site("mybb")).next_url is None


@pytest.mark.parametrize(
    ("url", "thread_id", "first"),
    [
        ("https://m.example/showthread.php?tid=7&page=3", "7", THREAD),
        ("https://m.example/showthread.php?tid=7&pid=44#pid44", "7", THREAD),
        ("https://m.example/showthread.php?tid=7&action=lastpost", "7", THREAD),
        ("https://m.example/f/thread-7-page-3.html", "7", "https://m.example/f/thread-7.html"),
        ("https://m.example/f/thread-7-post-44.html#pid44", "7", "https://m.example/f/thread-7.html"),
        ("https://m.example/showthread.php?pid=44#pid44", "9", "https://m.example/showthread.php?tid=9"),
    ],
)
def test_addresses(url: str, thread_id: str, first: str) -> None:
    own = "<a href='showthread.php?tid=9&amp;pid=5#pid5'>#1</a>"
    given = thread(post(5, f"11-20-2026, 06:45 PM</span>{own}<span>"))
    found = mybb.parse_thread(Page(url=url, body=given.body, fetched_at=given.fetched_at), site("mybb"))
    assert (found.thread_id, found.first_url) == (thread_id, first)


def test_a_thread_is_no_list_and_a_list_no_thread() -> None:
    with pytest.raises(NotAThreadError):
        mybb.parse_listing(saved("mybb/thread_18.html", THREAD), site("mybb"))
    with pytest.raises(NotAThreadError):
        mybb.parse_thread(saved("mybb/forum_18.html", "https://mitt.example/forumdisplay.php?fid=4"), site("mybb"))


INDEX = """<html><head><script>var my_post_key = 'x';</script></head><body><table class="tborder">
<thead><tr><td class="thead" colspan="5"><strong><a href="forumdisplay.php?fid=1">Huset</a></strong></td></tr></thead>
<tr><td class="trow1"><span class="forum_status forum_on ajax_mark_read" id="mark_read_2"></span></td>
<td class="trow1"><strong><a href="forumdisplay.php?fid=2">Bredband</a></strong><div class="smalltext">Fiber<br />Sub
Forums: <div class="subforumicon subforum_minion"></div><a href="forumdisplay.php?fid=3">Stadsnät</a></div></td>
<td class="trow1">12</td><td class="trow1">99</td><td class="trow1"><span class="smalltext">
<a href="showthread.php?tid=31&amp;action=lastpost"><strong>Brev</strong></a><br />
<a href="member.php?action=profile&amp;uid=4">Åke</a></span></td></tr></table></body></html>"""


def test_an_index_leads_to_its_forums_and_those_inside_them() -> None:
    found = mybb.parse_listing(page(INDEX, "https://mitt.example/index.php"), site("mybb"))
    assert found.threads == ()
    assert found.more_urls == (
        "https://mitt.example/forumdisplay.php?fid=2",
        "https://mitt.example/forumdisplay.php?fid=3",
    )
