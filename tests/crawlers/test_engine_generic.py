"""Pages that describe themselves: odd and broken descriptions, names that last, and where pages lead on."""

import json
from pathlib import Path
from typing import Any

import extruct
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawlers.engines import generic, generic_elements, generic_ids, generic_things
from crawlers.model import Listing, NotAThreadError, ThreadPage
from tests.crawlers.golden import PAGES, page, site

URL = "https://forum.example/trad/brevet.12/"


def post(number: int = 7, **rest: Any) -> dict[str, Any]:
    given = {
        "@type": "Comment", "@id": f"{URL}#post-{number}", "text": "Hej.", "datePublished": "2026-11-12T14:03:00+01:00",
        "author": {"@type": "Person", "name": "Anna"},
    }  # fmt: skip
    return {name: value for name, value in {**given, **rest}.items() if value is not None}


def thread_of(*scripts: str, url: str = URL, body: str = "", **options: str) -> ThreadPage:
    tags = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return generic.parse_thread(page(f"<html><body>{body}{tags}</body></html>", url), site("generic", options=options))


def listing_of(body: str, url: str = "https://forum.example/", **options: str) -> Listing:
    return generic.parse_listing(page(body, url), site("generic", url, options=options))


def test_posts_are_read_out_of_a_discussion_of_any_depth() -> None:
    inner = post(99)
    for number in range(98, 10, -1):
        inner = post(number, comment=[inner])
    found = thread_of(json.dumps({**post(1), "@type": "DiscussionForumPosting", "url": URL, "comment": inner}))
    assert [p.post_id for p in found.posts[:3]] == ["1", "11", "12"]
    assert len(found.posts) == 90
    assert [p.reply_to for p in found.posts[1:4]] == [None, "11", "12"]


BROKEN = [
    "//<![CDATA[\n{P}\n//]]>",
    "/* <![CDATA[ */ {P} /* ]]> */",
    "{P};",
    "[{P},]",
    '{P}\n{"@type": "Organization"}',
    "{N}",
    "{T}",
]


@pytest.mark.parametrize("form", BROKEN)
def test_broken_descriptions_are_read_where_their_meaning_is_certain(form: str) -> None:
    plain = json.dumps(post())
    with_line = plain.replace("Hej.", "Hej.\nDå.")  # Kept as it is: a bare new line in a text.
    text = form.replace("{P}", plain).replace("{N}", with_line.replace("\\n", "\n")).replace("{T}", plain[:-1] + ",}")
    found = thread_of(text)
    assert [p.post_id for p in found.posts] == ["7"]


def test_a_description_that_cannot_be_read_is_said_to_be_broken() -> None:
    with pytest.raises(NotAThreadError, match="1 blocks of its JSON-LD are broken"):
        thread_of('{"@type": "Comment", "text": "Hej')
    with pytest.raises(NotAThreadError, match=r"it describes WebSite, Organization in schema\.org's words"):
        thread_of('[{"@type": "WebSite"}, {"@type": "Organization"}]')


MISSING = [
    ({"datePublished": None}, "unreadable_date", "no datePublished or dateCreated"),
    ({"datePublished": "i våras"}, "unreadable_date", "not a date we can read"),
    ({"@id": None}, "missing_id", "neither an id nor an address"),
    ({"@id": "_:b0"}, "missing_id", "neither an id nor an address"),
    ({"author": None}, "missing_author", "names no author"),
    ({"text": ""}, "missing_text", "has no text"),
]


@pytest.mark.parametrize(("change", "reason", "detail"), MISSING)
def test_a_post_that_lacks_something_is_set_aside_and_says_what(
    change: dict[str, Any], reason: str, detail: str
) -> None:
    found = thread_of(json.dumps([post(**change), post(8)]))
    assert [p.post_id for p in found.posts] == ["8"]
    assert [u.reason for u in found.unreadable] == [reason]
    assert detail in found.unreadable[0].detail


def test_names_in_a_graph_are_followed_and_circles_end() -> None:
    graph = [
        {**post(1), "@type": "DiscussionForumPosting", "@id": URL, "comment": {"@id": "#c7"}, "author": {"@id": "#p"}},
        {"@type": "Person", "@id": "#p", "name": "Eva", "url": "/medlem/eva.3/", "knows": {"@id": "#p"}},
        {**post(), "@id": "#c7", "url": f"{URL}#post-7", "parentItem": {"@id": URL},
 "comment": {"@id": "#c7"}},
    ]  # fmt: skip
    found = thread_of(json.dumps({"@graph": graph}))
    assert [(p.post_id, p.author, p.reply_to) for p in found.posts] == [
        ("/trad/brevet.12", "3", None),
        ("7", "Anna", None),
    ]


def test_the_same_numbers_of_two_series_are_two_posts() -> None:
    body = (
        '<div itemscope itemtype="https://schema.org/Question"><h1 itemprop="name">F</h1><p itemprop="text">T</p>'
        '<time itemprop="dateCreated" datetime="2026-11-01T10:00:00Z"></time><b itemprop="author">A</b>'
        '<div id="answer-5" itemprop="suggestedAnswer" itemscope itemtype="https://schema.org/Answer">'
        '<p itemprop="text">S</p><time itemprop="dateCreated" datetime="2026-11-01T11:00:00Z"></time>'
        '<b itemprop="author">B</b><div id="comment-5" itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        '<p itemprop="text">K</p><time itemprop="dateCreated" datetime="2026-11-01T12:00:00Z"></time>'
        '<b itemprop="author">C</b></div></div></div>'
    )
    found = thread_of(body=body, url="https://q.example/fraga/f")
    assert [(p.post_id, p.text, p.reply_to) for p in found.posts] == [
        ("/fraga/f", "T", None), ("answer-5", "S", None), ("comment-5", "K", "answer-5")
    ]  # fmt: skip


NAMES = [
    ("https://f.example/trad/brevet.12/page-3", "12"),
    ("https://f.example/threads/12-brevet?page=3&sid=abc", "12"),
    ("https://f.example/t/brevet/12/44", "12"),
    ("https://f.example/viewtopic.php?f=2&t=12&start=20", "12"),
    ("https://f.example/2026/11/brevet/comment-page-2/#comments", "/2026/11/brevet"),
    ("https://f.example/2026/11/brevet/?utm_source=x", "/2026/11/brevet"),
    ("https://f.example/?p=77", "/?p=77"),
    ("https://f.example/artikel?id=9&page=2", "/artikel?id=9"),
    ("https://f.example/", "/"),
]


@pytest.mark.parametrize(("url", "name"), NAMES)
def test_a_thread_has_one_name_on_all_its_pages(url: str, name: str) -> None:
    assert generic_ids.thread_id(url) == name


POSTS = [
    (f"{URL}#post-7", "7"),
    (f"{URL}#comment-7", "7"),
    (f"{URL}#answer-7", "answer-7"),
    (f"{URL}#3", "12#3"),
    (f"{URL}#ett-svar", "12#ett-svar"),
    ("https://f.example/posts/7/", "7"),
    ("https://f.example/showpost.php?p=7", "7"),
    ("https://f.example/reviews/64aa", "/reviews/64aa"),
    (URL, None),
]


@pytest.mark.parametrize(("url", "name"), POSTS)
def test_a_post_is_named_by_its_address(url: str, name: str | None) -> None:
    assert generic_ids.post_id(url, thread="12") == name


@settings(max_examples=200)
@given(text=st.text(max_size=60))
def test_any_address_has_a_name(text: str) -> None:
    assert generic_ids.thread_id(f"https://f.example/{text}")
    assert generic_ids.page_number(f"https://f.example/{text}") >= 1
    generic_ids.post_id(text, thread="1")
    generic_ids.user_id(text)


def test_a_link_to_the_next_article_is_no_next_page() -> None:
    script = f'<script type="application/ld+json">{json.dumps(post())}</script>'
    for href, expected in (
        ("/trad/annat.13/", None),
        ("/trad/brevet.12/?page=2", f"{URL}?page=2"),
        ("/trad/brevet.12/page-2", f"{URL}page-2"),
        ("https://other.example/trad/brevet.12/page-2", None),
    ):
        body = f'<html><head><link rel="next" href="{href}"></head><body>{script}</body></html>'
        assert generic.parse_thread(page(body, URL), site("generic")).next_url == expected


def test_a_blog_that_shows_its_last_comments_leads_to_the_others() -> None:
    body = (PAGES / "generic" / "blog.html").read_text(encoding="utf-8")
    address = "https://byabloggen.example/2026/11/fibern-i-byn/"
    body = body.replace("</ol></div>", f'</ol><a href="{address}comment-page-2/#comments">Äldre</a></div>')
    found = generic.parse_thread(page(body, address), site("generic"))
    assert found.more_urls == (f"{address}comment-page-1/", f"{address}comment-page-2/")


def test_lists_are_found_in_sitemaps_feeds_and_links() -> None:
    urls = "<url><loc>https://forum.example/a-1&amp;b</loc><lastmod>2026-11-01</lastmod></url><url><loc>/b</loc></url>"
    found = listing_of(f'<?xml version="1.0"?><urlset xmlns="x">{urls}</urlset>')
    assert [ref.url for ref in found.threads] == ["https://forum.example/a-1&b", "https://forum.example/b"]
    maps = (
        "<sitemap><loc>https://forum.example/s1.xml</loc></sitemap><sitemap><loc>https://else.example/</loc></sitemap>"
    )
    assert listing_of(f"<sitemapindex>{maps}</sitemapindex>").more_urls == ("https://forum.example/s1.xml",)
    items = "<item><title>A &amp;amp; B</title><link>https://forum.example/trad/a.1/</link></item>"
    feed = listing_of(f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>')
    assert [(ref.thread_id, ref.title) for ref in feed.threads] == [("1", "A & B")]
    links = "".join(f'<a href="/trad/x.{n}/?page=2">T{n}</a>' for n in range(1, 4))
    found = listing_of(f"<html><body>{links}<a href='/om'>Om</a></body></html>")
    assert (found.threads[0].thread_id, found.threads[0].url) == ("1", "https://forum.example/trad/x.1/")
    own = listing_of("<html><a href='/om'>Om</a><a href='/samtal/5'>S</a></html>", thread_pattern=r"/samtal/(\d+)")
    assert [(ref.thread_id, ref.title) for ref in own.threads] == [("5", "S")]
    for body in (f"<html>{links[:60]}</html>", "<html><body>x</body></html>"):
        with pytest.raises(NotAThreadError):
            listing_of(body)


def test_a_page_that_is_a_thread_is_no_list() -> None:
    body = (PAGES / "generic" / "forum_jsonld.html").read_bytes()
    with pytest.raises(NotAThreadError, match="one thread"):
        generic.parse_listing(page(body, "https://forum.example/trad/brev-om-drift.4711/"), site("generic"))


MICRODATA = ["forum_microdata.html", "question.html"]


@pytest.mark.parametrize("name", MICRODATA)
def test_microdata_is_read_as_the_library_reads_it(name: str) -> None:
    text = (PAGES / "generic" / name).read_text(encoding="utf-8")
    ours = generic_elements.of_elements(LexborHTMLParser(text))
    theirs = extruct.extract(text, syntaxes=["microdata"], uniform=True)["microdata"]
    assert [_shape(thing) for thing in ours] == [_their_shape(item) for item in theirs]


@pytest.mark.parametrize("path", sorted((PAGES / "generic").glob("*.html")), ids=lambda path: path.name)
def test_json_is_read_as_the_library_reads_it_or_where_it_cannot(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours, _ = generic_things.of_json(LexborHTMLParser(text))
    theirs = extruct.extract(text, syntaxes=["json-ld"], errors="ignore").get("json-ld", [])
    flat = [node for item in theirs for node in (item.get("@graph") or [item])]
    assert len(ours) >= len(flat)


def _shape(thing: generic_things.Thing) -> Any:
    inner = [
        _shape(value) for values in thing.values.values() for value in values if isinstance(value, generic_things.Thing)
    ]
    return thing.types, sorted(thing.values), sorted(inner, key=repr)


def _their_shape(item: dict[str, Any]) -> Any:
    names = [name for name in item if not name.startswith("@")]
    values = [value for name in names for value in (item[name] if isinstance(item[name], list) else [item[name]])]
    kind = item.get("@type", ())
    types = tuple(kind if isinstance(kind, list) else [kind]) if kind else ()
    return types, sorted(names), sorted((_their_shape(value) for value in values if isinstance(value, dict)), key=repr)


NAMES_IN_JSON = ["@type", "@id", "@graph", "@value", "@list", "comment", "author", "text", "url", "datePublished"]
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
JSON = st.recursive(
    LEAVES | st.sampled_from(["Comment", "#a", URL, "2026-11-12"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES_IN_JSON), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON)
def test_any_description_is_read_or_refused(value: Any) -> None:
    text = json.dumps(value).replace("</", "<\\/")
    for parse in (generic.parse_thread, generic.parse_listing):
        try:
            parse(page(f'<html><script type="application/ld+json">{text}</script></html>', URL), site("generic"))
        except NotAThreadError as error:
            assert error.cause


def test_a_hostile_depth_is_cut_off() -> None:
    deep = '{"@type":"Comment","comment":' * 5_000 + "{}" + "}" * 5_000
    with pytest.raises(NotAThreadError):
        thread_of(deep)
    nested = "<div itemscope itemtype='http://schema.org/Comment' itemprop='comment'>" * 3_000
    found = thread_of(body=nested)
    assert found.posts == ()
    assert {said.reason for said in found.unreadable} == {"missing_id"}
