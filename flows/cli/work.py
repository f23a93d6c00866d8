"""Commands that do the work: a pass over all sources, a crawl of one place."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load
from flows.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from crawlers.model import Site
    from flows.settings import Config
    from flows.story import PassReport

# Rooms are imported where they are used: `--help` then takes a fraction of a second instead of five.


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(run)
    app.command()(crawl)


def run(
    config: ConfigOption = None,
    digest: Annotated[bool, typer.Option(help="Write the digest at the end.")] = True,
    direct: Annotated[
        bool | None,
        typer.Option(
            "--direct/--prefect",
            help="Without Prefect's records, or with them. Default: with them where PREFECT_API_URL names a server.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Do one pass over the configured sources: crawl to digest."""
    from flows.config import has_server

    settings = load(config)
    if direct is None:
        direct = not has_server()
    if direct:
        from flows.direct import pass_here

        report = pass_here(settings, write_digest=digest)
    else:
        from flows.daily import run_here

        report = run_here(config, write_digest=digest)
    _print_pass(report, as_json=as_json)


def crawl(
    out: Annotated[Path, typer.Option("--out", "-o", help="Post records, one JSON a line.")],
    source: Annotated[str | None, typer.Option(help="A configured or shipped source.")] = None,
    url: Annotated[str | None, typer.Option(help="A forum, a list of threads or a thread: every post is kept.")] = None,
    engine: Annotated[str | None, typer.Option(help="Engine of --url; told from the page when left out.")] = None,
    timezone: Annotated[str, typer.Option(help="Time zone of the dates at --url.")] = "Europe/Stockholm",
    archive: Annotated[Path | None, typer.Option(help="Answer every request from this WARC; no network.")] = None,
    redact: Annotated[bool, typer.Option(help="Take out personal data, as `run` always does.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Crawl one place into a file of posts."""
    from crawlers.worker import CrawlerWorker
    from flows.access import why_closed
    from flows.paths import run_id_now
    from flows.sources import job_for, require_contact

    settings = load(config)
    site = _site(settings, source, url, engine, timezone)
    if archive is None:
        require_contact(site, settings)
        if closed := why_closed(site):
            raise ConfigError(closed)
    given = {
        "run_id": run_id_now(),
        "secret": _secret(settings),
        "out": out,
        "archive": archive,
        "start_url": url,
        "keep_all": url is not None,
    }
    job = job_for(site, settings, **given, **({} if redact else {"redact": None}))
    with CrawlerWorker() as worker:
        result = worker.crawl([job])[0]
    for incident in result.incidents:
        warn(f"{result.source}: {incident.cause}: {incident.detail} ({incident.url})")
    if as_json:
        fields = ("source", "engine", "engine_confidence", "post_count", "read_count", "page_count", "set_aside_count")
        emit({name: getattr(result, name) for name in fields} | {"is_complete": result.is_complete, "out": out})
    elif not result.error:
        told = f" (engine {result.engine}, {result.engine_confidence:.0%} sure)" if url and not engine else ""
        say(f"{result.post_count} posts from {result.page_count} pages of {result.source}{told} -> {out}")
        if result.set_aside_count:
            warn(f"{result.set_aside_count} records could not be read for certain and were set aside")
    if result.note:
        warn(f"{result.source}: {result.note}")
    if result.error:
        warn(f"{result.source}: {result.error}")
    if result.error or (not result.read_count and not result.is_complete):
        raise typer.Exit(1)


def _site(settings: Config, source: str | None, url: str | None, engine: str | None, timezone: str) -> Site:
    from crawlers.sites import shipped_site, site_for_url
    from flows.access import service_of
    from flows.sources import site_of

    if (source is None) == (url is None):
        raise UsageError("give one of --source NAME and --url URL")
    if url is not None:
        return site_for_url(url, engine=engine or service_of(url), timezone=timezone)
    known = {entry.name: entry for entry in settings.source}
    return site_of(known[source], settings) if source in known else shipped_site(source or "")


def _secret(settings: Config) -> bytes:
    """The configured key where there is one; else a key for this crawl alone, since its file is nobody's record."""
    from flows.config import author_key_file, author_secret, has_author_key_in_environment

    if has_author_key_in_environment() or author_key_file(settings).exists():
        return author_secret(settings)
    return secrets.token_hex(32).encode()


def _print_pass(report: PassReport, *, as_json: bool) -> None:
    for line in [*report.crawl.problems, *report.crawl.notes, *report.load.problems]:
        warn(line)
    if as_json:
        emit(
            {
                "run_id": report.run_id,
                "sources": [
                    {
                        "source": r.source,
                        "posts": r.post_count,
                        "read": r.read_count,
                        "pages": r.page_count,
                        "is_complete": r.is_complete,
                        "error": r.error,
                    }
                    for r in report.crawl.results
                ],
                "loaded": report.load.loaded,
                "unchanged": report.load.unchanged,
                "revised": report.load.revised,
                "deleted": report.load.deleted,
                "quarantined": report.load.quarantined,
                "annotated": report.annotated_count,
                "matched": report.matched_count,
                "alerts": [{"kind": a.kind, "severity": a.severity, "reason": a.reason} for a in report.alerts.news],
                "sent": [asdict(one) for one in report.sent],
                "digest": report.digest,
                "published": report.published,
            }
        )
        return
    rows = [
        (r.source, r.page_count, r.read_count, r.post_count, "yes" if r.is_complete else "no")
        for r in report.crawl.results
    ]
    show(["source", "pages", "posts read", "posts kept", "whole"], rows)
    load_said = report.load
    say(
        f"{load_said.loaded} posts new, {load_said.revised} edited, {load_said.deleted} deleted, "
        f"{load_said.quarantined} set aside; {report.annotated_count} judged; {len(report.alerts.news)} new alerts"
    )
    for news in report.alerts.news:
        say(f"{news.severity.upper()}: {news.reason}")
    for sent in report.sent:
        if sent.problem:
            warn(f"{sent.message_id} was not taken by {sent.channel} ({sent.problem}); the next pass tries again")
        else:
            say(f"{sent.message_id} delivered to {sent.channel}")
    if report.digest:
        say(f"Digest: {report.digest}")
    say(f"Tables: {report.published}")
