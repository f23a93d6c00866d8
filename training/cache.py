"""Compute the frozen layers once: hidden states of every text on disk, in half precision."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.model import Network
from training.prepare import Example

TOKENS_PER_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Cache:
    """Hidden states of all texts, end to end: text `i` holds rows `starts[i]:starts[i + 1]`."""

    values: np.ndarray[Any, Any]
    starts: np.ndarray[Any, Any]

    def lengths(self) -> np.ndarray[Any, Any]:
        """Return each text's number of tokens."""
        return np.diff(self.starts)

    def batch(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return the padded hidden states (B, T, size) and their mask (B, T)."""
        lengths = [int(self.starts[at + 1] - self.starts[at]) for at in chosen]
        x = torch.zeros(len(chosen), max(lengths), self.values.shape[1])
        mask = torch.zeros(len(chosen), max(lengths), dtype=torch.int64)
        for row, (at, length) in enumerate(zip(chosen, lengths, strict=True)):
            begin = int(self.starts[at])
            x[row, :length] = torch.from_numpy(self.values[begin : begin + length].astype(np.float32))
            mask[row, :length] = 1
        return x, mask


def join(caches: Sequence[Cache]) -> Cache:
    """Return one cache, in memory, of several caches end to end."""
    sizes = np.concatenate([cache.lengths() for cache in caches])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return Cache(np.concatenate([cache.values for cache in caches]), starts)


def encode(tokenizer: Any, examples: Sequence[Example], *, max_length: int) -> list[list[int]]:
    """Return token ids; of a pair only the post is cut, never the claim."""
    singles = [at for at, example in enumerate(examples) if example.claim is None]
    pairs = [at for at, example in enumerate(examples) if example.claim is not None]
    ids: list[list[int]] = [[] for _ in examples]
    if singles:
        found = tokenizer([examples[at].text for at in singles], truncation=True, max_length=max_length)
        for at, value in zip(singles, found["input_ids"], strict=True):
            ids[at] = value
    if pairs:
        claims, texts = [examples[at].claim for at in pairs], [examples[at].text for at in pairs]
        found = tokenizer(claims, texts, truncation="only_second", max_length=max_length)
        for at, value in zip(pairs, found["input_ids"], strict=True):
            ids[at] = value
    return ids


def hidden(network: Network, ids: Sequence[Sequence[int]], *, folder: Path) -> Cache:
    """Return the frozen layers' output for every text, from disk if the same texts were done before."""
    key = hashlib.sha256(repr((network.frozen, [list(value) for value in ids])).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path, starts = folder / f"{key}.npy", np.concatenate([[0], np.cumsum([len(value) for value in ids])])
    if not path.exists():
        _fill(network, ids, starts, path)
    return Cache(np.load(path, mmap_mode="r"), starts)


def _fill(network: Network, ids: Sequence[Sequence[int]], starts: np.ndarray[Any, Any], path: Path) -> None:
    part = path.with_suffix(".part.npy")
    shape = (int(starts[-1]), network.embeddings.word.embedding_dim)
    values = np.lib.format.open_memmap(part, mode="w+", dtype=np.float16, shape=shape)
    network.eval()
    for chosen in by_length([len(value) for value in ids], tokens=TOKENS_PER_BATCH):
        x, mask = pad([ids[at] for at in chosen])
        with torch.inference_mode():
            out = network.lower(x, mask).numpy().astype(np.float16)
        for row, at in enumerate(chosen):
            values[starts[at] : starts[at + 1]] = out[row, : len(ids[at])]
    values.flush()
    part.rename(path)


def pad(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return token ids (B, T), padded with 1 (the encoder's pad token), and their mask."""
    width = max(map(len, ids))
    x = torch.tensor([[*value, *[1] * (width - len(value))] for value in ids])
    mask = torch.tensor([[1] * len(value) + [0] * (width - len(value)) for value in ids])
    return x, mask


def by_length(lengths: Sequence[int], *, tokens: int) -> list[list[int]]:
    """Return batches of indices with like lengths, each of at most `tokens` padded tokens."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: lengths[at]):
        if batches and (len(batches[-1]) + 1) * lengths[at] <= tokens:
            batches[-1].append(at)
        else:
            batches.append([at])
    return batches
