"""Elements of a page by the post they stand in, each selector compiled once a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from selectolax.lexbor import LexborNode

from crawlers.engines.document import Document


class Parts:
    """Named elements of a document, by the post or quote that they stand in, innermost.

    A selector is compiled once, when its name is first asked for: asking each post for it anew costs more than all
    the rest of its reading.
    """

    def __init__(self, document: Document, owners: Iterable[LexborNode], selectors: Mapping[str, str]) -> None:
        self._document = document
        self._selectors = selectors
        self._owner_of = {key: key for key in (owner.mem_id for owner in owners)}
        """By the elements that were looked at: the innermost owner around each, 0 for none."""
        self._found: dict[str, dict[int, list[LexborNode]]] = {}

    def every(self, owner: LexborNode, name: str) -> list[LexborNode]:
        """Return the elements of a name inside an owner, in the order of the page."""
        found = self._found.get(name)
        if found is None:
            found = self._find(name)
        return found.get(owner.mem_id, []) if found else []

    def first(self, owner: LexborNode, *names: str) -> LexborNode | None:
        """Return the first element of the first of the names that has any."""
        key = owner.mem_id
        for name in names:
            found = self._found.get(name)
            if found is None:
                found = self._find(name)
            if inside := found.get(key):
                return inside[0]
        return None

    def _find(self, name: str) -> dict[int, list[LexborNode]]:
        found = self._found[name] = defaultdict[int, list[LexborNode]](list)
        owner_of = self._owner_of
        for node in self._document.css(self._selectors[name]) if owner_of else ():
            passed: list[int] = []
            owner, around = 0, node.parent
            while around is not None:
                key = around.mem_id
                if key in owner_of:
                    owner = owner_of[key]
                    break
                passed.append(key)
                around = around.parent
            for key in passed:
                owner_of[key] = owner
            if owner:
                found[owner].append(node)
        return found
