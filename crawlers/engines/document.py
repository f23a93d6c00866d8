"""A page's tree, asked by selectors: those that name a class which the page has nowhere cost nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

_CLASS = re.compile(r"""class=(?=("[^"]*"|'[^']*'|[^\s>]+))""")
"""Looks ahead, so that a quotation mark missing in one place hides no class in another."""
_ODD = ("CLASS", "class =")
"""Spellings that are not looked for; then every selector is asked."""
_INSIDE = re.compile(r"""\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|:[\w-]+\([^()]*\)""")
"""What an attribute's value is compared with, and what is asked by a pseudo-class: neither need be on the page."""
_COMMA = re.compile(r"""((?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\([^()]*\)|[^,])+)""")
_NAMED = re.compile(r"\.([\w-]+)")


class Document:
    """The tree that a browser would build of a page.

    A page is asked for some fifty alternatives of selectors, and each is a walk over the whole tree; most name parts
    that only other skins and versions have.
    """

    __slots__ = ("_classes", "_html", "tree")

    def __init__(self, html: str) -> None:
        self.tree = LexborHTMLParser(html)
        self._html = html
        self._classes: frozenset[str] | None = None

    @property
    def body(self) -> LexborNode | None:
        """The body, which the parser makes where there is none."""
        return self.tree.body

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that a selector finds, once each, in the order of the page."""
        asked = self.possible(selector)
        if not asked:
            return []
        found = self.tree.css(", ".join(asked))
        # The parser repeats those that two alternatives match.
        return list({node.mem_id: node for node in found}.values()) if len(asked) > 1 else found

    def css_first(self, selector: str) -> LexborNode | None:
        """Return the first element that a selector finds."""
        asked = self.possible(selector)
        return self.tree.css_first(", ".join(asked)) if asked else None

    def possible(self, selector: str) -> list[str]:
        """Return the alternatives of a selector all of whose classes the page has."""
        if self._classes is None:
            self._classes = _classes_in(self._html)
        classes = self._classes
        return [text for text, needed in _alternatives(selector) if needed <= classes or not classes]


def _classes_in(html: str) -> frozenset[str]:
    """Return at least all classes that a page's elements have, in lower case; none where that cannot be told."""
    if any(spelling in html for spelling in _ODD):
        return frozenset()
    found = " ".join(set(_CLASS.findall(html))).lower()
    return frozenset(re.split(r"[\s\"']+", f"{found} {unescape(found)}" if "&" in found else found))


@lru_cache(maxsize=2048)
def _alternatives(selector: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the alternatives of a selector, each with the classes that it cannot do without, in lower case."""
    texts = [text.strip() for text in _COMMA.findall(selector)]
    return tuple((text, frozenset(_NAMED.findall(_INSIDE.sub("", text).lower()))) for text in texts)
