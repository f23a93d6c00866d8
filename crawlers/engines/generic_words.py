"""The words of a post that schema.org describes, without quotes, signatures and the page's own buttons."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from selectolax.lexbor import LexborNode

from crawlers.engines import generic_ids, markup
from crawlers.engines.document import Document
from crawlers.engines.generic_things import Thing, value_text
from crawlers.engines.markup import Marks, Words, attribute
from crawlers.model import ParsedQuote

QUOTES = (
    "blockquote, aside.quote, div.quote, div.quotebox, div.quotetitle + div, .bbcode_quote, .bb_quote, .ipsQuote,"
    ".quoteBox, .quoteMessage, .citat, .Quote, .UserQuote"
)
_NOISE = (
    ".signature, .sig, .messageSignature, .post-signature, .postsignature, .user-signature, .edited, .lastEdit,"
    ".post-edited, .editedby, .quote-header, .comment-actions, .reply, .comment-reply-link, .share, .sharedaddy,"
    ".adsbygoogle, .ad, .advertisement, .annons, .visually-hidden, .screen-reader-text, .hidden, [hidden],"
    ".comment-author, .comment-meta, .commentmetadata, .comment-metadata, ol.children, ul.children,"
    ".comment-awaiting-moderation"
)
TEXTS = ("text", "articleBody", "reviewBody", "commentText", "description", "abstract")
_SAID = re.compile(
    r"\A(?:citat(?: från)?|quote(?: from)?|sitat)?:? ?([^\n]{1,60}?) (?:skrev|skriver|wrote|said|sa|sade)\b[^\n]{0,60}"
    r"\s*(?:\n|\Z)",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\A(?:citat (?:från|fra|av)|sitat fra|quote from|zitat von) ([^\n]{1,60}?):?(?:\n|\Z)", re.IGNORECASE
)
_NAMED = re.compile(r"\A([^\n:]{1,40}):(?:\n|\Z)")
_HAS_MARKUP = re.compile(r"</?(?:p|br|div|a|blockquote|b|i|em|strong|ul|ol|li|span|img|h[1-6])\b[^>]*>", re.IGNORECASE)


def words_of(thing: Thing, marked: Marks) -> Words:
    """Return what a post says, its quotes apart: as the page shows it, else as the text or HTML given."""
    for name in TEXTS:
        values = [value for value in thing.values.get(name, ()) if not isinstance(value, Thing)]
        nodes = [value for value in values if isinstance(value, LexborNode) and value.tag != "meta"]
        if nodes:
            parts = [markup.words(node, marked) for node in nodes]
            return Words("\n".join(filter(None, (p.text for p in parts))), tuple(q for p in parts for q in p.quotes))
        if texts := [text for value in values if (text := value_text(value))]:
            return plain("\n".join(texts))
    return Words("", ())


def plain(text: str) -> Words:
    """Return the words of a text that may be HTML, or plain with entities in it."""
    if "<" in text and _HAS_MARKUP.search(text):
        root = markup.fragment(text)
        return markup.words(root, markup.marks(root, quote=QUOTES, drop=_NOISE))
    return Words(markup.clean(html.unescape(text)), ())


def marks(root: Document, inner: frozenset[int]) -> Marks:
    """Return what in a page is not its posts' own words; `inner` are the elements of posts, which stand in others'."""
    found = markup.marks(root, quote=QUOTES, drop=_NOISE)
    return Marks(quotes=found.quotes, dropped=found.dropped | inner)


def quotes_of(node: LexborNode, marked: Marks) -> list[ParsedQuote]:
    """Return a quote and, after it, the quotes inside it, each with its own words only."""
    found: dict[int, list[ParsedQuote]] = {}
    # Those inside go first, without recursion: a post may be nested deeper than Python's stack.
    for quote, said in reversed(list(markup.nested([node], marked))):
        inner = [one for child in said.quotes for one in found.pop(child.mem_id)]
        found[quote.mem_id] = _with_inner(quote, said, inner)
    return found[node.mem_id]


def _with_inner(node: LexborNode, said: Words, inner: list[ParsedQuote]) -> list[ParsedQuote]:
    heading = _FROM.search(said.text) or _SAID.search(said.text) or _NAMED.search(said.text)
    text, author, post = said.text[heading.end() :] if heading else said.text, _author(node), _post(node)
    author = author or (heading[1].strip() if heading else None)
    if not text and inner and inner[0].author is None:
        # A frame around one quote that says whose it is.
        return [replace(inner[0], author=author, post_id=inner[0].post_id or post), *inner[1:]]
    return [ParsedQuote(text=text, post_id=post, author=author), *inner]


def _author(node: LexborNode) -> str | None:
    return attribute(node, "data-username", "data-author", "data-quote", "data-ipsquote-username") or None


def _post(node: LexborNode) -> str | None:
    if named := attribute(node, "data-post-id", "data-comment-id", "data-ipsquote-contentcommentid"):
        return named
    addresses = [attribute(node, "cite"), *(attribute(link, "href") for link in node.css("a[href]"))]
    names = (generic_ids.post_id(address, thread="?") for address in addresses if address)
    return next((name for name in names if name and name[0] not in "?/"), None)
