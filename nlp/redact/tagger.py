"""The name model: a small CNN that says of each word how likely it is part of a person's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp.errors import ModelError
from nlp.redact.names import GIVEN, PATTERN, SURNAME, flags_of

FOLDER = Path(__file__).parents[1] / "ner_model" / "tagger"
NAME, OTHER = "PER", "O"
"""The model's two tags."""
BATCH = 64
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


def marked_doc(vocab: Vocab, words: Sequence[str]) -> Doc:
    """Return the words as a Doc that carries what the lexicon knows of each in the place of its lemma."""
    return Doc(vocab, words=list(words), lemmas=[format(flags_of(word), "02x") for word in words])


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
    nlp, tagger, column = _load()
    with nlp.memory_zone():
        for batch in (pieces[at : at + BATCH] for at in range(0, len(pieces), BATCH)):
            docs = [marked_doc(nlp.vocab, [texts[number][a:b] for a, b in spans]) for number, spans in batch]
            read = [doc for doc in docs if any(_may_be_name(token.text) for token in doc)]
            rows = tagger.model.predict(read) if read else []
            scores = {id(doc): np.asarray(row)[:, column].tolist() for doc, row in zip(read, rows, strict=True)}
            for (number, spans), doc in zip(batch, docs, strict=True):
                chances = scores.get(id(doc), [0.0] * len(spans))
                found[number] += [Word(a, b, texts[number][a:b], c) for (a, b), c in zip(spans, chances, strict=True)]
    return found


def _may_be_name(word: str) -> bool:
    flags = flags_of(word)
    return len(word) > 1 and (bool(flags & (GIVEN | SURNAME | PATTERN)) or (word[0].isupper() and not flags))


@lru_cache(maxsize=1)
def _load() -> tuple[Any, Any, int]:
    try:
        nlp = spacy.load(FOLDER, exclude=["vocab", "tokenizer"])
        tagger: Any = nlp.get_pipe("tagger")
        return nlp, tagger, tagger.labels.index(NAME)
    except (OSError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"the name model {FOLDER} cannot be loaded ({reason}); install the package again") from error
