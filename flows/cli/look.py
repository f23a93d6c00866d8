"""Commands to look at things: the board, and what is wrong."""

from __future__ import annotations

import typer

from flows.cli import board
from flows.cli.shared import ConfigOption, JsonOption, emit, show


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    board.register(app)
    app.command()(doctor)


def doctor(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say what is wrong, and what to do about it. Exit status 1 when something must be mended."""
    from flows.doctor import examine

    findings = examine(config)
    if as_json:
        emit([{"level": f.level, "what": f.what, "advice": f.advice} for f in findings])
    else:
        marks = {"good": "ok", "note": "--", "wrong": "!!"}
        show(["", "what", "what to do"], [(marks[f.level], f.what, f.advice) for f in findings])
    if any(f.level == "wrong" for f in findings):
        raise typer.Exit(1)
