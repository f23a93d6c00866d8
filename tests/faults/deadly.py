"""Components that fail over one post: with an error, with what is no number, or by taking the process with them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from flows.apart import StageSpec, read_texts
from nlp.annotation import Annotation
from nlp.pipeline import annotate

MARK = "hemligt giftord"


def raising(texts: Sequence[str], **given: Any) -> list[Annotation]:
    if any(MARK in text for text in texts):
        raise RuntimeError(f"cannot read {texts}")
    return annotate(texts, **given)


def no_number(texts: Sequence[str], **given: Any) -> list[Annotation]:
    found = annotate(texts, **given)
    nan = np.full_like(found[0].embedding, np.nan)
    return [replace(note, embedding=nan) if MARK in text else note for text, note in zip(texts, found, strict=True)]


def out_of_memory(texts: Sequence[str], **given: Any) -> list[Annotation]:
    if any(MARK in text for text in texts):
        raise MemoryError
    return annotate(texts, **given)


def broken(texts: Sequence[str], **given: Any) -> list[Annotation]:
    raise ValueError(f"the model is damaged: {texts}")


def dying(spec: StageSpec, texts: Sequence[str]) -> list[Annotation]:
    if any(MARK in text for text in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_texts(spec, texts)


def hanging(spec: StageSpec, texts: Sequence[str]) -> list[Annotation]:
    if any(MARK in text for text in texts):
        time.sleep(600)
    return read_texts(spec, texts)
