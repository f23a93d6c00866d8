"""A post that quotes a quote of a quote, a thousand times over, stops nobody: hostile markup is read like any other."""

import re
import tomllib
from dataclasses import replace

import pytest

from crawlers.engines import registry
from tests.crawlers.golden import PAGES, saved, site

DEEP = 1200
Q = b"<blockquote>"
BOARDS = [
    ("xenforo", "thread_22.html", b'<div class="bbWrapper">', b'<blockquote class="bbCodeBlock bbCodeBlock--quote">'),
    ("phpbb", "thread_30.html", b'<div class="content">', Q),
    ("mybb", "thread_18.html", b'<div class="post_body[^>]*>', b'<blockquote class="mycode_quote">'),
    ("smf", "thread_21.html", b'id="msg_640"[^>]*>', b'<blockquote class="bbc_standard_quote">'),
    ("invision", "thread_4.html", b"<div [^>]*commentContent[^>]*>", b'<blockquote class="ipsQuote" data-ipsquote>'),
    ("spirit", "topic.html", b'<div class="comment__text js-comment-text">', Q),
    ("vbulletin", "thread_3.html", b'<div id="post_message_900101">', b'<div class="bbcode_quote"><div>'),
    ("vbulletin", "thread_4.html", b'<blockquote class="postcontent restore ">', b'<div class="bbcode_quote"><div>'),
    ("vbulletin", "thread_5.html", b'itemprop="text">', b'<div class="bbcode_quote"><div class="message">'),
    (
        "flashback",
        "thread.html",
        b'<div class="post_message" [^>]*>',
        b'<div class="post-bbcode-quote-wrapper"><div class="alt2 post-bbcode-quote"><div class="post-clamped-text">',
    ),
    ("familjeliv", "thread_1.html", b'<div class="message-body">', b'<div class="quote">'),
    ("generic", "woltlab.html", b'<div class="messageText" itemprop="text">', b'<blockquote class="quoteBox">rad '),
]
TAG = re.compile(rb"<(\w+)")


@pytest.mark.parametrize(("engine", "name", "before", "opening"), BOARDS)
def test_quotes_nested_a_thousand_deep_are_read(engine: str, name: str, before: bytes, opening: bytes) -> None:
    cases = tomllib.loads((PAGES / engine / "cases.toml").read_text(encoding="utf-8"))["page"]
    page = saved(f"{engine}/{name}", next(case["url"] for case in cases if case["file"] == name))
    match = re.search(before, page.body)
    assert match
    closing = b"".join(b"</%s>" % tag for tag in reversed(TAG.findall(opening)))
    deep = opening * DEEP + b"innerst" + closing * DEEP
    body = page.body[: match.end()] + deep + page.body[match.end() :]
    module = registry.get(engine)
    told = module.parse_thread(page, site(engine))
    found = module.parse_thread(replace(page, body=body), site(engine))
    assert [post.post_id for post in found.posts] == [post.post_id for post in told.posts]
    quoted = max((post.quoted for post in found.posts), key=len)
    assert len(quoted) >= DEEP
    assert any(quote.text.endswith("innerst") for quote in quoted)
