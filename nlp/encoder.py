"""One pass of the model over each text: the embedding and the answer of every head.

What stands beside a text must never tip its labels. Texts are read together only where they are of the same length, so
that nothing is padded, and by a graph whose int8 inputs have fixed ranges (`Meta.texts_per_run`); any other graph reads
each text alone. The cores work on different texts.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.errors import ModelError
from nlp.meta import HEADS, Meta, read_meta
from nlp.ngrams import Ngrams, answer, read_ngrams
from nlp.session import INPUTS, open_session

Floats = npt.NDArray[np.float32]
Key = tuple[str, ...]
"""What is judged: a text, or a claim and a text."""
SHIPPED = Path(__file__).parent / "model"
OUTPUTS = ("embedding", *HEADS)
RELEVANCE, SENTIMENT, TOPICS = (OUTPUTS.index(head) for head in ("relevance", "sentiment", "topics"))
TEXTS_AT_ONCE = 512
"""Texts tokenised together; only memory depends on it."""
RUNS_PER_CORE = 4
"""Runs that each core should have at the least, before texts are put together."""
KEPT = 4096
"""Answers remembered, a few kB each: claims, their wordings and threads' titles come back with every pass."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A loaded model: its session, its tokenizer, and what it says of itself."""

    session: Any
    tokenizer: Any
    meta: Meta
    threads: int
    size: int
    """Numbers in an embedding."""
    ngrams: Ngrams | None = None
    """The word model, whose logits are added to the encoder's for single texts; none in a folder without one."""
    readers: Mapping[str, Callable[[str], Floats]] = field(default_factory=dict, repr=False, compare=False)
    """Other models' answers in the place of this one's, by output (`nlp.hub`)."""
    kept: OrderedDict[Key, list[Floats]] = field(default_factory=OrderedDict, repr=False, compare=False)
    """The last answers: the same for ever, whatever a text is read beside."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the model says of N texts, as calibrated probabilities."""

    embedding: Floats
    """(N, size), unit length."""
    relevance: Floats
    """(N,)"""
    sentiment: Floats
    """(N, 3), in the order of `Meta.sentiment`; each row sums to one."""
    topics: Floats
    """(N, topics), each on its own."""
    stance: Floats
    """(N, 4), in the order of `Meta.stance`; meaningful for pairs alone."""
    about: Floats
    """(N,): whether the text is about the claim; meaningful for pairs alone."""


def load_encoder(folder: Path | None = None, *, threads: int | None = None) -> Encoder:
    """Return the model of a folder (none: the one that ships), ready to run on `threads` cores (none: all)."""
    # Without torch transformers warns that it can only tokenise, which is all that is asked of it.
    logging.getLogger("transformers").addFilter(lambda record: "PyTorch was not found" not in record.getMessage())
    from transformers import AutoTokenizer

    folder = folder or SHIPPED
    _require(folder)
    meta = read_meta(folder)
    try:
        session = open_session(folder / "model.onnx")
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # both libraries raise types of their own for every kind of damage
        raise ModelError(f"model folder {folder}: cannot be loaded ({_first_line(error)})") from error
    ngrams = read_ngrams(folder, classes=len(meta.sentiment) + len(meta.topics) + 1)
    return Encoder(session, tokenizer, meta, threads or _cores(), _checked_size(session, folder, meta), ngrams)


def is_model_folder(folder: Path) -> bool:
    """Return whether a folder holds a model that answers every question, as the shipped one does."""
    return (folder / "meta.json").is_file() and (folder / "model.onnx").is_file()


def encode(encoder: Encoder, texts: Sequence[str], *, claims: Sequence[str] | None = None) -> Answers:
    """Return the answers for texts, or for (claim, text) pairs; equal ones are judged once.

    What is too long is cut, of a pair the longer side. What stands beside a text never changes its answers.
    """
    keys: list[Key] = [(text,) for text in texts] if claims is None else list(zip(claims, texts, strict=True))
    unique = dict.fromkeys(keys)
    found = {key: encoder.kept[key] for key in unique if key in encoder.kept}
    new = [key for key in unique if key not in found]
    ids = _tokenise(encoder, new)
    with ThreadPoolExecutor(encoder.threads) as pool:
        runs = _runs(ids, most=encoder.meta.texts_per_run, threads=encoder.threads)
        for some in pool.map(lambda run: _run(encoder, [ids[at] for at in run], [new[at] for at in run]), runs):
            found.update(some)
    _keep(encoder, found)
    return _calibrated(encoder, [found[key] for key in keys])


def _keep(encoder: Encoder, found: Mapping[Key, list[Floats]]) -> None:
    for key, row in found.items():
        encoder.kept[key] = row
        encoder.kept.move_to_end(key)
    while len(encoder.kept) > KEPT:
        encoder.kept.popitem(last=False)


def _tokenise(encoder: Encoder, keys: Sequence[Key]) -> list[list[int]]:
    found: list[list[int]] = []
    for at in range(0, len(keys), TEXTS_AT_ONCE):
        given = [list(column) for column in zip(*keys[at : at + TEXTS_AT_ONCE], strict=True)]
        # Of a pair the longer side gives way: the post, unless somebody calls an essay a claim.
        cut = "longest_first" if len(given) == 2 else True
        done = encoder.tokenizer(
            *given, truncation=cut, max_length=encoder.meta.max_length, return_attention_mask=False
        )
        found += done["input_ids"]
    return found


def _runs(ids: Sequence[Sequence[int]], *, most: int, threads: int) -> list[list[int]]:
    """Return the places of texts that are read together: of one length, in the order in which cores take them.

    The longest come first, and few texts are not put together, so that no core is left alone at the end.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for at, own in enumerate(ids):
        by_length[len(own)].append(at)
    size = max(1, min(most, len(ids) // (RUNS_PER_CORE * threads)))
    runs = [own[at : at + size] for own in by_length.values() for at in range(0, len(own), size)]
    return sorted(runs, key=lambda run: -len(run) * len(ids[run[0]]))


def _run(encoder: Encoder, ids: Sequence[Sequence[int]], keys: Sequence[Key]) -> dict[Key, list[Floats]]:
    rows = np.array(ids, dtype=np.int64)
    made = encoder.session.run(OUTPUTS, dict(zip(INPUTS, (rows, np.ones_like(rows)), strict=True)))
    # Copies: a row of what was read together would keep all of it.
    return {key: _added(encoder, [np.array(column[at]) for column in made], key) for at, key in enumerate(keys)}


def _added(encoder: Encoder, found: list[Floats], key: Key) -> list[Floats]:
    """Return the network's answers with those of the word model and of other models."""
    if encoder.ngrams is not None and len(key) == 1:
        words, moods = answer(encoder.ngrams, key[0]), len(encoder.meta.sentiment)
        found[SENTIMENT] = found[SENTIMENT] + words[:moods]
        found[TOPICS] = found[TOPICS] + words[moods:-1]
        found[RELEVANCE] = found[RELEVANCE] + words[-1]
    for name, read in encoder.readers.items():
        # Of a pair only the stance counts, which is this model's own.
        at = OUTPUTS.index(name)
        found[at] = read(key[0]) if len(key) == 1 else np.zeros(_width(encoder, name), np.float32)
    return found


def _width(encoder: Encoder, name: str) -> int:
    return encoder.size if name == "embedding" else len(encoder.meta.sentiment)


def _calibrated(encoder: Encoder, rows: Sequence[Sequence[Floats]]) -> Answers:
    meta = encoder.meta
    widths = (encoder.size, 1, len(meta.sentiment), len(meta.topics), len(meta.stance), 1)
    raw = {
        name: np.array([row[at] for row in rows], np.float32).reshape(len(rows), widths[at])
        for at, name in enumerate(OUTPUTS)
    }
    logits = {head: (raw[head] / meta.temperatures[head]).astype(np.float32) for head in HEADS}
    return Answers(
        embedding=raw["embedding"],
        relevance=_sigmoid(logits["relevance"])[:, 0],
        sentiment=_softmax(logits["sentiment"]),
        topics=_sigmoid(logits["topics"]),
        stance=_softmax(logits["stance"]),
        about=_sigmoid(logits["about"])[:, 0],
    )


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60))), np.float32)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _require(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"model folder {folder} does not exist; set `model` under [language] or reinstall the package")
    if missing := [name for name in ("model.onnx", "tokenizer.json", "meta.json") if not (folder / name).is_file()]:
        raise ModelError(f"model folder {folder} lacks {', '.join(missing)}")


def _checked_size(session: Any, folder: Path, meta: Meta) -> int:
    """Return the embedding's size. Raise ModelError when the graph does not answer what the labels say."""
    inputs = {one.name for one in session.get_inputs()}
    outputs = {one.name for one in session.get_outputs()}
    if wrong := sorted(set(INPUTS) ^ inputs) + sorted(set(OUTPUTS) - outputs):
        raise ModelError(f"model folder {folder}: model.onnx has other inputs or outputs ({', '.join(wrong)})")
    one = np.ones((1, 3), np.int64)
    found = dict(zip(OUTPUTS, session.run(OUTPUTS, dict.fromkeys(INPUTS, one)), strict=True))
    expected = {"sentiment": len(meta.sentiment), "topics": len(meta.topics), "stance": len(meta.stance)}
    if wrong := [head for head, count in expected.items() if found[head].shape != (1, count)]:
        raise ModelError(f"model folder {folder}: model.onnx and meta.json disagree on {', '.join(wrong)}")
    return int(found["embedding"].shape[1])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
