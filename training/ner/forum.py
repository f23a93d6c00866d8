"""Forum posts with names in them, made from patterns written for this project: what the news corpora lack.

`{P}` is a person in some form, `{G}` a person's genitive; `{S}`, `{T}`, `{O}` a street, a town and a company, which
are not.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass

from nlp.redact.names import WORD, flags_of
from training.ner.words import own_lines, own_list

PATTERNS, PLAIN, STREETS, COMPANIES = map(own_lines, ("patterns", "plain", "streets", "companies"))
STEMS, ENDS = own_list("surname_stems"), own_list("surname_ends")

_UNDOTTED = str.maketrans("åäöÅÄÖéü", "aaoAAOeu")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the spans of its persons."""

    text: str
    persons: tuple[tuple[int, int], ...]


class Maker:
    """Makes posts; a class because its sampling tables are built once."""

    def __init__(self, given: Counter[str], nicknames: list[str], surnames: list[str], towns: list[str], seed: int):
        self.rng = random.Random(seed)
        common = [name for name, bearers in given.items() if bearers >= 10 and len(name) > 1]
        self.names, self.weights = common, [given[name] ** 0.4 for name in common]
        self.rare = [name for name in given if len(name) > 1]
        self.ambiguous = [name for name in common if flags_of(name) & WORD and given[name] >= 50]
        self.nicknames, self.surnames, self.towns = nicknames, surnames, towns

    def post(self) -> Marked:
        """Return one to three sentences, some with names, in the carelessness of a forum."""
        count = self.rng.choice((1, 1, 2, 2, 3))
        parts = [self.sentence() for _ in range(count)]
        return self._careless(join(parts, self.rng.choice((" ", " ", "\n", "\n\n", ". "))))

    def sentence(self) -> Marked:
        """Return a pattern with its places filled."""
        pattern = self.rng.choice(PATTERNS if self.rng.random() < 0.68 else PLAIN)
        text, persons = "", []
        for piece in re.split(r"(\{[A-Z]\})", pattern):
            if piece in ("{P}", "{G}"):
                name = self.person()
                name = genitive(name, self.rng) if piece == "{G}" else name
                persons.append((len(text), len(text) + len(name)))
                text += name
            else:
                text += self._place(piece)
        return Marked(text, tuple(persons))

    def person(self) -> str:
        """Return a name as it is written in forums: given, full, surname alone, nickname, initial."""
        rng = self.rng
        given = self._given()
        if rng.random() < 0.06:
            given += "-" + rng.choices(self.names, self.weights)[0]
        kind = rng.random()
        if kind < 0.42:
            return given
        if kind < 0.78:
            return f"{given} {self.surname()}"
        if kind < 0.82:
            return f"{given} {rng.choice(('von', 'af', 'de', 'van der', 'von der', 'al', 'El'))} {self.surname()}"
        if kind < 0.87:
            return self.surname()
        if kind < 0.90:
            return f"{given[0]}. {self.surname()}"
        if kind < 0.95:
            return f"{given} {rng.choice('ABCDEFGHJKLMNPRSTVWÅÖ')}{rng.choice(('', '.'))}"
        return f"{given} {self.surname()}{rng.choice((' ', '-'))}{self.surname()}"

    def _given(self) -> str:
        kind = self.rng.random()
        if kind < 0.15:
            return self.rng.choice(self.nicknames)
        if kind < 0.25:
            return self.rng.choice(self.ambiguous)
        if kind < 0.35:
            return self.rng.choice(self.rare)
        return self.rng.choices(self.names, self.weights)[0]

    def surname(self) -> str:
        """Return a common surname, one built as they are built, or a rare given name's patronymic."""
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(self.surnames)
        if kind < 0.85:
            return self.rng.choice(STEMS) + self.rng.choice(ENDS)
        return self.rng.choices(self.names, self.weights)[0] + self.rng.choice(("sson", "i", "ić", "", "ova", "ez"))

    def _place(self, piece: str) -> str:
        source = {"{S}": STREETS, "{T}": self.towns, "{O}": COMPANIES}.get(piece)
        return self.rng.choice(source) if source else piece

    def _careless(self, post: Marked) -> Marked:
        kind = self.rng.random()
        if kind < 0.33:
            return Marked(post.text.lower() if len(post.text.lower()) == len(post.text) else post.text, post.persons)
        if kind < 0.38:
            return Marked(post.text.translate(_UNDOTTED), post.persons)
        if kind < 0.41:
            upper = post.text.upper()
            return Marked(upper, post.persons) if len(upper) == len(post.text) else post
        return post


def genitive(name: str, rng: random.Random) -> str:
    """Return the name's genitive, sometimes with the apostrophe or colon that people add."""
    return name if name[-1] in "sxz" else name + rng.choice(("s", "s", "s", "s", ":s", "'s"))


def join(parts: list[Marked], between: str) -> Marked:
    """Return the texts as one, spans moved along."""
    text, persons = "", []
    for part in parts:
        at = len(text) + (len(between) if text else 0)
        text += (between if text else "") + part.text
        persons += [(at + start, at + end) for start, end in part.persons]
    return Marked(text, tuple(persons))
