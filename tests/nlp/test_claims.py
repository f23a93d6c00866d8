"""Claims: what is proposed, how far it is trusted, and where in the post it stands."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.claims import (
    LEAST_WORDS,
    MOST_WORDS,
    Claim,
    ClaimIndex,
    best_sentence,
    index_claims,
    match_claims,
    may_match,
    tier_of,
    wording_of,
)
from nlp.encoder import Encoder, encode, load_encoder
from nlp.meta import read_meta
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
    (matches,) = match_claims([text], apart(index, 1), index, meta=read_meta(TINY))
    assert [(m.claim_id, m.tier) for m in matches] == [("alla", "suggest")]
    assert text[matches[0].start : matches[0].end].startswith("Tydligen")


def test_a_paraphrase_finds_its_claim(index: ClaimIndex) -> None:
    text = "de säger att samtliga hushåll nu tvingas betala in serviceavgiften till bolaget"
    (matches,) = match_claims([text], apart(index, 1), index, meta=read_meta(TINY))
    assert [m.claim_id for m in matches] == ["alla"]


def test_the_same_words_and_meaning_count_at_once(index: ClaimIndex, encoder: Encoder) -> None:
    text = CLAIMS[0].statement
    embedding = encode(encoder, [text]).embedding
    (matches,) = match_claims([text], embedding, index, meta=read_meta(TINY))
    assert (matches[0].claim_id, matches[0].tier) == ("alla", "auto")
    assert matches[0].cosine > 0.99 and matches[0].lexical > 0.99


def test_short_posts_are_suggested_at_most() -> None:
    meta = read_meta(TINY)
    assert tier_of(0.99, 1.0, meta=meta, is_short=False) == "auto"
    assert tier_of(0.99, 1.0, meta=meta, is_short=True) == "suggest"
    assert tier_of(0.81, 0.9, meta=meta, is_short=False) == "auto"
    assert tier_of(0.81, 0.1, meta=meta, is_short=False) == "suggest"
    assert tier_of(0.1, 0.9, meta=meta, is_short=False) == "suggest"
    assert tier_of(0.1, 0.1, meta=meta, is_short=False) is None


def test_no_claims_or_no_texts(index: ClaimIndex, encoder: Encoder) -> None:
    empty = index_claims([], encoder=encoder, company=OPEN_INFRA)
    assert match_claims(["hej"], apart(index, 1), empty, meta=read_meta(TINY)) == [()]
    assert match_claims([], apart(index, 0), index, meta=read_meta(TINY)) == []


def test_matching_a_text_does_not_depend_on_the_others(index: ClaimIndex, encoder: Encoder) -> None:
    texts = [
        "alla kunder får avgift för drift och underhåll nu i vår",
        "konkurs nästa för hela bolaget, sanna mina ord",
    ]
    vectors = encode(encoder, texts).embedding
    together = match_claims(texts, vectors, index, meta=read_meta(TINY))
    apart_ = [match_claims([t], vectors[at : at + 1], index, meta=read_meta(TINY))[0] for at, t in enumerate(texts)]
    assert together == apart_


@given(st.text())
def test_the_shown_sentence_lies_inside(text: str) -> None:
    start, end = best_sentence(text, "avgiften gäller alla")
    assert 0 <= start <= end <= len(text)


def test_what_a_person_has_said_counts_however_far_it_is(index: ClaimIndex) -> None:
    texts = ["Kort svar bara.", "Nej."]
    found = match_claims(texts, apart(index, 2), index, meta=read_meta(TINY), given=[{"konkurs"}, ()])
    assert [[(m.claim_id, m.tier) for m in matches] for matches in found] == [[("konkurs", "auto")], []]
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
    found = match_claims(texts, vectors, index, meta=meta, threads=threads)
    assert may_match(texts, vectors, index, meta=meta).tolist() == [bool(matches) for matches in found]


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
