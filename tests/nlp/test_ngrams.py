"""The word model: equal texts give equal answers, damage is said, and it speaks of single texts alone."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import encode, load_encoder
from nlp.errors import ModelError
from nlp.ngrams import BITS, FILE, Ngrams, answer, counts, features, read_ngrams, write_ngrams

TINY = Path(__file__).parent / "tiny_model"
CLASSES = 16


def told(word: str, *, class_: int, weight: int = 100) -> Ngrams:
    """Return a model that knows one word, as evidence for one class."""
    rarity = np.ones((2, 2**BITS), np.float32)
    weights = np.zeros((2, 2**BITS, CLASSES), np.int8)
    (place,) = counts(word)[0]
    weights[0, place, class_] = weight
    return Ngrams(rarity, weights, np.full(CLASSES, 0.1, np.float32), np.zeros(CLASSES, np.float32))


NET = told("nät", class_=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "model")
    return tmp_path / "model"


def test_a_word_speaks_for_its_class_whatever_its_case() -> None:
    model = told("faktura", class_=4)
    assert answer(model, "FAKTURA")[4] == pytest.approx(10.0)
    assert 0 < answer(model, "en ny faktura kom i dag")[4] < 10.0
    assert not answer(model, "allt fungerar").any()


def test_pairs_of_words_and_parts_of_words_are_met() -> None:
    words, letters = counts("Dåligt nät")
    assert set(counts("nät")[0]) < set(words) and len(words) == 3
    assert len(set(letters) & set(counts("dålig")[1])) > 5


@given(st.text(max_size=300))
def test_every_text_has_an_answer(text: str) -> None:
    assert np.isfinite(answer(NET, text)).all()
    for places, values in features(counts(text), NET.rarity):
        assert len(places) == len(values) and (not len(values) or (values**2).sum() == pytest.approx(1, abs=1e-3))


def test_lone_surrogates_and_giant_texts_are_read() -> None:
    assert np.isfinite(answer(NET, "\ud800 nät " * 50_000)).all()


def test_what_is_written_is_read_again(folder: Path) -> None:
    model = told("faktura", class_=4)
    write_ngrams(model, folder)
    again = read_ngrams(folder, classes=CLASSES)
    assert again is not None
    np.testing.assert_array_equal(answer(again, "min faktura"), answer(model, "min faktura"))


def test_a_folder_without_one_has_none(folder: Path) -> None:
    assert read_ngrams(folder, classes=CLASSES) is None
    assert load_encoder(folder, threads=1).ngrams is None


@pytest.mark.parametrize("harm", ["cut", "other", "empty"])
def test_a_damaged_one_is_one_clear_line(folder: Path, harm: str) -> None:
    write_ngrams(told("faktura", class_=4), folder)
    path = folder / FILE
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:200])
    elif harm == "empty":
        path.write_bytes(b"")
    else:
        np.savez(path, rarity=np.zeros(3))
    with pytest.raises(ModelError, match=r"ngrams\.npz cannot be read .*; reinstall the package") as caught:
        read_ngrams(folder, classes=CLASSES)
    assert "\n" not in str(caught.value)


def test_topics_mood_and_relevance_are_helped_and_pairs_are_left_alone(folder: Path) -> None:
    plain = load_encoder(folder, threads=1)
    model = told("faktura", class_=4)
    model.weights[0, next(iter(counts("faktura")[0])), [2, 15]] = 100
    write_ngrams(model, folder)
    helped = load_encoder(folder, threads=1)
    texts = ["en faktura", "ett avbrott"]
    before, after = encode(plain, texts), encode(helped, texts)
    topic = 4 - len(plain.meta.sentiment)
    assert after.topics[0, topic] > before.topics[0, topic] and after.sentiment[0, 2] > before.sentiment[0, 2]
    assert after.relevance[0] > before.relevance[0] and after.relevance[1] == pytest.approx(before.relevance[1])
    np.testing.assert_allclose(after.topics[1], before.topics[1], atol=1e-6)
    for name in ("embedding", "stance"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    pair_before, pair_after = (encode(one, ["en faktura"], claims=["Alla ska betala"]) for one in (plain, helped))
    np.testing.assert_array_equal(pair_after.sentiment, pair_before.sentiment)
