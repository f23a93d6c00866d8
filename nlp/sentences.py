"""Which sentence of a post is nearest to a claim."""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.words import shared_stems, stems

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def best_sentence(text: str, claim: str) -> tuple[int, int]:
    """Return the span of the sentence that shares most words with the claim; the first longest one, if none does."""
    spans = [_trimmed(text, *found.span()) for found in _SENTENCE.finditer(text)]
    spans = [span for span in spans if span[0] < span[1]] or [(0, len(text))]
    if len(spans) == 1:
        return spans[0]
    wanted = _stems_of(claim)
    return max(spans, key=lambda span: (shared_stems(text[slice(*span)], wanted), span[1] - span[0]))


@lru_cache(maxsize=256)
def _stems_of(claim: str) -> dict[str, int]:
    return {stem: at for at, stem in enumerate(dict.fromkeys(stems(claim)))}


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
