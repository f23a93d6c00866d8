"""The recipe: what is trained on what, in which order."""

from __future__ import annotations

from training.train import Stage

FROZEN = 6
"""Lower layers that are computed once; the six above and the heads are trained."""
TAUGHT = ("language", "paraphrase", "social")
"""Sources on which the embedding is held near the untrained encoder's."""

GENERAL = Stage(
    name="general",
    steps=300,
    horizon=1000,
    mix={"nli": 0.44, "norec": 0.22, "social": 0.10, "reply": 0.06, "paraphrase": 0.12, "language": 0.06},
    encoder_rate=1.5e-4,
    head_rate=1e-3,
)
"""Reading skills from outside data: inference, sentiment, paraphrase."""

FIBRE = Stage(
    name="fibre",
    steps=300,
    horizon=900,
    mix={
        "fibre": 0.30, "fibre_pair": 0.26, "match": 0.07, "nli": 0.16, "norec": 0.07, "social": 0.06,
        "paraphrase": 0.02, "language": 0.05, "reply": 0.01,
    },
    encoder_rate=1.2e-4,
    head_rate=1.5e-3,
    tokens=640,
    check_every=150,
)  # fmt: skip
"""The product's own questions, with a share of everything before so that it is not forgotten."""

SETTLE = Stage(
    name="settle",
    steps=400,
    horizon=480,
    mix={
        "fibre": 0.36, "fibre_pair": 0.34, "match": 0.07, "nli": 0.08, "norec": 0.04, "social": 0.05,
        "paraphrase": 0.01, "language": 0.05,
    },
    encoder_rate=1e-4,
    head_rate=1.2e-3,
    tokens=448,
    seed=20231102,
    check_every=80,
)  # fmt: skip
"""Smaller steps on our own texts, the rate falling to its floor."""

ALL = (GENERAL, FIBRE, SETTLE)
