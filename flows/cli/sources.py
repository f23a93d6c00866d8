"""The command that says how each source does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load

if TYPE_CHECKING:
    from warehouse.records import SourceHealth


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(sources)


def sources(
    config: ConfigOption = None,
    strict: Annotated[bool, typer.Option(help="Exit with status 1 when a source is probably not seen.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say of each source when it was last seen, how much it gave, and what is wrong with it."""
    from flows.health import read_health

    found = read_health(load(config), now=datetime.now(UTC))
    if as_json:
        emit([asdict(source) | {"is_failing": source.is_failing} for source in found])
    else:
        columns = ["source", "last seen (UTC)", "day", "posts", "usual", "expected", "what is wrong"]
        show(columns, [_row(source) for source in found])
        if not found:
            say("No source is configured, or nothing is published yet: ryktesvakt run")
    if strict and any(source.is_failing for source in found):
        raise typer.Exit(1)


def _row(source: SourceHealth) -> tuple[object, ...]:
    from flows.health import said

    return (
        source.source,
        f"{source.last_seen_at:%Y-%m-%d %H:%M}" if source.last_seen_at else "never",
        source.day,
        source.day_count if source.day else None,
        source.usual_day_count,
        f"{source.expected_min:g} to {source.expected_max:g}",
        "; ".join(said(warning) for warning in source.warnings) or "nothing",
    )
