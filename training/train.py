"""Train the layers above the cache, all questions at once, in seeded steps that resume where they stopped."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.dataset import Batch, Dataset
from training.model import Network, Outputs

LOG = logging.getLogger(__name__)
TEMPERATURE = 0.05
"""Of the contrast between claims; cosine likenesses of this encoder lie close together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stretch of training: which sources, how often, how long, how fast."""

    name: str
    steps: int
    mix: Mapping[str, float]
    """Share of steps by source."""
    pulled: tuple[str, ...] = ()
    """Sources on which the embedding is held near the untrained encoder's."""
    encoder_rate: float
    head_rate: float
    horizon: int
    """Steps over which the rate would fall to its floor: more than `steps` where another stage follows."""
    tokens: int = 704
    seed: int = 20231101
    check_every: int = 300


def train(network: Network, data: Dataset, stage: Stage, *, teacher: Mapping[int, Tensor], folder: Path) -> None:
    """Train in place, from the last checkpoint of the stage if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    optimizer = _optimizer(network, stage)
    step = _resume(network, optimizer, folder / f"{stage.name}.pt")
    sources, shares = list(stage.mix), np.array(list(stage.mix.values()))
    kept: dict[str, float] = {}
    while step < stage.steps:
        rng = np.random.default_rng((stage.seed, step))
        torch.manual_seed(stage.seed + step)
        source = str(rng.choice(sources, p=shares / shares.sum()))
        batch = data.deal(source, rng, tokens=stage.tokens)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * _schedule(step, stage.horizon)
        network.train()
        loss = batch_loss(network.upper(batch.x, batch.mask), batch, source, teacher if source in stage.pulled else {})
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.trainable().values(), 1.0)
        optimizer.step()
        step += 1
        kept[source] = 0.95 * kept.get(source, float(loss.detach())) + 0.05 * float(loss.detach())
        if step % 50 == 0:
            LOG.info("%s %d/%d %s", stage.name, step, stage.steps, {k: round(v, 3) for k, v in kept.items()})
        if step % stage.check_every == 0 or step == stage.steps:
            _save(network, optimizer, step, folder / f"{stage.name}.pt")


def batch_loss(out: Outputs, batch: Batch, source: str, teacher: Mapping[int, Tensor]) -> Tensor:
    """Return the sum of the losses of every label that the batch knows, and of the pull to the teacher."""
    labels, loss = batch.labels, out.embedding.new_zeros(())
    if (known := labels["relevance"] >= 0).any():
        loss = loss + functional.binary_cross_entropy_with_logits(
            out.relevance[known], labels["relevance"][known].float()
        )
    if (known := labels["sentiment"] >= 0).any():
        loss = loss + functional.cross_entropy(
            out.sentiment[known],
            labels["sentiment"][known],
            weight=_weights(source, out.sentiment),
            label_smoothing=0.05,
        )
    if (known := labels["topics"][:, 0] >= 0).any():
        topics = labels["topics"][known].float()
        loss = loss + 6.0 * functional.binary_cross_entropy_with_logits(out.topics[known], topics)
    if (known := labels["stance"] >= 0).any():
        # Replies whose rumour is unknown teach tone only: half weight.
        share = 0.5 if source == "reply" else 1.0
        loss = loss + share * functional.cross_entropy(out.stance[known], labels["stance"][known], label_smoothing=0.05)
    if (known := labels["about"] >= 0).any():
        loss = loss + functional.binary_cross_entropy_with_logits(out.about[known], labels["about"][known].float())
    if source == "paraphrase":
        loss = loss + _rank_loss(out.embedding, labels["score"][::2])
    return loss + _pull(out.embedding, batch.at, teacher)


def _weights(source: str, like: Tensor) -> Tensor:
    # Square roots of inverse class shares, measured on each source: rare classes count, and do not shout.
    shares = {"social": (0.135, 0.224, 0.641), "norec": (0.159, 0.512, 0.329)}.get(source, (1, 1, 1))
    weights = torch.tensor([share**-0.5 for share in shares]).to(like)
    return weights / weights.mean()


def _rank_loss(embedding: Tensor, scores: Tensor) -> Tensor:
    """CoSENT (Su 2022): of two pairs, the one that people scored higher must be the more alike."""
    likeness = (embedding[::2] * embedding[1::2]).sum(-1) / TEMPERATURE
    gaps = likeness[None, :] - likeness[:, None]
    wrong_way = gaps[scores[:, None] > scores[None, :]]
    return torch.logsumexp(torch.cat([wrong_way.new_zeros(1), wrong_way]), dim=0) / 4


def _pull(embedding: Tensor, at: list[int], teacher: Mapping[int, Tensor]) -> Tensor:
    """Keep general likeness: the embedding stays near the untrained encoder's where that is known."""
    known = [row for row, place in enumerate(at) if place in teacher]
    if not known:
        return embedding.new_zeros(())
    target = torch.stack([teacher[at[row]] for row in known])
    own = embedding[known]
    apart = (own @ own.T - target @ target.T) / TEMPERATURE
    return 2.0 * (1 - (own * target).sum(-1)).mean() + 0.1 * apart.square().mean()


def teach(network: Network, data: Dataset, sources: tuple[str, ...], *, path: Path) -> dict[int, Tensor]:
    """Return the untrained network's embeddings of the sources' training texts, by place; kept at `path`."""
    if path.exists():
        kept: dict[int, Tensor] = torch.load(path, weights_only=False)
        return kept
    network.eval()
    found: dict[int, Tensor] = {}
    for source in sources:
        places = sorted(data.streams[source, "train"].tolist(), key=lambda at: int(data.lengths[at]))
        for first in range(0, len(places), 64):
            batch = data.take(places[first : first + 64])
            with torch.inference_mode():
                vectors = network.upper(batch.x, batch.mask).embedding
            found |= dict(zip(batch.at, vectors.clone(), strict=True))
    torch.save(found, path)
    return found


def average(network: Network, stages: Sequence[Stage], *, folder: Path) -> None:
    """Give the network the mean of its weights at the ends of these stages.

    What one stage gains for one question and another loses evens out (Wortsman et al. 2022, "Model soups").
    """
    ends = [torch.load(folder / f"{stage.name}.pt", weights_only=False)["network"] for stage in stages]
    mean = {name: torch.stack([end[name] for end in ends]).mean(0) for name in ends[0]}
    network.load_state_dict(mean, strict=False)


def _optimizer(network: Network, stage: Stage) -> torch.optim.AdamW:
    named = network.trainable()
    encoder = [p for name, p in named.items() if name.startswith("layers.")]
    heads = [p for name, p in named.items() if not name.startswith("layers.")]
    groups = [{"params": encoder, "peak": stage.encoder_rate}, {"params": heads, "peak": stage.head_rate}]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=0.0, weight_decay=0.01, fused=True)


def _schedule(step: int, horizon: int) -> float:
    warm = max(1, min(100, horizon // 10))
    return min(1.0, (step + 1) / warm) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / horizon)))


def _save(network: Network, optimizer: torch.optim.AdamW, step: int, path: Path) -> None:
    state = {"step": step, "network": network.trainable(), "optimizer": optimizer.state_dict()}
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.rename(path)


def _resume(network: Network, optimizer: torch.optim.AdamW, path: Path) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=False)
    network.load_state_dict(state["network"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
