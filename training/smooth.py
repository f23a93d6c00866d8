"""Even out activations before int8: outlier channels are scaled down and their weights up (SmoothQuant, Xiao 2023).

The network computes the same; what changes is that one scale per matrix input no longer serves a few huge channels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.cache import pad
from training.model import Layer, Network

INPUTS = ("qkv", "out", "up", "down")
STRENGTH = 0.7
"""How much of a channel's reach moves into the weights; chosen on dev among 0.3, 0.5 and 0.7 by cosine to fp32."""


class Smoothed(nn.Module):
    """A linear layer whose input channels are divided by a scale that its weights carry."""

    def __init__(self, linear: nn.Linear, scale: Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.register_buffer("inverse", 1.0 / scale)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x * self.inverse)


def smooth(network: Network, texts: Sequence[Sequence[int]], *, strength: float = STRENGTH) -> None:
    """Rescale every layer in place by what its inputs reach on these token ids (training texts)."""
    peaks = _peaks(network, texts)
    for layer in network.layers:
        assert isinstance(layer, Layer)
        for name in INPUTS:
            linear: nn.Linear = getattr(layer, name)
            scale = _scale(peaks[linear], linear.weight.detach(), strength)
            linear.weight.data *= scale
            if name == "out":
                # What enters here is a mean of values: their matrix takes the scale, at no cost.
                _divide_values(layer, scale)
            else:
                setattr(layer, name, Smoothed(linear, scale))


def _peaks(network: Network, texts: Sequence[Sequence[int]]) -> dict[nn.Linear, Tensor]:
    found: dict[nn.Linear, Tensor] = {}

    def look(linear: nn.Linear, given: tuple[Tensor, ...]) -> None:
        peak = given[0].detach().abs().flatten(0, -2).amax(dim=0)
        found[linear] = torch.maximum(found[linear], peak) if linear in found else peak

    linears = [getattr(layer, name) for layer in network.layers for name in INPUTS]
    hooks = [linear.register_forward_pre_hook(look) for linear in linears]
    network.eval()
    with torch.inference_mode():
        for ids in texts:
            network(*pad([ids]))
    for hook in hooks:
        hook.remove()
    return found


def _scale(peak: Tensor, weight: Tensor, strength: float) -> Tensor:
    reach = weight.abs().amax(dim=0).clamp(min=1e-5)
    # A clone: what inference mode made cannot be written into weights.
    return (peak.clamp(min=1e-5) ** strength / reach ** (1 - strength)).clone()


def _divide_values(layer: Layer, scale: Tensor) -> None:
    qkv = layer.qkv.linear if isinstance(layer.qkv, Smoothed) else layer.qkv
    size = scale.shape[0]
    qkv.weight.data[2 * size :] /= scale[:, None]
    qkv.bias.data[2 * size :] /= scale
