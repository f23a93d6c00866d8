"""Commands that do the work: a pass, a crawl of one place, the simulated autumn."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from flows.cli.shared import ConfigOption, JsonOption, emit, errors, say, show, warn
from flows.config import load
from flows.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from crawlers.model import Site
    from flows.demo_report import DemoReport
    from flows.settings import Config
    from flows.story import PassReport

# Rooms are imported where they are used: `--help` then takes a fraction of a second instead of five.


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(run)
    app.command()(crawl)
    app.command()(demo)


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


def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
    days: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many days; the whole autumn otherwise.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over even if an earlier demo was cut short.")] = False,
    port: Annotated[int | None, typer.Option(help="First of four ports for the sites; free ones otherwise.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the simulated autumn of 2023, end to end, to a digest."""
    from flows.demo import run_demo
    from flows.demo_report import make_report

    with _Bar() as bar:
        ran = run_demo(
            out, seed=seed, day_limit=days, fresh=fresh, first_port=port, begin=bar.begin, advance=bar.advance
        )
    report = make_report(ran)
    if as_json:
        emit(asdict(report))
    else:
        _print_demo(report)


class _Bar:
    """A progress bar on a terminal, a plain line a week elsewhere."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} passes"),
            TimeRemainingColumn(), console=errors, disable=not errors.is_terminal,
        )  # fmt: skip
        self._task = TaskID(0)
        self._days: set[str] = set()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, total: int, done: int) -> None:
        """Say how much there is, and how much an earlier demo did."""
        self._task = self._bar.add_task("the simulated autumn", total=total, completed=done)
        if done:
            warn(f"going on after {done} of {total} passes; --fresh starts over")

    def advance(self, day: str) -> None:
        """Say that a pass is done."""
        self._bar.update(self._task, advance=1, description=day)
        self._days.add(day)
        if not errors.is_terminal and len(self._days) % 7 == 1 and len(self._days) > 1:
            self._days = {day}
            warn(f"simulated day {day}")


def _print_demo(report: DemoReport) -> None:
    from flows.demo_report import table_rows

    columns = ["day", "read", "seen", "about us", "matched", "alarm", "reach", "coverage"]
    say("SIMULATION: the autumn of 2023, replayed. Every post, name, date, sum and count is invented.")
    show(columns, table_rows(report))
    say("read: posts on pages; seen: new ones in threads that name the company; matched: on a claim;")
    say("reach and coverage: shares of the misled segments that have seen the rumour, and read the correction.")
    if report.quote_at:
        say(f"The first quote of a letter opened a watch: {report.quote_at:%A %d %B %Y, %H:%M}.")
    if report.alarm_at:
        say(f"First alarm on {report.claim_id}: {report.alarm_at:%A %d %B %Y, %H:%M}.")
    if report.warning_at:
        say(f"First warning: {report.warning_at:%A %d %B %Y, %H:%M}.")
    if report.spike_day:
        say(f"Complaints to KO above the ordinary from the week of {report.spike_day:%A %d %B %Y} (simulated counts).")
    for what, at in (("first quote", report.quote_at), ("alarm", report.alarm_at)):
        if at and report.spike_day:
            lead = (datetime.combine(report.spike_day, time(), at.tzinfo) - at).total_seconds()
            say(f"The {what} came {lead / 86400:.1f} days before the complaints.")
    if report.claim_id and not report.alarm_at:
        say(f"The alarm on {report.claim_id} itself did not go: what was judged to spread it grew too slowly.")
    if report.correction_at:
        say(f"The correction was posted {report.correction_at:%A %d %B %Y}, to those who had got the letter.")
        if not any(day.coverage_share for day in report.days):
            say("None of those whom the rumour misled were among them: coverage stayed at 0 %.")
    say(f"Tables: {report.database}")
    if report.alarm_digest:
        say(f"Digest of the first alert: {report.alarm_digest}")
    say(f"Digest: {report.digest}")


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
