"""The name model as plain arithmetic: what spaCy's own prediction gives, without a document for every text.

A word's row depends on the word alone, so the rows of words that were met before are at hand; what is left are four
layers, each of which looks one word to either side (a maxout of three pieces, layer normalisation, residual).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import NumpyOps

from nlp.redact.names import flags_of

KEPT_WORDS = 20_000
"""Words whose rows are at hand: some 10 MB. Forums use a few thousand again and again."""
EPSILON = 1e-8
Rows = NDArray[np.float32]
_OPS = NumpyOps()


@dataclass(frozen=True, slots=True)
class Layer:
    """The weights of one layer: pieces side by side."""

    weights: Rows
    bias: Rows
    gain: Rows
    shift: Rows


class Network:
    """A spaCy tagger's network."""

    def __init__(self, nlp: Language, tagger: Any) -> None:
        self._nlp = nlp
        (embed, encode), self._softmax = tagger.model.layers[0].layers, tagger.model.layers[1]
        self._embed = embed
        self._pad: int = encode.attrs["pad"]
        self._layers = [_layer(residual) for residual in encode.layers[0].layers]
        self._row_of: dict[str, Rows] = {}

    def predict(self, texts: Sequence[Sequence[str]]) -> list[Rows]:
        """Return for each text, given as its words, a row a word with a column a tag."""
        self._learn({word for words in texts for word in words})
        width = len(self._layers[0].gain)
        gap = [np.zeros(width, np.float32)] * self._pad
        rows = list(gap)
        for words in texts:
            rows += [*map(self._row_of.__getitem__, words), *gap]
        found = np.stack(rows)
        for layer in self._layers:
            found = found + _through(found, layer)
        tags = self._softmax.predict([found])[0]
        starts = np.cumsum([self._pad, *(len(words) + self._pad for words in texts)])
        return [tags[start : start + len(words)] for start, words in zip(starts, texts, strict=False)]

    def _learn(self, words: set[str]) -> None:
        if fresh := sorted(words - self._row_of.keys()):
            if len(self._row_of) + len(fresh) > KEPT_WORDS:
                self._row_of.clear()
                fresh = sorted(words)
            with self._nlp.memory_zone():
                (rows,) = self._embed.predict([marked_doc(self._nlp.vocab, fresh)])
            self._row_of.update(zip(fresh, rows, strict=True))


def marked_doc(vocab: Vocab, words: Sequence[str]) -> Doc:
    """Return the words as a Doc that carries what the lexicon knows of each in the place of its lemma."""
    return Doc(vocab, words=list(words), lemmas=[format(flags_of(word), "02x") for word in words])


def _layer(residual: Any) -> Layer:
    maxout, norm = (next(node for node in residual.walk() if node.name == name) for name in ("maxout", "layernorm"))
    weights = maxout.get_param("W")
    pieces_first = weights.transpose(1, 0, 2).reshape(-1, weights.shape[2])
    return Layer(
        np.ascontiguousarray(pieces_first.T),
        np.ascontiguousarray(maxout.get_param("b").T.reshape(-1)),
        norm.get_param("G"),
        norm.get_param("b"),
    )


def _through(rows: Rows, layer: Layer) -> Rows:
    """Return what a layer adds to rows: of each window of three the largest piece, normalised."""
    width = rows.shape[1]
    # As spaCy multiplies: on the core it is on. NumPy's own threads wait for each other longer than they work here.
    pieces = _OPS.gemm(_OPS.seq2col(rows, 1), layer.weights)
    pieces += layer.bias
    found = pieces[:, :width]
    for start in range(width, pieces.shape[1], width):
        np.maximum(found, pieces[:, start : start + width], out=found)
    found = found - found.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt(np.einsum("ij,ij->i", found, found) / width + EPSILON)
    found *= scale[:, None]
    found *= layer.gain
    found += layer.shift
    return cast(Rows, found)
