"""A quick look at raw bytes: what it turns away certainly does not name the company, what it lets in may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from nlp.company import Company
from nlp.lexicon import LETTERS, Form, lexicon_of

_GAP = rb"(?:\\[nrt]|[^a-z0-9]){0,12}"
"""What may stand between two words of a name: four characters of three bytes at most, escaped or not."""
_UNSEEN = re.compile(
    b"|".join(re.escape(bytes([code])) for code in (*range(9), 11, 12, *range(14, 32), 127))
    + rb"|\xc2[\x80-\x9f\xad]|\xd2[\x83-\x89]|\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa9]|\x83[\x90-\xbf])"
    rb"|\xed[\xa0-\xbf].|\xef(?:\xb8[\x80-\x8f]|\xbb\xbf)|\xf0\x9f\x8f[\xbb-\xbf]|\xf3\xa0[\x80\x81].",
    re.DOTALL,
)
"""Characters that `nlp.fold` takes out wherever they stand."""
_DISGUISED = (
    rb"\\u|\xc4\xb0|\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xe2\x84[\xaa\xab]|\xf0\x9d[\x90-\x9f]"
    rb"|\xef(?:\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a])"
)
"""Escapes, marks that make another letter, and letters that fold or lower to plain ones: any name may be in these."""


def may_mention(raw: bytes, company: Company) -> bool:
    """Return False only where no text inside `raw` can name the company by `nlp.mentions.is_mention`.

    raw: UTF-8 text, or JSON with such texts in it. Costs a small part of decoding and judging it.
    """
    return _gate_of(company).search(_UNSEEN.sub(b"", raw).lower()) is not None


@lru_cache(maxsize=32)
def _gate_of(company: Company) -> re.Pattern[bytes]:
    """Return a pattern for what a name begins with or is disguised by.

    Every branch of it begins with one plain byte: only then does `re` skip the bytes where none can begin.
    """
    lexicon = lexicon_of(company)
    words = [*(word for form in lexicon.forms for variants in form.variants for word in variants), *lexicon.gates]
    if not all(letter.isascii() or letter in LETTERS for word in words for letter in word):
        # Letters whose capitals we do not know: everything is let in.
        return re.compile(b"")
    branches = {branch for form in lexicon.forms for branch in _beginnings(form)}
    branches |= {branch for gate in lexicon.gates for branch in _branches(_spellings(gate))}
    return re.compile(b"|".join([*sorted(branches), _DISGUISED]))


def _beginnings(form: Form) -> Iterator[bytes]:
    """Yield patterns for the first two words of a name, apart or as one: no mention of it goes without them."""
    first, *rest = ({s for word in variants for s in _spellings(word)} for variants in form.variants[:2])
    # At the end of the pattern, a word that begins with another one adds nothing.
    last = rest[0] if rest else first
    last -= {s for s in last if any(s[:end] in last for end in range(1, len(s)))}
    for branch in _branches(first):
        yield branch + (_GAP + _trie(last) if rest else b"")


def _spellings(word: str) -> set[bytes]:
    """Return a word's bytes with its letters beyond ASCII small and capital: `bytes.lower` leaves those alone."""
    letters = [{letter} if letter.isascii() else {letter, letter.upper()} for letter in word]
    return {"".join(found).encode() for found in product(*letters)}


def _branches(words: set[bytes]) -> list[bytes]:
    """Return a pattern for the words that begin with each byte."""
    heads = sorted({word[:1] for word in words})
    return [re.escape(head) + _trie({word[1:] for word in words if word[:1] == head}) for head in heads]


def _trie(words: set[bytes]) -> bytes:
    """Return a pattern for any of the words that looks at each byte once; bytes with the same rest share a branch."""
    rests: dict[bytes, set[bytes]] = {}
    for word in words:
        if word:
            rests.setdefault(word[:1], set()).add(word[1:])
    heads: dict[bytes, list[bytes]] = {}
    for head, rest in sorted(rests.items()):
        heads.setdefault(_trie(rest), []).append(re.escape(head))
    branches = [(b"[%s]" % b"".join(group) if len(group) > 1 else group[0]) + rest for rest, group in heads.items()]
    if not branches:
        return b""
    ends = b"" in words
    if len(branches) == 1 and not ends:
        return branches[0]
    return b"(?:" + b"|".join(branches) + (b")?" if ends else b")")
