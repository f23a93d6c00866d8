"""Make `tiny_model/`: a real graph with the shape of the one that ships, of random weights, for tests of plumbing.

Run with a Python that has `onnx` (the `train` extra): `python -m tests.nlp.make_tiny_model`.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

HERE = Path(__file__).parent / "tiny_model"
SIZE = 16
CHARS = "abcdefghijklmnopqrstuvwxyzåäöé0123456789 .,!?-'\"()[]@:;/&%😡😂👍\n"
TOPICS = [
    "terms",
    "maintenance_fee",
    "price",
    "marketing",
    "billing",
    "outage",
    "speed",
    "installation",
    "support",
    "switching",
    "complaints",
    "other",
]
LABELS = {
    "sentiment": ["negative", "neutral", "positive"],
    "topics": TOPICS,
    "stance": ["support", "deny", "query", "comment"],
}


def tokenizer() -> Tokenizer:
    """Return a tokenizer that gives each character a number."""
    vocabulary = {word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(CHARS)])}
    found = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    found.normalizer = normalizers.Lowercase()
    found.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    found.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return found


def graph(words: int) -> onnx.ModelProto:
    """Return mean-pooled character vectors under one linear head per question."""
    rng = np.random.default_rng(7)
    heads = {"relevance": 1, **{name: len(labels) for name, labels in LABELS.items()}, "about": 1}
    weights = {"table": rng.normal(size=(words, SIZE)), **{h: rng.normal(size=(SIZE, n)) * 3 for h, n in heads.items()}}
    weights["about"][:] = 0.0  # as likely as not: what is proposed counts
    constants = [numpy_helper.from_array(value.astype(np.float32), f"w_{name}") for name, value in weights.items()]
    constants += [numpy_helper.from_array(np.array([axis]), f"axis_{axis}") for axis in (1, 2)]
    nodes = [
        helper.make_node("Gather", ["w_table", "input_ids"], ["x"]),
        helper.make_node("Cast", ["attention_mask"], ["m"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["m", "axis_2"], ["m3"]),
        helper.make_node("Mul", ["x", "m3"], ["xm"]),
        helper.make_node("ReduceSum", ["xm", "axis_1"], ["total"], keepdims=0),
        helper.make_node("ReduceSum", ["m3", "axis_1"], ["count"], keepdims=0),
        helper.make_node("Div", ["total", "count"], ["mean"]),
        helper.make_node("ReduceL2", ["mean"], ["norm"], axes=[1], keepdims=1),
        helper.make_node("Div", ["mean", "norm"], ["embedding"]),
        *(helper.make_node("MatMul", ["mean", f"w_{h}"], [h if n > 1 else f"{h}_column"]) for h, n in heads.items()),
        *(helper.make_node("Squeeze", [f"{h}_column", "axis_1"], [h]) for h, n in heads.items() if n == 1),
    ]
    shape = ["batch", "length"]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", SIZE])]
    outputs += [
        helper.make_tensor_value_info(h, TensorProto.FLOAT, ["batch"] if n == 1 else ["batch", n])
        for h, n in heads.items()
    ]
    made = helper.make_model(
        helper.make_graph(nodes, "tiny", inputs, outputs, constants), opset_imports=[helper.make_opsetid("", 17)]
    )
    made.ir_version = 9
    onnx.checker.check_model(made)
    return made


def main() -> None:
    """Write the folder."""
    HERE.mkdir(exist_ok=True)
    words = tokenizer()
    words.save(str(HERE / "tokenizer.json"))
    onnx.save(graph(words.get_vocab_size()), HERE / "model.onnx")
    plain = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    meta = {"name": "tiny", "version": "1", "labels": LABELS, "max_length": 64}
    meta |= {"temperatures": {"sentiment": 2.0}, "thresholds": {"relevance": 0.5, "stance_abstain": 0.4}}
    meta |= {"match": {"near": 0.8, "thread": 0.95, "auto": 0.6, "suggest": 0.2, "weights": {"lexical": 1.0}}}
    for name, value in (("tokenizer_config", plain), ("config", {"model_type": "bert"}), ("meta", meta)):
        (HERE / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
