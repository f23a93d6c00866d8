"""What is wrong with an installation, and what to do about it; and what has never met its live site."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawlers.errors import CrawlerError
from crawlers.model import Site
from crawlers.politeness import is_loopback
from flows.access import wanted_by, what_more, why_closed
from flows.config import alert_address, alert_variable, archive_keys, has_author_key_in_environment, load, smtp_password
from flows.errors import ConfigError
from flows.health import read_health, said
from flows.paths import Paths, paths_of
from flows.settings import Config
from flows.sources import company_of, site_of
from flows.status import look
from nlp.errors import NlpError
from warehouse.records.digest import FAILINGS

LEAST_FREE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    level: str
    """`good`, `note` (nothing to mend, but know it) or `wrong`."""
    what: str
    advice: str = ""


def examine(config_file: Path | None) -> list[Finding]:
    """Look at everything and return what was found, the configuration's problems first."""
    try:
        config = load(config_file)
    except ConfigError as error:
        return [
            Finding(level="wrong", what=line, advice="correct the configuration file")
            for line in str(error).splitlines()
        ]
    paths = paths_of(config)
    checks = (
        _company(config),
        _sources(config),
        _secret(config),
        _archive(),
        _disk(paths),
        _model(config),
        _channels(config),
        _extras(),
        _tables(config, paths),
        _passes(config),
    )
    return [finding for check in checks for finding in check]


def _company(config: Config) -> Iterator[Finding]:
    yield Finding(level="good", what=f"configuration for {config.company.name}, {len(config.source)} sources")
    if not config.segment:
        yield Finding(
            level="wrong",
            what="no customer segment is configured",
            advice="add [[segment]]: without, no race and no mismatch can be computed",
        )


def _sources(config: Config) -> Iterator[Finding]:
    if not config.source:
        yield Finding(level="wrong", what="no source is configured", advice="add a [[source]]")
    for source in config.source:
        try:
            site = site_of(source, config)
        except (CrawlerError, ConfigError) as error:
            yield Finding(level="wrong", what=f"source {source.name}: {error}", advice="correct its [[source]]")
            continue
        if not config.crawl.contact and not is_loopback(site.url):
            yield Finding(
                level="wrong",
                what=f"source {source.name}: no contact address to show its owner",
                advice="set crawl.contact; no live site is crawled without it",
            )
        yield from _access(site)
        if site.retention_days:
            kept = f"what it gives is let go {site.retention_days:g} days after it was fetched, as its terms want"
            yield Finding(level="good", what=f"source {site.name}: {kept}")
        if site.verified_live is None:
            yield Finding(
                level="note",
                what=f"source {source.name}: its reader ({site.engine}) has never met the live site",
                advice="crawl once with --out, and compare some posts with the site by eye",
            )


def _access(site: Site) -> Iterator[Finding]:
    """Say what a source lacks to be read, or to be read better; never what it has."""
    try:
        closed, more = why_closed(site), what_more(site)
    except ConfigError as error:
        yield Finding(level="wrong", what=f"source {site.name}: {error}", advice="correct the environment")
        return
    if closed or more:
        what, _, advice = (closed or more or "").rpartition(": set ")
        yield Finding(level="note", what=f"source {what}", advice=f"set {advice}")
    elif wanted_by(site):
        yield Finding(level="good", what=f"source {site.name}: its credentials are given")


def _secret(config: Config) -> Iterator[Finding]:
    if has_author_key_in_environment():
        yield Finding(level="good", what="the pseudonyms' key comes from the environment")
    else:
        yield Finding(
            level="note",
            what="the pseudonyms' key lies beside the data that it protects",
            advice="set RYKTESVAKT_AUTHOR_KEY from a secret store (openssl rand -hex 32)",
        )


def _archive() -> Iterator[Finding]:
    try:
        keys = archive_keys()
    except ConfigError as error:
        yield Finding(level="wrong", what=str(error), advice="a pass cannot begin with it")
        return
    if keys:
        yield Finding(level="good", what="pages as fetched are encrypted")
    else:
        yield Finding(
            level="note",
            what="pages as fetched are archived in the clear",
            advice="set RYKTESVAKT_ARCHIVE_KEY from a secret store (openssl rand -hex 32)",
        )


def _disk(paths: Paths) -> Iterator[Finding]:
    folder = next((p for p in (paths.data, *paths.data.absolute().parents) if p.exists()), Path())
    if not os.access(folder, os.W_OK):
        yield Finding(level="wrong", what=f"{paths.data}: cannot be written", advice="choose another storage.data")
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            level="wrong", what=f"{paths.data}: {free >> 20} MiB free", advice="make room: at least 1 GiB is needed"
        )
    else:
        yield Finding(level="good", what=f"{paths.data}: {free >> 30} GiB free")


def _model(config: Config) -> Iterator[Finding]:
    from nlp.pipeline import load_stage

    try:
        stage = load_stage(company=company_of(config), model_dir=config.language.model)
    except NlpError as error:
        yield Finding(level="wrong", what=str(error), advice="reinstall, or correct language.model")
    else:
        meta = stage.encoder.meta
        yield Finding(level="good", what=f"language model {meta.name} {meta.version}")


def _channels(config: Config) -> Iterator[Finding]:
    """Say who is told, and which addresses are missing."""
    if not config.alerts.channel:
        what = "alerts are sent to nobody"
        yield Finding(
            level="note", what=what, advice="add [[alerts.channel]] (docs/alerts.md); until then, see the board"
        )
    for channel in config.alerts.channel:
        variable = alert_variable(channel.name)
        if not channel.to and not alert_address(channel.name):
            what = f"alert channel {channel.name}: no address"
            yield Finding(level="wrong", what=what, advice=f"set {variable} to an Apprise address, or `to` to a mail's")
        else:
            advice = f"try it: ryktesvakt alert test {channel.name}"
            yield Finding(level="good", what=f"alert channel {channel.name} is set up", advice=advice)
    smtp = config.delivery.smtp
    if smtp and smtp.user and not smtp_password():
        what = f"no password for {smtp.user} at {smtp.host}"
        yield Finding(level="wrong", what=what, advice="set RYKTESVAKT_SMTP_PASSWORD")


def _extras() -> Iterator[Finding]:
    if importlib.util.find_spec("torch"):
        yield Finding(level="note", what="torch is installed; only training needs it")


def _tables(config: Config, paths: Paths) -> Iterator[Finding]:
    if not paths.published.exists():
        yield Finding(level="note", what="nothing is published yet", advice="ryktesvakt run, or ryktesvakt demo")
        return
    from warehouse.errors import WarehouseError

    try:
        found = read_health(config, now=datetime.now(UTC))
    except (WarehouseError, CrawlerError, ConfigError) as error:
        yield Finding(level="wrong", what=str(error), advice="ryktesvakt run publishes anew")
        return
    for source in found:
        if source.last_seen_at and not source.warnings:
            at = f"{source.last_seen_at:%Y-%m-%d %H:%M}"
            yield Finding(level="good", what=f"source {source.source}: last read whole {at} UTC")
        for warning in source.warnings:
            yield Finding(
                level="wrong" if source.is_failing and warning.kind in FAILINGS else "note",
                what=f"source {source.source}: {said(warning)}",
                advice=ADVICE.get(warning.kind, "look at some of its newest posts"),
            )


def _passes(config: Config) -> Iterator[Finding]:
    """Say what the last pass came to, and whether one hangs."""
    found = look(config)
    note, holder = found.last_pass, found.holder
    if found.state == "stalled" and holder:
        step = f" in {note.step}" if note and note.step else ""
        yield Finding(
            level="wrong",
            what=f"a pass hangs{step} ({holder})",
            advice="look at that process, end it, and run the pass again: nothing is lost",
        )
    elif found.state == "failed" and note:
        for line in note.error.splitlines():
            yield Finding(level="wrong", what=f"the last pass failed: {line}", advice="mend that, and run it again")
    elif found.state == "killed" and note:
        what = f"the last pass did not come to its end: killed in {note.step or 'its beginning'}"
        yield Finding(level="note", what=what, advice="ryktesvakt run goes on where it was")
    elif note and note.finished_at:
        yield Finding(level="good", what=f"last pass ended well {note.finished_at:%Y-%m-%d %H:%M} UTC")


ADVICE = {
    "silent": 'see its incidents: ryktesvakt sql "FROM source_incident ORDER BY day DESC"',
    "site_changed": "mend its engine, then read the archive again with it (docs/operations.md)",
    "field_lost": "mend its engine, then read the archive again with it (docs/operations.md)",
}
