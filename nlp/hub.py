"""Any model by name: a hub name or a folder in the place of the embedding or the sentiment of the model that ships.

A graph (`model.onnx`, or `onnx/model.onnx`) runs in ONNX Runtime as the shipped one does; other weights need torch.
Each text is a run of its own here too, so that its neighbours never change a label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.encoder import Encoder, Floats
from nlp.errors import ModelError
from nlp.hub_files import find_folder, fingerprint, graph_of, labels_of, pools_first
from nlp.meta import Meta

LONGEST = 512
"""Tokens that are read where a tokenizer does not say how many its model takes."""
Run = Callable[[Mapping[str, npt.NDArray[np.int64]]], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Which models answer in the place of the shipped one's heads; none: the shipped one's own."""

    encoder: str | None = None
    sentiment: str | None = None
    match_near: float | None = None
    """Nearness to a claim (`nlp.claims.nearness`) from which the pair is judged; none: the shipped model's."""
    match_thread: float | None = None
    """Nearness of a thread's title from which the thread is held to be about the claim; none: the shipped model's."""


SHIPPED_ALONE = Models()


@dataclass(frozen=True, slots=True)
class Reader:
    """A model that turns a text into a row of numbers."""

    read: Callable[[str], Floats]
    print: str
    """Differs when its files do."""


def with_models(encoder: Encoder, models: Models) -> Encoder:
    """Return the encoder with other models' answers in the place of its own. Raise ModelError when one cannot run."""
    if models.encoder:
        encoder = _named(encoder, "embedding", load_embedder(models.encoder), models.encoder)
        encoder = replace(encoder, size=len(encoder.readers["embedding"]("mått")))
        encoder = replace(encoder, meta=_limited(encoder.meta, models))
    if models.sentiment:
        reader = load_sentiment(models.sentiment, encoder.meta.sentiment)
        encoder = _named(encoder, "sentiment", reader, models.sentiment)
        temperatures = {**encoder.meta.temperatures, "sentiment": 1.0}
        encoder = replace(encoder, meta=replace(encoder.meta, temperatures=temperatures))
    return encoder


def load_embedder(name: str) -> Reader:
    """Return the embedding of a model, pooled as its folder says (none: the mean), of unit length."""
    folder = find_folder(name)
    run, tokenizer = _load(folder, name, head="AutoModel")
    takes_first = pools_first(folder)

    def read(text: str) -> Floats:
        given = _tokens(tokenizer, text)
        found = run(given)
        row = found.get("sentence_embedding")
        if row is None:
            states = next(state for state in found.values() if state.ndim == 3)
            row = states[:, 0] if takes_first else states.mean(axis=1)
        vector = np.asarray(row[0], np.float32)
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)

    return _tried(Reader(read, fingerprint(folder)), name)


def load_sentiment(name: str, labels: Sequence[str]) -> Reader:
    """Return the logits of a classifier in the order of `labels`; its own labels are told by their names."""
    folder = find_folder(name)
    sides = labels_of(folder, name)
    run, tokenizer = _load(folder, name, head="AutoModelForSequenceClassification")

    def read(text: str) -> Floats:
        found = run(_tokens(tokenizer, text))
        return _gathered(np.asarray(found["logits"][0], np.float64), sides, labels)

    return _tried(Reader(read, fingerprint(folder)), name)


def _gathered(logits: npt.NDArray[np.float64], sides: Sequence[str], labels: Sequence[str]) -> Floats:
    """Return one logit a label: of several (one and two stars) their sum of chances; of none, never the likeliest."""
    found = {side: np.logaddexp.reduce([x for x, s in zip(logits, sides, strict=True) if s == side]) for side in sides}
    between = (max(found.values()) + min(found.values())) / 2
    return np.array([found.get(label, between) for label in labels], np.float32)


def _named(encoder: Encoder, head: str, reader: Reader, name: str) -> Encoder:
    """Return the encoder with a reader for a head, under a name and version that tell its labels from others."""
    told = sha256(f"{head}\x00{reader.print}".encode()).hexdigest()[:8]
    meta = replace(
        encoder.meta, name=f"{encoder.meta.name}+{Path(name).name}", version=f"{encoder.meta.version}+{told}"
    )
    return replace(encoder, meta=meta, readers={**encoder.readers, head: reader.read}, kept=type(encoder.kept)())


def _limited(meta: Meta, models: Models) -> Meta:
    """Return the limits of nearness that somebody has measured; nearness is counted in each encoder's own spreads."""
    near = meta.match_near if models.match_near is None else models.match_near
    thread = meta.match_thread if models.match_thread is None else models.match_thread
    return replace(meta, match_near=near, match_thread=max(thread, near))


def _tokens(tokenizer: Any, text: str) -> dict[str, npt.NDArray[np.int64]]:
    longest = min(int(tokenizer.model_max_length), LONGEST)
    done = tokenizer(text, truncation=True, max_length=longest)
    return {key: np.array([values], np.int64) for key, values in done.items()}


def _load(folder: Path, name: str, *, head: str) -> tuple[Run, Any]:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        graph = graph_of(folder)
        return (_graph_run(graph) if graph else _torch_run(folder, name, head)), tokenizer
    except ModelError:
        raise
    except Exception as error:  # each library has types of its own for every kind of damage
        raise ModelError(f"model {name}: cannot be loaded ({_first_line(error)})") from error


def _graph_run(graph: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    inputs = [one.name for one in session.get_inputs()]
    outputs = [one.name for one in session.get_outputs()]

    def run(given: Mapping[str, npt.NDArray[np.int64]]) -> Mapping[str, Floats]:
        blank = np.zeros_like(given["input_ids"])
        found = session.run(outputs, {key: given.get(key, blank) for key in inputs})
        return dict(zip(outputs, found, strict=True))

    return run


def _torch_run(folder: Path, name: str, head: str) -> Run:
    try:
        import torch
    except ImportError as error:
        raise ModelError(
            f"model {name}: has no ONNX graph and so needs torch; install it with: pip install 'ryktesvakt[hub]'"
        ) from error
    import transformers

    torch.set_num_threads(1)  # texts run side by side already
    model = getattr(transformers, head).from_pretrained(str(folder), local_files_only=True).eval()

    def run(given: Mapping[str, npt.NDArray[np.int64]]) -> Mapping[str, Floats]:
        with torch.inference_mode():
            found = model(**{key: torch.from_numpy(value) for key, value in given.items()})
        return {key: value.numpy() for key, value in found.items() if hasattr(value, "numpy")}

    return run


def _tried(reader: Reader, name: str) -> Reader:
    """Return the reader once it has read something: what cannot answer is said now, not in the middle of a night."""
    try:
        found = reader.read("Fibern ligger nere igen.")
    except Exception as error:
        raise ModelError(f"model {name}: does not answer as its kind does ({_first_line(error)})") from error
    if not np.isfinite(found).all():
        raise ModelError(f"model {name}: answers with numbers that are none")
    return reader


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
