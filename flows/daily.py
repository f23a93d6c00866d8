"""The Prefect flow of a pass: the story of a day, each step a task with its retries, and what came of it on record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.artifacts import record_pass
from flows.config import load as load_config
from flows.desk import open_desk
from flows.logs import start_logging
from flows.metrics import write_metrics
from flows.parts import Step
from flows.retention import let_go
from flows.spread import annotate_spread
from flows.steps.annotate import annotate
from flows.story import PassReport, Sources, one_pass

RETRY_DELAYS: dict[str, list[float]] = {"crawl": [10, 60], "publish": [10, 60]}
"""Seconds. Steps that meet the outside world (sites, a full disk) are tried again; others would fail the same way."""


def as_task(step: Step, *given: Any, **options: Any) -> Any:
    """Do a step as a Prefect task: its time, its retries and its failure are then on record."""
    delays = RETRY_DELAYS.get(step.__name__, [])
    made = task(name=step.__name__, retries=len(delays), retry_delay_seconds=delays, cache_policy=NO_CACHE)(step)
    return made(*given, **options)


def spread_or_task(step: Step, *given: Any, **options: Any) -> Any:
    """Do a step as a task, but the reading of posts on the workers that the configuration asks for."""
    return annotate_spread(*given, **options) if step is annotate else as_task(step, *given, **options)


@flow(name="daily", persist_result=False)
def daily(
    config_file: str | None = None,
    at: datetime | None = None,
    write_digest: bool = True,
    sources: Sources = "all",
) -> PassReport:
    """Do one pass, from the crawl to the digest; `at` sets a virtual clock, `sources` which of them are crawled."""
    config = load_config(Path(config_file) if config_file else None)
    start_logging(config)
    do = as_task if config.language.workers == 1 else spread_or_task
    with open_desk(config, now=at) as desk:
        try:
            report = one_pass(desk, do=do, write_digest=write_digest, sources=sources)
        finally:
            record_pass(desk)
    as_task(let_go, config, now=at, last=desk.last_pass)
    write_metrics(config)
    return report


def run_here(config_file: Path | None, *, write_digest: bool = True) -> PassReport:
    """Run the flow in this process; without PREFECT_API_URL on a server that lives as long as the pass."""
    # The heartbeat is for runs that a server watches over; here its thread would only add a second to the end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return daily(config_file=str(config_file) if config_file else None, write_digest=write_digest)
