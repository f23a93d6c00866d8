"""The fingerprint of a mailing: sentences, sums, dates, phone numbers and fee names that a quote of it would carry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GRAM = 5
LEAST_WORDS = 5
WINDOW = 8
SENTENCE_SHARE = 0.6
"""Share of a sentence's 5-grams that a post must carry: one typo breaks five of about sixty."""
WINDOW_SHARE = 0.7
LONGEST = 50_000
"""Characters of a text that are looked at."""

_SPRING = ("januari", "februari", "mars", "april", "maj", "juni")
_AUTUMN = ("juli", "augusti", "september", "oktober", "november", "december")
_MONTHS = _SPRING + _AUTUMN
_SUM = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[ .\u00a0\u202f]\d{3}){1,3}|\d{1,7})(?:[.,](\d{2}))?\s?(?:kr\b|kronor\b|sek\b|:-)",
    re.IGNORECASE,
)
_DATE_WORDS = re.compile(
    rf"\b(\d{{1,2}})\s?(?::?[ea]\s)?({'|'.join(m[:3] for m in _MONTHS)})(?:[a-z]{{0,7}})\b", re.IGNORECASE
)
_DATE_ISO = re.compile(r"\b\d{4}-(\d{2})-(\d{2})\b")
_DATE_SLASH = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_PHONE = re.compile(r"(?<![\d+])(?:\+46|0046|0)[\d \u00a0()/-]{6,16}\d")
_FEE = re.compile(r"\b[a-zåäö]{3,30}(?:avgift|kostnad|taxa|tillägg|pålägg)(?:en|er|erna|et|s|ens)?\b")
_FEE_FOR = re.compile(
    r"\b(?:avgift|kostnad|taxa|tillägg)(?:en|er|erna|et)?\s+(?:för|avseende)\s+([a-zåäö-]{4,30}\s+och\s+[a-zåäö-]{4,30})\b"
)
"""A fee named by what it is for. Only pairs, as in \"avgift för drift och underhåll\": one word alone is said often."""
_ENDING = re.compile(r"(?:avgift|kostnad|taxa|tillägg|pålägg)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What tells a mailing; normalised."""

    sentences: tuple[str, ...]
    windows: tuple[str, ...]
    """Runs of eight words: quotes of half a long sentence."""
    sums: frozenset[str]
    dates: frozenset[str]
    phones: frozenset[str]
    fees: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteMatch:
    """One thing that a post has in common with a mailing."""

    kind: str
    """`sentence`, `sum`, `date`, `phone` or `fee`."""
    text: str
    score: float
    """1 for facts; for sentences the share that the post carries."""


def fingerprint(text: str, *, ignore: Iterable[str] = ()) -> Fingerprint:
    """Return the fingerprint of a mailing's text; sentences that `ignore` (older letters) has too tell nothing."""
    common = {sentence for other in ignore for sentence in _sentences(other)}
    sentences = tuple(dict.fromkeys(s for s in _sentences(text) if s not in common))
    windows = [
        " ".join(words[i : i + WINDOW])
        for words in (s.split() for s in sentences)
        if len(words) > WINDOW
        for i in range(0, len(words) - WINDOW + 1, WINDOW // 2)
    ]
    facts = _facts(text)
    return Fingerprint(
        sentences=sentences,
        windows=tuple(dict.fromkeys(windows)),
        sums=facts["sum"],
        dates=facts["date"],
        phones=facts["phone"],
        fees=facts["fee"],
    )


def quotes(text: str, mailing: Fingerprint) -> tuple[QuoteMatch, ...]:
    """Return what a post has in common with a mailing; typos are tolerated in sentences, not in figures."""
    grams = _grams(_plain(text))
    found = [
        QuoteMatch(kind="sentence", text=piece, score=round(share, 3))
        for pieces, least in ((mailing.sentences, SENTENCE_SHARE), (mailing.windows, WINDOW_SHARE))
        for piece in pieces
        if (share := _share(piece, grams)) >= least
    ]
    facts = _facts(text)
    facts["fee"] |= {fee for fee in mailing.fees if " " in fee and fee in _plain(text)}
    theirs = {"sum": mailing.sums, "date": mailing.dates, "phone": mailing.phones, "fee": mailing.fees}
    for kind, known in theirs.items():
        found += [QuoteMatch(kind=kind, text=fact, score=1.0) for fact in sorted(facts[kind] & known)]
    return tuple(found)


def is_quote(matches: Iterable[QuoteMatch]) -> bool:
    """Return whether the matches make it a quote: a sentence, a phone number, or facts of two kinds."""
    kinds = {match.kind for match in matches}
    return bool(kinds & {"sentence", "phone"}) or len(kinds & {"sum", "date", "fee"}) >= 2


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return " ".join(re.findall(r"[^\W_]+", lowered))


def _sentences(text: str) -> list[str]:
    pieces = (_plain(piece) for piece in re.split(r"(?<=[.!?:])\s+|\n\s*\n", text[:LONGEST]))
    return [piece for piece in pieces if len(piece.split()) >= LEAST_WORDS]


def _grams(plain: str) -> frozenset[str]:
    packed = plain.replace(" ", "")
    return frozenset(packed[i : i + GRAM] for i in range(len(packed) - GRAM + 1))


def _share(piece: str, grams: frozenset[str]) -> float:
    own = _grams(piece)
    return len(own & grams) / len(own) if own else 0.0


def _facts(text: str) -> dict[str, frozenset[str]]:
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    days = {(int(d), _month(word)) for d, word in _DATE_WORDS.findall(text)}
    days |= {(int(d), int(m)) for m, d in _DATE_ISO.findall(text)}
    days |= {(int(d), int(m)) for d, m in _DATE_SLASH.findall(text)}
    return {
        "sum": frozenset(_amount(whole, cents) for whole, cents in _SUM.findall(text)),
        "date": frozenset(f"{m:02}-{d:02}" for d, m in days if 1 <= d <= 31 and 1 <= m <= 12),
        "phone": frozenset(_digits(found) for found in _PHONE.findall(text)),
        "fee": frozenset(_stem(found) for found in _FEE.findall(text.lower()))
        | frozenset(_plain(found) for found in _FEE_FOR.findall(text.lower())),
    }


def _month(word: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, start=1) if month.startswith(word.lower()))


def _amount(whole: str, cents: str) -> str:
    kronor = re.sub(r"\D", "", whole).lstrip("0") or "0"
    return f"{kronor}.{cents}" if cents.strip("0") else kronor


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone.replace("+46", "0").replace("(0)", ""))
    return "0" + digits[4:].lstrip("0") if digits.startswith("0046") else digits


def _stem(fee: str) -> str:
    ending = list(_ENDING.finditer(fee))[-1]
    return fee[: ending.end()]
