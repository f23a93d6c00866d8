"""Learn the name lexicon: which words are given names, surnames, places or plain words in Swedish.

Run as `python -m training.ner.lexicon`. What is kept is a hash and a few flags a word, not the lists.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nlp.redact.names import FREQUENT, GIVEN, PLACE, SURNAME, WORD, word_hash
from training.ner.words import given_names, klintan, own_list, places, word_counts

OUT = Path(__file__).parents[2] / "nlp" / "ner_model" / "names.npz"
LEAST_BEARERS = 10
FREQUENT_BEARERS = 300
LEAST_SEEN = 2
UNDOTTED = str.maketrans("åäöÅÄÖéü", "aaoAAOeu")
"""People on foreign keyboards write "Jorgen"."""


def learn() -> dict[str, int]:
    """Return the flags of every word that has any."""
    flags: dict[str, int] = {}

    def mark(word: str, flag: int) -> None:
        flags[word.lower()] = flags.get(word.lower(), 0) | flag

    for name, bearers in given_names().items():
        if bearers >= LEAST_BEARERS:
            mark(name, GIVEN | (FREQUENT if bearers >= FREQUENT_BEARERS else 0))
            if bearers >= FREQUENT_BEARERS and name.translate(UNDOTTED) != name:
                mark(name.translate(UNDOTTED), GIVEN | FREQUENT)
    for name in own_list("nicknames"):
        mark(name, GIVEN | FREQUENT)
    for name in (*own_list("surnames"), *_surnames_in_news()):
        mark(name, SURNAME)
    for place in places():
        mark(place, PLACE)
    small, capital = word_counts()
    for word, count in small.items():
        is_name = flags.get(word, 0) & FREQUENT
        if count >= LEAST_SEEN and (not is_name or count > capital[word]):
            mark(word, WORD)
    return flags


def _surnames_in_news() -> set[str]:
    found = set()
    for sentence in klintan("train"):
        for (word, tag), (_, before) in zip(sentence[1:], sentence, strict=False):
            if tag == before == "PER" and len(word) > 3 and word.istitle():
                found.add(word.removesuffix("s") if not word.endswith("ss") else word)
    return found


def main() -> None:
    flags = learn()
    table = sorted((word_hash(word), flag) for word, flag in flags.items())
    hashes = np.array([h for h, _ in table], dtype=np.uint32)
    OUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(OUT, hashes=hashes, flags=np.array([f for _, f in table], dtype=np.uint8))
    print(f"{len(table)} words, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
