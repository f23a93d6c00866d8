"""Which tracked claims a post may be about, by meaning and by words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.clean import clean
from nlp.company import Company
from nlp.encoder import Encoder, Floats, encode
from nlp.likeness import Ground, lay_ground, rarity, towards
from nlp.mentions import mask_company
from nlp.meta import Meta
from nlp.quotes import split_quotes
from nlp.words import stem_places, stems, word_count

LEAST_WORDS = 8
"""A shorter post is suggested at most: too little is said to be sure what it is about."""
MOST_WORDS = 60
"""A longer post says more than one thing: it is no wording of a claim."""
WORDS_NEAR = 0.3
"""Weighted share of a claim's words that makes a post a candidate whatever its meaning."""
MOST_CANDIDATES = 4
"""Claims that a post is held against by the pair pass: the nearest; the right one is seldom behind them."""
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
class Candidate:
    """A claim that a post may be about, and where; the pair pass says whether it is."""

    claim_id: str
    meaning: float
    """Likeness by meaning (`nlp.likeness`): a tenth is a spread of what unrelated posts have among themselves."""
    lexical: float
    """Weighted share of the claim's words that the post holds, 0 to 1."""
    thread: float
    """Nearness of the thread's title to the claim; 0 where there is none."""
    is_short: bool
    is_given: bool
    """A person has said that the post is about the claim."""
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
    ground: Ground
    vectors: Floats
    """(wordings, size): each wording's embedding as seen from the ground."""
    vocabulary: dict[str, int]
    weights: Floats
    """(wordings, vocabulary): the share of each stem in its wording, by its rarity; rows sum to one."""


def index_claims(claims: Sequence[Claim], *, encoder: Encoder, company: Company) -> ClaimIndex:
    """Return the claims ready to be matched."""
    wordings = [(at, text) for at, claim in enumerate(claims) for text in (claim.statement, *claim.paraphrases)]
    masked = [mask_company(clean(text), company) for _, text in wordings]
    bags = [set(stems(text)) for text in masked]
    vocabulary = {stem: at for at, stem in enumerate(sorted(set().union(*bags)))}
    ground = lay_ground(encoder)
    return ClaimIndex(
        claims=tuple(claims),
        masked=tuple(mask_company(clean(claim.statement), company) for claim in claims),
        owner=np.array([at for at, _ in wordings], np.intp),
        ground=ground,
        vectors=towards(encode(encoder, masked).embedding, ground),
        vocabulary=vocabulary,
        weights=_weights(bags, vocabulary),
    )


def propose_claims(
    texts: Sequence[str],
    embeddings: Floats,
    index: ClaimIndex,
    *,
    meta: Meta,
    quoted: Sequence[str] = (),
    threads: Floats | None = None,
    given: Sequence[Collection[str]] = (),
) -> list[tuple[Candidate, ...]]:
    """Return the claims that each text may be about, nearest first. `embeddings` is (texts, size), of the same texts.

    Texts are the authors' own words; `quoted` what each quotes, whose words count as its own here. `threads` (texts,
    claims) says how near the thread that each stands in is to the claims, by `thread_nearness`: what an answer leaves
    out, its thread has said. `given` names the claims that each is known to be about. What is proposed for one text
    never depends on the others.
    """
    if not index.claims or not texts:
        return [() for _ in texts]
    meanings, shares = likeness(_with_quotes(texts, quoted), embeddings, index)
    said = np.zeros_like(meanings) if threads is None else threads
    told = given or [()] * len(texts)
    return [
        _candidates(texts[at], meanings[at], shares[at], said[at], index, meta, told[at]) for at in range(len(texts))
    ]


def may_match(
    texts: Sequence[str], embeddings: Floats, index: ClaimIndex, *, meta: Meta, quoted: Sequence[str] = ()
) -> npt.NDArray[np.bool_]:
    """Return (texts,): whether `propose_claims` may find anything, whatever a text's thread; all texts at once."""
    if not index.claims or not texts:
        return np.zeros(len(texts), np.bool_)
    meanings, shares = likeness(_with_quotes(texts, quoted), embeddings, index)
    return np.asarray(_is_near(meanings, shares, meta).any(axis=1))


def thread_nearness(titles: Sequence[str], index: ClaimIndex, *, encoder: Encoder, company: Company) -> Floats:
    """Return (titles, claims): how near each thread's title is to the claims; the same title is read once."""
    unique = list(dict.fromkeys(titles))
    vectors = encode(encoder, [mask_company(clean(title), company) for title in unique]).embedding
    near = np.asarray(nearness(*likeness(unique, vectors, index), meta=encoder.meta), np.float32)
    place = {title: at for at, title in enumerate(unique)}
    return near[[place[title] for title in titles]]


def likeness(texts: Sequence[str], embeddings: Floats, index: ClaimIndex) -> tuple[Floats, Floats]:
    """Return (texts, claims) likeness by meaning and shares of words; of a claim's wordings the nearest counts."""
    meanings = towards(embeddings, index.ground) @ index.vectors.T
    return _by_claim(meanings, index), _by_claim(_shares(texts, index), index)


def _candidates(
    text: str,
    meanings: Floats,
    shares: Floats,
    threads: Floats,
    index: ClaimIndex,
    meta: Meta,
    given: Collection[str],
) -> tuple[Candidate, ...]:
    near = np.asarray(_is_near(meanings, shares, meta))
    order = np.argsort(-nearness(meanings, shares, meta=meta), kind="stable").tolist()
    kept = [at for at in order if near[at]][:MOST_CANDIDATES]
    return tuple(
        _candidate(text, at, float(meanings[at]), float(shares[at]), float(threads[at]), index, given)
        for at in order
        if at in kept or index.claims[at].claim_id in given
    )


def _candidate(
    text: str, at: int, meaning: float, share: float, thread: float, index: ClaimIndex, given: Collection[str]
) -> Candidate:
    start, end = best_sentence(text, index.masked[at])
    return Candidate(
        claim_id=index.claims[at].claim_id,
        meaning=round(meaning, 4),
        lexical=round(share, 4),
        thread=round(thread, 4),
        is_short=word_count(text) < LEAST_WORDS,
        is_given=index.claims[at].claim_id in given,
        start=start,
        end=end,
    )


def _is_near(meanings: Floats, shares: Floats, meta: Meta) -> npt.NDArray[np.bool_]:
    near = np.asarray(nearness(meanings, shares, meta=meta)) >= meta.match_near
    return np.asarray(near | (shares >= WORDS_NEAR))


def _with_quotes(texts: Sequence[str], quoted: Sequence[str]) -> list[str]:
    return [f"{text}\n{more}" if more else text for text, more in zip(texts, quoted or [""] * len(texts), strict=True)]


def nearness(meaning: Floats | np.float32, share: Floats | np.float32, *, meta: Meta) -> Floats | np.float32:
    """Return how near posts are to claims by meaning and words together.

    On unseen claims more posts are found at the same precision than by either alone.
    """
    return meaning + np.float32(meta.lexical_weight) * share


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
    weighted = np.zeros((len(bags), len(vocabulary)), np.float32)
    for row, bag in enumerate(bags):
        # Rarity in the written posts, ever the same: neither other claims nor other posts change a label.
        weighted[row, [vocabulary[stem] for stem in bag]] = [rarity(stem) for stem in bag]
    return np.asarray(weighted / np.maximum(weighted.sum(axis=1, keepdims=True), 1e-9), np.float32)


def _shares(texts: Sequence[str], index: ClaimIndex) -> Floats:
    counts = np.zeros((len(texts), len(index.vocabulary)), np.float32)
    known: dict[str, int] = {}
    for row, text in enumerate(texts):
        for at in stem_places(text, index.vocabulary, known):
            counts[row, at] += 1.0
    saturated = counts * (K1 + 1) / (counts + K1)
    return np.asarray(np.minimum(saturated, 1.0) @ index.weights.T, np.float32)
