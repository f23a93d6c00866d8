"""A page's tree, asked by selectors: those of classes alone, or of classes that the page lacks, by an index.

A selector is a walk over the whole tree for each of its alternatives, and an engine has some fifty: most name parts
that only other skins and versions have, and half name nothing but a class.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_VALUE = re.compile(r"""\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|:[\w-]+\([^()]*\)""")
"""What an attribute is compared with, and what a pseudo-class asks: no class in it needs be on the page."""
_ALTERNATIVE = re.compile(r"""(?:\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|\([^()]*\)|[^,])+""")
_CLASS = re.compile(r"\.([\w-]+)")
_TEST = r"""\[([\w-]+)(?:([\^*]?)=(?:'([^'\\]+)'|"([^"\\]+)"))?\]"""
_PLAIN = re.compile(rf"([a-z]\w*)?(?:\.[\w-]+|{_TEST})+")
_TESTS = re.compile(_TEST)
_AS_WRITTEN = re.compile(r"id|href|data-[\w-]+")
"""Attributes whose values are compared as they stand: of some others the case does not count."""
_INSIDE = re.compile(r"((?:[a-z]\w*)?(?:\.[\w-]+)+) +((?:[\w.#-]|\[(?:\"[^\"]*\"|'[^']*'|[^\]\"'])*\])+)")
"""An element of some kind anywhere inside one that is named by its classes."""
SOME = 8
"""An index costs as much as some ten walks: who has asked for so many classes will ask for more."""
FEW = 8
"""Inside so few elements a look is cheaper than a walk over the whole tree."""
MANY = 3
"""So many alternatives that the index answers are worth asking first whether there is anything of the others."""
_class_of = itemgetter("class")
_attributes_of = attrgetter("attrs")
_SPACE = re.compile(r"[ \t\n\f\r]+")
"""What ends a class's name; Python's own idea of space is wider."""


Test = tuple[str, str, str]
"""An attribute's name, how it is compared (^, * or as a whole), and with what; with nothing: it has to be there."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the selectors that commas separate."""

    text: str
    classes: frozenset[str]
    """Without these an element is none of its."""
    is_plain: bool
    """Whether it names classes of one element, and perhaps its tag and what stands in its attributes."""
    tag: str | None
    tests: tuple[Test, ...]
    inside: tuple[Alternative, str] | None
    """Where it names an element inside one that is plain: that one, and the element by itself."""


class Document:
    """The tree that a browser would build of a page.

    Whatever else is asked of it is a walk over the whole tree: ask for all posts' parts at once, not post by post.
    """

    __slots__ = ("_all", "_class_count", "_first", "_index", "_tree", "walk_count")

    def __init__(self, html: str | bytes) -> None:
        self._tree = LexborHTMLParser(html)
        self._index: Index | None = None
        self._class_count = 0
        self._all: dict[str, tuple[LexborNode, ...]] = {}
        self._first: dict[str, LexborNode | None] = {}
        self.walk_count = 0
        """How many alternatives the parser was asked for so far."""

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

    def css(self, selector: str) -> list[LexborNode]:
        """Return the elements that a selector finds, once each, in the order of the page."""
        if (found := self._all.get(selector)) is None:
            found = self._all[selector] = tuple(self._every(selector))
        return list(found)

    def css_first(self, selector: str) -> LexborNode | None:
        """Return the first element that a selector finds."""
        if selector not in self._first:
            plain, other = self._possible(selector)
            if not other:
                self._first[selector] = next(iter(self._indexed(plain)), None)
            elif (inside := self._inside(plain, other)) is not None:
                self._first[selector] = next(iter(inside), None)
            else:
                self._first[selector] = self._tree.css_first(self._joined([*plain, *other]))
        return self._first[selector]

    def ids(self, selector: str) -> set[int]:
        """Return the ids of the elements that a selector finds: without an order, that is cheaper to tell."""
        plain, other = self._possible(selector)
        return {node.mem_id for node in (*self._indexed(plain), *self._asked(other))}

    def _every(self, selector: str) -> Iterable[LexborNode]:
        plain, other = self._possible(selector)
        if not other:
            return self._indexed(plain)
        if (inside := self._inside(plain, other)) is not None:
            return inside
        if len(plain) > MANY and not self._asked(other):
            return self._indexed(plain)
        found = self._asked([*plain, *other])
        # The parser repeats those that two alternatives match.
        return {node.mem_id: node for node in found}.values() if len(plain) + len(other) > 1 else found

    def _possible(self, selector: str) -> tuple[list[Alternative], list[Alternative]]:
        """Return the alternatives all of whose classes the page has: those that the index answers, and the others."""
        asked = alternatives(selector)
        if (index := self._index) is None:
            self._class_count += sum(1 for one in asked if one.classes)
            if self._class_count <= SOME:
                return [], list(asked)
            index = self._index = Index(self._tree)
        possible = [one for one in asked if not one.classes or index.has(one.classes)]
        return [one for one in possible if one.is_plain], [one for one in possible if not one.is_plain]

    def _inside(self, plain: Sequence[Alternative], other: Sequence[Alternative]) -> Iterable[LexborNode] | None:
        """Return what a selector finds inside few elements; None where it asks for more than that."""
        if self._index is None or plain or len(other) != 1 or not (parts := other[0].inside):
            return None
        around = self._indexed([parts[0]])
        if len(around) > FEW:
            return None
        self.walk_count += 1
        # An element is itself among those that are found inside it.
        found = {node.mem_id: node for above in around for node in _below(above, parts[1])}
        return found.values()

    def _indexed(self, plain: Sequence[Alternative]) -> list[LexborNode]:
        return self._index.every(plain) if self._index and plain else []

    def _asked(self, other: Sequence[Alternative]) -> list[LexborNode]:
        return self._tree.css(self._joined(other)) if other else []

    def _joined(self, asked: Sequence[Alternative]) -> str:
        self.walk_count += len(asked)
        return ", ".join(alternative.text for alternative in asked)


class Index:
    """The elements of a page by their classes."""

    __slots__ = ("_classes", "_fold", "_names", "_nodes", "_places", "_texts")

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._nodes = tree.css("[class]")
        self._fold = _folds_case(tree)
        places = defaultdict[str | None, list[int]](list)
        for place, text in enumerate(map(_class_of, map(_attributes_of, self._nodes))):
            places[text].append(place)
        self._places = {text: found for text, found in places.items() if text}
        """Where among the elements those are whose attribute `class` has the same text."""
        self._names = {text: _names(text.lower() if self._fold else text) for text in self._places}
        self._texts: dict[str, list[str]] = {}
        """The texts that a class stands in."""
        for text, names in self._names.items():
            for name in names:
                self._texts.setdefault(name, []).append(text)
        self._classes = frozenset(self._texts)

    def has(self, classes: frozenset[str]) -> bool:
        """Return whether there is an element of each of the classes."""
        return self._folded(classes) <= self._classes

    def every(self, asked: Iterable[Alternative]) -> list[LexborNode]:
        """Return the elements of alternatives that are plain, in the order of the page."""
        nodes, found = self._nodes, set[int]()
        for alternative in asked:
            places, tag, tests = self._of(self._folded(alternative.classes)), alternative.tag, alternative.tests
            if tag is not None:
                places = (place for place in places if nodes[place].tag == tag)
            found.update([place for place in places if _passes(nodes[place], tests)] if tests else places)
        return [nodes[place] for place in sorted(found)]

    def _of(self, classes: frozenset[str]) -> Iterable[int]:
        for text in self._texts[next(iter(classes))]:
            if classes <= self._names[text]:
                yield from self._places[text]

    def _folded(self, classes: frozenset[str]) -> frozenset[str]:
        return frozenset(name.lower() for name in classes) if self._fold else classes


def _passes(node: LexborNode, tests: Iterable[Test]) -> bool:
    values = node.attributes
    for name, way, wanted in tests:
        value = values.get(name) or ""
        if not (name in values and (value.startswith(wanted) if way == "^" else wanted in value)):
            return False
        if wanted and not way and value != wanted:
            return False
    return True


def _below(above: LexborNode, selector: str) -> Iterator[LexborNode]:
    """Yield the elements below one that a selector finds: the parser counts that one among them."""
    key = above.mem_id
    return (node for node in above.css(selector) if node.mem_id != key)


def _folds_case(tree: LexborHTMLParser) -> bool:
    """Return whether the case of classes does not count, as in a page that declares no type, or one of long ago."""
    probe = tree.create_node("i")
    probe.attrs["class"] = "aB"
    return probe.css_matches(".Ab")


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, _SPACE.split(text)))


@lru_cache(maxsize=2048)
def alternatives(selector: str) -> tuple[Alternative, ...]:
    """Return the alternatives of a selector."""
    return tuple(_alternative(text.strip()) for text in _ALTERNATIVE.findall(selector))


def _alternative(text: str) -> Alternative:
    plain, inside = _PLAIN.fullmatch(text), _INSIDE.fullmatch(text)
    classes = frozenset(_CLASS.findall(_VALUE.sub("", text)))
    tests = tuple((name, way, one or other) for name, way, one, other in _TESTS.findall(text)) if plain else ()
    can_tell = all(not wanted or _AS_WRITTEN.fullmatch(name) for name, _, wanted in tests)
    return Alternative(
        text=text,
        classes=classes,
        is_plain=plain is not None and bool(classes) and can_tell,
        tag=plain[1] if plain else None,
        tests=tests,
        inside=(_alternative(inside[1]), inside[2]) if inside else None,
    )
