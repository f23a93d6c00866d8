"""Give the linear heads their first answers in closed form, before any layer is tuned for them.

Fine-tuning from random heads first bends the encoder to noise; from fitted heads it does not (Kumar et al. 2022,
"Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from training.dataset import Dataset
from training.model import Network

Array = np.ndarray[Any, Any]
SOURCES = ("fibre", "social")
STRENGTH = 3.0
"""Inverse of the ridge on the heads' weights."""


def probe(network: Network, data: Dataset) -> None:
    """Fit relevance, sentiment and topics to the mean states of the training texts; the queries stay as they are."""
    places = [int(at) for source in SOURCES for at in data.streams[source, "train"]]
    means = _means(network, data, places)
    labels = {name: value[places].numpy() for name, value in data.labels.items()}
    for head, name in ((network.relevance, "relevance"), (network.sentiment, "sentiment"), (network.topics, "topics")):
        known = labels[name] >= 0 if labels[name].ndim == 1 else labels[name][:, 0] >= 0
        _place(head, *_fit(means[known], labels[name][known]))


def _means(network: Network, data: Dataset, places: Sequence[int]) -> Array:
    network.eval()
    found = np.zeros((len(places), network.embeddings.word.embedding_dim), dtype=np.float32)
    order = np.argsort(data.lengths[list(places)])
    for first in range(0, len(order), 64):
        rows = order[first : first + 64]
        batch = data.take([places[row] for row in rows])
        with torch.inference_mode():
            found[rows] = network.means(batch.x, batch.mask)[:, -found.shape[1] :].numpy()
    return found


def _fit(means: Array, labels: Array) -> tuple[Array, Array]:
    """Return weights (answers, size) and intercepts (answers) of a logistic regression for each column or class."""
    columns = labels.T if labels.ndim == 2 else [labels]
    fits = [LogisticRegression(C=STRENGTH, max_iter=400).fit(means, column) for column in columns]
    return np.concatenate([fit.coef_ for fit in fits]), np.concatenate([fit.intercept_ for fit in fits])


def _place(head: nn.Linear, weights: Array, intercepts: Array) -> None:
    with torch.no_grad():
        head.weight.zero_()
        head.weight[:, : weights.shape[1]] = torch.from_numpy(weights)
        head.bias.copy_(torch.from_numpy(intercepts))
