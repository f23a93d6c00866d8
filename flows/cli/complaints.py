"""Commands on complaints: import, look, take back; and how long before them each alert came."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from flows.cli.alerts import alert_app
from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load

complaint_app = typer.Typer(help="Complaints at KO, ARN and customer service.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(complaint_app, name="complaint")


@complaint_app.command("import")
def complaint_import(
    file: Annotated[Path, typer.Argument(help="CSV: channel, period, count; or a column for each channel.")],
    channel: Annotated[str | None, typer.Option(help="ko, arn or customer_service, where no column says it.")] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good lines, tell the others.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Your name: it stands beside the import.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import complaint counts of any period; a known period's new count is a revision, the same file twice nothing.

    Semicolons or commas, UTF-8 or windows-1252, `2023-10-05`, `2023 v. 41`, `okt 2023`, `kvartal 4 2023`, columns in
    Swedish or English. Example: ryktesvakt complaint import ko.csv --channel ko
    """
    from flows.complaints import read_file, take_in
    from flows.paths import open_ledger

    found = read_file(file, channel=channel, skip_bad=skip_bad)
    with open_ledger(load(config)) as con:
        report = take_in(con, found, file_name=file.name, by=by, at=datetime.now(UTC))
    if as_json:
        emit({**asdict(report), "set_aside": [asdict(f) for f in found.faults + found.left_out]})
        return
    for fault in found.faults + found.left_out:
        warn(f"{file}:{fault.line}: left out, {fault.reason}")
    total = sum(one.complaint_count for one in found.counts)
    say(
        f"{len(found.counts)} periods, {total} complaints in {file}: {report.new_count} new, "
        f"{report.changed_count} revised, {report.unchanged_count} known already."
    )
    if report.import_id:
        say(f"Undo: ryktesvakt complaint undo {report.import_id} --by NAME")


@complaint_app.command("imports")
def complaint_imports(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List what was imported, latest first, and what was taken back."""
    from flows.paths import open_ledger
    from warehouse.complaints import list_imports

    with open_ledger(load(config)) as con:
        found = list_imports(con)
    names = ("import_id", "file_name", "new_count", "changed_count", "imported_at", "imported_by", "undone_by")
    if as_json:
        emit(found)
    else:
        show(["id", "file", "new", "revised", "imported at", "by", "taken back by"], [_row(r, names) for r in found])


@complaint_app.command("undo")
def complaint_undo(
    import_id: Annotated[str, typer.Argument(help="The import, as `complaint imports` shows it.")],
    by: Annotated[str, typer.Option("--by", help="Your name: it stands beside what you take back.")],
    config: ConfigOption = None,
) -> None:
    """Take an import back: its periods count again what they counted without it."""
    from flows.complaints import take_back
    from flows.paths import open_ledger

    with open_ledger(load(config)) as con:
        report = take_back(con, import_id, by=by, at=datetime.now(UTC))
    say(f"{import_id}: {report.new_count} periods gone, {report.changed_count} as they were before, says {by}.")


@complaint_app.command("list")
def complaint_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the counts by period, with what was usual and which were above it."""
    from flows.complaints import judge_levels
    from flows.paths import open_ledger
    from warehouse.complaints import list_levels

    with open_ledger(load(config)) as con:
        judge_levels(con)
        found = [asdict(level) for level in list_levels(con)]
    if as_json:
        emit(found)
        return
    names = ("channel", "period_kind", "period_start", "period_end", "complaint_count")
    rows = [(*_row(r, names), _number(r["usual"]), r["highest_usual"], "above" if r["is_above"] else "") for r in found]
    show(["channel", "period", "from", "to", "complaints", "usual", "highest usual", ""], rows)


@alert_app.command("leads")
def leads(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how long before the complaints rose above the ordinary each past alert came.

    The least lead counts from the alert to the first day of that period, the most to its last. What is above the
    ordinary: docs/method.md. Example: ryktesvakt alert leads --json
    """
    from flows.complaints import judge_levels
    from flows.paths import open_ledger
    from warehouse.complaints import alert_leads

    with open_ledger(load(config)) as con:
        judge_levels(con)
        found = alert_leads(con)
    if as_json:
        emit(found)
        return
    names = ("raised_at", "kind", "subject_id", "severity", "event", "channel", "spike_start", "spike_end")
    rows = [(*_row(r, names), _number(r["lead_days"]), _number(r["lead_days_most"])) for r in found]
    show(["alert at", "kind", "about", "severity", "what", "channel", "rise from", "to", "least days", "most"], rows)
    first = [r["lead_days"] for r in found if r["event"] == "raised"]
    say(f"{len(first)} alerts with a rise near them: median lead {median(first):.1f} days or more." if first else _NONE)


_NONE = "No alert has a rise in complaints within 120 days after it, or 60 before."


def _row(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
