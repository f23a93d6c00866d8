"""Makes tiny models of the kinds that a hub has, and says what the encoder answers with them. Needs torch and onnx.

Run as `python -m tests.nlp.hub_models FOLDER`, with the Python of the training environment; prints JSON.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

from nlp.encoder import encode, load_encoder
from nlp.hub import Models, with_models
from tests.nlp.hub_texts import TEXTS

TINY = Path(__file__).parent / "tiny_model"
STARS = {0: "1 star", 1: "2 stars", 2: "3 stars", 3: "4 stars", 4: "5 stars"}


def make(folder: Path) -> None:
    """Write an encoder and a classifier as torch saves them, and the same as ONNX graphs."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(TINY / "tokenizer.json"), pad_token="[PAD]")
    shape = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        **shape,
        attn_implementation="eager",
        id2label=STARS,
        label2id={v: k for k, v in STARS.items()},
    )
    torch.manual_seed(5)
    heads = {"encoder": BertModel(config), "sentiment": BertForSequenceClassification(config)}
    outputs = {"encoder": ["last_hidden_state", "pooler_output"], "sentiment": ["logits"]}
    for name, model in heads.items():
        # As initialised all texts would look the same.
        for weights in model.parameters():
            torch.nn.init.normal_(weights, std=0.3) if weights.dim() > 1 else None
        model.eval().save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
        _graph(model, folder / name, folder / f"{name}-onnx", outputs[name])


class Plain(torch.nn.Module):
    """A model of transformers as a function of two tensors, which is what can be traced."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.model(input_ids=ids, attention_mask=mask).to_tuple())


def _graph(model: torch.nn.Module, plain: Path, folder: Path, outputs: list[str]) -> None:
    (folder / "onnx").mkdir(parents=True)
    for path in plain.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    ids = torch.ones(1, 7, dtype=torch.int64)
    inputs = ["input_ids", "attention_mask"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Plain(model), (ids, torch.ones_like(ids)), folder / "onnx" / "model.onnx",
            input_names=inputs, output_names=outputs,
            dynamic_axes={name: {1: "length"} for name in (*inputs, *outputs[: "encoder" in plain.name])},
            opset_version=17, dynamo=False,
        )  # fmt: skip


def answers(embedding: Path, sentiment: Path) -> dict[str, Any]:
    """Return what the encoder says of the texts with these models in it."""
    encoder = with_models(load_encoder(TINY, threads=1), Models(encoder=str(embedding), sentiment=str(sentiment)))
    found = encode(encoder, TEXTS)
    return {
        "embedding": found.embedding.tolist(),
        "sentiment": found.sentiment.tolist(),
        "topics": found.topics.tolist(),
        "match": [encoder.meta.match_near, encoder.meta.match_thread],
    }


if __name__ == "__main__":
    made = Path(sys.argv[1])
    make(made)
    print(json.dumps(answers(made / "encoder", made / "sentiment")))
