"""Commands to look at things: the board, and what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(board)
    app.command()(doctor)


def board(
    config: ConfigOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on; loopback only until the board has a login.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
) -> None:
    """Serve the digests as a web page, to this machine alone."""
    import uvicorn

    from flows.board import make_board, require_loopback
    from flows.paths import digest_folder

    require_loopback(host)
    folder = digest_folder(load(config))
    say(f"Board on http://{host}:{port}/ (digests in {folder}). Stop with Ctrl-C.")
    uvicorn.run(make_board(folder), host=host, port=port, log_level="warning")


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
