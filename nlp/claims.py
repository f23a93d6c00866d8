"""Which tracked claims a post may be about, by meaning and by words."""

from __future__ import annotations

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
from nlp.sentences import best_sentence
from nlp.tokens import Places
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


@dataclass(frozen=True, slots=True)
class NearClaims:
    """Which claims are near which texts, as arrays of one length: by text, and of a text's claims the nearest first."""

    texts: Places
    """Places of the texts."""
    claims: Places
    """Places of the claims."""
    meanings: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Places of the text and of the claim."""
        return list(zip(self.texts.tolist(), self.claims.tolist(), strict=True))


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
    near = near_claims(texts, embeddings, index, meta=meta, quoted=quoted, given=given)
    told = given or [()] * len(texts)
    found: list[list[Candidate]] = [[] for _ in texts]
    for at, one in enumerate(near.pairs):
        thread = 0.0 if threads is None else float(threads[one])
        found[one[0]].append(candidate_of(texts[one[0]], near, at, index, thread=thread, given=told[one[0]]))
    return [tuple(some) for some in found]


def near_claims(
    texts: Sequence[str],
    embeddings: Floats,
    index: ClaimIndex,
    *,
    meta: Meta,
    quoted: Sequence[str] = (),
    given: Sequence[Collection[str]] = (),
) -> NearClaims:
    """Return which claims `propose_claims` proposes for which texts, without what it says of them; all at once."""
    if not index.claims or not texts:
        nothing, none = np.zeros(0, np.int64), np.zeros(0)
        return NearClaims(nothing, nothing, none, none)
    meanings, shares = likeness(_with_quotes(texts, quoted), embeddings, index)
    order = np.argsort(-np.asarray(nearness(meanings, shares, meta=meta)), axis=1, kind="stable")
    is_near = np.take_along_axis(np.asarray(_is_near(meanings, shares, meta)), order, axis=1)
    kept = is_near & (np.cumsum(is_near, axis=1) <= MOST_CANDIDATES)
    places = {claim.claim_id: at for at, claim in enumerate(index.claims)}
    for row, names in enumerate(given):
        kept[row] |= np.isin(order[row], [places[name] for name in names if name in places]) if names else False
    rows, columns = np.nonzero(kept)
    claims = order[rows, columns]
    return NearClaims(
        texts=rows,
        claims=claims,
        meanings=meanings[rows, claims].astype(np.float64).round(4),
        shares=shares[rows, claims].astype(np.float64).round(4),
    )


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


def candidate_of(
    text: str, near: NearClaims, at: int, index: ClaimIndex, *, thread: float, given: Collection[str]
) -> Candidate:
    """Return what is to be said of a pair of a text, which is given, and a claim that is near it."""
    claim = int(near.claims[at])
    start, end = best_sentence(text, index.masked[claim])
    return Candidate(
        claim_id=index.claims[claim].claim_id,
        meaning=float(near.meanings[at]),
        lexical=float(near.shares[at]),
        thread=round(thread, 4),
        is_short=word_count(text) < LEAST_WORDS,
        is_given=index.claims[claim].claim_id in given,
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


def _by_claim(scores: Floats, index: ClaimIndex) -> Floats:
    """Return (texts, claims): the best over each claim's wordings."""
    firsts = np.searchsorted(index.owner, np.arange(len(index.claims)))
    return np.asarray(np.maximum.reduceat(scores, firsts, axis=1), np.float32)


def _weights(bags: Sequence[set[str]], vocabulary: dict[str, int]) -> Floats:
    weighted = np.zeros((len(bags), len(vocabulary)), np.float32)
    for row, bag in enumerate(bags):
        # Rarity in the written posts, ever the same: neither other claims nor other posts change a label.
        weighted[row, [vocabulary[stem] for stem in bag]] = [rarity(stem) for stem in bag]
    return np.asarray(weighted / np.maximum(weighted.sum(axis=1, keepdims=True), 1e-9), np.float32)


def _shares(texts: Sequence[str], index: ClaimIndex) -> Floats:
    rows, places = stem_places(texts, index.vocabulary)
    size = len(index.vocabulary)
    counts = np.bincount(rows * size + places, minlength=len(texts) * size).reshape(len(texts), size)
    counts = counts.astype(np.float32)
    saturated = counts * (K1 + 1) / (counts + K1)
    return np.asarray(np.minimum(saturated, 1.0) @ index.weights.T, np.float32)
