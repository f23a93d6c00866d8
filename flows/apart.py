"""The language stage in another process: on workers elsewhere, or in a child that may die of what it reads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from flows.poison import DiedError, TooSlowError
from flows.settings import Config
from flows.sources import company_of, models_of
from nlp.annotation import Annotation
from nlp.company import Company
from nlp.hub import Models

if TYPE_CHECKING:
    from nlp.pipeline import LanguageStage

START_SECONDS, POST_SECONDS = 120.0, 10.0
"""How long a child may take: to load the model on a busy machine, and for each post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSpec:
    """What a language stage is loaded from; goes between processes and machines."""

    company: Company
    model_dir: Path | None
    threads: int | None
    models: Models


def spec_of(config: Config) -> StageSpec:
    """Return what the language stage of a configuration is loaded from."""
    language = config.language
    return StageSpec(
        company=company_of(config), model_dir=language.model, threads=language.threads, models=models_of(config)
    )


@cache
def stage_of(spec: StageSpec) -> LanguageStage:
    """Return the stage, loaded once in a process."""
    from nlp.pipeline import load_stage

    return load_stage(company=spec.company, model_dir=spec.model_dir, threads=spec.threads, models=spec.models)


def read_texts(spec: StageSpec, texts: Sequence[str]) -> list[Annotation]:
    """Return the annotations of texts from threads that name the company, wherever this runs."""
    from nlp.pipeline import annotate

    return annotate(texts, language_stage=stage_of(spec), in_thread=True)


def _load(spec: StageSpec) -> None:
    """Load the stage, which cannot itself go between processes."""
    stage_of(spec)


R = TypeVar("R")
ReadTexts = Callable[[StageSpec, Sequence[str]], list[Annotation]]


class Child:
    """A process of its own for texts of which earlier passes may have died."""

    def __init__(self, spec: StageSpec, *, read: ReadTexts = read_texts, post_seconds: float = POST_SECONDS) -> None:
        self._spec = spec
        self._read = read
        self._post_seconds = post_seconds
        self._pool: ProcessPoolExecutor | None = None

    def read(self, texts: Sequence[str]) -> list[Annotation]:
        """Return the annotations. Raises DiedError or TooSlowError; the next call has a fresh process."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            self._ask(START_SECONDS, _load, self._spec)
        return self._ask(self._post_seconds * len(texts), self._read, self._spec, list(texts))

    def _ask(self, seconds: float, what: Callable[..., R], *given: object) -> R:
        assert self._pool
        asked = self._pool.submit(what, *given)
        try:
            return asked.result(seconds)
        except BrokenProcessPool as error:
            self.close()
            raise DiedError from error
        except TimeoutError as error:
            self.close()
            raise TooSlowError from error

    def close(self) -> None:
        """End the process, whatever it is doing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
