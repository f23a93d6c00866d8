"""From the configuration to what the rooms take: sites for the crawlers, the company for the language stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crawlers.model import Site
from crawlers.politeness import is_loopback
from crawlers.sites import STREAMS, shipped_site
from flows.access import secrets_of, why_closed
from flows.config import archive_keys, landing_key
from flows.errors import ConfigError
from flows.settings import Config, Source
from nlp.company import Company, Homonym
from nlp.hub import Models
from nlp.mentions import is_mention

if TYPE_CHECKING:
    from crawlers.crawl_job import CrawlJob


def company_of(config: Config) -> Company:
    """Return the company as the language stage knows it."""
    given = config.company.model_dump(exclude={"homonyms"})
    homonyms = tuple(Homonym(name=h.name, context=h.context) for h in config.company.homonyms)
    return Company(**given, homonyms=homonyms)


def models_of(config: Config) -> Models:
    """Return which models answer in the place of the shipped one."""
    return Models(**config.model.model_dump())


def sites_of(config: Config) -> tuple[Site, ...]:
    """Return the sites of all sources that are crawled: enabled, not listened to, and given what they need.

    Raises ConfigError or the crawlers' SiteError.
    """
    return tuple(site for site in _crawled(config) if why_closed(site) is None)


def disabled(config: Config) -> tuple[str, ...]:
    """Return a line for each enabled source that is left out for want of credentials: why, and what to do."""
    return tuple(line for site in _crawled(config) if (line := why_closed(site)))


def _crawled(config: Config) -> Iterator[Site]:
    found = (site_of(source, config) for source in config.source if source.enabled)
    return (site for site in found if site.engine not in STREAMS)


def site_of(source: Source, config: Config) -> Site:
    """Return one source as a site: the shipped one with the file's changes, or the one that the file describes."""
    query = source.query or config.company.name
    if source.engine is None or source.url is None:
        changes = source.model_dump(include=source.model_fields_set - {"name", "enabled", "query"})
        shipped = shipped_site(source.name)
        return replace(shipped, query=query, **{**changes, "options": {**shipped.options, **source.options}})
    delay = config.crawl.delay_seconds if source.delay_seconds is None else source.delay_seconds
    return Site(
        name=source.name,
        engine=source.engine,
        url=source.url,
        timezone=ZoneInfo(source.timezone),
        encoding=source.encoding,
        query=query,
        delay_seconds=delay,
        expected_min=source.expected_min,
        expected_max=source.expected_max,
        interval_hours=source.interval_hours,
        retention_days=source.retention_days,
        options=source.options,
    )


def limits_of(config: Config) -> dict[str, float]:
    """Return for how many days what a source gave may be kept, for those whose terms say so; also where it is not read
    now. Raises ConfigError or the crawlers' SiteError."""
    sites = (site_of(source, config) for source in config.source)
    return {site.name: site.retention_days for site in sites if site.retention_days is not None}


def require_contact(site: Site, config: Config) -> None:
    """Raise ConfigError unless a stranger whom we visit can write to somebody."""
    if not config.crawl.contact and not is_loopback(site.url):
        raise ConfigError(
            f"crawl.contact: is empty, and {site.name} is not on this machine; "
            "set an address that the site's owner can write to"
        )


def keep_thread(config: Config) -> partial[bool]:
    """Return the test of whether a text names the company; it pickles."""
    return partial(is_mention, company=company_of(config))


def job_for(site: Site, config: Config, **given: object) -> CrawlJob:
    """Return a crawl of a site with all that the configuration decides; `given` adds or overrides."""
    # Scrapy and spaCy take seconds to import: a pass without a source that is due has use for neither.
    from crawlers.crawl_job import CrawlJob
    from nlp.redact.redactor import make_redactor

    values: dict[str, object] = {
        "site": site,
        "is_mention": keep_thread(config),
        "redact": make_redactor(company_of(config)),
        "contact": config.crawl.contact,
        "pages_per_day": config.crawl.pages_per_day,
        "sweep_days": config.crawl.sweep_days,
        "credentials": secrets_of(site),
        "archive_keys": archive_keys(),
        "landing_key": landing_key(config),
    }
    return CrawlJob(**{**values, **given})  # type: ignore[arg-type]
