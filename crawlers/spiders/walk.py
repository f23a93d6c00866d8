"""A walk through the pages of one listing: whether it leads anywhere, or back to where it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawlers.model import Listing

REPEATED_PAGES = 3
"""Pages of a listing in a row without one thread that its earlier pages did not have: then it goes in a circle."""


@dataclass(slots=True)
class Walk:
    """What the pages of one listing have shown so far."""

    thread_ids: set[str] = field(default_factory=set)
    repeated: int = 0

    def goes_in_circles(self, listing: Listing, pages: list[str]) -> bool:
        """Take in a page; return whether it leads back, by its link or by showing the same for several pages.

        One page that repeats another is no circle: on a busy forum new threads push a page's threads to the next.
        """
        found = {ref.thread_id for ref in listing.threads}
        self.repeated = self.repeated + 1 if found and found <= self.thread_ids else 0
        self.thread_ids |= found
        return listing.next_url in pages or self.repeated >= REPEATED_PAGES
