"""Things of schema.org that a page's own elements show: microdata and RDFa."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawlers.engines.document import Document
from crawlers.engines.generic_things import MAX_THINGS, Thing, Value, plain_name
from crawlers.engines.markup import attribute

_RDFA = re.compile(r"\b(?:schema|sioct?|foaf):[A-Z]|https?://schema\.org/[A-Z]")


def of_elements(document: Document) -> list[Thing]:
    """Return the things that the page's microdata and RDFa describe and that belong to no other."""
    scopes = document.css("[itemscope], [typeof]")[:MAX_THINGS]
    things: dict[int, Thing] = {}
    for node in scopes:
        if found := _scope(node):
            things[node.mem_id] = found
    if not things:
        return []
    owners: dict[int, Thing | None] = {**_referred(document, things), **things}
    inner = set[int]()
    for node in document.css("[itemprop], [property], [rel*=':']"):
        values = node.attributes
        told = (values.get("itemprop") or values.get("property") or "").strip()
        names = _names(told or values.get("rel") or "")
        key = node.mem_id
        own = things.get(key)
        if own and _speaks_of_itself(values):
            _add(own, names, node)
            continue
        owner = (None if own else owners.get(key)) or _owner(node.parent, owners)
        if owner is None:
            continue
        value = own or (None if told else _described(node, things)) or node
        if isinstance(value, Thing) and value.node is not None:
            inner.add(value.node.mem_id)
        _add(owner, names, value)
    return [thing for key, thing in things.items() if key not in inner]


def _scope(node: LexborNode) -> Thing | None:
    kinds = attribute(node, "itemtype")
    if not kinds:
        kinds = attribute(node, "typeof")
        if kinds and not _RDFA.search(kinds) and "schema.org" not in attribute(node, "vocab"):
            return None
    types = tuple(dict.fromkeys(map(plain_name, kinds.split())))
    return Thing(types, thing_id=attribute(node, "itemid", "about", "resource"), node=node)


def _add(thing: Thing, names: tuple[str, ...], value: Value) -> None:
    for name in names:
        thing.values.setdefault(name, []).append(value)


def _speaks_of_itself(values: Mapping[str, str | None]) -> bool:
    """Return whether an RDFa element that is a thing states a property of that very thing: its name, by rule."""
    return "typeof" in values and "property" in values and ("about" in values or "resource" in values)


def _described(node: LexborNode, things: Mapping[int, Thing]) -> Thing | None:
    """Return the thing that an RDFa `rel` leads to: the first inside it."""
    return next((things[inner.mem_id] for inner in node.css("[typeof]") if inner.mem_id in things), None)


def _referred(document: Document, things: Mapping[int, Thing]) -> dict[int, Thing]:
    """Return the elements that microdata's `itemref` counts in with a thing that they do not stand in."""
    wanted = {
        name: thing
        for thing in things.values()
        if thing.node is not None
        for name in attribute(thing.node, "itemref").split()
    }
    if not wanted:
        return {}
    return {node.mem_id: thing for node in document.css("[id]") if (thing := wanted.get(attribute(node, "id")))}


def _owner(node: LexborNode | None, owners: dict[int, Thing | None]) -> Thing | None:
    """Return the thing that an element stands in; remember it for all on the way there."""
    passed: list[int] = []
    found = None
    while node is not None:
        key = node.mem_id
        if key in owners:
            found = owners[key]
            break
        passed.append(key)
        node = node.parent
    owners.update(dict.fromkeys(passed, found))
    return found


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(plain_name, text.split())))
