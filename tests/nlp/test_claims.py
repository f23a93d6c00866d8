"""Claims: what is proposed, how far it is trusted, and where in the post it stands."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.claims import (
    LEAST_WORDS,
    MOST_CANDIDATES,
    MOST_WORDS,
    Candidate,
    Claim,
    ClaimIndex,
    index_claims,
    near_claims,
    propose_claims,
    wording_of,
)
from nlp.encoder import Encoder, encode, load_encoder
from nlp.meta import MatchWeights, read_meta
from nlp.sentences import best_sentence
from nlp.tiers import chance_of, tier_of
from tests.nlp.conftest import OPEN_INFRA

TINY = Path(__file__).parent / "tiny_model"
CLAIMS = [
    Claim(
        claim_id="alla",
        statement="Avgiften för drift och underhåll gäller alla kunder.",
        truth="Bara avtal med paragrafen.",
        paraphrases=("Samtliga hushåll tvingas betala serviceavgiften",),
    ),
    Claim(claim_id="konkurs", statement="Open Infra är på väg i konkurs.", truth="Bolaget går med vinst."),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(TINY, threads=1)


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> ClaimIndex:
    return index_claims(CLAIMS, encoder=encoder, company=OPEN_INFRA)


def apart(index: ClaimIndex, count: int) -> np.ndarray:
    """Return embeddings that are near no claim, so that words alone decide."""
    return np.zeros((count, index.vectors.shape[1]), np.float32)


def test_inflected_words_find_the_claim(index: ClaimIndex) -> None:
    text = "Hörde av en granne. Tydligen är det alla kunderna som ska betala avgifter för drift, underhåll och sånt!"
    (matches,) = propose_claims([text], apart(index, 1), index, meta=read_meta(TINY))
    assert [m.claim_id for m in matches] == ["alla"]
    assert text[matches[0].start : matches[0].end].startswith("Tydligen")


def test_a_paraphrase_finds_its_claim(index: ClaimIndex) -> None:
    text = "de säger att samtliga hushåll nu tvingas betala in serviceavgiften till bolaget"
    (matches,) = propose_claims([text], apart(index, 1), index, meta=read_meta(TINY))
    assert [m.claim_id for m in matches] == ["alla"]


def test_the_same_words_and_meaning_come_first(index: ClaimIndex, encoder: Encoder) -> None:
    text = CLAIMS[0].statement
    embedding = encode(encoder, [text]).embedding
    (matches,) = propose_claims([text], embedding, index, meta=read_meta(TINY))
    assert matches[0].claim_id == "alla"
    assert matches[0].meaning == pytest.approx(index.ground.unit, abs=1e-3) and matches[0].lexical > 0.99


def test_what_a_post_quotes_makes_it_a_candidate(index: ClaimIndex) -> None:
    text, quoted = "Nej, det gör den inte, sluta nu.", "> " + CLAIMS[0].statement
    (alone,) = propose_claims([text], apart(index, 1), index, meta=read_meta(TINY))
    (answering,) = propose_claims([text], apart(index, 1), index, meta=read_meta(TINY), quoted=[quoted])
    assert [[m.claim_id for m in matches] for matches in (alone, answering)] == [[], ["alla"]]
    assert near_claims([text], apart(index, 1), index, meta=read_meta(TINY), quoted=[quoted]).pairs


def test_the_pair_pass_is_asked_about_the_nearest_claims_alone(encoder: Encoder) -> None:
    many = [Claim(claim_id=f"c{n}", statement=f"Alla kunder ska betala avgift nummer {n}", truth="") for n in range(9)]
    index = index_claims(many, encoder=encoder, company=OPEN_INFRA)
    text = "Alla kunder ska betala avgift"
    (found,) = propose_claims([text], encode(encoder, [text]).embedding, index, meta=read_meta(TINY), given=[{"c8"}])
    assert MOST_CANDIDATES <= len(found) <= MOST_CANDIDATES + 1 and "c8" in {one.claim_id for one in found}


def candidate(**changes: object) -> Candidate:
    plain = {"claim_id": "a", "meaning": 0.9, "lexical": 0.1, "thread": 0.0, "is_short": False, "is_given": False}
    return Candidate(**{**plain, "start": 0, "end": 1, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "about", "tier"),
    [
        ({}, 0.7, "auto"),
        ({}, 0.3, "suggest"),
        ({}, 0.1, None),
        ({"is_short": True}, 0.9, "suggest"),
        ({"is_short": True, "thread": 0.96}, 0.3, "auto"),
        ({"thread": 0.96}, 0.1, None),
        ({"is_given": True, "is_short": True}, 0.0, "auto"),
    ],
)
def test_how_far_a_pair_is_trusted(changes: dict[str, object], about: float, tier: str | None) -> None:
    assert tier_of(candidate(**changes), about, meta=read_meta(TINY)) == tier


def test_likeness_and_words_count_beside_the_pair_pass() -> None:
    weights = MatchWeights(bias=-4.0, meaning=5.0, lexical=8.0, about=1.0)
    meta = replace(read_meta(TINY), match_weights=weights)
    near, far = candidate(meaning=0.6, lexical=0.5), candidate(meaning=0.0, lexical=0.0)
    assert chance_of(near, 0.5, meta=meta) == pytest.approx(1 / (1 + math.exp(-3.0)))
    assert (tier_of(near, 0.5, meta=meta), tier_of(far, 0.5, meta=meta)) == ("auto", None)
    chances = [chance_of(near, about, meta=meta) for about in (0.0, 0.2, 0.9, 1.0)]
    assert chances == sorted(chances) and 0 < chances[0] < chances[-1] < 1


def test_no_claims_or_no_texts(index: ClaimIndex, encoder: Encoder) -> None:
    empty = index_claims([], encoder=encoder, company=OPEN_INFRA)
    assert propose_claims(["hej"], apart(index, 1), empty, meta=read_meta(TINY)) == [()]
    assert propose_claims([], apart(index, 0), index, meta=read_meta(TINY)) == []


def test_matching_a_text_does_not_depend_on_the_others(index: ClaimIndex, encoder: Encoder) -> None:
    texts = [
        "alla kunder får avgift för drift och underhåll nu i vår",
        "konkurs nästa för hela bolaget, sanna mina ord",
    ]
    vectors = encode(encoder, texts).embedding
    together = propose_claims(texts, vectors, index, meta=read_meta(TINY))
    apart_ = [propose_claims([t], vectors[at : at + 1], index, meta=read_meta(TINY))[0] for at, t in enumerate(texts)]
    assert together == apart_


@given(st.text())
def test_the_shown_sentence_lies_inside(text: str) -> None:
    start, end = best_sentence(text, "avgiften gäller alla")
    assert 0 <= start <= end <= len(text)


def test_what_a_person_has_said_is_proposed_however_far_it_is(index: ClaimIndex) -> None:
    texts = ["Kort svar bara.", "Nej."]
    found = propose_claims(texts, apart(index, 2), index, meta=read_meta(TINY), given=[{"konkurs"}, ()])
    assert [[(m.claim_id, m.is_given) for m in matches] for matches in found] == [[("konkurs", True)], []]
    assert texts[0][found[0][0].start : found[0][0].end] == texts[0]


@given(
    st.lists(
        st.tuples(st.floats(-1, 1), st.sampled_from(["alla kunder", "konkurs avgift underhåll", "", "x"])), min_size=1
    )
)
def test_a_quick_look_leaves_nothing_out(index: ClaimIndex, drawn: list[tuple[float, str]]) -> None:
    meta, texts = read_meta(TINY), [text for _, text in drawn]
    vectors = np.array([index.vectors[0] * scale for scale, _ in drawn], np.float32).reshape(len(drawn), -1)
    threads = np.ones((len(drawn), len(CLAIMS)), np.float32)
    found = propose_claims(texts, vectors, index, meta=meta, threads=threads)
    rows = {row for row, _ in near_claims(texts, vectors, index, meta=meta).pairs}
    assert [at in rows for at in range(len(texts))] == [bool(matches) for matches in found]


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("Hej. Alla kunder ska betala avgift för underhåll av näten. Suck!", (5, 58), (5, 58)),
        ("Nej. Det är alla kunder som ska betala nu.", (0, 4), (0, 42)),
        ("Nej. Det stämmer inte.", (0, 4), None),
        ("ord " * (MOST_WORDS + 1), (0, 12), None),
        ("> Alla kunder ska betala avgift för underhåll av näten.\nJaha.", None, None),
        ("", None, None),
    ],
)
def test_only_what_says_enough_is_a_wording(
    text: str, span: tuple[int, int] | None, expected: tuple[int, int] | None
) -> None:
    found = wording_of(text, *(span or (None, None)))
    assert found == (text[slice(*expected)] if expected else None)
    assert found is None or LEAST_WORDS <= len(found.split()) <= MOST_WORDS
