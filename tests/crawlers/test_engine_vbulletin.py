"""vBulletin's odd cases: dates in numbers alone, rewritten addresses, sessions in links, old page links."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawlers.dates import UnreadableDateError
from crawlers.engines import vbulletin, vbulletin_dates, vbulletin_rows
from crawlers.model import NotAThreadError, ThreadPage
from tests.crawlers.golden import page, site

ORDERS = [
    (["13-11-2023, 10:00"], "2023-11-13"),
    (["11-13-2023, 10:00"], "2023-11-13"),
    (["05-11-2023, 10:00", "06-11-2023, 11:00", "01-12-2023, 09:00"], "2023-11-05"),
    (["11-05-2023, 10:00", "11-06-2023, 11:00", "12-01-2023, 09:00"], "2023-11-05"),
    (["12-11-2026, 10:00"], "2026-11-12"),
    (["05-11-2023, 10:00 AM"], "2023-05-11"),
    (["05/11/2023 10:00 PM", "24/11/2023 10:00 PM"], "2023-11-05"),
    (["07-07-2023, 10:00"], "2023-07-07"),
    (["05-11-2023, 10:00"], None),
    (["25-11-2023, 10:00", "11-25-2023, 10:00"], None),
]
LINES = [
    ("Gammal Idag, 14:03 #12 (permalänk)", "2026-11-22T14:03:00+01:00"),
    ("Kim Igår 23:59 av Bo", "2026-11-21T23:59:00+01:00"),
    ("Senast redigerad av Anna; 2026-11-20 klockan 07:05.", "2026-11-20T07:05:00+01:00"),
    ("Last edited by Anna; 20th November 2026 at 07:05 PM.", "2026-11-20T19:05:00+01:00"),
    ("Old Nov 20, 2026, 7:05 pm", "2026-11-20T19:05:00+01:00"),
    ("Fri 1 Jul '11, 6:14pm", "2011-07-01T18:14:00+02:00"),
    ("20.11.2026, 07:05", "2026-11-20T07:05:00+01:00"),
    ("3 Weeks Ago", "2026-11-01T19:00:00+01:00"),
    ("Join Date: Mar 2009", None),
    ("31-02-2026, 10:00", None),
    ("2026-11-20, 27:05", None),
    ("", None),
]
THANKS = [
    ("The Following 12 Users Say Thank You to Anna 99 For This Useful Post:", '<a href="member.php?u=5">Bo</a>', 12),
    ("The Following User Says Thank You to Anna 99 For This Useful Post:", '<a href="member.php?u=5">Bo</a>', 1),
    ("Två tackar Anna:", '<a href="members/5-bo">Bo</a>, <a href="members/6-eva">Eva</a>', 2),
]
ADDRESSES = [
    ("https://f.example/showthread.php?t=123&page=2", "123"),
    ("https://f.example/showthread.php?s=0f&threadid=123", "123"),
    ("https://f.example/forum/showthread.php?123-Ett-brev&p=9", "123"),
    ("https://f.example/showthread.php/123-Ett-brev/page2", "123"),
    ("https://f.example/threads/123-ett-brev-2011/page2", "123"),
    ("https://f.example/bredband/123-ett-brev-2011.html", "123"),
    ("https://f.example/f19/ett-brev-123-2.html", "123"),
    ("https://f.example/f19/ett-brev-123/index2.html", "123"),
    ("https://f.example/t123-ett-brev.html", "123"),
    ("https://f.example/forum/hus/bredband/123-ett-brev/page3", "123"),
    ("https://f.example/forumdisplay.php?f=7", None),
    ("https://f.example/forum/hus/bredband", None),
]
POST = """<table id="post{0}" class="tborder"><tr><td class="thead"><a name="post{0}"></a> {1}</td></tr><tr>
<td><div id="postmenu_{0}">{2}</div></td><td id="td_post_{0}"><div id="post_message_{0}">{3}</div></td></tr></table>"""
THREAD = "https://f.example/showthread.php?t=5"


def _thread(*posts: str, head: str = "", tail: str = "", url: str = THREAD, **rest: str) -> ThreadPage:
    body = (
        f"<html><head><meta name=generator content='vBulletin 3.8.4'>{head}</head><body>{''.join(posts)}{tail}</body>"
    )
    return vbulletin.parse_thread(page(body, url), site("vbulletin", options=rest))


@pytest.mark.parametrize(("texts", "expected"), ORDERS)
def test_the_page_tells_which_number_is_the_month(texts: list[str], expected: str | None) -> None:
    calendar = vbulletin_dates.calendar(texts, page(""), site())
    found = calendar.find_or_none(texts[0])
    assert (found.date().isoformat() if found else None) == expected


def test_an_option_settles_what_the_page_leaves_open() -> None:
    post = POST.format(1, "05-11-2023, 10:00", "Anna", "Hej")
    assert _thread(post).unreadable[0].reason == "unreadable_date"
    assert _thread(post, date_order="dmy").posts[0].posted_at.month == 11
    assert _thread(post, date_order="mdy").posts[0].posted_at.month == 5


@pytest.mark.parametrize(
    ("foot", "zone", "expected"),
    [
        ('All times are GMT -5. The time now is <span class="time">00:08</span>.', None, "-05:00"),
        ('Alla tider är GMT +1. Klockan är nu <span class="time">14:08</span>.', None, "+01:00"),
        # Said in July of a place that has summer time; the post is of November.
        ('Alla tider är GMT +2. Klockan är nu <span class="time">14:08</span>.', None, "+01:00"),
        ('Alle tider er GMT. Klokken er nå <span class="time">12:08</span>.', None, "+00:00"),
        ('All times are GMT +5.5. The time now is <span class="time">18:38</span>.', None, "+01:00"),
        ("All times are GMT -5.", None, "+01:00"),
        ('All times are GMT -5. The time now is <span class="time">00:08</span>.', "America/New_York", "-05:00"),
        ("", "America/New_York", "-05:00"),
    ],
)
def test_a_board_says_where_its_clock_stands(foot: str, zone: str | None, expected: str) -> None:
    body = POST.format(1, "2026-11-05, 10:00", "Anna", "Hej") + f"<div class=smallfont>{foot}</div>"
    where = site("vbulletin") if zone is None else replace(site("vbulletin"), timezone=ZoneInfo(zone))
    found = vbulletin.parse_thread(page(f"<meta name=generator content='vBulletin 3.8.4'>{body}", THREAD), where)
    assert found.posts[0].posted_at.isoformat() == f"2026-11-05T10:00:00{expected}"


def test_a_zone_that_a_member_names_is_not_the_boards() -> None:
    said = "På den sidan står det All times are GMT -5. The time now is 00:08."
    assert _thread(POST.format(1, "2026-11-05, 10:00", "Anna", said)).posts[0].posted_at.isoformat().endswith("+01:00")


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_date_is_found_in_its_line(line: str, expected: str | None) -> None:
    calendar = vbulletin_dates.Calendar(True, page(""), site().timezone)
    if expected is None:
        with pytest.raises(UnreadableDateError):
            calendar.find(line)
    else:
        assert calendar.find(line) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(("url", "expected"), ADDRESSES)
def test_a_thread_is_known_by_its_address(url: str, expected: str | None) -> None:
    assert vbulletin_rows.thread_id_in(url) == expected


def test_a_form_tells_the_thread_where_addresses_are_rewritten() -> None:
    post = POST.format(1, "Idag, 10:00", "Anna", "Hej")
    field = '<form><input type="hidden" name="t" value="70412"></form>'
    assert _thread(post, tail=field, url="https://f.example/bredband/ett-brev.html").thread_id == "70412"
    with pytest.raises(NotAThreadError):
        _thread(post, url="https://f.example/bredband/ett-brev.html")


def test_a_page_link_without_rel_leads_on_and_loses_its_session() -> None:
    post = POST.format(1, "Idag, 10:00", "Anna", "Hej")
    links = f'<div class="pagenav"><a href="showthread.php?s={"0f" * 16}&amp;t=5&amp;page=2">&gt;</a></div>'
    found = _thread(post, tail=links)
    assert found.next_url == "https://f.example/showthread.php?t=5&page=2"
    assert _thread(post).next_url is None


@pytest.mark.parametrize(("line", "names", "expected"), THANKS)
def test_thanks_are_counted(line: str, names: str, expected: int) -> None:
    box = f'<div id="post_thanks_box_1"><table><tr><td>{line}</td></tr><tr><td>{names}</td></tr></table></div>'
    (post,) = _thread(POST.format(1, "Idag, 10:00", "Anna 99", "Hej"), box).posts
    assert post.like_count == expected


def test_a_later_page_says_where_the_thread_starts() -> None:
    post = POST.format(1, "Idag, 10:00", "Anna", "Hej")
    links = '<div class="pagination"><a href="ett-brev-5.html">1</a> <a href="ett-brev-5-3.html" rel="next">3</a></div>'
    later = "https://f.example/b/ett-brev-5-2.html"
    assert _thread(post, tail=links, url=later).first_url == "https://f.example/b/ett-brev-5.html"
    assert _thread(post, url="https://f.example/b/5-brev/page2").first_url == "https://f.example/b/5-brev"
    assert _thread(post, tail=links).first_url is None


def test_rewritten_profiles_and_guests_are_told_apart() -> None:
    named = '<a class="bigusername" href="members/anna-77.html">Anna</a>'
    bare = '<a class="bigusername" href="members/bo-99.html">Bo 99</a>'
    posts = [POST.format(n, "Idag, 10:00", who, "Hej") for n, who in enumerate((named, bare, "Gäst 3"), start=1)]
    found = _thread(*posts).posts
    assert [post.author for post in found] == ["77", "Bo 99", "Gäst 3"]
    assert [post.author_name for post in found] == ["Anna", "Bo 99", "Gäst 3"]


def test_a_styled_text_of_the_author_is_no_quote() -> None:
    body = '<div style="margin-left:40px">indraget <b>fet</b></div><div align="center">mitt</div>'
    (post,) = _thread(POST.format(1, "Idag, 10:00", "Anna", body)).posts
    assert (post.text, post.quoted) == ("indraget fet\nmitt", ())


def test_the_attribute_of_version_5_settles_the_order_of_a_shown_date() -> None:
    body = """<ul class="conversation-list"><li data-node-id="7" class="b-post js-post"><div class="author">Anna</div>
    <div class="b-post__timestamp"><time datetime="2023-11-04T22:30:00">05-11-2023, 04:30</time></div>
    <div class="js-post__content-text">Hej</div></li></ul>"""
    found = vbulletin.parse_thread(page(body, "https://f.example/forum/a/5-brev"), site())
    assert found.posts[0].posted_at == datetime.fromisoformat("2023-11-05T04:30:00+01:00")


def test_flashback_is_left_to_its_own_engine() -> None:
    head = b'<html><head><link rel="stylesheet" href="https://static.flashback.org/x.css"></head>'
    body = head + b'<meta name="generator" content="vBulletin"><a class="post-user-username" href="/u1">Anna</a>'
    assert vbulletin.detect(page(body)) < 0.5


@pytest.mark.parametrize(
    ("number", "count", "address", "following", "first"),
    [
        (1, 3, "showthread.php?88-Brev", "showthread.php?88-Brev&page=2", None),
        (2, 3, "showthread.php?88-Brev/page2", "showthread.php?88-Brev&page=3", "showthread.php?88-Brev"),
        (3, 3, "showthread.php?t=88&amp;page=3", None, "showthread.php?t=88"),
        (2, 4, "threads/88-Brev/page2", "threads/88-Brev?page=3", "threads/88-Brev"),
        (1, 2, f"showthread.php?s={'0' * 32}&amp;t=88", "showthread.php?t=88&page=2", None),
        (1, 2, "showthread.php?88-homepage7", "showthread.php?88-homepage7&page=2", None),
        (1, 1, "showthread.php?88-Brev", None, None),
    ],
)
def test_the_skin_for_telephones_tells_its_pages_to_a_script(
    number: int, count: int, address: str, following: str | None, first: str | None
) -> None:
    found = mobile(
        f'<div class="pagenav" data-role="vbpagenav" data-pagenumber="{number}" data-totalpages="{count}" '
        f'data-address="{address}" data-address2="" data-anchor=""></div>{SAID}'
    )
    base = "https://board.example/forum/"
    assert found.page_number == number
    assert found.next_url == (base + following if following else None)
    assert found.first_url == (base + first if first else None)


def test_a_deleted_post_of_the_skin_for_telephones_is_none_though_its_reason_shows() -> None:
    gone = SAID.replace("<div class=postfoot></div>", "").replace("70011", "70012").replace("Hej", "Orsak: reklam")
    assert [post.text for post in mobile(SAID + gone).posts] == ["Hej"]
    with pytest.raises(NotAThreadError):
        mobile(gone)


SAID = (
    "<li class='postbit postbitim postcontainer' id=post_70011><div class=posthead><span class=xsaid>"
    "<a href='member.php?31-gunnar'>Gunnar</a> skrev:</span><span class=postdate><span class=date>2026-11-18&nbsp;"
    "<span class=time>21:14</span></span></span></div><div class=postbody><div id=post_message_70011><blockquote "
    "class='postcontent restore'>Hej</blockquote></div></div><div class=postfoot></div></li>"
)


def mobile(inside: str) -> ThreadPage:
    whole = f"<!doctype html><html lang=sv><h1>Brev</h1><ol id=posts>{inside}</ol></html>"
    return vbulletin.parse_thread(page(whole, "https://board.example/forum/showthread.php?88-Brev"), site("vbulletin"))


PANELS = [
    # A skin of version 3 in divs: the name stands above the panel.
    (
        """<div style="margin:20px; margin-top:5px;"><div class="smallfont">Quote:</div><div>Originally Posted by
        <strong>Bo</strong> <a href="b/ett-brev-5-post41.html#post41"><span>View Post</span></a></div>
        <div style="font-style:italic; border:1px inset;" class="postquote">Ingen fiber här.</div></div>""",
        ("41", "Bo", "Ingen fiber här."),
    ),
    # Another: the name is the panel's first line.
    (
        """<div style="margin:1rem; margin-top:0.3rem;"><div><label>Quote:</label></div>
        <div class="panel alt2" style="border:1px inset"><div>Originally Posted by <b>Bo</b>
        <a href="showthread.php?p=41#post41"><img alt="View Post"></a></div><div>Ingen fiber här.</div></div></div>""",
        ("41", "Bo", "Ingen fiber här."),
    ),
    (
        """<div style="margin:1rem;"><div><label>Quote:</label></div><div class="panel alt2" style="border:1px inset">
        <span style="color:#000">Ingen fiber här.</span></div></div>""",
        (None, None, "Ingen fiber här."),
    ),
]


@pytest.mark.parametrize(("box", "expected"), PANELS)
def test_quotes_in_panels_of_skins_without_tables(box: str, expected: tuple[str | None, str | None, str]) -> None:
    (post,) = _thread(POST.format(42, "Idag, 10:00", "Anna", f"{box}Hos oss finns den.")).posts
    (quote,) = post.quoted
    assert (quote.post_id, quote.author, quote.text) == expected
    assert post.text == "Hos oss finns den."


def test_code_in_a_panel_is_no_quote() -> None:
    code = """<div style="margin:20px; margin-top:5px"><div class="smallfont">Code:</div><div class="alt2" dir="ltr"
    style="margin:0px; border:1px inset; overflow:auto"><code>ping 192.0.2.1</code></div></div>"""
    (post,) = _thread(POST.format(42, "Idag, 10:00", "Anna", f"{code}Så här svarar den.")).posts
    assert post.quoted == ()
    assert "ping 192.0.2.1" in post.text


def test_a_picture_named_after_the_last_post_does_not_hide_its_date() -> None:
    row = """<table><tr><td id="td_threadtitle_5"><a id="thread_title_5" href="showthread.php?t=5">Ett brev</a></td>
    <td>2026-11-20 11:32<br>av Bo <a href="showthread.php?t=5#post9"><span class="lastpost">Sista</span></a></td>
    <td>3</td><td>40</td></tr></table>"""
    body = f"<html><head><meta name=generator content='vBulletin 3.8.7'></head><body>{row}</body></html>"
    (ref,) = vbulletin.parse_listing(page(body, "https://f.example/forumdisplay.php?f=1"), site("vbulletin")).threads
    assert ref.last_posted_at is not None and ref.last_posted_at.isoformat() == "2026-11-20T11:32:00+01:00"
