"""What a pass did, as artifacts in Prefect: the steps and their times, the outcomes, the way to the digest."""

from __future__ import annotations

import logging
from pathlib import Path

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_API_URL

from flows.desk import Desk
from flows.poison import kind_of
from warehouse.named import rows

log = logging.getLogger(__name__)


def record_pass(desk: Desk) -> None:
    """Record the pass where a server will be there to show it. A record that fails never fails the pass."""
    if not PREFECT_API_URL.value():
        return
    try:
        _record(desk)
    except Exception as error:
        log.error("artifacts not written", extra={"error": kind_of(error)})


def _record(desk: Desk) -> None:
    note = desk.progress.note if desk.progress else None
    steps = [{"step": one.step, "seconds": one.seconds} for one in note.steps] if note else []
    create_table_artifact(key="pass-steps", table=steps, description=f"Steps of {desk.run_id}")
    create_table_artifact(key="pass-outcomes", table=outcomes(desk), description=f"Lines that {desk.run_id} loaded")
    create_markdown_artifact(key="pass-digest", markdown=_digest(desk), description="The newest digest")


def outcomes(desk: Desk) -> list[dict[str, object]]:
    """Return what became of the lines that this pass loaded: source, outcome, reason and how many."""
    return rows(desk.con, "run_outcomes", run_id=desk.run_id)


def _digest(desk: Desk) -> str:
    newest = max(desk.paths.digests.glob("*.html"), default=None)
    if newest is None:
        return "No digest has been written."
    return f"[Digest {newest.stem}]({_address(newest)})"


def _address(path: Path) -> str:
    return path.absolute().as_uri()
