"""Where a post stands toward a claim: the pair pass, helped by the Swedish words that carry assent and doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.clean import MODEL_CHARS, RAW_CHARS, clean, masked, model_text
from nlp.company import Company
from nlp.encoder import Encoder, Floats, encode
from nlp.mentions import COMPANY_MASK
from nlp.meta import Meta
from nlp.quotes import split_quotes

ABSTAINED = "comment"
_DENY = re.compile(
    r"stämmer (?:ju |faktiskt |absolut |verkligen )?(?:inte|ej)|(?:inte|ej|knappast) (?:sant|korrekt|riktigt)\b"
    r"|gäller (?:ju |faktiskt |alltså )?(?:inte|ej|bara|endast|enbart|uteslutande)"
    r"|(?:är|var) (?:ett )?(?:rykte|missförstånd)|\brent nonsens|\blögn\b|\bskitsnack|sprid(?:er)? inte|\bfelaktig"
    r"|\bfel brev|\bfelutskick|missuppfatt|\bha(?:r|de) fel\b|\bdementera|jorden är platt|^nej\b|^nä+\b|\bpåhitt",
    re.IGNORECASE | re.MULTILINE,
)
_QUERY = re.compile(
    r"stämmer det|är det sant|är det så att|någon som vet|nån som vet|vet någon|vet nån|undrar om|hur är det med"
    r"|(?:gäller (?:det|detta|den)|har (?:ni|någon|nån|du)|kan (?:det|någon|nån))\b[^.!\n]{0,80}\?",
    re.IGNORECASE,
)
_DENY_HOLDS = (
    *("stämmer", "sant", "korrekt", "kt", "gäller", "rykte", "rstånd", "nonsens", "lögn", "snack", "spr", "fel"),
    *("uppfatt", "dementera", "jorden", "\nnej", "\nnä", "påh"),
)
_QUERY_HOLDS = ("stämmer", "sant", "det så att", "som vet", "vet n", "undrar", "är det med", "?")
"""What a text with such a cue holds in small letters, after a line's break: most have none and are not looked through.

No i, which has other capitals than one."""
_SIGNED = re.compile(
    rf"\b(?<![Aa]lla )(?:[Vv]i|[Oo]ss) (?:här )?(?:på|från) {COMPANY_MASK}\b"
    rf"|\b[Jj]ag (?:jobbar|arbetar|är \w*(?:kommunikatör|chef|ansvarig)) (?:på|för|hos) {COMPANY_MASK}\b"
    r"|(?:/+|[Mm]vh|[Hh]älsningar|[Hh]älsar|[Vv]änligen)[,: ]*\s*(?:[\w\[\]-]+,? (?:på |från |hos )?){0,3}"
    rf"{COMPANY_MASK}s?(?: [Kk]undservice| [Kk]undtjänst| [Ss]upport| [Pp]ress)?[ .!]*$"
    rf"|(?:[.!?]\s+|\n){COMPANY_MASK}$"
)
"""Words by which a company's own people sign: "Vi på Open Infra vill förtydliga", "/Anna, Open Infra"."""
LONGEST_TITLE = len("s kundservice")
"""Letters of what a signature may have after the company's name."""
_MARKS = re.compile(r"^[ \t]*(?:>|&gt;)+ ?", re.MULTILINE)
DENY_WEIGHT, QUERY_WEIGHT, QUESTION_WEIGHT = 1.0, 1.0, 0.75
"""What a cue adds to a logit; chosen on the development split of the written posts."""
BALANCE = 0.2
"""What is added to the logit of support and taken from that of deny: outrage holds words of denial.

At this the two are found equally often on the development split; a rumour's alarm lives on support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """Where a post stands toward a claim, and how sure that is."""

    stance: str
    """`support`, `deny`, `query` or `comment`; `comment` too where the model abstains."""
    score: float
    """Probability of the likeliest stance, which the label is when `is_sure`."""
    scores: Mapping[str, float]
    is_sure: bool
    """False: under the model's threshold; a person should look."""
    about: float
    """Probability that the post is about the claim at all; where it is not, the stance means nothing."""


def judge_stances(
    pairs: Sequence[tuple[str, str]], *, encoder: Encoder, company: Company, official: Sequence[bool] | None = None
) -> list[Stance]:
    """Return the stance of each (claim as the model reads it, post) pair, and whether the post is about the claim.

    What a post quotes is not its own stance, but who answers a post about the claim is about it too. `official` says
    which posts the company itself has written (none: only those that say so of themselves). It repeats a claim to
    correct it: what would be support or a query of a customer is its denial.
    """
    # A post may be held against several claims.
    split = {text: split_quotes(text) for text in dict.fromkeys(text for _, text in pairs)}
    parts = [split[text] for _, text in pairs]
    known = {text: _read_own(text, company) for text in dict.fromkeys(part.own for part in parts)}
    own, claims = [known[part.own] for part in parts], [claim for claim, _ in pairs]
    found = encode(encoder, [one.as_read for one in own], claims=claims)
    about = np.maximum(found.about, _quoted_about(claims, [part.quoted for part in parts], encoder, company))
    logits = np.log(np.maximum(found.stance, 1e-6))
    labels = encoder.meta.stance
    support, deny, query = (labels.index(label) for label in ("support", "deny", "query"))
    logits[:, support] += BALANCE
    logits[:, deny] -= BALANCE
    weights = [_weights(one.denied, one.query, claim) for one, claim in zip(own, claims, strict=True)]
    logits[:, deny] += [weight["deny"] for weight in weights]
    logits[:, query] += [weight["query"] for weight in weights]
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    said = official or [False] * len(pairs)
    is_ours = np.array([is_said or one.is_signed for is_said, one in zip(said, own, strict=True)], np.bool_)
    for label in (support, query):
        chances[is_ours, deny] += chances[is_ours, label]
        chances[is_ours, label] = 0.0
    return _stances(chances, about, encoder.meta)


def _quoted_about(claims: Sequence[str], quoted: Sequence[str], encoder: Encoder, company: Company) -> Floats:
    """Return (pairs,): the probability that what each post quotes is about its claim; nothing is about none."""
    chances = np.zeros(len(claims), np.float32)
    if rows := [row for row, text in enumerate(quoted) if text]:
        read = [model_text(_MARKS.sub("", quoted[row]), company) for row in rows]
        chances[rows] = encode(encoder, read, claims=[claims[row] for row in rows]).about
    return chances


def is_signed(text: str) -> bool:
    """Return whether a post, as the model reads it, says of itself that the company has written it."""
    if COMPANY_MASK not in text:
        return False
    is_named_so = any(f"{word} {COMPANY_MASK}" in text for word in ("på", "från", "för", "hos"))
    after = text[text.rindex(COMPANY_MASK) + len(COMPANY_MASK) :].rstrip(" .!\n")
    # Most name the company without signing: neither after such a word nor at the end.
    return (is_named_so or len(after) <= LONGEST_TITLE) and bool(_SIGNED.search(text))


def cues(plain: str, claim: str) -> dict[str, float]:
    """Return what the words of a post, cleaned, add to each stance; a cue that the claim itself holds says nothing."""
    return _weights(denials(plain), asked(plain), claim)


def denials(plain: str) -> frozenset[str]:
    """Return the words of denial in a cleaned text, in small letters."""
    return (
        frozenset(hit.group().lower() for hit in _DENY.finditer(plain)) if _holds(plain, _DENY_HOLDS) else frozenset()
    )


def asked(plain: str) -> float:
    """Return what the words of doubt in a cleaned text and its last mark add to a query."""
    weight = QUERY_WEIGHT if _holds(plain, _QUERY_HOLDS) and _QUERY.search(plain) else 0.0
    return weight + QUESTION_WEIGHT if plain.rstrip(" 😀😂🤔\"')").endswith("?") else weight


def _holds(plain: str, some: Sequence[str]) -> bool:
    return any(map(f"\n{plain.casefold()}".__contains__, some))


def _weights(denied: frozenset[str], query: float, claim: str) -> dict[str, float]:
    is_denied = any(words not in claim.lower() for words in denied)
    return {"deny": DENY_WEIGHT if is_denied else 0.0, "query": query}


@dataclass(frozen=True, slots=True)
class _Own:
    """A post's own words, read once, however many claims they are held against."""

    as_read: str
    is_signed: bool
    denied: frozenset[str]
    query: float


def _read_own(text: str, company: Company) -> _Own:
    own = split_quotes(text[:RAW_CHARS]).own
    plain = clean(own)
    as_read = masked(plain, company)
    plain = plain if own == text[:MODEL_CHARS] else clean(text[:MODEL_CHARS])
    return _Own(as_read, is_signed(as_read), denials(plain), asked(plain))


def _stances(chances: Floats, about: Floats, meta: Meta) -> list[Stance]:
    best = chances.argmax(axis=1)
    rows = zip(chances.tolist(), best.tolist(), about.tolist(), strict=True)
    return [
        Stance(
            stance=meta.stance[at] if row[at] >= meta.stance_abstain else ABSTAINED,
            score=round(row[at], 4),
            scores={label: round(chance, 4) for label, chance in zip(meta.stance, row, strict=True)},
            is_sure=row[at] >= meta.stance_abstain,
            about=round(is_about, 4),
        )
        for row, at, is_about in rows
    ]
