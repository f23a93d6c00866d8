"""What is known of a word on its own: given name, surname, place, plain word. Learnt by `training/ner/lexicon.py`."""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from nlp.errors import ModelError

LEXICON = Path(__file__).parents[1] / "ner_model" / "names.npz"
GIVEN, FREQUENT, SURNAME, PLACE, WORD, PATTERN = 1, 2, 4, 8, 16, 32
"""Flags of a word; PATTERN: built as Swedish surnames are, whether seen before or not."""
_PATTERN = re.compile(
    r"[^\W\d_]{2,}(?:sson|sén|ström|berg|gren|qvist|kvist|quist|lund|lind|stedt|strand|holm|mark|blad|dahl|löf|löv|feldt|felt"
    r"|stam|vall|wall|rud|roth|borg|malm|hult|ander|elius|enius|änder|ović|vić|vic|ski|sky|wicz|nen|sen|dotter|zadeh|oğlu|oglu)"
)


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    try:
        with np.load(LEXICON) as stored:
            return dict(zip(stored["hashes"].tolist(), stored["flags"].tolist(), strict=True))
    except (OSError, EOFError, KeyError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise ModelError(f"the name lexicon {LEXICON} cannot be read ({error}); install the package again") from error


def word_hash(word: str) -> int:
    """Return the 32-bit number that stands for a lower-case word in the lexicon."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=65_536)
def flags_of(word: str) -> int:
    """Return the flags of a word in whatever case; a genitive has those of its name."""
    lowered = word.lower()
    found = _table().get(word_hash(lowered), 0)
    if not found & ~WORD and len(lowered) > 3 and lowered.endswith("s"):
        found |= _table().get(word_hash(lowered[:-1].rstrip(":'’´")), 0) & (GIVEN | FREQUENT | SURNAME)
    if not found and "-" in lowered:
        for part in lowered.split("-"):
            found |= _table().get(word_hash(part), 0)
    return found | (PATTERN if _PATTERN.fullmatch(lowered.removesuffix("s")) else 0)
