"""A page's tree, asked by selectors: those that name classes alone are answered from one walk, or cost nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

_INSIDE = re.compile(r"""\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|:[\w-]+\([^()]*\)""")
"""What an attribute's value is compared with, and what is asked by a pseudo-class: neither need be on the page."""
_COMMA = re.compile(r"""((?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\([^()]*\)|[^,])+)""")
_NAMED = re.compile(r"\.([\w-]+)")
_SIMPLE = re.compile(r"([a-z]\w*)?((?:\.[\w-]+)+)(?:\[([a-z-]+)\])?")
_STRICT = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<!doctype html(?:\s*>|\s[^>]*//dtd x?html (?:1|4\.01/))",
    re.IGNORECASE | re.DOTALL,
)
"""A document type with which classes are told by their case: without one, that is left to the parser."""
_SPACE = re.compile(r"[ \t\n\f\r]+")
"""What HTML takes for the end of a class's name."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the selectors that commas separate."""

    text: str
    classes: frozenset[str]
    """Without these an element is none of its."""
    is_simple: bool
    """Whether it is of classes alone, and perhaps a tag and an attribute that must be there."""
    tag: str | None
    attribute: str | None


class Document:
    """The tree that a browser would build of a page.

    A page is asked for some fifty alternatives of selectors. Each that the parser is asked for is a walk over the whole
    tree, most name parts that only other skins and versions have, and half name nothing but a class.
    """

    __slots__ = ("_answers", "_classes", "_firsts", "_html", "_nodes", "_places", "tree")

    def __init__(self, html: str) -> None:
        self.tree = LexborHTMLParser(html)
        self._html = html
        self._nodes: list[LexborNode] = []
        """The elements that have a class."""
        self._places: dict[str, list[int]] = {}
        """Where among them those are that have a `class` attribute of the same text."""
        self._classes: dict[str, list[str]] | None = None
        """The texts of such attributes by the classes in them; None before the walk."""
        self._answers: dict[str, tuple[LexborNode, ...]] = {}
        self._firsts: dict[str, LexborNode | None] = {}
        """What has been asked before."""

    @property
    def body(self) -> LexborNode | None:
        """The body, which the parser makes where there is none."""
        return self.tree.body

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that a selector finds, once each, in the order of the page."""
        if selector not in self._answers:
            self._answers[selector] = tuple(self._all(selector))
        return list(self._answers[selector])

    def css_first(self, selector: str) -> LexborNode | None:
        """Return the first element that a selector finds."""
        if selector not in self._firsts:
            self._firsts[selector] = self._first(selector)
        return self._firsts[selector]

    def found(self, selector: str) -> dict[int, LexborNode]:
        """Return the elements that a selector finds, by their ids, in no order: cheaper to ask for."""
        asked = self.possible(selector)
        known = [alternative for alternative in asked if self._are_known([alternative])]
        nodes = [self._nodes[place] for place in self._known(known)]
        if others := [alternative for alternative in asked if alternative not in known]:
            nodes += self.tree.css(_joined(others))
        return {node.mem_id: node for node in nodes}

    def possible(self, selector: str) -> list[Alternative]:
        """Return the alternatives of a selector all of whose classes the page has."""
        if self._classes is None:
            self._classes = self._walk() if _STRICT.match(self._html) else {}
        classes = self._classes.keys()
        return [alternative for alternative in alternatives(selector) if alternative.classes <= classes or not classes]

    def _all(self, selector: str) -> Iterable[LexborNode]:
        asked = self.possible(selector)
        if self._are_known(asked):
            return (self._nodes[place] for place in sorted(self._known(asked)))
        found = self.tree.css(_joined(asked))
        # The parser repeats those that two alternatives match.
        return {node.mem_id: node for node in found}.values() if len(asked) > 1 else found

    def _first(self, selector: str) -> LexborNode | None:
        asked = self.possible(selector)
        if self._are_known(asked):
            return self._nodes[min(places)] if (places := self._known(asked)) else None
        return self.tree.css_first(_joined(asked))

    def _walk(self) -> dict[str, list[str]]:
        self._nodes = self.tree.css("[class]")
        places, classes = self._places, dict[str, list[str]]()
        for place, text in enumerate([node.attrs.sget("class") for node in self._nodes]):
            if text in places:
                places[text].append(place)
            else:
                places[text] = [place]
        for text in places:
            for name in _names(text):
                classes.setdefault(name, []).append(text)
        return classes

    def _are_known(self, asked: list[Alternative]) -> bool:
        """Return whether the walk tells what alternatives find."""
        return bool(self._classes) and all(alternative.is_simple for alternative in asked)

    def _known(self, asked: list[Alternative]) -> set[int]:
        """Return the places of the elements that alternatives find."""
        found: set[int] = set()
        for alternative in asked:
            classes = alternative.classes
            for text in (self._classes or {}).get(next(iter(classes)), ()):
                if len(classes) == 1 or classes <= _names(text):
                    places = self._places[text]
                    is_more = alternative.tag or alternative.attribute
                    found.update(p for p in places if self._is_one(p, alternative)) if is_more else found.update(places)
        return found

    def _is_one(self, place: int, alternative: Alternative) -> bool:
        tag, attribute = alternative.tag, alternative.attribute
        node = self._nodes[place]
        return (not tag or node.tag == tag) and (not attribute or attribute in node.attrs)


def _joined(asked: Iterable[Alternative]) -> str:
    return ", ".join(alternative.text for alternative in asked)


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    """Return the classes that a `class` attribute names."""
    return frozenset(filter(None, _SPACE.split(text)))


@lru_cache(maxsize=2048)
def alternatives(selector: str) -> tuple[Alternative, ...]:
    """Return the alternatives of a selector."""
    return tuple(_alternative(text.strip()) for text in _COMMA.findall(selector))


def _alternative(text: str) -> Alternative:
    classes = frozenset(_NAMED.findall(_INSIDE.sub("", text)))
    simple = _SIMPLE.fullmatch(text)
    return Alternative(
        text=text,
        classes=classes,
        is_simple=simple is not None,
        tag=simple[1] if simple else None,
        attribute=simple[3] if simple else None,
    )
