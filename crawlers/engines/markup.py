"""HTML to a tree, and a tree to the author's words: blocks become lines, quotes are set apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.engines.document import Document
from crawlers.model import NotAThreadError, Page

MAX_DEPTH = 4_000
"""Deeper nesting is an attack: the parser's time grows with its square."""
_FEW_TAGS = 16_000
"""No use in looking how deep so few can be nested."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SILENT_TAGS = _names(
    "script style noscript template iframe object embed svg video audio canvas head title button select textarea "
    "input datalist map area"
)
_BLOCKS = _names(
    "address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 "
    "h5 h6 header hr legend li main nav ol option p pre section summary table tbody tfoot thead tr ul"
)
_VOID = _names("area base br col embed hr img input link meta source track wbr")
_IMPLIED_END = _names("p li dd dt td th tr option html head body")
_INLINE, _TEXT, _BREAK, _BLOCK, _CODE, _CELL, _IMAGE, _ICON, _SILENT = range(9)
"""What an element is to the words around and in it."""


def _kinds() -> dict[int, int]:
    """Return the kinds of elements by the numbers that the parser gives to names: cheaper to ask for than the names."""
    named = {
        **dict.fromkeys(_SILENT_TAGS, _SILENT),
        **dict.fromkeys(_BLOCKS, _BLOCK),
        "br": _BREAK,
        "pre": _CODE,
        "td": _CELL,
        "th": _CELL,
        "img": _IMAGE,
        "i": _ICON,
        "span": _ICON,
    }
    parser = LexborHTMLParser("<p>x<!-- -->")
    text, comment = parser.css("p")[0].iter(include_text=True)
    unnamed = {text.tag_id: _TEXT, comment.tag_id: _SILENT}
    return unnamed | {parser.create_node(name).tag_id: kind for name, kind in named.items()}


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SMILEY_CLASS = re.compile(r"smil|emoji|emote|emoticon|inlineimg", re.IGNORECASE)
_SHORTCODE = re.compile(r":[\w+-]+:")
_INTEGER = re.compile(r"\s*(\d{1,3}(?:[ .,\u00a0\u202f']\d{3})+(?!\d)|\d{1,12})", re.ASCII)
_NO_DIGITS = re.compile(r"\D")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|([\ud800-\udfff])"
)
"""Characters that show nothing, and halves of characters, which cannot be written to a file."""

_PLAIN = b"\n" + bytes(code for code in range(256) if chr(code).isprintable())


@dataclass(frozen=True, slots=True)
class Marks:
    """Which elements of a document are not their author's words, found once for all its posts."""

    quotes: Mapping[int, LexborNode]
    dropped: frozenset[int]


@dataclass(frozen=True, slots=True)
class Words:
    """What a piece of markup says, and the elements inside it that repeat others, outermost only."""

    text: str
    quotes: tuple[LexborNode, ...]


def tree(html: str | bytes, page: Page) -> Document:
    """Return the tree that a browser would build; bytes are UTF-8.

    Raise NotAThreadError for a page nested to slow us down.
    """
    tags = html.count("<") if isinstance(html, str) else html.count(b"<")
    if tags > _FEW_TAGS and _depth(html if isinstance(html, str) else html.decode("utf-8", "replace")) > MAX_DEPTH:
        raise NotAThreadError(f"{page.url}: elements nested more than {MAX_DEPTH} deep", cause="site_changed")
    return Document(html)


def fragment(html: str) -> LexborNode:
    """Return the body of a piece of HTML, such as a JSON field; an empty body for one nested to slow us down."""
    if html.count("<") > _FEW_TAGS and _depth(html) > MAX_DEPTH:
        html = ""
    found = LexborHTMLParser(f"<body>{html}").body
    assert found is not None, "the parser makes a body where there is none"
    return found


def marks(root: Document | LexborNode, *, quote: str = "", drop: str = "") -> Marks:
    """Return the elements that the selectors name: quotes, and what is nobody's words."""
    return Marks(
        quotes={node.mem_id: node for node in root.css(quote)} if quote else {},
        dropped=frozenset(_ids(root, drop)) if drop else frozenset(),
    )


def _ids(root: Document | LexborNode, selector: str) -> Iterable[int]:
    return root.ids(selector) if isinstance(root, Document) else (node.mem_id for node in root.css(selector))


_KINDS = _kinds()
_TEXT_TAG = next(tag for tag, kind in _KINDS.items() if kind == _TEXT)
_END = "\0"
"""The end of a line among words that are read: no tree has the character, since HTML leaves it out."""
NO_MARKS = Marks(quotes={}, dropped=frozenset())


def words(root: LexborNode, marked: Marks = NO_MARKS) -> Words:
    """Return the words inside `root`, one line a block, without what is marked; the quotes come back as elements."""
    quotes: list[LexborNode] = []
    parts: list[str] = []
    around = [(_KINDS.get(root.tag_id, _INLINE), root.iter(include_text=True))]
    code_depth = 0
    boxes, dropped = marked.quotes, marked.dropped
    is_marked = bool(boxes or dropped)
    while around:
        outer, inside = around[-1]
        for node in inside:
            tag = node.tag_id
            if tag == _TEXT_TAG:
                text = node.text_content or ""
                parts.append(text.replace("\n", _END) if code_depth else text)
                continue
            kind = _KINDS.get(tag, _INLINE)
            if kind == _BREAK:
                parts.append(_END)
            elif is_marked and (key := node.mem_id) in boxes:
                quotes.append(node)
                parts.append(_END)
            elif kind == _SILENT or (is_marked and key in dropped):
                continue
            else:
                if kind == _BLOCK:
                    parts.append(_END)
                elif kind != _INLINE:
                    parts.append(_mark(node, kind))
                around.append((kind, node.iter(include_text=True)))
                code_depth += kind == _CODE
                break
        else:
            around.pop()
            code_depth -= outer == _CODE
            if outer in (_BLOCK, _CODE):
                parts.append(_END)
    said = "".join(parts).replace("\n", " ").replace(_END, "\n")
    return Words(clean(said), tuple(quotes))


def nested(
    quotes: Iterable[LexborNode], marked: Marks, inside: Callable[[LexborNode], LexborNode] = lambda node: node
) -> Iterator[tuple[LexborNode, Words]]:
    """Yield quotes with their own words, each before the quotes inside it, however deep; `inside` finds the words."""
    queue = list(quotes)[::-1]
    while queue:
        node = queue.pop()
        said = words(inside(node), marked)
        yield node, said
        queue += said.quotes[::-1]


def clean(text: str) -> str:
    """Return text with one space between words, one newline between lines, and nothing invisible."""
    text = text.replace("\u00a0", " ").replace("\t", " ")
    while "  " in text:
        text = text.replace("  ", " ")
    lines: Iterable[str] = text.split("\n")
    if not _is_plain(text):
        lines = (line if line.isprintable() else _line(line) for line in lines)
    return "\n".join(filter(None, map(str.strip, lines)))


def _is_plain(text: str) -> bool:
    """Return whether there is nothing in a text but line ends, spaces, and what can be seen."""
    try:
        # Most texts are of these characters alone, and bytes are sooner looked over.
        return not text.encode("latin-1").translate(None, _PLAIN)
    except UnicodeEncodeError:
        return text.replace("\n", "").isprintable()


def text_of(node: LexborNode | None) -> str:
    """Return a small element's text on one line; empty for none."""
    return _line(node.text(deep=True)) if node is not None else ""


def attribute(node: LexborNode | None, *names: str) -> str:
    """Return the first of the attributes that has a value; empty for none."""
    if node is None:
        return ""
    values = node.attributes
    for name in names:
        if (value := values.get(name)) and (value := value.strip()):
            return value
    return ""


def integer(text: str) -> int | None:
    """Return the whole number that a text starts with, digits grouped as in 1 234, 1.234 or 1,234; None for none."""
    match = _INTEGER.match(text)
    return int(_NO_DIGITS.sub("", match[1])) if match else None


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the elements around a node, innermost first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _line(text: str) -> str:
    if "  " not in text and text.isprintable():
        return text.strip(" ")
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return " ".join(_UNSEEN.sub(lambda match: "\ufffd" if match[1] else "", line).split())


def _mark(node: LexborNode, kind: int) -> str:
    if kind == _CODE:
        return _END
    if kind == _CELL:
        return " "
    if kind == _IMAGE:
        return _smiley(node)
    if kind == _ICON and node.first_child is None:
        title = attribute(node, "title", "alt", "aria-label")
        return title if _SHORTCODE.fullmatch(title) else ""
    return ""


def _smiley(node: LexborNode) -> str:
    values = node.attributes
    alt = (values.get("alt") or "").strip()
    is_named = "data-emoticon" in values or _SMILEY_CLASS.search(values.get("class") or "")
    if not (is_named or _SHORTCODE.fullmatch(alt)):
        return ""
    title = (values.get("title") or "").strip()
    return alt or (f":{title}:" if title else "")


def _depth(html: str) -> int:
    """Return the deepest nesting that the tags can make, unclosed ones included."""
    opened: dict[str, int] = {}
    depth = deepest = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _VOID or name in _IMPLIED_END:
            continue
        if not match[1]:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened.get(name):
            opened[name] -= 1
            depth -= 1
    return deepest
