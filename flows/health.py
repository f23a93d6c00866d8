"""How the sources do, read from the published snapshot: for the command line, which never waits for a pass."""

from __future__ import annotations

from datetime import datetime

from flows.paths import paths_of
from flows.settings import Config
from flows.sources import sites_of
from flows.steps.digest import expectations
from warehouse.connection import open_warehouse, require_current
from warehouse.digest_rows import read_sources
from warehouse.named import rows
from warehouse.records import HealthWarning, SourceHealth


def read_health(config: Config, *, now: datetime) -> tuple[SourceHealth, ...]:
    """Return how each enabled source does by the published snapshot; nothing before there is one.

    A simulation's clock stood still when its last pass ended.
    """
    published = paths_of(config).published
    if not published.exists():
        return ()
    con = open_warehouse(published, read_only=True)
    try:
        require_current(con, where=str(published))
        last = rows(con, "last_visit")[0]["finished_at"] if config.simulation else None
        return read_sources(con, expectations(sites_of(config)), now=last or now)
    finally:
        con.close()


def said(warning: HealthWarning) -> str:
    """Return a warning in English, for operations."""
    value, expected = warning.value, warning.expected
    return {
        "silent": f"not read whole within {expected:g} h",
        "site_changed": f"{value:.0%} of the last visit's pages could not be understood: the site has changed",
        "field_lost": f"{warning.field} vanished (on {value:.0%} of posts, {expected:.0%} before)",
        "few": f"{value:g} posts, at least {expected:g} are expected",
        "few_by_past": f"{value:g} posts, {expected:g} are usual",
        "many": f"{value:g} posts, at most {expected:g} are expected",
        "many_by_past": f"{value:g} posts, {expected:g} are usual",
        "set_aside": f"{value:.0%} of posts could not be read for certain",
        "future_dates": f"{value:.0%} of posts are dated in the future",
        "backward_dates": f"{value:.0%} of posts are dated before their thread",
        "heaped_dates": f"{value:.0%} of posts share their instant with others",
    }[warning.kind]
