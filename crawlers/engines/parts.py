"""Elements of a page by the post they stand in, each selector compiled once a page."""

from __future__ import annotations

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
        self._owner_of = {owner.mem_id: owner.mem_id for owner in owners}
        self._found: dict[str, dict[int, list[LexborNode]]] = {}

    def every(self, owner: LexborNode, name: str) -> list[LexborNode]:
        """Return the elements of a name inside an owner, in the order of the page."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._find(self._selectors[name])
        return found.get(owner.mem_id, []) if found else []

    def first(self, owner: LexborNode, *names: str) -> LexborNode | None:
        """Return the first element of the first of the names that has any."""
        for name in names:
            if inside := self.every(owner, name):
                return inside[0]
        return None

    def _find(self, selector: str) -> dict[int, list[LexborNode]]:
        found: dict[int, list[LexborNode]] = {}
        owner_of = self._owner_of
        for node in self._document.css(selector) if owner_of else ():
            around = node.parent
            owner = owner_of.get(around.mem_id) if around is not None else 0
            if owner is None:
                owner = _owner(around, owner_of)
            if owner:
                found.setdefault(owner, []).append(node)
        return found


def _owner(node: LexborNode | None, owner_of: dict[int, int]) -> int:
    """Return the id of the innermost owner around, 0 for none; remember it for all on the way."""
    passed: list[int] = []
    found: int | None = 0
    while node is not None:
        key = node.mem_id
        if (found := owner_of.get(key)) is not None:
            break
        passed.append(key)
        node = node.parent
    found = found or 0
    owner_of.update(dict.fromkeys(passed, found))
    return found
