"""The language stage on many machines: stretches of time go to Dask workers, and what they read is saved here.

One process still writes. Texts go to the workers over Dask's own connections: keep those inside your network.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.apart import StageSpec, read_texts, spec_of
from flows.config import has_server
from flows.desk import Desk
from flows.errors import ConfigError
from flows.poison import without_poison
from flows.steps.annotate import BATCH, STEP, labels_version, probe, put_aside, read_here, save_annotations, sound
from flows.steps.copies import group_copies
from nlp.annotation import Annotation
from warehouse.labels import PendingPost, done_with_posts, pending_posts

AT_WORK: ContextVar[tuple[Desk, int]] = ContextVar("AT_WORK")
AHEAD = 4
"""Batches that each worker has in store: enough to be busy, not so many that memory fills with texts."""


def annotate_spread(desk: Desk, *, batch: int = BATCH) -> int:
    """Annotate what waits on Dask workers; the same rows as `annotate` writes. Return how many posts were read.

    `batch` posts that were seen one after another are one task. Raises ConfigError without a server or the extra.
    """
    language = desk.config.language
    if not has_server():
        raise ConfigError("language.workers: needs a Prefect server; set PREFECT_API_URL, or leave it out")
    if importlib.util.find_spec("prefect_dask") is None:
        raise ConfigError("language.workers: needs the extra dask: pip install 'ryktesvakt[dask]'")
    from prefect_dask.task_runners import DaskTaskRunner

    runner: Any = (
        DaskTaskRunner(address=language.scheduler)
        if language.scheduler
        else DaskTaskRunner(
            cluster_kwargs={"n_workers": language.workers, "threads_per_worker": 1, "dashboard_address": None}
        )
    )

    token = AT_WORK.set((desk, batch))
    try:
        return spread.with_options(task_runner=runner)()
    finally:
        AT_WORK.reset(token)


@flow(name=STEP, persist_result=False)
def spread() -> int:
    """Annotate what waits at the desk that is at work; neither server nor workers could be sent its open database."""
    return _at_work()


def _at_work() -> int:
    # A function of its own: what a flow names itself is sent to the workers with it.
    return _spread(*AT_WORK.get())


def _spread(desk: Desk, batch: int) -> int:
    version, count = labels_version(desk), 0
    spec, reading = spec_of(desk.config), task(name="read", cache_policy=NO_CACHE, persist_result=False)(read_quietly)
    limit = batch * AHEAD * desk.config.language.workers
    while waiting := pending_posts(desk.con, model_version=version, limit=limit):
        stretches = [waiting[at : at + batch] for at in range(0, len(waiting), batch)]
        asked = [reading.submit(spec, [post.text for post in posts]) for posts in stretches]
        for posts, future in zip(stretches, asked, strict=True):
            count += _take(desk, posts, future.result(raise_on_failure=False), version=version)
    done_with_posts(desk.con, model_version=version)
    group_copies(desk)
    return count


def _take(desk: Desk, posts: Sequence[PendingPost], found: Any, *, version: str) -> int:
    """Save what a worker read. What it could not read, for whatever reason, is read here, and set aside if need be."""
    if isinstance(found, list) and len(found) == len(posts):
        return save_annotations(desk, list(zip(posts, found, strict=True)), version=version)
    read = partial(read_here, desk)
    done, poison = without_poison(posts, read, what="the language stage", probe=partial(probe, read))
    put_aside(desk, STEP, version, poison)
    return save_annotations(desk, done, version=version)


def read_quietly(spec: StageSpec, texts: list[str]) -> list[Annotation] | None:
    """Return the annotations, or None where the stage failed: an error may hold a text, and Prefect logs errors."""
    try:
        return sound(read_texts(spec, texts))
    except Exception:
        return None
