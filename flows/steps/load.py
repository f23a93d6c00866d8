"""Step 2: load landing files that the warehouse has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawlers.landing import landing_files
from flows.desk import Desk
from warehouse.errors import LandingError
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
    problems: tuple[str, ...] = ()
    """One line for each file that could not be read; it waits for the next pass."""


def load(desk: Desk) -> LoadTotals:
    """Load what no earlier pass has loaded, each file in one transaction, oldest first.

    All landing files are looked at, not only this crawl's: a pass that was killed after its crawl left some behind. A
    file that cannot be opened, or is gone when its turn comes, stops no other.
    """
    known = loaded_names(desk.con)
    waiting = [path for path in landing_files(desk.paths.data) if "/".join(path.parts[-2:]) not in known]
    problems: list[str] = []
    return _total(list(_loaded(desk, waiting, problems)), problems)


def _loaded(desk: Desk, waiting: list[Path], problems: list[str]) -> Iterator[LoadReport]:
    try:
        yield from load_landings(desk.con, waiting, run_id=desk.run_id)
        return
    except (LandingError, OSError):
        if not waiting:
            raise
    # What was loaded before the file that failed is known by now, and is reported as it was.
    for path in waiting:
        try:
            yield from load_landings(desk.con, [path], run_id=desk.run_id)
        except (LandingError, OSError) as error:
            what = str(error) if isinstance(error, LandingError) else f"landing file {path}: {error.strerror or error}"
            problems.append(f"{what}; it waits for the next pass")


def _total(reports: list[LoadReport], problems: list[str]) -> LoadTotals:
    return LoadTotals(
        file_count=len(reports),
        loaded=sum(r.loaded for r in reports),
        unchanged=sum(r.unchanged for r in reports),
        revised=sum(r.revised for r in reports),
        deleted=sum(r.deleted for r in reports),
        quarantined=sum(r.quarantined for r in reports),
        problems=tuple(problems),
    )
