"""A company's names compiled for search: the forms people really type, one edit a word away included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from nlp.company import Company
from nlp.redact.names import PLACE, WORD, flags_of

LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéü0123456789"
SUFFIXES = ("", "s", "n", "ns", "en", "ens")
"""Genitive and the definite forms that a name takes in Swedish mouths ("Open Infran")."""
TAILS = (
    "kund", "avtal", "fiber", "nät", "villkor", "faktur", "räkning", "abonnemang", "bredband", "brev", "router",
    "support", "grej", "folk", "gäng", "snubb", "hus", "bolag", "anslut", "avgift", "pris", "utskick", "ägar", "bluff",
    "debacle", "skit", "eländ", "säljar", "montör", "gräv", "drift", "öppn", "användar", "helvet", "teknik", "personal",
    "ledning", "chef", "kabel", "problem", "strul", "rykt", "mejl", "mail", "sida", "hemsid", "uppkoppling",
)  # fmt: skip
"""Beginnings of words that are written together with the name ("openinfrakund")."""
LEAST_TAIL = 4
"""Letters of any other plain word that may follow the name in a compound: shorter ones make another word of it."""
SHORTEST_FUZZY = 7
"""Letters of a whole name below which only exact forms count: "Telia" is one edit from "Celia"."""
SHORTEST_CLEAR = 4
"""Letters of a name below which it counts only in its own case and beside a word of the trade ("OI")."""
_WORDS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[A-ZÅÄÖ]?[a-zåäöéü]+\d*|[A-ZÅÄÖ]+(?![a-zåäöéü])\d*|[^\W_]+?")
"""The words of a name, those too that only a capital parts: "GlobalConnect" is also written "Global Connect"."""
_PLAIN = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u"})
_DIGRAPHS = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe", "ü": "ue"})
_LOOKALIKES = {"o": "0ö", "i": "1l", "l": "1", "e": "3", "a": "4", "s": "5", "b": "8", "g": "9", "t": "7"}
"""What stands for a first letter where somebody plays, hides or slips."""


@dataclass(frozen=True, slots=True)
class Form:
    """A name to look for, word by word."""

    name: str
    kind: str
    words: tuple[str, ...]
    variants: tuple[frozenset[str], ...]
    """For each word, all that it may look like; the last with its suffixes."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that finding needs, built once for a company."""

    forms: tuple[Form, ...]
    triggers: frozenset[str]
    """A text of which no word is here and no word begins with one of `heads` names nobody."""
    heads: frozenset[str]
    candidates: re.Pattern[str]
    """Words that begin with a letter that some form begins with."""
    gates: tuple[str, ...]
    """Short names and products: where none of these stands, their patterns need not run."""
    short: re.Pattern[str] | None
    products: re.Pattern[str] | None
    operators: re.Pattern[str] | None
    homonyms: re.Pattern[str] | None
    """Names that alone show that another is meant."""
    elsewhere: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    """Name and context of homonyms that need one."""
    trade: re.Pattern[str] | None


@lru_cache(maxsize=32)
def lexicon_of(company: Company) -> Lexicon:
    """Return the company's names compiled for search."""
    named = [(name, "name") for name in (company.name, *company.aliases)]
    named += [(name, "misspelling") for name in company.misspellings]
    named += [(name.replace("&", " och "), kind) for name, kind in named if "&" in name]
    forms = tuple(dict.fromkeys(_form(name, kind) for name, kind in named if len(_compact(name)) >= SHORTEST_CLEAR))
    short = [name for name, _ in named if 0 < len(_compact(name)) < SHORTEST_CLEAR]
    first = "".join(sorted({re.escape(word[0]) for form in forms for word in form.variants[0]}))
    return Lexicon(
        forms=forms,
        candidates=re.compile(rf"[{first}](?<![^\W_].)[^\W_]*" if first else "(?!)"),
        gates=tuple({_WORDS.findall(name)[0].lower() for name in (*short, *company.products) if _compact(name)}),
        triggers=frozenset().union(*(form.variants[0] for form in forms)),
        heads=frozenset(word[:3] for form in forms for word in form.variants[0] if len(word) >= 3),
        short=_names_pattern(short, flags=0),
        products=_names_pattern(company.products),
        operators=_names_pattern(company.operators, parts=_PARTS),
        homonyms=_names_pattern([h.name for h in company.homonyms if not h.context], parts=_PARTS),
        elsewhere=tuple(
            (name, context)
            for h in company.homonyms
            if h.context and (name := _names_pattern([h.name])) and (context := _beginnings(h.context))
        ),
        trade=_beginnings(company.context),
    )


def edits(word: str) -> frozenset[str]:
    """Return the word and all that one slip makes of it: a letter lost, doubled, wrong, extra or swapped.

    The first letter stays (or swaps with the second): people who get that wrong mean another word.
    """
    found = {word}
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        found.update(before + letter + after for letter in LETTERS)
        if after:
            found.add(before + after[1:])
            found.update(before + letter + after[1:] for letter in LETTERS)
            found.add(before[:-1] + after[0] + before[-1] + after[1:])
    return frozenset(found)


def is_compound(last: str, rest: str) -> bool:
    """Return whether `rest`, written on to a name whose last word is `last`, makes a compound of the name.

    "openinfrahelvetet" is one; "openinfrastruktur" is not, since "infrastruktur" is a word of its own.
    """
    if not rest:
        return False
    if rest.startswith(TAILS) or (rest[0] == "s" and rest.startswith(TAILS, 1)):
        return True
    if len(rest) < LEAST_TAIL or not flags_of(rest) & (WORD | PLACE):
        return False
    return not any(flags_of(last[at:] + rest) & WORD for at in range(max(1, len(last) - 2)))


def _form(name: str, kind: str) -> Form:
    words = tuple(word.lower() for word in _WORDS.findall(name))
    # A digit tells a name from a word: "Bredband2" with a slip in it is mere broadband.
    is_fuzzy = kind == "name" and sum(map(len, words)) >= SHORTEST_FUZZY and not any(map(str.isdigit, name))
    variants = [_spellings(w, is_fuzzy=is_fuzzy and len(w) >= 4) for w in words]
    if len(words) == 1:
        variants = [frozenset(v for v in variants[0] if v == words[0] or not _is_word(v))]
    variants[-1] = _with_suffixes(variants[-1], words[-1])
    return Form(name, kind, words, tuple(variants))


def _spellings(word: str, *, is_fuzzy: bool) -> frozenset[str]:
    """Return what a word may look like: without the dots and rings of Swedish letters, and where fuzzy, with a slip."""
    plain = {word, word.translate(_PLAIN), word.translate(_DIGRAPHS)} if len(word) >= SHORTEST_CLEAR else {word}
    if not is_fuzzy:
        return frozenset(plain)
    found = frozenset().union(*map(edits, plain))
    return found | {head + one[1:] for one in plain for head in _LOOKALIKES.get(one[0], "")}


def _is_word(word: str) -> bool:
    """Return whether a slip has made a plain word of a name: then it is that word."""
    return bool(flags_of(word) & WORD or (word.endswith("s") and flags_of(word[:-1]) & WORD))


def _with_suffixes(variants: frozenset[str], word: str) -> frozenset[str]:
    genitives = {v + "s" for v in variants if not v.endswith("s")}
    return variants | genitives | {word + suffix for suffix in SUFFIXES}


def _compact(name: str) -> str:
    return "".join(_WORDS.findall(name))


def _names_pattern(
    names: Iterable[str], *, flags: int = re.IGNORECASE, parts: re.Pattern[str] = _WORDS
) -> re.Pattern[str] | None:
    words = [r"[\W_]{0,2}".join(map(re.escape, parts.findall(name))) for name in names if _compact(name)]
    if not words:
        return None
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![^\W_])({'|'.join(ordered)})(?:[:'’´]?s|en|ens|n|ns)?(?![^\W_])", flags)


def _beginnings(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({re.escape(word.lower()) for word in words if word})
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})", re.IGNORECASE) if found else None
