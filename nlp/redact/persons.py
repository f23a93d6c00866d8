"""Person names in forum text, by what the lexicon knows of each word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.company import Company
from nlp.mentions import find_mentions
from nlp.redact.kinds import Redaction
from nlp.redact.names import FREQUENT, GIVEN, PATTERN, PLACE, SURNAME, WORD, flags_of

_WORD_RE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def find_persons(texts: Sequence[str], company: Company) -> list[list[Redaction]]:
    """Return the person names of each text; a company's name is never one."""
    return [_outside(list(_sure(text)), text, company) for text in texts]


def _sure(text: str) -> Iterator[Redaction]:
    """Yield names that need no context: a given name that is no word, and the surname after it."""
    end = -1
    for found in _WORD_RE.finditer(text):
        word, flags = found.group(), flags_of(found.group())
        is_given = flags & (FREQUENT if word.islower() else GIVEN) and not flags & (WORD | PLACE)
        is_surname = word[:1].isupper() and flags & (SURNAME | PATTERN) and found.start() == end + 1
        if is_given or is_surname:
            end = found.end()
            yield Redaction(found.start(), end, "person")


def _outside(found: list[Redaction], text: str, company: Company) -> list[Redaction]:
    named = find_mentions(text, company) if found else ()
    return [one for one in found if not any(m.start < one.end and one.start < m.end for m in named)]
