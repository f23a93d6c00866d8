"""Commands that keep the data: what could not be read, backup, restore, building anew."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load
from flows.errors import UsageError

quarantine = typer.Typer(
    no_args_is_help=True,
    help="Lines that could not be used for certain: list, show. `ryktesvakt replay` tries them again.",
)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(quarantine, name="quarantine")
    app.command()(backup)
    app.command()(restore)
    app.command()(rebuild)


@quarantine.command("list")
def list_(
    reason: Annotated[str | None, typer.Option(help="Only lines set aside for this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most lines to print.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the lines that wait, newest first: file, line number, reason. Example: ryktesvakt quarantine list."""
    from flows.paths import open_ledger
    from warehouse.quarantine import list_quarantine

    with open_ledger(load(config)) as con:
        found = list_quarantine(con, reason=reason, limit=limit)
    if as_json:
        emit([asdict(one) for one in found])
    else:
        columns = ("file", "line", "source", "reason", "detail")
        show(columns, [(one.name, one.line_number, one.source, one.reason, one.detail) for one in found])


@quarantine.command("show")
def show_line(
    file: Annotated[str, typer.Argument(help="File as `quarantine list` shows it.")],
    line: Annotated[int, typer.Argument(min=1, help="Line number.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one line as it came, with the reason. It may hold what somebody wrote."""
    from flows.paths import open_ledger
    from warehouse.quarantine import find_line

    with open_ledger(load(config)) as con:
        found = find_line(con, file, line)
    if found is None:
        raise UsageError(f"{file} line {line}: is not in quarantine; see `ryktesvakt quarantine list`")
    if as_json:
        emit({**asdict(found), "raw_line": (found.raw_line or b"").decode("utf-8", "backslashreplace")})
        return
    say(f"{found.name}, line {found.line_number}: {found.reason}: {found.detail}")
    say((found.raw_line or b"").decode("utf-8", "backslashreplace"))


def backup(
    out: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write tables, landing files and all else that cannot be fetched again to one file, whole or not at all.

    Not in it: the keys, and pages as fetched. It holds what people wrote, and no erasure reaches it: encrypt it, and
    remove it in time. Example: ryktesvakt backup /backup/ryktesvakt-2026-11-23.tar
    """
    from flows.backup import backup as write

    done = write(load(config), out)
    if as_json:
        emit(asdict(done))
    else:
        say(f"{len(done.files)} files, {len(done.tables)} tables -> {out}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Put it in place of a warehouse that stands.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a backup byte by byte and table by table, then put it in place; what was erased since is erased again."""
    from flows.backup import restore as put

    done = put(load(config), file, force=force)
    if as_json:
        emit(asdict(done))
    else:
        say(f"{done.file_count} files of {done.made_at} are in place; {done.erased_count} erasures made again")


def rebuild(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; nothing is changed. Exit 1 if it differs.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the warehouse anew from landing files, and say which tables came out otherwise than they stood.

    What landing files cannot tell (labels, judgements, claims, mailings, alerts, erasures, and posts whose files have
    been let go of) is carried over from the warehouse that stands, or from the newest snapshot.
    """
    from flows.rebuilding import rebuild_warehouse

    done, old = rebuild_warehouse(load(config), check=check)
    if as_json:
        emit({**asdict(done), "carried_from": old})
    else:
        say(
            f"{done.landing_count} landing files read: {done.read_count} of {done.post_count} posts; the others carried"
        )
    if old is None:
        warn("there was no warehouse and no snapshot: what landing files cannot tell is not there")
    if done.differing:
        warn(f"other than before: {', '.join(done.differing)}")
    if check and done.differing:
        raise typer.Exit(1)
