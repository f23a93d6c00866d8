"""The boxes that vBulletin sets quotes in: inline styles in version 3, classes from version 4 on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from selectolax.lexbor import LexborNode

from crawlers.engines import markup
from crawlers.engines.document import Document
from crawlers.engines.markup import Marks, Words, attribute, text_of
from crawlers.model import ParsedQuote

_BOX = (
    ".bbcode_quote, .quote_container, .bbcode-quote, div.quote, blockquote.quote, div.quotebox, div.vbquote,"
    "td.alt2[style*='inset'], div[style*='inset']"
)
_INSET = "td.alt2[style*='inset'], div[style*='inset']"
_HEADING = ".bbcode_postedby, .quote_postedby, .quotetitle"
_NOISE = (
    ".signature, .lastedited, .bbcode_description, .b-bbcode__description, .bbcode_quote_container, .postcontrols,"
    ".ad, .ads, .axd, ins.adsbygoogle, [id^='div-gpt-ad'], fieldset.postcontent, .attachments, .moreinfo,"
    "div[style*='margin'] > div.smallfont:first-child"
)
_POST = re.compile(r"(?:#post|[?&]p=|/p)(\d+)")
_LABEL = re.compile(
    r"\A\W*(?:(?:originally|opprinnelig|oprindeligt|ursprungligen) (?:posted|skrevet|skrivet|postat|indsendt|lagt inn) "
    r"(?:by|av|af)|quote|citat|citera|sitat)\b\s*:?[^\n]*(?:\n|\Z)",
    re.IGNORECASE,
)
_SAID_BY = re.compile(
    r"(?:posted by|skrivet av|postat av|skrevet af|skrevet av|indsendt af|lagt inn av)\s+(\S.*?)\s*:?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quotes:
    """The quotes of a page, and which line of each says who is quoted."""

    marked: Marks
    """With what else in the page's posts is nobody's words."""
    headings: Mapping[int, LexborNode]


def quotes_in(document: Document) -> Quotes:
    """Return a page's quotes, outermost box each."""
    boxes: dict[int, LexborNode] = {}
    for box in document.css(_BOX):
        outer = _styled_box(box) if "inset" in attribute(box, "style") else box
        if outer is None:
            continue
        if outer.parent is None or outer.parent.mem_id not in boxes or outer.tag == "td":
            boxes[outer.mem_id] = outer
    headings: dict[int, LexborNode] = {}
    for heading in document.css(_HEADING):
        if (owner := next((above for above in markup.ancestors(heading) if above.mem_id in boxes), None)) is not None:
            headings.setdefault(owner.mem_id, heading)
    for box in boxes.values():
        if box.mem_id not in headings and (line := _styled_heading(box)) is not None:
            headings[box.mem_id] = line
    labels = {label.mem_id for box in boxes.values() for label in box.css("div.smallfont") if label.parent == box}
    labels |= {line.mem_id for box in boxes.values() for line in _above_panel(box, box.css_first(_INSET))}
    noise = {node.mem_id for node in document.css(_NOISE)}
    dropped = frozenset(noise | labels | {heading.mem_id for heading in headings.values()})
    return Quotes(Marks(quotes=boxes, dropped=dropped), headings)


def read(said: Words, quotes: Quotes) -> tuple[ParsedQuote, ...]:
    """Return the quotes in what a post says, each before the quotes inside it."""
    return tuple(_read(box, words, quotes) for box, words in markup.nested(said.quotes, quotes.marked))


def _read(box: LexborNode, said: Words, quotes: Quotes) -> ParsedQuote:
    """Return a quote with its own words, those of the quotes inside it left out."""
    heading = quotes.headings.get(box.mem_id)
    name = text_of(heading.css_first("strong, .quote_author, b")) if heading is not None else ""
    if heading is not None and not name and (told := _SAID_BY.search(text_of(heading))):
        name = told[1]
    links = heading.css("a[href]") if heading is not None else []
    source = next((match for link in links if (match := _POST.search(attribute(link, "href")))), None)
    return ParsedQuote(
        text=_LABEL.sub("", said.text) if heading is None else said.text,
        post_id=source[1] if source else None,
        author=name or None,
    )


def _styled_box(cell: LexborNode) -> LexborNode | None:
    """Return the indented element around a quote's table or panel, which also holds the label; else the table.

    None for a panel that no such element is around, or that scrolls: those hold code.
    """
    is_panel = cell.tag == "div"
    table = cell if is_panel else next((above for above in markup.ancestors(cell) if above.tag == "table"), cell)
    around = table.parent
    if around is not None and around.tag == "div" and "margin" in attribute(around, "style"):
        return None if is_panel and "overflow" in attribute(cell, "style") else around
    return None if is_panel else table


def _styled_heading(box: LexborNode) -> LexborNode | None:
    """Return the line of version 3's box that names someone: the first in it, or the one above its panel."""
    cell = box.css_first(_INSET)
    if cell is None:
        return None
    first = next((node for node in cell.iter() if node.tag != "br"), None)
    for line in (first, *_above_panel(box, cell)):
        if line is None or line.tag != "div" or "margin" in attribute(line, "style"):
            continue
        if line.css_first("strong, b") is not None:
            return line
    return None


def _above_panel(box: LexborNode, panel: LexborNode | None) -> list[LexborNode]:
    """Return the lines that stand above a quote's panel in its box: the label, and who said it."""
    if panel is None or panel.tag != "div" or panel.parent != box:
        return []
    return list(takewhile(lambda node: node != panel, box.iter()))
