"""vBulletin 4's own skin for telephones, where it differs: names without a class, pages that a script links to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawlers.engines import addresses
from crawlers.engines.document import Document
from crawlers.engines.markup import attribute
from crawlers.model import Page

AUTHOR = ".xsaid a[href]"
_SKIN = ".xsaid"
_FOOT = ".postfoot"
_PAGES = ".pagenav[data-totalpages]"
_PAGE = re.compile(r"[/?&]?\bpage(?:number)?=?\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of a thread or a list: the skin's script makes their links of these."""

    number: int
    count: int
    address: str

    def url(self, number: int, document: Document, page: Page) -> str | None:
        """Return the address of one of them; None where there is none such."""
        if not 1 <= number <= self.count or not self.address:
            return None
        named = f"{self.address}{'&' if '?' in self.address else '?'}page={number}" if number > 1 else self.address
        return addresses.absolute(addresses.base_of(document, page), named)


def pages_of(document: Document) -> Pages | None:
    """Return the pages that a page of this skin belongs to; None for a page of another skin."""
    box = document.css_first(_PAGES)
    number, count = attribute(box, "data-pagenumber"), attribute(box, "data-totalpages")
    if not (number.isdecimal() and count.isdecimal()):
        return None
    address = attribute(box, "data-address") + attribute(box, "data-address2")
    return Pages(int(number), int(count), _PAGE.sub("", address).rstrip("&?"))


def is_stub(node: LexborNode) -> bool:
    """Return whether an element stands for a deleted post: it has the reason where its words were, and no foot."""
    return node.css_first(_SKIN) is not None and node.css_first(_FOOT) is None
