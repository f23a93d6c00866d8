"""What a page says of itself in schema.org's words, as plain things; and those of its JSON-LD."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborNode

from crawlers.engines.document import Document
from crawlers.engines.markup import attribute, text_of

MAX_THINGS = 50_000
"""More on one page is an attack, not a thread."""

_ALIASES = {
    # Drupal 7 and others that spoke RDFa before schema.org did.
    "sioct:Comment": "Comment",
    "sioc:Post": "Comment",
    "sioct:BoardPost": "DiscussionForumPosting",
    "sioct:BlogPost": "BlogPosting",
    "sioc:UserAccount": "Person",
    "dc:date": "dateCreated",
    "dc:created": "dateCreated",
    "dc:title": "name",
    "content:encoded": "text",
    "foaf:name": "name",
    "sioc:has_creator": "author",
    "sioc:reply_of": "parentItem",
}
_SCHEMA = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*$"
)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_LINKS = {"a": "href", "link": "href", "area": "href", "img": "src", "audio": "src", "video": "src", "iframe": "src"}
_OF_VALUES = {"meta": "content", "data": "value", "meter": "value", "object": "data"}


@dataclass(slots=True, eq=False)
class Thing:
    """A thing that a page describes. A value is a text, an element that shows it, or another thing."""

    types: tuple[str, ...]
    thing_id: str = ""
    """JSON-LD's `@id`, microdata's `itemid`, RDFa's `about`: an address, or a name within the page."""
    node: LexborNode | None = None
    values: dict[str, list[Value]] = field(default_factory=dict)

    def all(self, *names: str) -> list[Value]:
        """Return the values of the first of the properties that has any."""
        for name in names:
            if found := self.values.get(name):
                return found
        return []

    def things(self, *names: str) -> Iterator[Thing]:
        """Yield the things among the values of the properties, in the order in which the page has them."""
        for name, values in self.values.items():
            if name in names:
                yield from (value for value in values if isinstance(value, Thing))

    def text(self, *names: str) -> str:
        """Return what the first of the properties says to machines: of a link its address; empty for none."""
        for name in names:
            for value in self.values.get(name, ()):
                if found := value_text(value):
                    return found
        return ""

    def shown(self, *names: str) -> str:
        """Return what the first of the properties says to people: of a link its text; empty for none."""
        values = (value for name in names for value in self.values.get(name, ()))
        return next((found for value in values if (found := _shown(value))), "")

    def is_a(self, types: frozenset[str]) -> bool:
        """Return whether the thing is of any of the types."""
        return not types.isdisjoint(self.types)


Value = str | LexborNode | Thing


def value_text(value: Value) -> str:
    """Return what a value says; of a thing its name."""
    if isinstance(value, Thing):
        return value.shown("name", "value") or value.text("url") or value.thing_id
    if isinstance(value, str):
        return value.strip()
    return _machine_text(value) or text_of(value)


def _shown(value: Value) -> str:
    if isinstance(value, LexborNode):
        return attribute(value, "content") or text_of(value) or value_text(value)
    return value_text(value)


def of_json(document: Document) -> tuple[list[Thing], int]:
    """Return the things that the page's JSON-LD describes, and how many of its blocks could not be read at all."""
    blocks = [node.text(deep=True) for node in document.css("script[type^='application/ld+json']")]
    read = [_load(block) for block in blocks if block.strip()]
    objects = [found for values in read for found in values]
    maker = _Maker()
    things = [thing for found in objects for thing in maker.top(found)]
    return maker.linked(things), sum(not values for values in read)


def _load(block: str) -> list[Any]:
    """Return the values in a block: several one after another, comments around, commas too many are all met."""
    text = block
    for _ in range(3):
        text = _WRAPPING.sub("", text)
    for attempt in (text, _TRAILING_COMMA.sub(lambda match: match[1] or "", text), html.unescape(text)):
        if found := _decode(attempt.strip().rstrip(";")):
            return found
    return []


def _decode(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(strict=False), [], 0
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        found.append(value)
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1
    return found


class _Maker:
    """Makes things of JSON objects, and joins those that name each other by `@id`."""

    def __init__(self) -> None:
        self._by_id: dict[str, Thing] = {}
        self._all: list[Thing] = []

    def top(self, value: Any) -> list[Thing]:
        """Return the things of a block: a list, a `@graph`, or one object."""
        if isinstance(value, list):
            return [thing for item in value for thing in self.top(item)]
        if not isinstance(value, dict):
            return []
        graph = [thing for item in _listed(value.get("@graph")) for thing in self.top(item)]
        return graph + ([made] if "@type" in value and (made := self._thing(value, 0)) else [])

    def linked(self, things: list[Thing]) -> list[Thing]:
        """Put what a `@id` names in the place of the mention of it."""
        for thing in self._all:
            for name, values in thing.values.items():
                thing.values[name] = [self._found(value) for value in values]
        return things

    def _found(self, value: Value) -> Value:
        if isinstance(value, Thing) and not value.types and value.thing_id:
            return self._by_id.get(value.thing_id, value)
        return value

    def _thing(self, value: Mapping[str, Any], depth: int) -> Thing | None:
        if depth > 200 or len(self._all) >= MAX_THINGS:
            return None
        types = tuple(plain_name(name) for name in _listed(value.get("@type")) if isinstance(name, str))
        made = Thing(types, thing_id=str(value.get("@id") or "").strip())
        self._all.append(made)
        if types and made.thing_id:
            self._by_id.setdefault(made.thing_id, made)
        for name, found in value.items():
            if name not in ("@type", "@id", "@context"):
                values = [v for item in _listed(found) if (v := self._value(item, depth + 1)) is not None]
                made.values[plain_name(name)] = values
        return made

    def _value(self, value: Any, depth: int) -> Value | None:
        if isinstance(value, dict):
            return self._thing(value, depth) if "@value" not in value else str(value["@value"])
        if isinstance(value, bool) or value is None or isinstance(value, list):
            return None
        return str(value)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, dict) and "@list" in value:
        value = value["@list"]
    return value if isinstance(value, list) else [] if value is None else [value]


def plain_name(name: str) -> str:
    """Return the short name of a type or property, in schema.org's words where others were used."""
    return _ALIASES.get(name) or _SCHEMA.sub("", name)


def _machine_text(node: LexborNode) -> str:
    """Return what an element says to machines, as the microdata standard has it; empty where only its text counts."""
    tag = node.tag or ""
    if tag in _LINKS and (found := attribute(node, _LINKS[tag])) and not attribute(node, "content"):
        return found
    if tag in _OF_VALUES:
        return attribute(node, _OF_VALUES[tag])
    return attribute(node, "content", "datetime")
