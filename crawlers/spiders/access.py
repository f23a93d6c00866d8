"""Lets a crawl in: with the source's credentials where it has all of them, without where that will do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers import credentials
from crawlers.credentials import Secrets
from crawlers.errors import CrawlerError
from crawlers.model import Site
from crawlers.quota import QuotaBook
from crawlers.replay import Replay
from crawlers.sites import load_engine
from crawlers.spiders.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Access:
    """How a site is read in one crawl."""

    site: Site
    keyring: Keyring | None = None
    is_shared: bool = False
    """The engine reads a service of its own, whatever the site's address: there is no page there to look at first."""


def access(
    site: Site, secrets: Secrets, *, book: QuotaBook, clock: Callable[[], datetime], replay: Replay | None
) -> Access:
    """Return how a site is read. Raise CrawlerError where that takes credentials which are not all there."""
    engine = load_engine(site.engine) if site.engine else None
    wanted = credentials.of(engine) if engine else None
    if engine is None or wanted is None:
        return Access(site)
    signed = replace(site, is_signed_in=True)
    if replay:
        # Nobody is let in by an archive: what matters is how the place was read then.
        was_signed = wanted.is_required or any(replay.find(url) for url in engine.listing_urls(signed))
        return Access(signed if was_signed else site, is_shared=wanted.is_shared)
    if wanted.is_open(secrets):
        keyring = Keyring(wanted, site=signed, secrets=secrets, book=book, clock=clock)
        return Access(signed, keyring, is_shared=wanted.is_shared)
    if wanted.is_required:
        raise CrawlerError(f"{site.name}: disabled: no {' and no '.join(wanted.missing(secrets))} is given")
    return Access(site, is_shared=wanted.is_shared)


def asked_at(site: Site, start_url: str | None) -> str:
    """Return an address at the host that a crawl asks: a shared service's own, whatever the site's is."""
    try:
        wanted = credentials.of(load_engine(site.engine)) if site.engine else None
    except CrawlerError:
        wanted = None
    return wanted.home(site) if wanted and wanted.is_shared else start_url or site.url
