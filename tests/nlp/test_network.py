"""The name model as plain arithmetic says what spaCy says, whatever it has met before and whatever stands beside."""

import numpy as np
import pytest
import spacy

from nlp.redact import network
from nlp.redact.network import Network, marked_doc
from nlp.redact.tagger import FOLDER, split_words

TEXTS = [
    "Kalle Svensson på Open Infra ringde mig i går",
    "Anna",
    "svara inte, 070-123 45 67!!! \n Hälsningar Åsa-Lena af Ugglas :) 日本 \u200b",
    "vi väntar fortfarande på svar från " * 60 + "Mohammed",
]


@pytest.fixture(scope="module")
def spoken() -> tuple:
    nlp = spacy.load(FOLDER, exclude=["vocab", "tokenizer"])
    return nlp, nlp.get_pipe("tagger")


def words_of(text: str) -> list[str]:
    return [text[start:end] for start, end in split_words(text)]


def test_each_text_alone_and_all_together_are_as_spacy_reads_them(spoken: tuple) -> None:
    nlp, tagger = spoken
    texts = [words_of(text) for text in TEXTS]
    wanted = tagger.model.predict([marked_doc(nlp.vocab, words) for words in texts])
    net = Network(nlp, tagger)
    for found in (net.predict(texts), [net.predict([words])[0] for words in texts], net.predict(texts[::-1])[::-1]):
        for mine, theirs in zip(found, wanted, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_few_words_at_hand_change_nothing(spoken: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    nlp, tagger = spoken
    texts = [words_of(text) for text in TEXTS]
    wanted = Network(nlp, tagger).predict(texts)
    monkeypatch.setattr(network, "KEPT_WORDS", 5)
    net = Network(nlp, tagger)
    for words, theirs in zip(texts, wanted, strict=True):
        np.testing.assert_allclose(net.predict([words])[0], theirs, atol=1e-4)
        assert len(net._row_of) <= max(5, len(set(words)))
