"""The story of a day, step by step: from the sources to the published tables, and to people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flows.decisions.taking_in import take_in
from flows.delivery.sending import Sent
from flows.desk import Desk
from flows.parts import Do, Parts, Step
from flows.steps.alert import AlertReport, alert
from flows.steps.annotate import annotate
from flows.steps.crawl import CrawlReport, crawl
from flows.steps.deliver import deliver, mail_digest
from flows.steps.digest import digest
from flows.steps.gather import gather_unmatched
from flows.steps.load import LoadTotals, load
from flows.steps.match import match
from flows.steps.publish import publish
from flows.steps.race import race
from flows.steps.watch import watch

Sources = Literal["all", "due", "none"]
"""Which sources a pass reads itself: where they are crawled on schedules of their own, those that are due, or none."""
__all__ = ["PassReport", "Step", "directly", "one_pass"]


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
    sent: tuple[Sent, ...] = ()
    """What became of the messages that were to be sent."""


def directly(step: Step, *given: Any, **options: Any) -> Any:
    """Do a step in this process, without Prefect."""
    return step(*given, **options)


def one_pass(desk: Desk, *, do: Do = directly, write_digest: bool = True, sources: Sources = "all") -> PassReport:
    """Do one pass. Every step picks up what is not done yet: killed anywhere and run again, it ends the same.

    A part that fails stops no other: a pass whose crawl failed still has posts to judge and silences to tell, one that
    cannot judge still publishes. But the alarm never steps over hours that could not be judged. Raises at the end what
    went wrong, one line each.
    """
    parts, written = Parts(desk, do), None
    sent: tuple[Sent, ...] = ()
    landed = CrawlReport(results=())
    with parts.apart():
        parts.do(take_in)
    with parts.apart():
        landed = landed if sources == "none" else parts.do(crawl, only_due=sources == "due")
    with parts.apart():
        loaded = parts.do(load)
        annotated = parts.do(annotate)
        matched = parts.do(match)
        parts.do(gather_unmatched)
        crossings = parts.do(watch)
        races = parts.do(race, crossings)
        alerts = parts.do(alert, crossings, races)
    with parts.apart():
        sent += parts.do(deliver)
    with parts.apart():
        written = parts.do(digest) if write_digest else None
        sent += parts.do(mail_digest, is_new=write_digest)
    with parts.apart():
        published = parts.do(publish)
    parts.finish()
    return PassReport(
        run_id=desk.run_id,
        crawl=landed,
        load=loaded,
        annotated_count=annotated,
        matched_count=matched,
        alerts=alerts,
        digest=written,
        published=published,
        sent=sent,
    )
