"""Commands on the company's own mailing logs: import, look beside the default, take back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli.ledger import mailing_app
from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load

log_app = typer.Typer(help="How fast the company's own mailings are read.", no_args_is_help=True)
MOST_FAULTS_TOLD = 20


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    mailing_app.add_typer(log_app, name="log")


@log_app.command("import")
def log_import(
    file: Annotated[Path, typer.Argument(help="CSV: a row for each recipient or batch, or for each day of a mailing.")],
    channel: Annotated[str, typer.Option(help="letter_first, letter_economy, email, sms, ...")],
    name: Annotated[str | None, typer.Option(help="A later log of the same name replaces it; the file's name.")] = None,
    until: Annotated[datetime | None, typer.Option(help="When the log was taken; else the last moment in it.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Your name: it stands beside the import.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit a channel's delay curve to your own log; it takes the place of the default in every race from now on.

    Columns: sent_at and read_at (opened_at, läst, öppnad) or delivered_at (levererad), recipient_count for a batch; or
    sent_at, day, read_count, recipient_count. Empty: not yet, when the log was taken. Who the recipients are is not
    kept. Lines that cannot be used are set aside and named. Example:
    ryktesvakt mailing log import oppningar.csv --channel email
    """
    from flows.channels import fitted, read_file, take_in
    from flows.paths import open_ledger

    now, settings = datetime.now(UTC), load(config)
    zone = ZoneInfo(settings.delivery.timezone)
    end = None if until is None else (until if until.tzinfo else until.replace(tzinfo=zone)).astimezone(UTC)
    log = read_file(file, channel=channel, now=now, until=end)
    with open_ledger(settings) as con:
        log_id = take_in(con, log, channel=channel, name=name or file.stem, by=by, at=now)
        own, shown = fitted(con, channel)
    if as_json:
        emit({"log_id": log_id, **_summary(channel, own, shown), "set_aside": [asdict(fault) for fault in log.faults]})
        return
    for fault in log.faults[:MOST_FAULTS_TOLD]:
        warn(f"{file}:{fault.line}: set aside, {fault.reason}")
    if len(log.faults) > MOST_FAULTS_TOLD:
        warn(f"and {len(log.faults) - MOST_FAULTS_TOLD} lines more")
    done = f"Undo: ryktesvakt mailing log undo {log_id} --by NAME" if log_id else "It was known already."
    say(f"{log.recipient_count} recipients by {channel}, {len(log.faults)} lines set aside. {done}")
    _show(channel, own, shown)


@log_app.command("show")
def log_show(
    channel: Annotated[str | None, typer.Argument(help="One channel; all that have a log when left out.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show each channel's own curve beside the default: the share that has read a mailing after so many hours."""
    from flows.channels import fitted
    from flows.paths import open_ledger
    from warehouse.channel_logs import list_logs

    with open_ledger(load(config)) as con:
        names = sorted({log["channel"] for log in list_logs(con) if log["holds"]})
        found = [(name, *fitted(con, name)) for name in names if channel in (None, name)]
    if as_json:
        emit([_summary(*one) for one in found])
        return
    for one in found:
        _show(*one)
    if not found:
        say(f"No log{f' of {channel}' if channel else ''} is imported: the defaults hold, earlywarning/channels.toml.")


@log_app.command("list")
def log_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the logs, latest first: which hold, and which were replaced or taken back."""
    from flows.paths import open_ledger
    from warehouse.channel_logs import list_logs

    with open_ledger(load(config)) as con:
        found = list_logs(con)
    if as_json:
        emit(found)
        return
    names = ("log_id", "channel", "name", "recipient_count", "imported_at", "imported_by", "undone_by")
    rows = [(*(log[name] for name in names), "yes" if log["holds"] else "") for log in found]
    show(["id", "channel", "name", "recipients", "imported at", "by", "taken back by", "holds"], rows)


@log_app.command("undo")
def log_undo(
    log_id: Annotated[str, typer.Argument(help="The log, as `mailing log list` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Your name: it stands beside what you take back.")],
    config: ConfigOption = None,
) -> None:
    """Take a log back: the one before it of the same name holds again, else the default."""
    from flows.paths import open_ledger
    from warehouse.channel_logs import undo_log

    with open_ledger(load(config)) as con:
        undo_log(con, log_id, by=by, at=datetime.now(UTC))
    say(f"{log_id} taken back, says {by}.")


def _summary(channel: str, own: Any, shown: list[Any]) -> dict[str, Any]:
    return {"channel": channel, **asdict(own), "shares": [asdict(row) for row in shown]}


def _show(channel: str, own: Any, shown: list[Any]) -> None:
    rows = [
        (f"{row.hours} h", f"{row.default:.1%}", f"{row.own:.1%}", f"{row.own_low:.1%}-{row.own_high:.1%}")
        for row in shown
    ]
    show(["read within", "default", "your log", "95 %"], rows, title=channel)
    if not own.parts:
        say(f"The default holds: the log says too little ({own.recipient_count} recipients; 30 are needed).")
