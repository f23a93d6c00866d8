"""Hostile characters taken out of a text, with the way back to its offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

ODD = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u0483-\u0489\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\u20d0-\u20ff\ud800-\udfff\ufe00-\ufe0f\ufeff\uff01-\uff5e\U0001f3fb-\U0001f3ff\U0001d400-\U0001d7ff\U000e0000-\U000e007f]"
)
"""Characters that hide a word from a reader's eye: controls, joiners, halves, combining marks, other alphabets."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as a reader sees it. `offsets[i]` is where character i began in the original; None: the same text."""

    text: str
    offsets: Sequence[int] | None
    length: int
    """Characters of the original."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's offsets of a span of the folded text, hidden characters inside included."""
        if self.offsets is None:
            return start, end
        if start >= len(self.offsets):
            return self.length, self.length
        last = self.offsets[end] if end < len(self.offsets) else self.length
        return self.offsets[start], max(self.offsets[start], last)

    def index(self, offset: int) -> int:
        """Return where an offset of the original lies in the folded text."""
        return offset if self.offsets is None else bisect_left(self.offsets, offset)


_ODD = re.compile(ODD)


def fold(text: str) -> Folded:
    """Return the text without hidden characters and in plain letters; å, ä and ö stay whichever way they came."""
    if not _ODD.search(text):
        return Folded(text, None, len(text))
    kept: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text):
        if not _ODD.match(char):
            kept.append(char)
            offsets.append(at)
        elif unicodedata.combining(char):
            if kept and len(joined := unicodedata.normalize("NFC", kept[-1] + char)) == 1 and joined in "åäöéüÅÄÖÉÜ":
                kept[-1] = joined
        else:
            plain = unicodedata.normalize("NFKC", char)
            if len(plain) == 1 and plain.isprintable() and not _ODD.match(plain):
                kept.append(plain)
                offsets.append(at)
    return Folded("".join(kept), offsets, len(text))
