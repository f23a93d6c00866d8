"""The name model: a small CNN that says of each word how likely it is part of a person's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy

from nlp.errors import ModelError
from nlp.redact.names import GIVEN, PATTERN, SURNAME, flags_of
from nlp.redact.network import Network

FOLDER = Path(__file__).parents[1] / "ner_model" / "tagger"
NAME, OTHER = "PER", "O"
"""The model's two tags."""
BATCH = 16
PIECE = 400
"""Words read together; far more than a post has, far fewer than a hostile one."""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’´][^\W\d_]+)*(?::s\b)?|\d+|\n|([^\w\s])\1*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and how likely it is part of a name."""

    start: int
    end: int
    text: str
    chance: float


def split_words(text: str) -> list[tuple[int, int]]:
    """Return the spans of words, numbers, line breaks and runs of one mark."""
    return [found.span() for found in _WORD.finditer(text)]


def name_chances(texts: Sequence[str]) -> list[list[Word]]:
    """Return the words of each text with their chances.

    A long text is read in pieces, and a piece in which no word could be a name is not read at all.
    """
    pieces = [
        (number, spans[at : at + PIECE])
        for number, spans in enumerate(map(split_words, texts))
        for at in range(0, len(spans), PIECE)
    ]
    found: list[list[Word]] = [[] for _ in texts]
    network, column = _load()
    for batch in (pieces[at : at + BATCH] for at in range(0, len(pieces), BATCH)):
        words = [[texts[number][a:b] for a, b in spans] for number, spans in batch]
        read = [at for at, piece in enumerate(words) if any(map(_may_be_name, piece))]
        scores = dict(zip(read, network.predict([words[at] for at in read]), strict=True)) if read else {}
        for at, (number, spans) in enumerate(batch):
            chances = scores[at][:, column].tolist() if at in scores else [0.0] * len(spans)
            found[number] += [Word(a, b, w, c) for (a, b), w, c in zip(spans, words[at], chances, strict=True)]
    return found


def _may_be_name(word: str) -> bool:
    flags = flags_of(word)
    return len(word) > 1 and (bool(flags & (GIVEN | SURNAME | PATTERN)) or (word[0].isupper() and not flags))


@lru_cache(maxsize=1)
def _load() -> tuple[Network, int]:
    try:
        nlp = spacy.load(FOLDER, exclude=["vocab", "tokenizer"])
        tagger: Any = nlp.get_pipe("tagger")
        return Network(nlp, tagger), tagger.labels.index(NAME)
    except (OSError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"the name model {FOLDER} cannot be loaded ({reason}); install the package again") from error
