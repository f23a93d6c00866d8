"""Exports a small network of `training.model`, fuses it, and says how the answers differ. Needs torch and onnx.

Run as `python -m tests.nlp.graphs FOLDER`, with the Python of the training environment; prints JSON.
"""

import json
import logging
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import AutoTokenizer

from nlp.session import INPUTS, open_session
from training.cache import pad
from training.export import RowInt8, quantise, write_graph
from training.fuse import fuse
from training.model import Network
from training.smooth import smooth
from training.static import fix, reaches

ROOT = Path(__file__).parents[2]
SHAPE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48}
POSTS = 40


def real_texts() -> list[list[int]]:
    """Return the tokens of posts, of one word, and of a post as long as the model reads."""
    path = ROOT / "training" / "data" / "fibre_posts_plain.jsonl"
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:POSTS]]
    tokenizer = AutoTokenizer.from_pretrained(ROOT / "nlp" / "model", local_files_only=True)
    found: list[list[int]] = tokenizer([*texts, "nej", "fiber " * 400], truncation=True, max_length=256)["input_ids"]
    return found


def small_network(words: int, seen: list[list[int]]) -> Network:
    """Return a network of random weights, smoothed and with its table in int8 as the one that ships."""
    torch.manual_seed(3)
    config = {"vocab_size": words, "max_position_embeddings": 256, "layer_norm_eps": 1e-12, **SHAPE}
    network = Network(config, frozen=1).eval()
    for weights in network.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.3)  # as initialised all texts would look the same
    smooth(network, seen)
    network.embeddings.word = RowInt8(network.embeddings.word.weight.detach())  # type: ignore[assignment]
    return network


def answers(model: onnx.ModelProto, texts: list[list[int]]) -> list[np.ndarray]:
    """Return a graph's outputs for each text alone, and for all in one padded batch."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = [pad([ids]) for ids in texts] + [pad(texts)]
    return [
        out
        for ids, mask in given
        for out in session.run(None, dict(zip(INPUTS, (ids.numpy(), mask.numpy()), strict=True)))
    ]


def main() -> None:
    """Print what the test looks at."""
    logging.disable(logging.WARNING)
    folder, texts = Path(sys.argv[1]), real_texts()
    network = small_network(1 + max(map(max, texts)), texts[:8])
    plain = onnx.load(quantise(write_graph(network, folder / "exact.onnx"), folder / "small.onnx"))
    fused = fuse(plain)
    before, after = answers(plain, texts), answers(fused, texts)
    reached = reaches(folder / "small.onnx", texts)
    fixed = fix(fused, reached)
    settled, unrounded = answers(fixed, texts), answers(onnx.load(folder / "exact.onnx"), texts)
    said = {
        "largest_difference": max(float(np.abs(a - b).max()) for a, b in zip(before, after, strict=True)),
        "largest_spread": max(float(np.ptp([row[0] for row in column], axis=0).max()) for column in _columns(before)),
        "is_same_twice": fuse(fused).SerializeToString() == fused.SerializeToString(),
        "error_measured": _error(after, unrounded),
        "error_fixed": _error(settled, unrounded),
        "is_fixed_same_twice": fix(fixed, reached).SerializeToString() == fixed.SerializeToString(),
        "fixed_kinds": Counter(node.op_type for node in fixed.graph.node),
        "is_together_as_alone": _is_together_as_alone(fixed, texts),
        "was_together_as_alone": _is_together_as_alone(fused, texts),
        "kinds": Counter(node.op_type for node in fused.graph.node),
        "nodes": [len(plain.graph.node), len(fused.graph.node)],
        "layers": SHAPE["num_hidden_layers"],
    }
    print(json.dumps(said))


def _error(found: list[np.ndarray], unrounded: list[np.ndarray]) -> float:
    """Return how far answers to single texts are from those of the graph in floats, on average."""
    return float(np.mean([np.abs(a - b).mean() for a, b in zip(found[:-6], unrounded[:-6], strict=True)]))


def _is_together_as_alone(model: onnx.ModelProto, texts: list[list[int]]) -> bool:
    """Return whether texts cut to one length have the same answers to the bit together and alone."""
    session = open_session(model.SerializeToString())
    rows = np.array([ids[:9] for ids in texts if len(ids) >= 9], np.int64)
    runs = [
        session.run(None, dict(zip(INPUTS, (some, np.ones_like(some)), strict=True))) for some in (rows, *rows[:, None])
    ]
    return all(np.array_equal(whole, np.concatenate(column)) for whole, *column in zip(*runs, strict=True))


def _columns(answers: list[np.ndarray]) -> list[list[np.ndarray]]:
    """Return each output's answers to single texts."""
    return [answers[at : at + 6 * POSTS : 6] for at in range(6)]


if __name__ == "__main__":
    main()
