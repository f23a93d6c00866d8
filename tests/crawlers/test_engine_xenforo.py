"""XenForo's odd cases: reactions in any language, quotes of other things than posts, boards below a path."""

import json
from typing import Any

import pytest

from crawlers.engines import xenforo
from crawlers.model import NotAThreadError, ParsedPost, ThreadPage
from tests.crawlers.golden import page, site

URL = "https://forum.example/threads/brev.88/"
POST = """<article class="message message--post js-post" data-author="{author}" data-content="post-7" id="js-post-7">
<div class="message-cell message-cell--user">{user}</div><div class="message-attribution"><a href="/posts/7/">
<time class="u-dt" datetime="2026-11-20T18:04:11+0100" data-time="18:04">20 nov</time></a></div>
<div class="message-body"><div class="bbWrapper">{body}</div></div><footer>{foot}</footer></article>"""
LINK = '<div class="reactionsBar js-reactionsList"><a class="reactionsBar-link">{}</a></div>'
REACTIONS = [
    ("", None),
    ('<div class="reactionsBar js-reactionsList"></div>', 0),
    (LINK.format("<bdi>Anna</bdi>"), 1),
    (LINK.format("<bdi>Anna</bdi> and <bdi>Bo</bdi>"), 2),
    (LINK.format("<bdi>Anna</bdi>, <bdi>Bo</bdi> och <bdi>Kim</bdi>"), 3),
    (LINK.format("<bdi>Anna</bdi>, <bdi>Bo</bdi>, <bdi>Kim</bdi> and 12 others"), 15),
    (LINK.format("<bdi>Anna 99</bdi>, <bdi>7 Bo</bdi>, <bdi>007</bdi> og 1.204 andre"), 1207),
    (LINK.format("<bdi>Anna</bdi>, <bdi>Bo</bdi>, <bdi>Kim</bdi> og 1 anden"), 4),
    ('<div class="likesBar js-likeList is-active"><a><bdi>Anna</bdi> gillar detta</a></div>', 1),
]
SOURCES = [
    ("post: 55", "55"),
    ("Anna, post: 55, member: 9", "55"),
    ("profile-post: 55", None),
    ("conversation message: 55", None),
    ("", None),
]
DATA: list[tuple[Any, int | None]] = [
    ({"interactionStatistic": {"interactionType": "https://schema.org/ViewAction", "userInteractionCount": 5}}, 5),
    ({"mainEntity": {"interactionStatistic": [{"interactionType": "x/ViewAction", "userInteractionCount": "7"}]}}, 7),
    ([{"mainEntity": [1]}, {"interactionStatistic": [{"interactionType": "ViewAction"}]}], None),
    ({"interactionStatistic": {"interactionType": "https://schema.org/ReplyAction", "userInteractionCount": 5}}, None),
    ({"mainEntity": None, "interactionStatistic": "x"}, None),
    (None, None),
]
PLACES = [
    ("https://f.example/forums/threads/brev.88/", "88"),
    ("https://f.example/t/brev.88/page-3", "88"),
    ("https://f.example/community/index.php?threads/brev.88/post-7", "88"),
    ("https://f.example/threads/88/", "88"),
    ("https://f.example/threads/fiber-2024.88/unread?new=1", "88"),
]


def _thread(*, url: str = URL, head: str = "", attributes: str = "", **parts: str) -> ThreadPage:
    post = POST.format(**{"author": "Anna", "user": "", "body": "Hej", "foot": "", **parts})
    return xenforo.parse_thread(
        page(f'<html id="XF" {attributes}><head>{head}</head><body>{post}</body></html>', url), site()
    )


def _post(**parts: str) -> ParsedPost:
    (post,) = _thread(**parts).posts
    return post


@pytest.mark.parametrize(("foot", "expected"), REACTIONS)
def test_reactions_are_counted_whatever_the_words(foot: str, expected: int | None) -> None:
    assert _post(foot=foot).like_count == expected


@pytest.mark.parametrize(("source", "expected"), SOURCES)
def test_only_a_quoted_post_has_a_post_id(source: str, expected: str | None) -> None:
    box = f'<blockquote class="bbCodeBlock--quote" data-quote="Kim" data-source="{source}">Hej</blockquote>'
    (quote,) = _post(body=f"{box} svar").quoted
    assert (quote.post_id, quote.author, quote.text) == (expected, "Kim", "Hej")


@pytest.mark.parametrize(("data", "expected"), DATA)
def test_views_stand_in_what_the_page_tells_search_engines(data: Any, expected: int | None) -> None:
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    assert _thread(head=head).view_count == expected


@pytest.mark.parametrize(("url", "thread_id"), PLACES)
def test_a_thread_is_known_below_any_path_and_prefix(url: str, thread_id: str) -> None:
    found = _thread(url=url)
    assert found.thread_id == thread_id
    assert found.posts[0].url.endswith("/posts/7/")


@pytest.mark.parametrize("user_id", ["0", ""])
def test_a_guest_is_known_by_name_only(user_id: str) -> None:
    user = f'<h4 class="message-name"><span class="username" data-user-id="{user_id}">Gäst</span></h4>'
    assert (_post(author="Gäst", user=user).author, _post(author="", user=user).author) == ("Gäst", "Gäst")


@pytest.mark.parametrize(
    "attributes",
    ['data-template="forum_view_type_article"', 'data-content-key="forum-9"', 'data-template="whats_new_posts"'],
)
def test_a_list_that_shows_whole_posts_is_no_thread(attributes: str) -> None:
    with pytest.raises(NotAThreadError):
        _thread(attributes=attributes)


def test_a_row_of_a_board_below_a_path_named_forums_is_a_thread() -> None:
    link = '<div class="structItem-title"><a href="/forums/threads/b.5/">B</a></div>'
    row = f'<div class="structItem structItem--thread">{link}</div>'
    (ref,) = xenforo.parse_listing(page(f"<html id=XF>{row}</html>"), site()).threads
    assert (ref.thread_id, ref.url) == ("5", "https://forum.example/forums/threads/b.5/")
