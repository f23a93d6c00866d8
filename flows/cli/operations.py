"""Commands for operations: how things stand, what to schedule, what to try again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load
from flows.errors import UsageError

if TYPE_CHECKING:
    from flows.status import Status

FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]
POOLS = ("process", "docker", "kubernetes")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(status)
    app.command()(metrics)
    app.command()(deployments)
    app.command()(replay)
    app.command()(backfill)
    app.command("as-of")(as_of)


def status(
    config: ConfigOption = None,
    strict: Annotated[bool, typer.Option(help="Exit with status 1 when something wants a person.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how operations stand: last pass, sources, what waits, open alerts, who writes, quarantine, disk.

    It reads the published tables and waits for nobody. Example: ryktesvakt status --strict || mail -s Ryktesvakt me
    """
    from flows.paths import paths_of
    from flows.status import look
    from flows.telling import read_notices

    settings = load(config)
    found = look(settings)
    notices = read_notices(paths_of(settings))
    if as_json:
        emit(asdict(found) | {"is_good": found.is_good, "notices": [asdict(one) for one in notices[-10:]]})
    else:
        show(["", ""], _lines(found), title=f"Operations, {found.at:%Y-%m-%d %H:%M} UTC")
        for one in notices[-3:]:
            say(f"{one.at:%Y-%m-%d %H:%M} UTC: {one.title}: {one.what}")
    if strict and not found.is_good:
        raise typer.Exit(1)


def metrics(config: ConfigOption = None) -> None:
    """Print the state of operations for Prometheus; `metrics.textfile` of the configuration has a file written.

    Example: ryktesvakt metrics > /var/lib/prometheus/node-exporter/ryktesvakt.prom
    """
    from flows.metrics import metrics_text

    typer.echo(metrics_text(load(config)), nl=False)


def deployments(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write; printed when left out.")] = None,
    pool: Annotated[str, typer.Option(help="What runs the flows: process, docker or kubernetes.")] = "process",
    image: Annotated[str | None, typer.Option(help="Image that docker and kubernetes run.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Put them on the server of PREFECT_API_URL as well.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write the Prefect deployments that the configuration asks for: each source on a schedule of its own.

    Example: ryktesvakt deployments --config my.toml --out prefect.yaml --apply
    """
    from flows.deploying import deploy
    from flows.deployments import prefect_file

    if pool not in POOLS:
        raise UsageError(f"--pool {pool}: none of {', '.join(POOLS)}")
    if apply and out is None:
        raise UsageError("--apply: needs --out, the file that stays as what was put on the server")
    where = config.absolute() if config and pool == "process" else config
    text = prefect_file(load(config), config_file=where, pool=pool, image=image)  # type: ignore[arg-type]
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    if apply:
        deploy(out, pool=pool)  # type: ignore[arg-type]
        say(f"Deployments and automations are on the server, as {out} has them. Next: prefect worker start")
    else:
        say(f"Deployments: {out}. Next: the same with --apply, or prefect deploy --all")


def replay(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Try again what was set aside: lines that could not be read, posts that a step could not do.

    Nothing is lost: a line that still cannot be read stays, and one that was loaded is marked. The next pass judges
    and publishes what came of it. What a parser set aside is not a post: mend the parser, and crawl it again from the
    archive (docs/operations.md). Example: after an upgrade, ryktesvakt replay && ryktesvakt run
    """
    from flows.paths import open_ledger, run_id_now
    from warehouse.aside import try_again
    from warehouse.quarantine import replay_quarantine

    with open_ledger(load(config)) as con:
        lines = replay_quarantine(con, run_id=run_id_now())
        posts = try_again(con)
    if as_json:
        counts = {name: getattr(lines, name) if lines else 0 for name in ("loaded", "revised", "unchanged")}
        emit({"lines": lines.line_count if lines else 0, **counts, "posts": posts})
        return
    if lines:
        counted = f"{lines.loaded} loaded, {lines.revised} revised, {lines.unchanged} known already"
        say(f"{lines.line_count} lines can be read now: {counted}")
    else:
        say("no line can be read that could not before; all stay in quarantine")
    say(f"{posts} posts are tried again by the next pass")


def backfill(
    since: Annotated[datetime, typer.Option(formats=FORMATS, help="The first moment, UTC unless it has an offset.")],
    until: Annotated[datetime, typer.Option(formats=FORMATS, help="The moment after the last.")],
    archive: Annotated[
        bool, typer.Option("--archive", help="Have today's readers read the archived pages of that time first.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Read again what was seen in a time, a day at a time: after a new model, a mended reader, a restored folder.

    Example: ryktesvakt backfill --since 2026-11-01 --until 2026-11-08 --archive
    """
    from flows.past import backfill as read_again

    report = read_again(load(config), _aware(since), _aware(until), from_archive=archive)
    say(f"{report.load.loaded} posts new, {report.load.revised} edited; Tables: {report.published}")


def as_of(
    at: Annotated[datetime, typer.Argument(formats=FORMATS, help="The moment, UTC unless it has an offset.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for the copy and its digest.")],
    config: ConfigOption = None,
) -> None:
    """Watch and write the digest as of a past moment, in a copy: what came after is not known there.

    Example: ryktesvakt as-of 2026-11-10T06:30 --out /tmp/then
    """
    from flows.past import as_of as look_back

    say(f"Digest: {look_back(load(config), _aware(at), out)}")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lines(found: Status) -> list[tuple[str, str]]:
    note = found.last_pass
    rows = [("state", found.state)]
    if note:
        ended = f"{note.finished_at:%Y-%m-%d %H:%M}" if note.finished_at else f"in {note.step or 'its beginning'}"
        rows.append(("last pass", f"{note.run_id} on {note.host}, ended {ended}"))
        rows += [("", line) for line in note.error.splitlines()]
        rows.append(("steps", ", ".join(f"{one.step} {one.seconds:.1f} s" for one in note.steps)))
    rows.append(("who writes", str(found.holder) if found.holder else "nobody"))
    rows.append(("published", f"{found.published_at:%Y-%m-%d %H:%M} UTC" if found.published_at else "never"))
    for one in found.sources:
        seen = f"{one.last_seen_at:%Y-%m-%d %H:%M} UTC" if one.last_seen_at else "never"
        what = "; ".join(one.problems) + (f"; {one.reader}" if one.reader else "")
        rows.append((f"source {one.source}", f"last read whole {seen}" + (f"; {what.strip('; ')}" if what else "")))
    rows.append(("open alerts", ", ".join(f"{a.severity} {a.kind} {a.subject_id}" for a in found.alerts) or "none"))
    for failing in found.deliveries:
        again = f"again {failing.next_attempt_at:%Y-%m-%d %H:%M} UTC" if failing.next_attempt_at else "given up"
        what = f"{failing.message_id} to {failing.channel}: {failing.problem}, tried {failing.attempt_count}; {again}"
        rows.append(("not delivered", what))
    rows.append(("landing files that wait", str(found.waiting_files)))
    rows += [(name, str(value)) for name, value in found.counts.items()]
    used = ", ".join(f"{name} {value >> 20} MiB" for name, value in found.disk.used.items())
    rows.append(("disk", f"{found.disk.free >> 30} GiB free; {used}"))
    return rows + [("problem", line) for line in found.problems]
