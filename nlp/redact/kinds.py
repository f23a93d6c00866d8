"""What a redaction is: a span, its kind, and the Swedish word that stands in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LABELS = {
    "person": "[person]",
    "personnummer": "[personnummer]",
    "phone": "[telefon]",
    "email": "[e-post]",
    "street_address": "[adress]",
    "customer_number": "[kundnummer]",
    "username": "[användare]",
}
PRIORITY = ("email", "personnummer", "customer_number", "phone", "street_address", "username", "person")
"""Of two kinds that claim the same characters, the first here wins."""


@dataclass(frozen=True, slots=True, order=True)
class Redaction:
    """A span of personal data, in offsets of the text it was found in."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without personal data, and what was taken out of it."""

    text: str
    redactions: tuple[Redaction, ...]
    """In order, without overlaps; offsets of the text that was given."""

    @property
    def report(self) -> dict[str, int]:
        """Return how many of each kind were taken out, never what: this may be kept."""
        return dict(sorted(Counter(one.kind for one in self.redactions).items()))


def settle(found: Iterable[Redaction]) -> tuple[Redaction, ...]:
    """Return the spans in order without overlaps, stronger kinds and longer spans first."""
    ranked = sorted(set(found), key=lambda r: (PRIORITY.index(r.kind), r.start - r.end, r.start))
    taken = bytearray(max((one.end for one in ranked), default=0))
    kept = []
    for one in ranked:
        if one.start < one.end and not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return tuple(sorted(kept))


def replace_spans(text: str, redactions: Iterable[Redaction]) -> str:
    """Return the text with each span replaced by its Swedish label."""
    parts, at = [], 0
    for one in redactions:
        parts += [text[at : one.start], LABELS[one.kind]]
        at = one.end
    return "".join([*parts, text[at:]])
