"""The command line: the only place that prints and exits. Every error becomes lines that say what, where, what next."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from flows.cli import (
    alerts,
    claims,
    complaints,
    delivery,
    demo,
    keeping,
    labels,
    language,
    ledger,
    listening,
    look,
    mailing_logs,
    operations,
    sources,
    tables,
    warning,
    work,
)
from flows.config import quieten_prefect
from flows.errors import ConfigError, FlowsError, UsageError

app = typer.Typer(
    name="ryktesvakt",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"ryktesvakt {installed_version('ryktesvakt')}\n")
        raise typer.Exit


@app.callback()
def ryktesvakt(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Early warning when a false claim about the company spreads faster than its correction."""


for room in (
    work,
    demo,
    listening,
    language,
    warning,
    ledger,
    mailing_logs,
    complaints,
    alerts,
    delivery,
    claims,
    labels,
    tables,
    sources,
    look,
    operations,
    keeping,
):
    room.register(app)


def main() -> None:
    """Run a command and exit: 0 good, 1 the work failed, 2 bad usage or configuration."""
    quieten_prefect()
    try:
        app()
    except (ConfigError, UsageError) as error:
        _stop(str(error), status=2)
    except KeyboardInterrupt:
        _stop("stopped; run it again to go on where it was", status=130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if not _is_ours(error):
            raise
        _stop(_said(error), status=2 if type(error).__name__ in _USAGE else 1)


_USAGE = ("SiteError", "MatchesError", "MailingsError", "QueryError", "TableError")
_BASES = ("FlowsError", "CrawlerError", "NlpError", "EarlyWarningError", "WarehouseError", "TownError")


def _is_ours(error: Exception) -> bool:
    """Tell our own errors by the names of their bases: importing every room to name them would cost seconds."""
    return isinstance(error, FlowsError | OSError) or any(base.__name__ in _BASES for base in type(error).__mro__)


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        from flows.faults import of_the_system

        return of_the_system(error)
    return str(error)


def _stop(message: str, *, status: int) -> None:
    for line in message.splitlines():
        sys.stderr.write(f"ryktesvakt: {line}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
