"""What the language stage says of one post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.mentions import Mention
from nlp.redact.kinds import Redaction


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """All labels of one post, with the scores that they rest on."""

    lang: str
    """ISO 639-1 code. Posts in languages that the model does not read have no sentiment and no topics."""
    is_relevant: bool
    relevance_score: float
    """Probability that the post is about the company."""
    sentiment: str | None
    """`negative`, `neutral` or `positive`, toward the company."""
    sentiment_scores: Mapping[str, float]
    topics: tuple[str, ...]
    topic_scores: Mapping[str, float]
    mentions: tuple[Mention, ...]
    """Offsets of the text given."""
    redactions: tuple[Redaction, ...]
    """Offsets of the text given."""
    redacted_text: str
    own_text: str
    """The author's own words, not redacted: what a claim is held against. Empty only where the text is."""
    embedding: npt.NDArray[np.float32]
    """(size,), unit length; zeros where the post was not judged."""
