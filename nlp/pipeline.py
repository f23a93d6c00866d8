"""The language stage as one spaCy pipeline: texts in, annotations out, one model pass over each text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spacy

from nlp.annotation import Annotation
from nlp.company import Company
from nlp.components import QUESTIONS, PieceTokenizer, shared_encoder
from nlp.encoder import Encoder
from nlp.hub import SHIPPED_ALONE, Models

BATCH = 104
"""Posts between two steps: while the model reads some, the steps before it prepare the next ones."""
_UNPAIRED = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can carry and UTF-8 cannot."""


@dataclass(frozen=True, slots=True)
class LanguageStage:
    """Everything that annotating needs, loaded once."""

    company: Company
    encoder: Encoder
    pipeline: Any
    """The spaCy pipeline."""


def load_stage(
    *, company: Company, model_dir: Path | None = None, threads: int | None = None, models: Models = SHIPPED_ALONE
) -> LanguageStage:
    """Return the stage for a company, on the model of a folder (none: the one that ships), others by name for parts.

    Raise ModelError when the folder is not a model.
    """
    model = str(model_dir) if model_dir else None
    encoder = shared_encoder(model, threads, models)
    shared = {"model": model, "threads": threads, "models": asdict(models)}
    pipeline = spacy.blank("sv")
    pipeline.tokenizer = PieceTokenizer(pipeline.vocab)
    pipeline.max_length = 10_000_000
    plain = asdict(company)
    pipeline.add_pipe("ryktesvakt_quotes")
    pipeline.add_pipe("ryktesvakt_clean")
    pipeline.add_pipe("ryktesvakt_language", config={"company": plain})
    pipeline.add_pipe("ryktesvakt_mentions", config={"company": plain})
    pipeline.add_pipe("ryktesvakt_redact", config={"company": plain})
    pipeline.add_pipe("ryktesvakt_encoder", config={"company": plain, **shared})
    for question in QUESTIONS:
        pipeline.add_pipe("ryktesvakt_judge", name=f"ryktesvakt_{question}", config={"question": question, **shared})
    return LanguageStage(company, encoder, pipeline)


def annotate(
    texts: Sequence[str], *, language_stage: LanguageStage, in_thread: bool | Sequence[bool] = False
) -> list[Annotation]:
    """Return all labels of each text, in order; what stands beside a text never changes them, equal ones are read once.

    `in_thread` says of which texts the thread is known to name the company: there "de" and "dom" mean it.
    """
    flags = [in_thread] * len(texts) if isinstance(in_thread, bool) else in_thread
    keys = list(zip(texts, flags, strict=True))
    unique = list(dict.fromkeys(keys))
    pipeline = language_stage.pipeline
    with pipeline.memory_zone():
        given = (_doc(text, flag, pipeline) for text, flag in unique)
        size = language_stage.encoder.size
        made = [_annotation(doc, size) for doc in pipeline.pipe(given, batch_size=BATCH)]
    found = dict(zip(unique, made, strict=True))
    return [found[key] for key in keys]


def _doc(text: str, in_thread: bool, pipeline: Any) -> Any:
    doc = pipeline.make_doc(_UNPAIRED.sub("\ufffd", text))
    doc._.in_thread = in_thread
    return doc


def _annotation(doc: Any, size: int) -> Annotation:
    is_relevant, chance = doc._.relevance
    sentiment, sentiment_scores = doc._.sentiment or (None, {})
    topics, topic_scores = doc._.topics or ((), {})
    answers = doc._.answers
    return Annotation(
        lang=doc._.lang,
        is_relevant=is_relevant,
        relevance_score=round(chance, 4),
        sentiment=sentiment,
        sentiment_scores=sentiment_scores,
        topics=topics,
        topic_scores=topic_scores,
        mentions=doc._.mentions,
        redactions=doc._.redacted.redactions,
        redacted_text=doc._.redacted.text,
        own_text=doc._.quotes.own,
        embedding=answers["embedding"] if answers else np.zeros(size, np.float32),
    )
