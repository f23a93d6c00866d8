"""Invision's odd cases: posts without their data, broken data, addresses with page and query, rough counts."""

from datetime import datetime
from typing import Any

import pytest

from crawlers.engines import invision
from crawlers.model import ThreadPage
from tests.crawlers.golden import page, site

POST = """<article id="elComment_{0}" class="ipsComment ipsComment_parent"><h3 class="cAuthorPane_author">{1}</h3>
<div id="comment-{0}_wrap" {2}><div class="ipsComment_meta"><a href="?do=findComment&amp;comment={0}">{3}</a></div>
<div data-role="commentContent" class="ipsType_richText">{4}</div></div></article>"""
TIME = '<time datetime="2026-11-20T17:04:11Z">igår</time>'
URLS = [
    ("https://k.example/topic/5-brev/", "https://k.example/topic/5-brev/?do=findComment&comment=9", 1),
    ("https://k.example/topic/5-brev/page/3/?tab=comments#comment-9", None, 3),
    ("https://k.example/topic/5-brev/?page=2", "https://k.example/topic/5-brev/?do=findComment&comment=9", 2),
    ("https://k.example/index.php?/topic/5-brev/page/2/", None, 2),
    ("https://k.example/index.php?showtopic=5&st=20", None, 1),
]
STATS = [("0", 1, 0), ("1,041", 1042, 1041), ("1.2k", None, 1200), ("3 456", 3457, 3456), ("", None, None)]


def _thread(*posts: str, url: str = "https://k.example/topic/5-brev/", extra: str = "") -> ThreadPage:
    return invision.parse_thread(page(f"<html><body>{''.join(posts)}{extra}</body></html>", url), site())


def test_a_post_without_its_data_is_read_from_what_is_shown() -> None:
    member = '<a href="https://k.example/profile/12-anna/">Anna</a>'
    found = _thread(
        POST.format(9, member, "", TIME, "Hej"), POST.format(10, "Gäst", 'data-quotedata="{trasig"', TIME, "Å")
    )
    assert [(post.author, post.author_name, post.text) for post in found.posts] == [
        ("12", "Anna", "Hej"),
        ("Gäst", "Gäst", "Å"),
    ]
    assert found.posts[0].posted_at == datetime.fromisoformat("2026-11-20T18:04:11+01:00")


def test_what_a_post_lacks_sets_it_aside() -> None:
    whole = POST.format(8, "Anna", "", TIME, "Hej")
    undated = POST.format(9, "Anna", "", "<time datetime='x'>någon gång</time>", "Hej")
    nameless = POST.format(10, "", "", TIME, "Hej")
    hidden = '<article id="elComment_11" class="ipsComment"><em>Dolt inlägg</em></article>'
    found = _thread(whole, undated, nameless, hidden)
    assert [post.post_id for post in found.posts] == ["8"]
    assert [(item.post_id, item.reason) for item in found.unreadable] == [
        ("9", "unreadable_date"),
        ("10", "missing_author"),
        ("11", "missing_text"),
    ]


@pytest.mark.parametrize(("url", "permalink", "number"), URLS)
def test_addresses_tell_thread_and_page(url: str, permalink: str | None, number: int) -> None:
    found = _thread(POST.format(9, "Anna", "", TIME, "Hej").replace("?do=findComment&amp;comment=9", "#"), url=url)
    assert (found.thread_id, found.page_number) == ("5", number)
    assert permalink in (None, found.posts[0].url)


@pytest.mark.parametrize("data", ["", "{", "[]", '{"interactionStatistic": 3}', "null", '[{"@type": "x"}]'])
def test_odd_data_for_search_engines_is_no_view_count(data: str) -> None:
    script = f'<script type="application/ld+json">{data}</script>'
    assert _thread(POST.format(9, "Anna", "", TIME, "Hej"), extra=script).view_count is None


@pytest.mark.parametrize(("shown", "posts", "views"), STATS)
def test_counts_are_exact_or_rough(shown: str, posts: Any, views: Any) -> None:
    row = f"""<ol class="cTopicList"><li class="ipsDataItem" data-rowid="5"><h4 class="ipsDataItem_title">
    <a href="/topic/5-brev/?do=getNewComment">Brev</a></h4><ul class="ipsDataItem_stats">
    <li data-stattype="forums_comments"><span class="ipsDataItem_stats_number">{shown}</span></li>
    <li data-stattype="num_views"><span class="ipsDataItem_stats_number">{shown}</span></li></ul></li></ol>"""
    (ref,) = invision.parse_listing(page(row, "https://k.example/forum/7-b/"), site()).threads
    assert (ref.url, ref.post_count, ref.view_count) == ("https://k.example/topic/5-brev/", posts, views)


def test_a_board_of_version_3_with_rewritten_addresses() -> None:
    block = """<div class='post_block hentry' id='post_id_77'><h3><span class='author'>Anna</span></h3>
    <abbr class="published" title="2026-11-20T17:04:11+00:00">20 november 2026</abbr>
    <ul><li class='post_id'><strong><a href='4711-trasig-fiber.html#entry77'>#3</a></strong></li></ul>
    <div class='post entry-content'>Fibern är trasig.</div></div>"""
    script = "<script>ipb.topic.inSection = 'topicview'; ipb.topic.topic_id     = 4711;</script>"
    url = "https://k.example/fiber/4711-trasig-fiber.html"
    body = f"<html><head>{script}</head><body id='ipboard_body'>{block}</body></html>"
    found = invision.parse_thread(page(body, url), site("invision"))
    assert (found.thread_id, [(post.post_id, post.position) for post in found.posts]) == ("4711", [("77", 3)])
    row = (
        "<tr id='trow_4711'><td><h4><a class='topic_title' id='tid-link-4711' href='/fiber/4711-trasig-fiber.html'>"
        "Trasig fiber</a></h4></td></tr><tr id='trow_9'><td><h4><a class='topic_title' href='/fiber/nyheter.html'>"
        "Nyheter</a></h4></td></tr>"
    )
    listed = f"<html><body id='ipboard_body'><table id='forum_table'>{row}</table></body></html>"
    (ref,) = invision.parse_listing(page(listed, "https://k.example/fiber/"), site("invision")).threads
    assert (ref.thread_id, ref.url) == ("4711", url)
