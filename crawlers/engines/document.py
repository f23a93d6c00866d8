"""A page's tree, asked by selectors: each is looked for once, however many ask."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


class Document:
    """The tree that a browser would build of a page.

    Whatever is asked of it is a walk over the whole tree: ask for all posts' parts at once, not post by post.
    """

    __slots__ = ("_all", "_first", "_tree")

    def __init__(self, html: str) -> None:
        self._tree = LexborHTMLParser(html)
        self._all: dict[str, tuple[LexborNode, ...]] = {}
        self._first: dict[str, LexborNode | None] = {}

    @property
    def body(self) -> LexborNode | None:
        """The body, which the parser makes where there is none."""
        return self._tree.body

    @property
    def language(self) -> str | None:
        """The language that the page declares, as a BCP 47 tag; None where it declares none."""
        node = self.css_first("html")
        declared = (node.attributes.get("lang") or node.attributes.get("xml:lang") or "") if node is not None else ""
        found = _LANGUAGE.fullmatch(declared.strip())
        return found[0].replace("_", "-") if found else None

    @property
    def walk_count(self) -> int:
        """How many walks over the tree were asked for so far."""
        return len(self._all) + len(self._first)

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that a selector finds, once each, in the order of the page."""
        if (found := self._all.get(selector)) is None:
            # The parser repeats those that two alternatives match.
            nodes = self._tree.css(selector)
            found = tuple({node.mem_id: node for node in nodes}.values()) if "," in selector else tuple(nodes)
            self._all[selector] = found
        return list(found)

    def css_first(self, selector: str) -> LexborNode | None:
        """Return the first element that a selector finds."""
        if selector not in self._first:
            self._first[selector] = self._tree.css_first(selector)
        return self._first[selector]
