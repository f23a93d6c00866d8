"""Bytes to text and markup to words, on what strangers send."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborNode

from crawlers.engines import addresses, decode, markup
from crawlers.model import NotAThreadError
from tests.crawlers.golden import page, site

CLEAN = [
    ("a  b\t c", "a b c"),
    ("a\u00a0b", "a b"),
    (" \n a \n\n\n b \n", "a\nb"),
    ("fi\u00adber\u200b\ufeff", "fiber"),
    ("a\u202eb\u2066c", "abc"),
    ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ("a\x00b\x07", "ab"),
    ("\ud83d", "\ufffd"),
    ("", ""),
]
WORDS = [
    ("<p>ett</p><p>två</p>", "ett\ntvå"),
    ("ett<br>två<br/><br>tre", "ett\ntvå\ntre"),
    ("rad\n  bruten", "rad bruten"),
    ("<b>fet</b>stil <i>här</i>.", "fetstil här."),
    ("<ul><li>ett<li>två</ul>", "ett\ntvå"),
    ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
    ("<pre>rad 1\n  rad 2</pre>slut", "rad 1\nrad 2\nslut"),
    ("<script>x()</script><style>y{}</style><!-- z -->ord<template>t</template><noscript>n</noscript>", "ord"),
    ('<img class="smilie" alt=":)">', ":)"),
    ('<img class="inlineimg" alt="" title="Angry">', ":Angry:"),
    ('<img class="emoji" alt="😀">', "😀"),
    ('<img class="bbImage" alt="brev.jpg">', ""),
    ('<i class="tw tw-smile" title=":smile:"></i>', ":smile:"),
    ('<i class="fa fa-heart" title="Gilla"></i>', ""),
    ("&lt;b&gt; &amp;amp; &#229;", "<b> &amp; å"),
    ("<button>Visa</button>dolt<textarea>x</textarea>", "dolt"),
    ("<p>öppen <b>tagg", "öppen tagg"),
]
DECODED = [
    ("åäö".encode(), None, {}, "åäö"),
    ("åäö“€".encode("cp1252"), None, {}, "åäö“€"),
    (b"\x93\xe5\x94\x81", "iso-8859-1", {}, "“å”\x81"),
    ("åäö".encode("cp1252"), "windows-1252", {"content-type": "text/html; charset=utf-8"}, "åäö"),
    ("åäö".encode("cp1252"), None, {"content-type": "text/html; charset=ISO-8859-1"}, "åäö"),
    (b'<meta charset="iso-8859-1">\xe5', None, {}, '<meta charset="iso-8859-1">å'),
    ("å".encode("utf-8-sig"), "windows-1252", {}, "å"),
    ("å".encode("utf-16"), None, {}, "å"),
    (b"\xc3\xa5 \xff", None, {"content-type": "text/html; charset=utf-8"}, "å \ufffd"),
]
INTEGERS = [
    ("12", 12),
    ("5\u00a0546 svar", 5546),
    ("1.234", 1234),
    ("1,234,567", 1234567),
    ("12 34", 12),
    ("", None),
    ("x1", None),
]


@pytest.mark.parametrize(("text", "expected"), CLEAN)
def test_clean(text: str, expected: str) -> None:
    assert markup.clean(text) == expected


@pytest.mark.parametrize(("html", "expected"), WORDS)
def test_words(html: str, expected: str) -> None:
    assert markup.words(markup.fragment(html)).text == expected


@pytest.mark.parametrize(("body", "encoding", "headers", "expected"), DECODED)
def test_decode(body: bytes, encoding: str | None, headers: dict[str, str], expected: str) -> None:
    given_page, given_site = page(body, headers=headers), site(encoding=encoding)
    assert decode.text_of(given_page, given_site) == expected
    assert decode.utf8_of(given_page, given_site).decode(errors="replace") == expected


@given(
    st.lists(
        st.sampled_from([b"<p>", b"<b class='", b"'>", b"\xc3\xa5", b"\xe2\x82", b"\xf0\x9f", b"\xff", b"&aring;"])
    )
)
def test_bytes_that_are_no_utf8_are_read_as_the_same_text(parts: list[bytes]) -> None:
    given_page = page(b"<!doctype html>" + b"".join(parts), headers={"content-type": "text/html; charset=utf-8"})
    read, replaced = (markup.tree(find(given_page, site()), given_page) for find in (decode.utf8_of, decode.text_of))
    assert read.body and replaced.body
    assert _told(read.body) == _told(replaced.body)


def _told(body: LexborNode) -> list[object]:
    nodes = body.traverse(include_text=True)
    return [(node.tag, node.attributes, node.text_content) for node in nodes]


@pytest.mark.parametrize(("text", "expected"), INTEGERS)
def test_integer(text: str, expected: int | None) -> None:
    assert markup.integer(text) == expected


def test_an_encoding_that_is_none_is_a_mistake_of_the_site() -> None:
    with pytest.raises(ValueError, match="unknown encoding 'klingon'"):
        decode.text_of(page("x"), site(encoding="klingon"))


@pytest.mark.parametrize("href", ["javascript:alert(1)", "mailto:a@b.se", "", "data:text/html,x", "http://[", "//["])
def test_only_web_addresses_are_links(href: str) -> None:
    assert addresses.absolute("https://forum.example/a", href) is None


def test_marked_elements_are_apart_outermost_first() -> None:
    root = markup.fragment("jag <q>du <q>hon</q></q> sen <s>bort</s> jag")
    found = markup.words(root, markup.marks(root, quote="q", drop="s"))
    assert found.text == "jag\nsen jag"
    assert [markup.text_of(quote) for quote in found.quotes] == ["du hon"]


def test_a_page_nested_to_slow_the_parser_is_refused() -> None:
    given_page = page("<html>" + "<div>" * 30_000)
    with pytest.raises(NotAThreadError, match="deep"):
        markup.tree(decode.utf8_of(given_page, site()), given_page)
    assert markup.words(markup.fragment("<b>" * 30_000 + "x")).text == ""


def test_a_deep_but_honest_page_is_read() -> None:
    assert markup.words(markup.fragment("<div>" * 900 + "djupt" + "</div>" * 900)).text == "djupt"


TAGS = st.sampled_from(
    ["<p>", "</p>", "<br>", "<b>", "</b>", "<pre>", "</pre>", "<blockquote>", "</blockquote>", "<td>", "<"]
)


@given(parts=st.lists(st.one_of(st.text(max_size=8), TAGS), max_size=30))
def test_words_are_always_clean_and_can_be_written(parts: list[str]) -> None:
    root = markup.fragment("".join(parts).encode("utf-8", "replace").decode())
    text = markup.words(root, markup.marks(root, quote="blockquote")).text
    assert markup.clean(text) == text
    assert text.encode("utf-8").decode() == text


@given(body=st.binary(max_size=200), encoding=st.sampled_from([None, "windows-1252", "utf-8", "utf-16"]))
def test_any_bytes_become_text(body: bytes, encoding: str | None) -> None:
    try:
        found = decode.text_of(page(body), site(encoding=encoding))
    except NotAThreadError:
        assert not body.strip()
    else:
        utf8 = decode.utf8_of(page(body), site(encoding=encoding))
        assert utf8.decode(errors="replace") == found.encode("utf-8", "ignore").decode()


PIECES = st.sampled_from(
    [
        "a",
        ".",
        "/",
        "..",
        "?",
        "#",
        ";",
        "&",
        "=",
        ":",
        "//",
        "http",
        "https://",
        "x.php",
        "./",
        "-",
        "~",
        "%",
        "B",
        "1",
        "index.php?t=1.0",
        "https://h.se/",
        "mailto:",
        "@",
        "ö",
        "%2e",
        "ß",
    ]
)
BASES = [
    *("https://h.se/", "https://h.se", "https://h.se/a/b.php?t=1#x", "http://H.se:80/a/", "https://h.se/a/../b/c"),
    *("https://h.se/a//b", "/x", "https://h.se/a?b/c/d", "https://h.se/å/b", "https://h.se/a;p/b;q", "ftp://h.se/a"),
]


@settings(max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.sampled_from(BASES))
def test_an_address_is_joined_as_the_standard_library_does_it(href: str, base: str) -> None:
    try:
        joined = urljoin(base, href)
        expected = joined if urlsplit(joined).scheme in ("http", "https") else None
    except ValueError:
        expected = None
    assert addresses.absolute(base, href) == expected
