"""phpBB on odd pages, and on one of the real software."""

import pytest

from crawlers.engines import phpbb
from crawlers.model import NotAThreadError
from crawlers.spiders.index import forum_links
from tests.crawlers.golden import genuine, page, saved, site

TOPIC = "https://b.example/viewtopic.php?t=7"


def topic(
    date: str, *, foot: str = "", body: str = "<div class='content'>Hej</div>", pager: str = "", line: str = ""
) -> str:
    shown = line or f"<p class='author'>av <strong><span class='username'>Bo</span></strong> &raquo; {date} </p>"
    return (
        f"<html><body id='phpbb' class='section-viewtopic'><h2><a href='./viewtopic.php?t=7'>T</a></h2>{pager}"
        f"<div id='p5' class='post bg1'><div class='postbody'>{shown}{body}</div></div>"
        f"<div id='page-footer'><li class='rightside'>{foot}</li></div></body></html>"
    )


DATES = [
    ("tor 23 nov 2023, 14:03", "2023-11-23T14:03:00+01:00"),
    ("Idag, 14:03", "2026-11-22T14:03:00+01:00"),
    ("Igår, 23:59", "2026-11-21T23:59:00+01:00"),
    ("För 5 minuter sedan.", "2026-11-22T18:55:00+01:00"),
    ("För mindre än en minut sedan.", "2026-11-22T19:00:00+01:00"),
    ("Tue Oct 13, 2026 5:33 pm", "2026-10-13T17:33:00+02:00"),
    ("13 Oct 2026, 17:33", "2026-10-13T17:33:00+02:00"),
    ("<time datetime='2026-10-13T15:33:00+00:00'>oläsligt</time>", "2026-10-13T15:33:00+00:00"),
]
ZONES = [
    ("Alla tidsangivelser är UTC + 1 timme", "2026-07-01T12:00:00+01:00"),
    ("Alla tidsangivelser är UTC + 1 timme [ <abbr title='på'>Sommartid</abbr> ]", "2026-07-01T12:00:00+02:00"),
    ("All times are UTC", "2026-07-01T12:00:00+00:00"),
    ("All times are UTC - 5 hours", "2026-07-01T12:00:00-05:00"),
    ("All times are <abbr title='Europe/Helsinki'>UTC+02:00</abbr>", "2026-07-01T12:00:00+03:00"),
    ("All times are <span title='Europe/Stockholm'>UTC+01:00</span>", "2026-07-01T12:00:00+02:00"),
    ("All times are <span title='Europa/Stockholm'>UTC+01:00</span>", "2026-07-01T12:00:00+02:00"),
    ("All times are UTC+03:00", "2026-07-01T12:00:00+03:00"),
    ("All times are UTC+05:30", "2026-07-01T12:00:00+02:00"),
    ("Drivs av phpBB", "2026-07-01T12:00:00+02:00"),
]


@pytest.mark.parametrize(("shown", "expected"), DATES)
def test_dates(shown: str, expected: str) -> None:
    found = phpbb.parse_thread(page(topic(shown), TOPIC), site("phpbb"))
    assert [post.posted_at.isoformat() for post in found.posts] == [expected]


@pytest.mark.parametrize(("foot", "expected"), ZONES)
def test_the_board_says_what_zone_its_times_are_in(foot: str, expected: str) -> None:
    found = phpbb.parse_thread(page(topic("ons 01 jul 2026, 12:00", foot=foot), TOPIC), site("phpbb"))
    assert found.posts[0].posted_at.isoformat() == expected


def test_a_name_with_the_sign_before_the_date_in_it() -> None:
    user = "<a class='username' href='./memberlist.php?mode=viewprofile&amp;u=9'>A » igår, 10:00</a>"
    line = f"<p class='author'>av <strong>{user}</strong> &raquo; Idag, 11:00</p>"
    found = phpbb.parse_thread(page(topic("", line=line), TOPIC), site("phpbb"))
    assert (found.posts[0].author, found.posts[0].author_name) == ("9", "A » igår, 10:00")
    assert found.posts[0].posted_at.isoformat() == "2026-11-22T11:00:00+01:00"


def test_what_an_author_writes_is_not_taken_for_the_engines_words() -> None:
    body = (
        "<div class='content'>Hej <a class='username' href='./memberlist.php?mode=viewprofile&amp;u=66'>Falsk</a>"
        "<p class='author'>av X &raquo; Igår, 10:00</p><div class='notice'>Senast redigerad av X igår, 10:00</div>"
        "<time datetime='1999-01-01T00:00:00Z'>då</time></div>"
    )
    found = phpbb.parse_thread(page(topic("Idag, 11:00", body=body), TOPIC), site("phpbb")).posts[0]
    assert (found.author, found.edited_at) == ("Bo", None)
    assert found.posted_at.isoformat() == "2026-11-22T11:00:00+01:00"


def test_a_post_without_words_is_set_aside_and_one_without_date_too() -> None:
    for html, reason in ((topic("Idag, 11:00", body=""), "missing_text"), (topic("snart"), "unreadable_date")):
        found = phpbb.parse_thread(page(html, TOPIC), site("phpbb"))
        assert found.posts == ()
        assert [(one.reason, one.post_id) for one in found.unreadable] == [(reason, "5")]


PAGERS = [
    ("<div class='pagination'>3 inlägg &bull; Sida <strong>1</strong> av <strong>1</strong></div>", 1, None, 1),
    (
        "<div class='pagination'><a href='./viewtopic.php?t=7'>1</a>, <strong>2</strong>,"
        " <a href='./viewtopic.php?t=7&amp;sid=ab&amp;start=30'>3</a></div>",
        2,
        "https://b.example/viewtopic.php?t=7&start=30",
        16,
    ),
    (
        "<div class='pagination'><ul><li class='active'><span>9</span></li><li class='arrow next'>"
        "<a rel='next' href='./viewtopic.php?t=7&amp;start=180'>&raquo;</a></li>"
        "<li><a href='./viewtopic.php?t=7&amp;start=180'>10</a></li></ul></div>",
        9,
        "https://b.example/viewtopic.php?t=7&start=180",
        161,
    ),
]


@pytest.mark.parametrize(("pager", "number", "onward", "position"), PAGERS)
def test_pages(pager: str, number: int, onward: str | None, position: int) -> None:
    found = phpbb.parse_thread(page(topic("Idag, 11:00", pager=pager), f"{TOPIC}&p=5"), site("phpbb"))
    assert (found.page_number, found.next_url, found.first_url) == (number, onward, TOPIC)
    assert found.posts[0].position == position


def test_newest_first_has_no_positions() -> None:
    found = phpbb.parse_thread(page(topic("Idag, 11:00"), f"{TOPIC}&sd=d"), site("phpbb"))
    assert found.posts[0].position is None


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        ("https://b.example/", None, ("https://b.example/search.php?search_id=active_topics",)),
        ("https://b.example/viewforum.php?f=2", None, ("https://b.example/viewforum.php?f=2",)),
        (
            "https://b.example/f/viewforum.php?f=2",
            "Open Infra",
            (
                "https://b.example/f/search.php?keywords=Open+Infra&terms=all&sr=topics&sk=t&sd=d",
                "https://b.example/f/viewforum.php?f=2",
            ),
        ),
    ],
)
def test_where_to_look(url: str, query: str | None, expected: tuple[str, ...]) -> None:
    assert phpbb.listing_urls(site("phpbb", url, query=query)) == expected


def test_a_topic_is_no_list_and_a_list_no_topic() -> None:
    with pytest.raises(NotAThreadError):
        phpbb.parse_listing(saved("phpbb/thread_33.html", TOPIC), site("phpbb"))
    with pytest.raises(NotAThreadError):
        phpbb.parse_thread(saved("phpbb/forum_33.html", "https://villaforum.example/viewforum.php?f=7"), site("phpbb"))


def forum(inside: str) -> str:
    return f"<html><body id='phpbb' class='section-viewforum ltr'><div class='panel'>{inside}</div></body></html>"


def test_an_empty_forum_is_an_empty_list_and_a_login_page_a_wall() -> None:
    assert phpbb.parse_listing(page(forum("<strong>Inga trådar</strong>")), site("phpbb")).threads == ()
    with pytest.raises(NotAThreadError) as caught:
        phpbb.parse_listing(page(forum("<strong>Logga in</strong><input type='password'>")), site("phpbb"))
    assert caught.value.cause == "login_wall"


def test_an_index_whose_links_carry_the_visit_leads_to_each_forum_once() -> None:
    links = "".join(f"<a href='./viewforum.php?f={f}&amp;sid={sid}'>F</a>" for f in (2, 3) for sid in ("ab", "cd"))
    found = forum_links(page(f"<html><body>{links}</body></html>", "https://b.example/index.php"))
    assert found == ("https://b.example/viewforum.php?f=2", "https://b.example/viewforum.php?f=3")


def test_genuine_topic() -> None:
    given = genuine("phpbb3/viewtopic.html", "http://127.0.0.1:18084/viewtopic.php?t=2")
    found = phpbb.parse_thread(given, site("phpbb"))
    assert (found.thread_id, found.thread_title, found.page_number) == ("2", "Open Infra gräver i Norrtälje", 1)
    assert found.next_url == "http://127.0.0.1:18084/viewtopic.php?f=2&t=2&start=10"
    assert [post.post_id for post in found.posts] == [str(number) for number in range(2, 12)]
    assert [post.position for post in found.posts] == list(range(1, 11))
    assert found.unreadable == ()
    first, second = found.posts[:2]
    assert (first.author, first.author_name, first.text) == ("48", "anna", "Någon som fått fiber av Open Infra?")
    assert first.posted_at.isoformat() == "2026-10-13T17:33:00+00:00"
    assert first.url == "http://127.0.0.1:18084/viewtopic.php?p=2#p2"
    assert second.text == "Svar 0: Open Infra åäö"
    assert [(quote.author, quote.text) for quote in second.quoted] == [("anna", "Någon som fått fiber?")]
    assert phpbb.detect(given) >= 0.9


THANKS = (
    "<div id='list_thanks5'><div class='notice'><dl><dt>Disse brugere syntes godt om "
    "<a class='username' href='./memberlist.php?u=4'>Bo</a>'s indlæg{total}:</dt><dd>{names}</dd></dl></div></div>"
)
NAMED = "<span title='12 jan 2024, 10:00'><a class='username-coloured' href='./memberlist.php?u={}'>M {}</a></span>"
LIKES = [
    ("", None),
    ("<div id='list_thanks5'></div>", 0),
    (THANKS.format(total="", names=NAMED.format(8, 8)), 1),
    (THANKS.format(total=" (total 2)", names=NAMED.format(8, 8) + ", " + NAMED.format(9, 9)), 2),
    (THANKS.format(total=" (total 14)", names=NAMED.format(8, 8) + " og 13 flere"), 14),
    ("<div class='postlove'><span title='Ada' id='like_5'>3</span> x</div>", 3),
    ("<i class='icon postlove-count' id='like_5'>1</i>", 1),
    ("<div class='postlove'><span id='like_5'></span> x</div>", 0),
]


@pytest.mark.parametrize(("extra", "expected"), LIKES)
def test_likes_are_what_the_usual_extensions_count(extra: str, expected: int | None) -> None:
    body = f"<div class='content'>Hej <span class='postlove-count'>99</span></div>{extra}"
    (post,) = phpbb.parse_thread(page(topic("ons 01 jul 2026, 12:00", body=body), TOPIC), site("phpbb")).posts
    assert (post.like_count, post.author, post.edited_at) == (expected, "Bo", None)


OWN_CLASSES = [
    ("<p class='lastpost__date'>on Apr 30, 2020</p>", "2020-04-30T00:00:00+02:00"),
    (
        "<p class='msg-time'>30 apr 2020, 12:00</p><i class='date-short'>30 apr 2020, 12:00</i>",
        "2020-04-30T12:00:00+02:00",
    ),
    ("<p class='msg-time'>30 apr 2020</p><i class='date-other'>1 maj 2021</i>", None),
    ("<div class='userprofile'><p class='joined-date'>30 apr 2012</p></div>", None),
    ("<div class='content'><b class='fake-date'>30 apr 2012</b></div>", None),
]


@pytest.mark.parametrize(("line", "expected"), OWN_CLASSES)
def test_a_style_with_classes_of_its_own_tells_the_date_where_all_agree(line: str, expected: str | None) -> None:
    shown = f"<p class='author'><span class='username'>Bo</span></p>{line}"
    found = phpbb.parse_thread(page(topic("", line=shown), TOPIC), site("phpbb"))
    assert [post.posted_at.isoformat() for post in found.posts] == ([expected] if expected else [])
    assert [one.reason for one in found.unreadable] == ([] if expected else ["unreadable_date"])


def test_the_picture_before_the_name_is_not_the_name() -> None:
    shown = (
        "<p class='author'>20 nov 2026 14:12</p><dl class='postprofile'><dt>"
        "<a href='./memberlist.php?mode=viewprofile&amp;u=603'><img src='x.jpg' alt='Avatar'></a>"
        "<a href='./memberlist.php?mode=viewprofile&amp;u=603'>zYN</a></dt></dl>"
    )
    (post,) = phpbb.parse_thread(page(topic("", line=shown), TOPIC), site("phpbb")).posts
    assert (post.author, post.author_name) == ("603", "zYN")


def test_a_list_may_say_the_last_time_in_a_title() -> None:
    row = (
        "<ul class='topiclist topics'><li class='row'><dl><dt>"
        "<a class='topictitle' href='./viewtopic.php?t=7'>T</a></dt><dd class='posts'>52</dd>"
        "<dd class='lastpost'><span>by "
        "<a href='./viewtopic.php?p=9#p9' title='20 nov 2026 00:13'>Bo</a></span></dd></dl></li></ul>"
    )
    body = f"<html><body id='phpbb' class='section-viewforum'>{row}</body></html>"
    (ref,) = phpbb.parse_listing(page(body, "https://b.example/viewforum.php?f=1"), site("phpbb")).threads
    assert ref.last_posted_at is not None
    assert (ref.last_posted_at.isoformat(), ref.post_count) == ("2026-11-20T00:13:00+01:00", 53)


def test_a_style_made_from_subsilver2_whose_labels_are_not_bold() -> None:
    post = """<table class="tablebg"><tr class="row1"><td><a name="p7"></a><span class="postauthor">Anna</span></td>
    <td><table><tr><td class="gensmall" width="100%"><div>&nbsp;Post subject: 2 Jan 2020, 09:00</div><div>
    <a href="./viewtopic.php?p=7&amp;sid=0f#p7"><img alt="Post"></a>Posted: Sun Apr 22, 2012 7:09 am&nbsp;</div></td>
    </tr></table></td></tr><tr class="row1"><td class="profile"></td>
    <td><div class="postbody">Fibern är trasig.</div></td></tr></table>"""
    found = phpbb.parse_thread(page(f"<html><body class='ltr'>{post}</body></html>", TOPIC), site("phpbb"))
    assert [(one.post_id, one.author, one.text) for one in found.posts] == [("7", "Anna", "Fibern är trasig.")]
    assert found.posts[0].posted_at.isoformat() == "2012-04-22T07:09:00+02:00"
