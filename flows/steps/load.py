"""Step 2: load landing files that the warehouse has not seen."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.landing import landing_files
from flows.desk import Desk
from warehouse.load import LoadReport, load_landings, loaded_names


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTotals:
    """Counts over all files that this pass loaded."""

    file_count: int
    loaded: int
    unchanged: int
    revised: int
    deleted: int
    quarantined: int


def load(desk: Desk) -> LoadTotals:
    """Load what no earlier pass has loaded, each file in one transaction, oldest first.

    All landing files are looked at, not only this crawl's: a pass that was killed after its crawl left some behind.
    """
    known = loaded_names(desk.con)
    waiting = [path for path in landing_files(desk.paths.data) if "/".join(path.parts[-2:]) not in known]
    return _total(load_landings(desk.con, waiting, run_id=desk.run_id))


def _total(reports: list[LoadReport]) -> LoadTotals:
    return LoadTotals(
        file_count=len(reports),
        loaded=sum(r.loaded for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        revised=sum(r.revised for r in reports),
        deleted=sum(r.deleted for r in reports),
        quarantined=sum(r.quarantined for r in reports),
    )
