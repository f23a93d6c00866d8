"""The recipe: what is trained on what, in which order."""

from __future__ import annotations

from training.train import Stage

FROZEN = 6
"""Lower layers that are computed once; the six above and the heads are trained."""
TAUGHT = ("language", "paraphrase", "social")
"""Sources whose untrained embeddings are kept as a measure of likeness."""

GENERAL = Stage(
    name="general",
    steps=1000,
    horizon=1400,
    mix={
        "nli": 0.40,
        "norec": 0.20,
        "social": 0.10,
        "reply": 0.06,
        "paraphrase": 0.10,
        "paraphrase_pair": 0.08,
        "language": 0.06,
    },
    pulled=TAUGHT,
    encoder_rate=1.5e-4,
    head_rate=1e-3,
)
"""Reading skills from outside data: inference, sentiment, paraphrase."""

FIBRE = Stage(
    name="fibre",
    steps=3200,
    horizon=3250,
    mix={"fibre": 0.44, "fibre_pair": 0.36, "nli": 0.05, "norec": 0.05, "social": 0.06, "language": 0.04},
    pulled=("language",),
    encoder_rate=1e-4,
    head_rate=1e-3,
    tokens=640,
    seed=20231102,
    check_every=150,
)
"""The product's own questions, from heads that are fitted first, with a share of everything before."""

VOICES = Stage(
    name="voices",
    steps=900,
    horizon=900,
    mix={"fibre": 0.54, "fibre_pair": 0.26, "nli": 0.03, "norec": 0.05, "social": 0.08, "language": 0.04},
    pulled=("language",),
    encoder_rate=6e-5,
    head_rate=4e-4,
    tokens=640,
    seed=20231103,
    check_every=150,
)
"""Topics and mood once more, gently: the last round of posts is for them."""

NAMES = Stage(
    name="names",
    steps=200,
    horizon=200,
    mix={"fibre": 0.70, "fibre_pair": 0.20, "social": 0.05, "language": 0.05},
    pulled=("language",),
    encoder_rate=3e-5,
    head_rate=1e-3,
    tokens=640,
    seed=20231104,
)
"""Relevance of posts that name nobody: what talk of fibre sounds like, beside other talk."""

PAIRS = Stage(
    name="pairs",
    steps=450,
    horizon=450,
    mix={"fibre_pair": 0.58, "fibre": 0.30, "nli": 0.04, "norec": 0.02, "social": 0.04, "language": 0.02},
    pulled=("language",),
    encoder_rate=5e-5,
    head_rate=4e-4,
    tokens=640,
    seed=20231105,
    check_every=150,
)
"""Claims and posts once more: what the rounds for single texts let slip."""
