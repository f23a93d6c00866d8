"""Which engine made a page: all saved pages against all engines, hostile words, near misses, cookies and advice."""

import re
import tomllib
from dataclasses import replace

import pytest

from crawlers.detection import SURE_ENOUGH, engine_of
from crawlers.engines import registry
from crawlers.engines.evidence import COOKIE_NAMES, cookie_names
from crawlers.errors import CrawlerError
from tests.crawlers.golden import PAGES, genuine, page, saved, site

CASES = [
    (file.parent.name, case["file"], case["url"])
    for file in sorted(PAGES.glob("*/cases.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["page"]
]
HTML = [case for case in CASES if case[1].endswith((".html", ".htm"))]


@pytest.mark.parametrize(("engine", "name", "url"), CASES)
def test_the_right_engine_wins_with_room_to_spare(engine: str, name: str, url: str) -> None:
    found = registry.detect(saved(f"{engine}/{name}", url))
    assert found[0][0] == engine
    assert found[0][1] - max((sure for other, sure in found[1:]), default=0.0) >= 0.03


@pytest.mark.parametrize(("engine", "name", "url"), CASES)
def test_the_page_alone_tells_where_the_address_says_nothing(engine: str, name: str, url: str) -> None:
    host = re.match(r"https?://[^/]+", url)
    assert host
    assert registry.detect(saved(f"{engine}/{name}", f"{host[0]}/x"))[0][0] == engine


HOSTILE = """
<p>Kör ni xenforo? &lt;html id="XF" data-app="public"&gt; Powered by phpBB, vBulletin 4, SMF 2.1, MyBB is free software
developed by, NodeBB, Flarum och Discourse. Svar på tråden. comments_list__comment layout__topics__topic bbWrapper
message-userDetails structItem-title post_message post-user-username threadslist td_title vbulletin_global smf_scripturl
var my_post_key whoPosted( ipsType_richText ipsSettings = core.front.core.comment spirit_wrapper stModules contentHtml
DiscussionForumPosting https://schema.org/Comment "@type": "Comment" app.bsky.feed "at://did:plc:x/app.bsky.feed.post/1"
"post_stream" "topic_list" "spoiler_text" "ap_id" "starRating" "reviewId" "businessUnit" "stars" "kind": "Listing"</p>
<p><a href="https://www.flashback.org/t1">Flashback</a> <img src="https://static.flashback.org/img/smilies/smile1.gif">
<a href="https://www.familjeliv.se/forum/thread/1-x">familjeliv.se</a> <a href="https://www.mybb.com/about">MyBB</a>
<a href="https://www.simplemachines.org/x">forum</a> <a href="viewtopic.php?t=2">x</a> <a href="/topic/2/x">y</a>
<a href="https://bsky.app/profile/x">b</a> <a href="https://se.trustpilot.com/review/x">t</a></p>
"""
"""What a member may write, in any forum: other engines' names, marks and addresses."""


@pytest.mark.parametrize(("engine", "name", "url"), HTML)
def test_what_members_write_does_not_change_the_engine(engine: str, name: str, url: str) -> None:
    given = saved(f"{engine}/{name}", url)
    # As a member's words stand: inside the page's body, before whatever closes it.
    head, mark, tail = given.body.rpartition(b"</body")
    assert mark
    found = registry.detect(replace(given, body=head + b'<div class="x">' + HOSTILE.encode() + b"</div>" + mark + tail))
    assert found[0][0] == engine, found[:3]


SHOP = (
    "<html><head><title>Fiber 250</title>"
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"Fiber 250",'
    '"offers":{"@type":"Offer","price":"399"},"aggregateRating":{"@type":"AggregateRating","ratingValue":4.4}}</script>'
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"FAQPage","mainEntity":[{"@type":'
    '"Question","name":"Kostar det?","acceptedAnswer":{"@type":"Answer","text":"Ja."}}]}</script></head>'
    "<body><h1>Fiber 250</h1><p>Omdömen om oss finns på Trustpilot. Läs vår artikel om fiber.</p></body></html>"
)
COMPANY = (
    '<html><head><title>Om oss</title><script type="application/ld+json">{"@context":"https://schema.org","@graph":['
    '{"@type":"Organization","name":"Fiberbolaget"},{"@type":"WebSite","url":"https://x.example/"},{"@type":"WebPage",'
    '"datePublished":"2026-01-01"}]}</script></head><body class="page"><article class="page type-page hentry">'
    '<div class="entry-content"><p>Vi gräver.</p></div></article></body></html>'
)
BROKEN = '<html><script type="application/ld+json">{"@type": "DiscussionForumPosting", "headline": </script></html>'


@pytest.mark.parametrize("body", [SHOP, COMPANY, BROKEN, "<html><body><h1>Hej</h1></body></html>", "", '{"a": [1, 2]}'])
def test_pages_that_are_no_place_for_talk_are_nobodys(body: str) -> None:
    found = registry.detect(page(body, "https://x.example/om-oss"))
    assert not found or found[0][1] < SURE_ENOUGH, found
    with pytest.raises(CrawlerError, match="--engine"):
        engine_of(site(""), page(body, "https://x.example/om-oss"))


def test_a_blog_without_words_of_schema_is_read_by_its_comments() -> None:
    blog = (PAGES / "generic" / "blog.html").read_bytes()
    bare = re.sub(rb"<script.*?</script>", b"", blog, flags=re.DOTALL)
    engine, confidence = engine_of(site(""), page(bare, "https://byabloggen.example/2026/11/fibern-i-byn/"))
    assert (engine.NAME, confidence > 0.9) == ("generic", True)


def test_an_article_alone_is_readable_but_less_sure() -> None:
    body = (
        '<html><script type="application/ld+json">{"@type":"NewsArticle","headline":"H","datePublished":"2026-11-02",'
        '"articleBody":"Text.","author":{"name":"Eva"}}</script></html>'
    )
    engine, confidence = engine_of(site(""), page(body, "https://x.example/nyheter/h"))
    assert engine.NAME == "generic"
    assert SURE_ENOUGH <= confidence < 0.7


def test_cookies_and_address_help_and_are_not_enough_alone() -> None:
    address = "https://forum.example/threads/brevet.12/"
    bare = page("<html><body>x</body></html>", address)
    names = cookie_names(["xf_csrf=SECRET; path=/; secure", "xf_session=SECRET", "a b=c"])
    assert names == "xf_csrf xf_session"
    assert registry.detect(bare)[0] == ("xenforo", 0.4)
    with_cookie = replace(bare, headers={COOKIE_NAMES: names})
    assert registry.detect(replace(with_cookie, url="https://forum.example/"))[0] == ("xenforo", 0.45)
    assert registry.detect(with_cookie)[0] == ("xenforo", 0.67)
    shop = saved("generic/blog.html", "https://byabloggen.example/2026/11/fibern-i-byn/", headers={COOKIE_NAMES: names})
    assert registry.detect(shop)[0][0] == "generic"


def test_where_nothing_is_sure_the_message_says_what_to_try() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feeds/forum">'
    with pytest.raises(CrawlerError) as caught:
        engine_of(site(""), page(f"<html><head>{link}</head></html>", "https://forum.example/threads/x.1/"))
    assert str(caught.value) == (
        "https://forum.example/threads/x.1/: no engine recognises this page; the likeliest is xenforo (40% sure): "
        "try --engine xenforo; it offers a feed: try --url https://forum.example/feeds/forum --engine feed"
    )
    with pytest.raises(CrawlerError, match=r"name it with --engine \(bluesky, .*xenforo"):
        engine_of(site(""), page("<html></html>"))
    with pytest.raises(CrawlerError, match="no page"):
        engine_of(site(""), None)
    assert engine_of(site("spirit"), None)[1] == 1.0


APIS = [
    ("discourse", "https://d.example/t/seg-lina/812/5", "https://d.example/t/812.json"),
    ("discourse", "https://d.example/c/fiber/5", "https://d.example/c/fiber/5/l/latest.json"),
    ("flarum", "https://f.example/d/12-brevet/3", "https://f.example/api/discussions/12"),
    ("lemmy", "https://l.example/post/123", "https://l.example/api/v3/post?id=123"),
    ("mastodon", "https://m.example/@anna/112233445566778899", "https://m.example/api/v1/statuses/112233445566778899"),
    ("mastodon", "https://m.example/tags/fiber", "https://m.example/api/v1/timelines/tag/fiber?limit=40"),
    ("nodebb", "https://n.example/topic/2/x", "https://n.example/api/topic/2"),
]


@pytest.mark.parametrize(("engine", "address", "api"), APIS)
def test_a_page_for_people_leads_to_the_same_in_json(engine: str, address: str, api: str) -> None:
    module = registry.get(engine)
    assert module.ACCESS == "json"
    assert module.listing_urls(site(engine, address)) == (api,)


GENUINE = [
    ("nodebb", "nodebb/topic.html"), ("nodebb", "nodebb/topic_api.json"), ("phpbb", "phpbb3/viewtopic.html"),
    ("spirit", "spirit/topic.html"), ("bluesky", "bluesky/searchPosts.json"),
    ("discourse", "discourse/discourse_topics.json"), ("discourse", "discourse/discourse_topic_1148.json"),
    ("discourse", "discourse/discourse_topic_1149.json"),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "name"), GENUINE)
def test_genuine_pages_are_known_by_what_they_say(engine: str, name: str) -> None:
    found = registry.detect(genuine(name, "http://place.example/x"))
    assert found[0][0] == engine
    assert found[0][1] >= 0.9
