"""The network: a BERT encoder, pooled once per question, and one small head per question."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from training.labels import SENTIMENTS, STANCES, TOPICS

HEADS = ("relevance", "sentiment", "topics", "stance", "about")


class Outputs(NamedTuple):
    """Raw logits, and the embedding (unit length); in the order of the exported graph."""

    embedding: Tensor
    relevance: Tensor
    sentiment: Tensor
    topics: Tensor
    stance: Tensor
    about: Tensor


class Embeddings(nn.Module):
    """Word and position vectors, added and normalised."""

    def __init__(self, *, words: int, positions: int, size: int, epsilon: float) -> None:
        super().__init__()
        self.word = nn.Embedding(words, size)
        self.position = nn.Embedding(positions, size)
        self.norm = nn.LayerNorm(size, eps=epsilon)

    def forward(self, ids: Tensor) -> Tensor:
        at = torch.arange(ids.shape[1], device=ids.device)
        return self.norm(self.word(ids) + self.position(at))


class Layer(nn.Module):
    """One BERT layer; query, key and value share a matrix, so that int8 quantises its input once."""

    def __init__(self, *, size: int, heads: int, inner: int, epsilon: float, dropout: float) -> None:
        super().__init__()
        self.heads, self.width = heads, size // heads
        self.qkv = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)
        self.norm1 = nn.LayerNorm(size, eps=epsilon)
        self.up = nn.Linear(size, inner)
        self.down = nn.Linear(inner, size)
        self.norm2 = nn.LayerNorm(size, eps=epsilon)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        batch, length, size = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, self.width).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(self.width) + bias, dim=-1)
        mixed = (self.drop(weights) @ v).transpose(1, 2).reshape(batch, length, size)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


class Network(nn.Module):
    """`lower` gives the hidden state after the frozen layers (cached in training); `upper` answers from it."""

    def __init__(self, config: dict[str, int | float], *, frozen: int, dropout: float = 0.1) -> None:
        super().__init__()
        size, epsilon = int(config["hidden_size"]), float(config["layer_norm_eps"])
        self.frozen = frozen
        self.embeddings = Embeddings(
            words=int(config["vocab_size"]),
            positions=int(config["max_position_embeddings"]),
            size=size,
            epsilon=epsilon,
        )
        self.layers = nn.ModuleList(
            Layer(
                size=size,
                heads=int(config["num_attention_heads"]),
                inner=int(config["intermediate_size"]),
                epsilon=epsilon,
                dropout=dropout,
            )
            for _ in range(int(config["num_hidden_layers"]))
        )
        self.queries = nn.Parameter(torch.randn(len(HEADS), size) * 0.02)
        self.drop = nn.Dropout(dropout)
        # The last layer's mean until `align` replaces it: never trained by steps.
        self.meaning = nn.Linear(2 * size, size)
        self.meaning.requires_grad_(False)
        self.meaning.weight.data.copy_(torch.cat([torch.zeros(size, size), torch.eye(size)], dim=1))
        self.meaning.bias.data.zero_()
        self.relevance = nn.Linear(2 * size, 1)
        self.sentiment = nn.Linear(2 * size, len(SENTIMENTS))
        self.topics = nn.Linear(2 * size, len(TOPICS))
        self.stance = nn.Sequential(nn.Linear(2 * size, 128), nn.GELU(), nn.Linear(128, len(STANCES)))
        self.about = nn.Linear(2 * size, 1)

    def lower(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the hidden state after embeddings and the frozen layers."""
        x, bias = self.embeddings(ids), _bias(mask)
        for layer in self.layers[: self.frozen]:
            x = layer(x, bias)
        return x

    def upper(self, x: Tensor, mask: Tensor) -> Outputs:
        """Answer every question from a hidden state of `lower`."""
        first, bias = _mean(x, mask), _bias(mask)
        for layer in self.layers[self.frozen :]:
            x = layer(x, bias)
        mean = _mean(x, mask)
        # Each question weighs the words for itself: (B, heads, T) @ (B, T, size).
        looks = torch.softmax((x @ self.queries.T).transpose(1, 2) + bias[:, 0], dim=-1) @ x
        seen = [self.drop(torch.cat([mean, looks[:, number]], dim=-1)) for number in range(len(HEADS))]
        # Three dimensions, so that the export makes a MatMul of it, which int8 covers.
        meaning = self.meaning(torch.cat([first, mean], dim=-1).unsqueeze(1)).squeeze(1)
        return Outputs(
            embedding=nn.functional.normalize(meaning, dim=-1),
            relevance=self.relevance(seen[0]).squeeze(-1),
            sentiment=self.sentiment(seen[1]),
            topics=self.topics(seen[2]),
            stance=self.stance(seen[3]),
            about=self.about(seen[4]).squeeze(-1),
        )

    def means(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the mean states of the frozen and of the last layer, side by side: what `meaning` reads."""
        first, bias = _mean(x, mask), _bias(mask)
        for layer in self.layers[self.frozen :]:
            x = layer(x, bias)
        return torch.cat([first, _mean(x, mask)], dim=-1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        return self.upper(self.lower(input_ids, attention_mask), attention_mask)

    def trainable(self) -> dict[str, nn.Parameter]:
        """Return the parameters above the cache, by name."""
        frozen = ("embeddings.", *(f"layers.{number}." for number in range(self.frozen)))
        return {name: p for name, p in self.named_parameters() if p.requires_grad and not name.startswith(frozen)}


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    # A product, not a sum: ONNX Runtime adds up in another order where a batch holds one text.
    share = mask.to(x.dtype).unsqueeze(1)
    return (share @ x).squeeze(1) / share.sum(2)


def _bias(mask: Tensor) -> Tensor:
    return (1.0 - mask.to(torch.float32))[:, None, None, :] * -10000.0


def load_encoder(folder: Path, *, frozen: int) -> Network:
    """Return the network with the encoder's weights from a BERT checkpoint and fresh, unseeded heads."""
    network = Network(json.loads((folder / "config.json").read_text(encoding="utf-8")), frozen=frozen)
    missing, unexpected = network.load_state_dict(_rename(load_file(folder / "model.safetensors")), strict=False)
    fresh = ("queries", "meaning.", *(f"{head}." for head in HEADS))
    if unexpected or any(not name.startswith(fresh) for name in missing):
        raise ValueError(f"not the encoder that was expected: missing {missing}, unexpected {unexpected}")
    return network


def _rename(found: dict[str, Tensor]) -> dict[str, Tensor]:
    state = {name.removeprefix("bert."): value.float() for name, value in found.items()}
    # Token types are not used: the first type's vector is a constant that position vectors can carry.
    position = state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
    named = {
        "embeddings.word.weight": state["embeddings.word_embeddings.weight"],
        "embeddings.position.weight": position,
    }
    for kind in ("weight", "bias"):
        named[f"embeddings.norm.{kind}"] = state[f"embeddings.LayerNorm.{kind}"]
    for number in range(1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layer."))):
        old, new = f"encoder.layer.{number}", f"layers.{number}"
        for kind in ("weight", "bias"):
            parts = [state[f"{old}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            named[f"{new}.qkv.{kind}"] = torch.cat(parts)
            named[f"{new}.out.{kind}"] = state[f"{old}.attention.output.dense.{kind}"]
            named[f"{new}.norm1.{kind}"] = state[f"{old}.attention.output.LayerNorm.{kind}"]
            named[f"{new}.up.{kind}"] = state[f"{old}.intermediate.dense.{kind}"]
            named[f"{new}.down.{kind}"] = state[f"{old}.output.dense.{kind}"]
            named[f"{new}.norm2.{kind}"] = state[f"{old}.output.LayerNorm.{kind}"]
    return named
