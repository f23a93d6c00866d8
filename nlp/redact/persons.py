"""Person names in forum text: the name model's words, joined and completed by what a name looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.company import Company
from nlp.mentions import find_mentions
from nlp.redact.kinds import Redaction
from nlp.redact.names import FREQUENT, GIVEN, PATTERN, PLACE, SURNAME, WORD, flags_of
from nlp.redact.tagger import Word, name_chances

LIKELY = 0.3
"""Chance over which a word is taken for a name: a name missed costs more than a word lost."""
_CUTS = frozenset('.!?:\n–-"”')
"""What a sentence may begin after."""
_DOES = re.compile(
    r"[ ](?:fick|gav|betalar|säger|sa|skrev|skriver|svarar|svarade|ringde|ringer|tycker|vet|bor|jobbar|hjälpte|spelar"
    r"|lovade|körde|fixade|fixar|gillar|hälsar|undrar|väntade|röstade|klagar|berättar|streamar|pluggar|tog|la|gjorde|hörde|läste)\b"
)
"""What people do: makes a name of a word that begins a sentence."""
LIKELY_UNKNOWN = 0.9
"""The same for a word that is written small and that no name is known by."""
_DETERMINERS = frozenset({"mina", "dina", "sina", "alla", "inga", "sen"})
"""Given names, all of them, that at the head of a sentence never are."""
_PARTICLES = frozenset({"von", "af", "de", "du", "van", "der", "den", "la", "al", "el", "bin", "ibn", "y", "da", "dos"})
_STREET = re.compile(
    r"s?[ ]?(?:gata|gatan|väg|vägen|torg|torget|plats|platsen|gränd|allé|backe|stig|park|skola|skolan|kyrka|värld)\b",
    re.I,
)
_KEPT = re.compile(
    r"konsumentverket|skatteverket|allmänna reklamationsnämnden|konsumentombudsmannen|kronofogden|lantmäteriet"
    r"|post- och telestyrelsen|försäkringskassan|inspektionen|riksdagen|regeringen|hallå konsument|clas ohlson\w*"
    r"|(?:ica )?maxi(?:s)?\b|\btesla[ns]?\b|\bzelda\b|\bsiri\b|\balexa\b|\bškoda\b|\blinus tech tips\b|\bandroid\b",
    re.I,
)
"""Public bodies, and companies and products that bear a person's name."""
_INITIALS = re.compile(r"(?<![\w.])(?:[^\W\d_]\.[ ]?){1,3}$")
_ABROAD = re.compile("[ĀāÁáČčĆćĐđĎďĚěĞğÍíİıŁłŃńŇňÑñÓóŌōŐőÕõÃãŘřŚśŠšŞşȘșȚțŤťÚúŮůŰűÝýŹźŻżŽžÞþÐð]")
"""Letters that no Swedish, Norwegian or Danish word has, nor a loanword of theirs: in an unknown word, a name's."""
_LONELY = re.compile(r"[ ][b-dfghj-np-tv-z](?![\w.'’:-])")
"""A surname's first letter after a small given name ("micke p"); the vowels are words, or nearly."""


def find_persons(texts: Sequence[str], company: Company) -> list[list[Redaction]]:
    """Return the person names of each text, given name to surname in one span.

    The company's name, other operators', public bodies' and streets' are never among them.
    """
    return [
        _allowed(list(_spans(text, words)), text, company)
        for text, words in zip(texts, name_chances(texts), strict=True)
    ]


def _spans(text: str, words: Sequence[Word]) -> Iterator[Redaction]:
    """Yield runs of name words that only a space parts, with the initial before and the surname after them."""
    is_shouted = text.isupper()
    named = [_is_likely(word) or _is_surely(text, words, at) for at, word in enumerate(words)]
    at = 0
    while at < len(words):
        if not named[at]:
            at += 1
            continue
        last = at
        while (following := _next(text, words, named, last, is_shouted)) is not None:
            last = following
        start = words[at].start
        initials = _INITIALS.search(text, max(0, start - 9), start)
        if initials and initials.group()[0].isupper() != text[start].isupper():
            initials = None  # "t.ex. Anna": the end of a shortened word
        end = words[last].end
        if last == at and words[at].text.islower() and flags_of(words[at].text) & FREQUENT:
            lonely = _LONELY.match(text, end)
            end = lonely.end() if lonely else end
        yield Redaction(initials.start() if initials else start, end, "person")
        at = last + 1


def _is_likely(word: Word) -> bool:
    """Return whether the model takes the word for a name; a small word that no name is known by needs more."""
    if len(word.text) < 2 or not word.text[0].isalpha() or word.text.lower() in _DETERMINERS:
        return False
    is_known = word.text[0].isupper() or flags_of(word.text) & (GIVEN | SURNAME | PATTERN)
    return word.chance >= (LIKELY if is_known else LIKELY_UNKNOWN)


def _is_surely(text: str, words: Sequence[Word], at: int) -> bool:
    """Return whether a word is a common given name whatever the model thinks of its neighbours.

    One that is a word or place as well ("Björn") needs a capital inside a sentence, or to do what people do.
    """
    word, flags = words[at], flags_of(words[at].text)
    if not flags and word.text[0].isupper() and len(word.text) > 2 and _ABROAD.search(word.text):
        return True
    if not flags & FREQUENT or not word.text[0].isupper() or word.text.isupper():
        return False
    if not flags & (WORD | PLACE):
        return True
    if _DOES.match(text, word.end):
        return True
    begins = at == 0 or words[at - 1].text[0] in _CUTS
    is_date = at + 1 < len(words) and words[at + 1].text.isdigit()
    return not begins and not flags & PLACE and not is_date and words[at - 1].text.islower()


def _next(text: str, words: Sequence[Word], named: Sequence[bool], at: int, is_shouted: bool) -> int | None:
    """Return which word the name goes on with, or None where it ends."""
    ahead = at + 1
    if ahead >= len(words) or not _touches(text, words, at):
        return None
    is_initial = len(words[ahead].text) == 1 and words[ahead].text.isupper() and words[ahead].chance >= LIKELY
    if named[ahead] or is_initial:
        return ahead
    if words[ahead].text.lower() in _PARTICLES:
        beyond = ahead + 1
        is_near = beyond < len(words) and _touches(text, words, ahead)
        is_name = is_near and (named[beyond] or words[beyond].text.istitle())
        return beyond if is_name else None
    return ahead if not is_shouted and _is_surname_after(words[at], words[ahead]) else None


def _touches(text: str, words: Sequence[Word], at: int) -> bool:
    return text[words[at].end : words[at + 1].start] == " "


def _is_surname_after(given: Word, word: Word) -> bool:
    """Return whether a word goes on a given name: with a capital where no sentence begins, it can hardly be else."""
    before, flags = flags_of(given.text), flags_of(word.text)
    if not before & (GIVEN | SURNAME | PATTERN) or (given.text.endswith("s") and not before & FREQUENT):
        return False  # a genitive ends the name: "Annas Router"
    if word.text[:1].isupper() and given.text[:1].isupper():
        return len(word.text) > 1
    return bool(flags & (SURNAME | PATTERN)) and not flags & (WORD | PLACE)


def _allowed(found: list[Redaction], text: str, company: Company) -> list[Redaction]:
    kept = [(m.start, m.end) for m in find_mentions(text, company)] if found else []
    kept += [hit.span() for hit in _KEPT.finditer(text)] if found else []
    return [part for one in found if not _STREET.match(text, one.end) for part in _without(one, kept, text)]


def _without(one: Redaction, kept: Sequence[tuple[int, int]], text: str) -> Iterator[Redaction]:
    """Yield what is left of a span when others are cut out of it."""
    at = one.start
    for start, end in sorted(kept):
        if start < one.end and at < end:
            yield from _part(at, start, text)
            at = end
    yield from _part(at, one.end, text)


def _part(start: int, end: int, text: str) -> Iterator[Redaction]:
    piece = text[start : max(start, end)]
    if piece.strip():
        yield Redaction(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()), "person")
