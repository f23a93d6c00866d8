"""Lets go of what has been kept long enough: archives and landing files, then words and pseudonyms in the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.machine_clock import is_surely_now
from flows.paths import paths_of, writer_lock
from flows.progress import PassNote, read_note
from flows.settings import Config
from flows.sources import limits_of
from warehouse.retention import expire


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What was let go of."""

    archive_count: int
    landing_count: int
    post_count: int
    """Posts whose words and pseudonym went; their counts stay."""
    is_put_off: bool = False
    """True where a second pass must first agree with the clock."""


def let_go(config: Config, *, now: datetime | None = None, last: PassNote | None = None) -> Retained:
    """Remove what is older than the configuration keeps. Done after a pass, and safe to be killed and done again.

    `last` is the pass before the one that this follows. After a long gap nothing is removed: the clock may have jumped,
    and the next pass will tell.
    """
    kept, paths, limits = config.storage, paths_of(config), limits_of(config)
    if now is None and not is_surely_now(last or read_note(paths.data), now=datetime.now(UTC)):
        return Retained(archive_count=0, landing_count=0, post_count=0, is_put_off=True)
    now = now or datetime.now(UTC)
    with writer_lock(paths, what="old data is being removed"):
        return Retained(
            archive_count=_remove(paths.data / "archive", days=kept.archive_days, by_source=limits, now=now),
            landing_count=_remove(paths.landing, days=kept.landing_days, by_source=limits, now=now),
            post_count=expire(paths.warehouse, now=now, days=kept.text_days, by_source=limits),
        )


def _remove(folder: Path, *, days: float, by_source: Mapping[str, float], now: datetime) -> int:
    """Remove the files of runs that began so many days ago, sooner where a source's terms want it."""
    old = [
        file
        for file in folder.glob("*/*")
        if (began := run_began(file)) and began < now - timedelta(days=min(days, by_source.get(file.parent.name, days)))
    ]
    for file in old:
        file.unlink()
    return len(old)


def run_began(file: Path) -> datetime | None:
    """Return when the run began that wrote a file, by the file's name; None for other files."""
    try:
        return datetime.strptime(file.name.split(".", 1)[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
