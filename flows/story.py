"""The story of a day, in ten steps: from the sources to the published tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.desk import Desk
from flows.steps.alert import AlertReport, alert
from flows.steps.annotate import annotate
from flows.steps.crawl import CrawlReport, crawl
from flows.steps.digest import digest
from flows.steps.gather import gather_unmatched
from flows.steps.load import LoadTotals, load
from flows.steps.match import match
from flows.steps.publish import publish
from flows.steps.race import race
from flows.steps.watch import watch

Step = Callable[..., Any]
Do = Callable[..., Any]
"""How a step is done: directly, or as a Prefect task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What one pass did."""

    run_id: str
    crawl: CrawlReport
    load: LoadTotals
    annotated_count: int
    matched_count: int
    alerts: AlertReport
    digest: Path | None
    """None when this pass was not asked to write one."""
    published: Path


def directly(step: Step, *given: Any, **options: Any) -> Any:
    """Do a step in this process, without Prefect."""
    return step(*given, **options)


def one_pass(desk: Desk, *, do: Do = directly, write_digest: bool = True) -> PassReport:
    """Do one pass. Every step picks up what is not done yet: killed anywhere and run again, it ends the same."""
    landed = do(crawl, desk)
    loaded = do(load, desk)
    annotated = do(annotate, desk)
    matched = do(match, desk)
    do(gather_unmatched, desk)
    crossings = do(watch, desk)
    races = do(race, desk, crossings)
    alerts = do(alert, desk, crossings, races)
    written = do(digest, desk) if write_digest else None
    return PassReport(
        run_id=desk.run_id,
        crawl=landed,
        load=loaded,
        annotated_count=annotated,
        matched_count=matched,
        alerts=alerts,
        digest=written,
        published=do(publish, desk),
    )
