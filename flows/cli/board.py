"""Commands of the board: serve it, and say who may log in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show, warn
from flows.config import load
from flows.errors import UsageError

board_app = typer.Typer(help="The web page for people: what is happening, and what to do.", invoke_without_command=True)
user_app = typer.Typer(help="Who may log in to the board: roles reader, editor, admin.", no_args_is_help=True)
board_app.add_typer(user_app, name="user")

NameArgument = Annotated[str, typer.Argument(help="The account's name.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(board_app, name="board")


@board_app.callback()
def board(
    context: typer.Context,
    config: ConfigOption = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Beyond this machine the board wants a login: docs/board.md.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8765,
    cert: Annotated[Path | None, typer.Option(help="TLS certificate (PEM), where no proxy does that.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key.")] = None,
) -> None:
    """Serve the board: alerts, claims, posts, sources, complaints, digests; and decide on them.

    It reads the published snapshot, never the warehouse; what people decide is taken in by the next pass.
    """
    if context.invoked_subcommand is not None:
        return
    if (cert is None) != (key is None):
        raise UsageError("--cert and --key go together")
    import uvicorn

    from flows.board.app import make_board

    app = make_board(load(config), host=host)
    name = f"[{host}]" if ":" in host else host
    say(f"Board on {'https' if cert else 'http'}://{name}:{port}/. Stop with Ctrl-C.")
    # The headers of a proxy are believed only from those that the configuration names.
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )


@user_app.command("add")
def user_add(
    name: NameArgument,
    role: Annotated[str, typer.Option(help="reader, editor (decides) or admin (also sees who logged in).")] = "reader",
    config: ConfigOption = None,
) -> None:
    """Add an account, or change its password and role. The password is asked for, or read from standard input."""
    from flows.board.accounts import file_of, put_account
    from flows.paths import paths_of

    paths = paths_of(load(config))
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    put_account(file_of(paths), name, password, role=role)
    say(f"{name} may log in as {role}.")


@user_app.command("remove")
def user_remove(name: NameArgument, config: ConfigOption = None) -> None:
    """Remove an account: whoever is logged in by it is out at once."""
    from flows.board.accounts import drop_account, file_of
    from flows.paths import paths_of

    drop_account(file_of(paths_of(load(config))), name)
    say(f"{name} may not log in any more.")


@user_app.command("list")
def user_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the accounts and their roles."""
    from flows.board.accounts import file_of, list_accounts
    from flows.paths import paths_of

    settings = load(config)
    found = list_accounts(file_of(paths_of(settings)))
    if as_json:
        emit([{"name": one.name, "role": one.role, "created_at": one.created_at} for one in found])
    else:
        show(["account", "role", "since"], [(one.name, one.role, one.created_at[:10]) for one in found])
    if not found and settings.board.login == "accounts":
        warn("no account yet: ryktesvakt board user add NAME --role admin")
