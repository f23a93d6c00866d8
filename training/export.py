"""Write the network as one int8 ONNX graph, small and exact enough, with its tokenizer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import AutoTokenizer

from nlp.session import INPUTS, open_session
from training.cache import encode
from training.fuse import fuse
from training.labels import MAX_LENGTH
from training.model import Network, Outputs
from training.prepare import Example
from training.smooth import smooth
from training.static import fix, reaches

Array = np.ndarray[Any, Any]
SMOOTHED = 200
"""Texts that tell how far single channels reach; more take long, and tell the same."""
OPSET = 17
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


class RowInt8(nn.Module):
    """A table of vectors in int8, each row with its own scale: four times smaller, and close to lossless."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("rows", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, at: Tensor) -> Tensor:
        rows = nn.functional.embedding(at, self.rows)  # type: ignore[arg-type]
        return rows.to(torch.float32) * nn.functional.embedding(at, self.scale)  # type: ignore[arg-type]


def export(network: Network, folder: Path, *, encoder: Path, seen: Sequence[Example]) -> Path:
    """Write `model.onnx` (int8), the tokenizer and a minimal `config.json`; keep the fp32 graph beside the folder.

    Activations are evened out, and their ranges fixed, by what they reach on the training texts `seen`. The network is
    spent afterwards.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    write_graph(network, exact_path(folder))
    texts = encode(AutoTokenizer.from_pretrained(encoder), seen, max_length=MAX_LENGTH)
    smooth(network, texts[:: max(1, len(texts) // SMOOTHED)])
    network.embeddings.word = RowInt8(network.embeddings.word.weight.detach())  # type: ignore[assignment]
    network.embeddings.position = RowInt8(network.embeddings.position.weight.detach()[:MAX_LENGTH])  # type: ignore[assignment]
    small = write_graph(network, folder / "small.onnx")
    target = quantise(small, folder / "model.onnx")
    onnx.save(fix(fuse(onnx.load(target)), reaches(target, texts)), target)
    small.unlink()
    for name in TOKENIZER_FILES:
        shutil.copyfile(encoder / name, folder / name)
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}) + "\n", encoding="utf-8")
    return target


def exact_path(folder: Path) -> Path:
    """Return where the fp32 graph of a model folder lies: beside it, not shipped."""
    return folder.with_name(f"{folder.name}-fp32.onnx")


def write_graph(network: Network, path: Path) -> Path:
    """Write a network as an ONNX graph and return its path."""
    ids = torch.ones(2, 9, dtype=torch.int64)
    torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        path,
        input_names=list(INPUTS),
        output_names=list(Outputs._fields),
        dynamic_axes={name: {0: "batch", 1: "length"} for name in INPUTS} | {n: {0: "batch"} for n in Outputs._fields},
        opset_version=OPSET,
        dynamo=False,
    )
    onnx.checker.check_model(onnx.load(path))
    return path


def quantise(graph: Path, target: Path) -> Path:
    """Write a graph with its matrices in int8 and return its path."""
    # Seven-bit weights: on processors without VNNI eight by eight bits overflow the 16-bit sums.
    quantize_dynamic(graph, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
                     op_types_to_quantize=["MatMul"])  # fmt: skip
    return target


def answer(path: Path, tokenizer: Any, examples: Sequence[Example], *, threads: int = 2) -> dict[str, Array]:
    """Return a graph's outputs for the examples, in their order; each text runs alone, as at inference."""
    session = open_session(path)

    def run(ids: list[int]) -> list[Array]:
        row = np.array([ids], dtype=np.int64)
        found: list[Array] = session.run(list(Outputs._fields), {"input_ids": row, "attention_mask": np.ones_like(row)})
        return found

    with ThreadPoolExecutor(threads) as pool:
        rows = list(pool.map(run, encode(tokenizer, examples, max_length=MAX_LENGTH)))
    return {name: np.concatenate([row[at] for row in rows]) for at, name in enumerate(Outputs._fields)}


def differences(exact: Mapping[str, Any], small: Mapping[str, Any]) -> dict[str, float]:
    """Return how far the int8 outputs are from the fp32 ones, and how often the label is the same."""
    found: dict[str, float] = {}
    for name in ("sentiment", "stance"):
        same = exact[name].argmax(1) == small[name].argmax(1)
        found[f"{name}_same_label"] = float(same.mean())
        found[f"{name}_max_logit_difference"] = float(np.abs(exact[name] - small[name]).max())
    for name in ("relevance", "topics", "about"):
        found[f"{name}_same_side"] = float(((exact[name] > 0) == (small[name] > 0)).mean())
        found[f"{name}_max_logit_difference"] = float(np.abs(exact[name] - small[name]).max())
    cosine = (exact["embedding"] * small["embedding"]).sum(1)
    found["embedding_mean_cosine"], found["embedding_least_cosine"] = float(cosine.mean()), float(cosine.min())
    return {name: round(value, 5) for name, value in found.items()}
