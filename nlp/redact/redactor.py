"""Everything personal out of a text, by rules and by names, with the spans that were taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from nlp.company import Company
from nlp.fold import fold
from nlp.redact.contacts import find_contacts
from nlp.redact.kinds import Redacted, Redaction, replace_spans, settle
from nlp.redact.numbers import find_numbers
from nlp.redact.persons import find_persons
from nlp.redact.streets import find_streets

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Redactor:
    """What redacting needs to know. The name model is loaded once a process, at first use: this pickles."""

    company: Company
    """Its names and its operators' are never a person's."""


def redact(text: str, redactor: Redactor) -> Redacted:
    """Return the text with personal data replaced by Swedish labels in brackets, and what was replaced."""
    return next(redact_all([text], redactor))


def redact_all(texts: Iterable[str], redactor: Redactor) -> Iterator[Redacted]:
    """Yield `redact` of each text, in order; in batches, which is faster than one by one."""
    texts = list(texts)
    folded = [fold(text) for text in texts]
    persons = find_persons([one.text for one in folded], redactor.company)
    for text, one, named in zip(texts, folded, persons, strict=True):
        found = settle([*_by_rule(one.text, redactor.company), *named])
        spans = tuple(Redaction(*one.span(r.start, r.end), r.kind) for r in found)
        yield Redacted(replace_spans(text, spans), spans)


def make_redactor(company: Company) -> Callable[[Iterable[str]], Iterator[tuple[str, tuple[str, ...]]]]:
    """Return a function that pickles: texts in, of each what is left and the sorted kinds of what was taken out."""
    return partial(_texts_and_kinds, redactor=Redactor(company))


def _texts_and_kinds(texts: Iterable[str], *, redactor: Redactor) -> Iterator[tuple[str, tuple[str, ...]]]:
    for done in redact_all(texts, redactor):
        yield done.text, tuple(sorted(one.kind for one in done.redactions))


def _by_rule(text: str, company: Company) -> Iterator[Redaction]:
    yield from find_contacts(text, company)
    if _DIGIT.search(text):
        yield from find_numbers(text)
        yield from find_streets(text)
