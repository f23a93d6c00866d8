"""Where a text names the company: inflected, joined and misspelt forms, and not what merely looks like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from nlp.company import Company
from nlp.fold import fold
from nlp.lexicon import SUFFIXES, TAILS, Form, Lexicon, is_compound, lexicon_of

OURS = frozenset({"name", "misspelling", "product"})
COMPANY_MASK = "Företaget"
OPERATOR_MASK = "Operatören"
CONTEXT_CHARS = 240
"""How far from a name a word still tells which bearer of the name is meant."""
_TOKEN = re.compile(r"[^\W_]+")
_GAP = re.compile(r"(?:[ \t\n\r\u00a0]{0,2}[-–_·/&+]?[ \t\n\r\u00a0]?|\.)")
_POSSESSIVE = re.compile(r"[:'’´`]s(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Mention:
    """A span that names somebody: `name`, `misspelling` and `product` are ours, `operator` and `homonym` are not."""

    start: int
    end: int
    kind: str
    name: str
    """The configured name that the span stands for."""


def find_mentions(text: str, company: Company) -> tuple[Mention, ...]:
    """Return who is named where, in order, without overlaps, in offsets of the text given."""
    folded = fold(text)
    lexicon = lexicon_of(company)
    plain = folded.text
    found = _settle(_ours(plain, lexicon), plain, lexicon)
    found += _by_pattern(lexicon.operators, plain, "operator")
    if folded.offsets is None:
        return tuple(_without_overlaps(found))
    return tuple(
        replace(mention, start=start, end=end)
        for mention in _without_overlaps(found)
        for start, end in (folded.span(mention.start, mention.end),)
    )


def is_mention(text: str, company: Company) -> bool:
    """Return whether the text names the company."""
    lexicon = lexicon_of(company)
    plain = fold(text).text
    return any(mention.kind in OURS for mention in _settle(_ours(plain, lexicon), plain, lexicon))


def mask_company(text: str, company: Company) -> str:
    """Return the text with the company as `Företaget` and other operators as `Operatören`, genitives kept.

    The encoder learns from and judges such text, so that another company needs no training of its own.
    """
    parts, at = [], 0
    for mention in find_mentions(text, company):
        mask = {"operator": OPERATOR_MASK, "name": COMPANY_MASK, "misspelling": COMPANY_MASK}.get(mention.kind)
        if mask:
            parts += [text[at : mention.start], mask + _genitive(text[mention.start : mention.end], mention.name)]
            at = mention.end
    return "".join([*parts, text[at:]])


def _genitive(surface: str, name: str) -> str:
    return "s" if surface[-1:] in "sS" and name[-1:].lower() != "s" else ""


def _ours(text: str, lexicon: Lexicon) -> list[Mention]:
    lowered = text.lower()
    words = lexicon.candidates.findall(lowered)
    hits = {word for word in words if word in lexicon.triggers or word[:3] in lexicon.heads}
    found = list(_named(text, lowered, hits, lexicon)) if hits else []
    if not any(gate in lowered for gate in lexicon.gates):
        return found
    if lexicon.short and (not lexicon.trade or lexicon.trade.search(text)):
        found += _by_pattern(lexicon.short, text, "name")
    return found + _by_pattern(lexicon.products, text, "product")


def _named(text: str, lowered: str, hits: Collection[str], lexicon: Lexicon) -> Iterator[Mention]:
    """Yield where the forms stand that begin with any of these words, which stand in the text in small letters."""
    most = max(len(form.words) for form in lexicon.forms)
    for start in _places(text, lowered, hits, lexicon):
        tokens = [(*one.span(), one.group().lower()) for one in islice(_TOKEN.finditer(text, start), most)]
        for form in lexicon.forms:
            if end := _spaced(form, tokens, text) or _joined(form, start, tokens[0][2]):
                yield Mention(start, _with_possessive(text, end), _kind(form, text[start:end]), form.name)
                break


def _places(text: str, lowered: str, words: Collection[str], lexicon: Lexicon) -> list[int]:
    """Return where words stand in a text."""
    if len(lowered) == len(text):
        return [one.start() for one in lexicon.candidates.finditer(lowered) if one.group() in words]
    # There is a letter whose small form is two.
    return [one.start() for one in _TOKEN.finditer(text) if one.group().lower() in words]


def _spaced(form: Form, tokens: list[tuple[int, int, str]], text: str) -> int | None:
    """Return where the form ends when its words stand one after another from the first token."""
    span = tokens[: len(form.words)]
    if len(span) < len(form.words) or not all(t[2] in v for t, v in zip(span[:-1], form.variants, strict=False)):
        return None
    gaps = [(left[1], right[0]) for left, right in pairwise(span)]
    if not all(b - a <= 4 and _GAP.fullmatch(text, a, b) for a, b in gaps):
        return None
    start, end, word = span[-1]
    if word in form.variants[-1]:
        return end
    last = form.words[-1]
    # Two words or more: "open infrakunder". After a name of one word `_joined` says more.
    return start + len(last) if len(span) > 1 and word.startswith(last) and _tail(word, len(last)) else None


def _tail(word: str, at: int) -> bool:
    return word.startswith(TAILS, at) or (word[at : at + 1] == "s" and word.startswith(TAILS, at + 1))


def _joined(form: Form, start: int, word: str) -> int | None:
    """Return where the form ends when its words are written as one, alone or at the head of a compound."""
    ends = {0}
    for at, variants in enumerate(form.variants):
        expected = len(form.words[at])
        longest = expected + (3 if at == len(form.words) - 1 else 1)
        ends = {
            end + size
            for end in ends
            for size in range(expected - 1, longest + 1)
            if end + size <= len(word) and word[end : end + size] in variants
        }
    if len(word) in ends:
        return start + len(word)
    for end in sorted(ends, reverse=True):
        if _tail(word, end):
            return start + end
    whole = "".join(form.words)
    if word.startswith(whole) and is_compound(form.words[-1], word[len(whole) :]):
        return start + len(whole)
    return None


def _kind(form: Form, surface: str) -> str:
    compact = "".join(_TOKEN.findall(surface.lower()))
    whole = "".join(form.words)
    return form.kind if any(compact == whole + suffix for suffix in SUFFIXES) else "misspelling"


def _with_possessive(text: str, end: int) -> int:
    found = _POSSESSIVE.match(text, end)
    return found.end() if found else end


def _by_pattern(pattern: re.Pattern[str] | None, text: str, kind: str) -> list[Mention]:
    if pattern is None:
        return []
    return [Mention(m.start(), m.end(), kind, m.group(1)) for m in pattern.finditer(text)]


def _settle(found: list[Mention], text: str, lexicon: Lexicon) -> list[Mention]:
    """Return the mentions with those of somebody else turned into homonyms."""
    if not found:
        return []
    others = _by_pattern(lexicon.homonyms, text, "homonym")
    settled = list(others)
    beginnings = [text[other.start : other.end].lower() for other in others]
    for mention in found:
        if any(other.start < mention.end and mention.start < other.end for other in others):
            continue
        # Who has written "OpenInfra Summit" once means it by "OpenInfra", though not by "Open Infra".
        is_short_for = any(name.startswith(text[mention.start : mention.end].lower()) for name in beginnings)
        is_other = mention.kind != "product" and _is_elsewhere(mention, text, lexicon, is_short_for)
        settled.append(replace(mention, kind="homonym") if is_other else mention)
    return settled


def _is_elsewhere(mention: Mention, text: str, lexicon: Lexicon, is_short_for: bool) -> bool:
    """Return whether the words around say that another bearer of the name is meant."""
    near = text[max(0, mention.start - CONTEXT_CHARS) : mention.end + CONTEXT_CHARS]
    surface = text[mention.start : mention.end]
    against = sum(len(set(c.findall(near.lower()))) for name, c in lexicon.elsewhere if name.search(surface))
    against += is_short_for
    if not against:
        return False
    return against > (len(set(lexicon.trade.findall(near.lower()))) if lexicon.trade else 0)


def _without_overlaps(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, -(m.end - m.start))):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept
