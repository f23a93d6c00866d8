"""Which tracked claims a post may be about: by meaning and by words, each with a threshold of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.clean import clean
from nlp.company import Company
from nlp.encoder import Encoder, Floats, encode
from nlp.mentions import mask_company
from nlp.meta import Meta
from nlp.quotes import split_quotes
from nlp.words import stem_places, stems, word_count

LEAST_WORDS = 8
"""A shorter post is suggested at most: too little is said to be sure what it is about."""
MOST_WORDS = 60
"""A longer post says more than one thing: it is no wording of a claim."""
WORDS_SUGGEST = 0.3
"""Weighted share of a claim's words that is worth a person's look whatever the cosine."""
K1 = 1.2
"""BM25's saturation of repeated words (Robertson and Zaragoza 2009); posts are short, so length is left alone."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A tracked assertion."""

    claim_id: str
    statement: str
    truth: str
    paraphrases: tuple[str, ...] = ()
    """Other wordings, from confirmed matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A claim that a post may be about, why, and where."""

    claim_id: str
    tier: str
    """`auto` counts at once; `suggest` waits for a person."""
    cosine: float
    lexical: float
    """Weighted share of the claim's words that the post holds, 0 to 1."""
    start: int
    end: int
    """The sentence of the post that is nearest to the claim."""


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """Claims ready to be matched. Row `i` of `vectors` and `weights` is a wording of claim `owner[i]`."""

    claims: tuple[Claim, ...]
    masked: tuple[str, ...]
    """Each claim's statement as the model reads it."""
    owner: npt.NDArray[np.intp]
    vectors: Floats
    vocabulary: dict[str, int]
    weights: Floats
    """(wordings, vocabulary): the share of each stem in its wording; rows sum to one."""


def index_claims(claims: Sequence[Claim], *, encoder: Encoder, company: Company) -> ClaimIndex:
    """Return the claims ready to be matched."""
    wordings = [(at, text) for at, claim in enumerate(claims) for text in (claim.statement, *claim.paraphrases)]
    masked = [mask_company(clean(text), company) for _, text in wordings]
    bags = [set(stems(text)) for text in masked]
    vocabulary = {stem: at for at, stem in enumerate(sorted(set().union(*bags)))}
    return ClaimIndex(
        claims=tuple(claims),
        masked=tuple(mask_company(clean(claim.statement), company) for claim in claims),
        owner=np.array([at for at, _ in wordings], np.intp),
        vectors=encode(encoder, masked).embedding,
        vocabulary=vocabulary,
        weights=_weights(bags, vocabulary),
    )


def match_claims(
    texts: Sequence[str],
    embeddings: Floats,
    index: ClaimIndex,
    *,
    meta: Meta,
    threads: Floats | None = None,
    given: Sequence[Collection[str]] = (),
) -> list[tuple[Match, ...]]:
    """Return each text's candidate claims, nearest first. `embeddings` is (texts, size), of the same texts.

    Texts are the authors' own words. `threads` (texts, claims) says how near the thread that each stands in is to the
    claims, by `thread_nearness`: what an answer leaves out, its thread has said. `given` names the claims that each is
    known to be about: they are `auto` however near. Matching one text never depends on the others.
    """
    if not index.claims or not texts:
        return [() for _ in texts]
    cosines, shares = likeness(texts, embeddings, index)
    said = np.zeros_like(cosines) if threads is None else threads
    told = given or [()] * len(texts)
    return [_matches(texts[at], cosines[at], shares[at], said[at], index, meta, told[at]) for at in range(len(texts))]


def may_match(texts: Sequence[str], embeddings: Floats, index: ClaimIndex, *, meta: Meta) -> npt.NDArray[np.bool_]:
    """Return (texts,): whether `match_claims` may find anything, whatever a text's thread; all texts at once."""
    if not index.claims or not texts:
        return np.zeros(len(texts), np.bool_)
    cosines, shares = likeness(texts, embeddings, index)
    near = np.asarray(nearness(cosines, shares, meta=meta)) >= meta.match_suggest
    return np.asarray((near | (shares >= WORDS_SUGGEST)).any(axis=1))


def thread_nearness(titles: Sequence[str], index: ClaimIndex, *, encoder: Encoder, company: Company) -> Floats:
    """Return (titles, claims): how near each thread's title is to the claims; the same title is read once."""
    unique = list(dict.fromkeys(titles))
    vectors = encode(encoder, [mask_company(clean(title), company) for title in unique]).embedding
    near = np.asarray(nearness(*likeness(unique, vectors, index), meta=encoder.meta), np.float32)
    place = {title: at for at, title in enumerate(unique)}
    return near[[place[title] for title in titles]]


def likeness(texts: Sequence[str], embeddings: Floats, index: ClaimIndex) -> tuple[Floats, Floats]:
    """Return (texts, claims) cosines and shares of words; of a claim's wordings the nearest counts."""
    return _by_claim(embeddings @ index.vectors.T, index), _by_claim(_shares(texts, index), index)


def _matches(
    text: str,
    cosines: Floats,
    shares: Floats,
    threads: Floats,
    index: ClaimIndex,
    meta: Meta,
    given: Collection[str],
) -> tuple[Match, ...]:
    is_short = word_count(text) < LEAST_WORDS
    found = []
    for at in np.argsort(-nearness(cosines, shares, meta=meta), kind="stable"):
        cosine, share = float(cosines[at]), float(shares[at])
        claim_id = index.claims[at].claim_id
        tier = tier_of(cosine, share, meta=meta, is_short=is_short, thread=float(threads[at]))
        if claim_id in given:
            tier = "auto"
        if tier:
            start, end = best_sentence(text, index.masked[at])
            found.append(
                Match(
                    claim_id=claim_id, tier=tier, cosine=round(cosine, 4), lexical=round(share, 4), start=start, end=end
                )
            )
    return tuple(found)


def tier_of(cosine: float, share: float, *, meta: Meta, is_short: bool, thread: float = 0.0) -> str | None:
    """Return how far a pair may be trusted, or None when the post is not about the claim.

    A post that might be about the claim, short or not, is about it when its thread surely is: on the simulated town
    that finds 84 % of the main claim's posts instead of 37 %, at a precision of 96 %.
    """
    near = float(nearness(np.float32(cosine), np.float32(share), meta=meta))
    if near >= meta.match_suggest and thread >= meta.match_auto:
        return "auto"
    if near >= meta.match_auto:
        return "suggest" if is_short else "auto"
    return "suggest" if near >= meta.match_suggest or share >= WORDS_SUGGEST else None


def nearness(cosine: Floats | np.float32, share: Floats | np.float32, *, meta: Meta) -> Floats | np.float32:
    """Return how near posts are to claims by meaning and words together.

    On unseen claims more posts are found at the same precision than by either alone.
    """
    return cosine + np.float32(meta.lexical_weight) * share


def best_sentence(text: str, claim: str) -> tuple[int, int]:
    """Return the span of the sentence that shares most words with the claim; the first longest one, if none does."""
    wanted = set(stems(claim))
    spans = [_trimmed(text, *found.span()) for found in _SENTENCE.finditer(text)]
    spans = [span for span in spans if span[0] < span[1]] or [(0, len(text))]
    return max(spans, key=lambda span: (len(wanted & set(stems(text[slice(*span)]))), span[1] - span[0]))


def wording_of(text: str, start: int | None, end: int | None) -> str | None:
    """Return what of a post can serve as a wording of its claim: the sentence that matched, else the whole short post.

    None when neither says enough to know the claim by.
    """
    own = " ".join(split_quotes(text).own.split())
    sentence = " ".join(text[start:end].split()) if start is not None and end is not None else ""
    for said in (sentence, own):
        if LEAST_WORDS <= word_count(said) <= MOST_WORDS:
            return said
    return None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _by_claim(scores: Floats, index: ClaimIndex) -> Floats:
    """Return (texts, claims): the best over each claim's wordings."""
    columns = [scores[:, index.owner == at].max(axis=1) for at in range(len(index.claims))]
    return np.asarray(np.stack(columns, axis=1), np.float32)


def _weights(bags: Sequence[set[str]], vocabulary: dict[str, int]) -> Floats:
    held = np.zeros((len(bags), len(vocabulary)), np.float32)
    for row, bag in enumerate(bags):
        held[row, [vocabulary[stem] for stem in bag]] = 1.0
    # Rarity among the claims themselves: a count over posts would make a label depend on its neighbours.
    seen = held.sum(axis=0)
    weighted = held * np.log1p((len(bags) - seen + 0.5) / (seen + 0.5))
    return np.asarray(weighted / np.maximum(weighted.sum(axis=1, keepdims=True), 1e-9), np.float32)


def _shares(texts: Sequence[str], index: ClaimIndex) -> Floats:
    counts = np.zeros((len(texts), len(index.vocabulary)), np.float32)
    known: dict[str, int] = {}
    for row, text in enumerate(texts):
        for at in stem_places(text, index.vocabulary, known):
            counts[row, at] += 1.0
    saturated = counts * (K1 + 1) / (counts + K1)
    return np.asarray(np.minimum(saturated, 1.0) @ index.weights.T, np.float32)
