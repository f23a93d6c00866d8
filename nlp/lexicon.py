"""A company's names compiled for search: the forms people really type, one edit a word away included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from nlp.company import Company

LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéü0123456789"
SUFFIXES = ("", "s", "n", "ns", "en", "ens")
"""Genitive and the definite forms that a name takes in Swedish mouths ("Open Infran")."""
TAILS = (
    "kund", "avtal", "fiber", "nät", "villkor", "faktur", "räkning", "abonnemang", "bredband", "brev", "router",
    "support", "grej", "folk", "gäng", "snubb", "hus", "bolag", "anslut", "avgift", "pris", "utskick", "ägar", "bluff",
    "debacle", "skit", "eländ", "säljar", "montör", "gräv", "drift", "öppn",
)  # fmt: skip
"""Beginnings of words that are written together with the name ("openinfrakund")."""
SHORTEST_FUZZY = 7
"""Letters of a whole name below which only exact forms count: "Telia" is one edit from "Celia"."""
SHORTEST_CLEAR = 4
"""Letters of a name below which it counts only in its own case and beside a word of the trade ("OI")."""
_WORDS = re.compile(r"[^\W_]+")


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
        operators=_names_pattern(company.operators),
        homonyms=_names_pattern([h.name for h in company.homonyms if not h.context]),
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


def _form(name: str, kind: str) -> Form:
    words = tuple(word.lower() for word in _WORDS.findall(name))
    is_fuzzy = kind == "name" and sum(map(len, words)) >= SHORTEST_FUZZY
    variants = [edits(w) if is_fuzzy and len(w) >= 4 else frozenset({w}) for w in words]
    variants[-1] = _with_suffixes(variants[-1], words[-1])
    return Form(name, kind, words, tuple(variants))


def _with_suffixes(variants: frozenset[str], word: str) -> frozenset[str]:
    genitives = {v + "s" for v in variants if not v.endswith("s")}
    return variants | genitives | {word + suffix for suffix in SUFFIXES}


def _compact(name: str) -> str:
    return "".join(_WORDS.findall(name))


def _names_pattern(names: Iterable[str], *, flags: int = re.IGNORECASE) -> re.Pattern[str] | None:
    words = [r"[\W_]{0,2}".join(map(re.escape, _WORDS.findall(name))) for name in names if _compact(name)]
    if not words:
        return None
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![^\W_])({'|'.join(ordered)})(?:[:'’´]?s|en|ens|n|ns)?(?![^\W_])", flags)


def _beginnings(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({re.escape(word.lower()) for word in words if word})
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})", re.IGNORECASE) if found else None
