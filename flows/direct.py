"""A pass without Prefect, in this process: what cron and the command line run."""

from __future__ import annotations

from datetime import datetime

from flows.desk import open_desk
from flows.logs import start_logging
from flows.metrics import write_metrics
from flows.retention import let_go
from flows.settings import Config
from flows.story import PassReport, Sources, one_pass


def pass_here(
    config: Config, *, now: datetime | None = None, write_digest: bool = True, sources: Sources = "all"
) -> PassReport:
    """Do one pass and let go of what is old; `now` sets a virtual clock."""
    start_logging(config)
    with open_desk(config, now=now) as desk:
        report = one_pass(desk, write_digest=write_digest, sources=sources)
    let_go(config, now=now, last=desk.last_pass)
    write_metrics(config)
    return report
