"""Give the embedding back its sense of likeness: a linear map from the trained states to the untrained embedding.

Training for labels costs likeness that no label names. Nearly all of it is still there, spread
over the frozen and the last layer; ridge regression finds it in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from training.dataset import Dataset
from training.model import Network

RIDGE = 0.3


def align(network: Network, data: Dataset, targets: Mapping[int, Tensor]) -> None:
    """Set the network's `meaning` so that it gives the target embeddings, by place in the dataset."""
    network.eval()
    places = sorted(targets, key=lambda at: int(data.lengths[at]))
    parts = []
    for first in range(0, len(places), 64):
        batch = data.take(places[first : first + 64])
        with torch.inference_mode():
            parts.append(network.means(batch.x, batch.mask).numpy())
    solve(network, np.concatenate(parts), np.stack([targets[at].numpy() for at in places]))


def solve(network: Network, means: np.ndarray, wanted: np.ndarray) -> None:  # type: ignore[type-arg]
    """Set `meaning` to the ridge solution of wanted (N, size) from means (N, 2 size), with an intercept."""
    x = np.concatenate([means, np.ones((len(means), 1))], axis=1).astype(np.float64)
    solved = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ wanted.astype(np.float64))
    with torch.no_grad():
        network.meaning.weight.copy_(torch.from_numpy(solved[:-1].T))
        network.meaning.bias.copy_(torch.from_numpy(solved[-1]))
