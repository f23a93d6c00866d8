"""Which sources may be read: those that want credentials get them from the environment, or stay closed."""

from __future__ import annotations

from datetime import UTC, datetime

from crawlers import credentials
from crawlers.credentials import Credentials, Secrets
from crawlers.engines import registry
from crawlers.errors import CrawlerError
from crawlers.model import Page, Site
from crawlers.sites import load_engine
from flows.config import credential, credential_variable


def wanted_by(site: Site) -> Credentials | None:
    """Return what a site's engine says that its places want; None for nothing, or for an engine that is not there."""
    try:
        return credentials.of(load_engine(site.engine)) if site.engine else None
    except CrawlerError:
        # The crawl of that source says so, and stops no other.
        return None


def secrets_of(site: Site) -> Secrets:
    """Return the credentials of a site that the environment holds: its own, else its engine's where those are shared.

    Raises ConfigError for a value that cannot be one.
    """
    wanted = wanted_by(site)
    owners = (site.name, site.engine) if wanted and wanted.is_shared else (site.name,)
    found = {
        name: value
        for name in (wanted.names if wanted else ())
        if (value := next(filter(None, (credential(owner, name) for owner in owners)), ""))
    }
    return Secrets(found)


def why_closed(site: Site) -> str | None:
    """Return a line that says why a site cannot be read and what to do, or None where it can."""
    if site.retention_days == 0:
        return (
            f"{site.name}: disabled: its terms let nobody keep what it shows: "
            "set retention_days in its [[source]] to what the place has agreed to, or leave it out"
        )
    wanted = wanted_by(site)
    if wanted is None or not wanted.is_required or wanted.is_open(secrets_of(site)):
        return None
    return f"{site.name}: disabled: {_how_to_open(site, wanted)}"


def what_more(site: Site) -> str | None:
    """Return a line that says what credentials would add to a site that is read without, or None."""
    wanted = wanted_by(site)
    if wanted is None or wanted.is_required or wanted.is_open(secrets_of(site)):
        return None
    return f"{site.name}: read without a login, which shows less: {_how_to_open(site, wanted)}"


def service_of(url: str) -> str:
    """Return the engine whose own service an address belongs to, such as `reddit`; empty for an ordinary page.

    Such a place is read through that service alone: there is no page to tell the engine from.
    """
    bare = Page(url=url, body=b"", fetched_at=datetime.now(UTC))
    shared = [
        name
        for name, engine in registry.ENGINES.items()
        if (wanted := credentials.of(engine)) and wanted.is_shared and engine.detect(bare) > 0
    ]
    return shared[0] if len(shared) == 1 else ""


def _how_to_open(site: Site, wanted: Credentials) -> str:
    owner = site.engine if wanted.is_shared else site.name
    lacking = [credential_variable(owner, name) for name in wanted.missing(secrets_of(site))]
    return f"set {' and '.join(lacking)}" + (f" ({wanted.advice})" if wanted.advice else "")
