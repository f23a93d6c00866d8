"""The command that listens to a stream of posts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, warn
from flows.config import load
from flows.errors import UsageError

if TYPE_CHECKING:
    from crawlers.job import ListenResult

# Rooms are imported where they are used: `--help` then takes a fraction of a second instead of five.

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(listen)


def listen(
    source: Annotated[str, typer.Option(help="A configured or shipped stream.")] = "bluesky-firehose",
    duration: Annotated[
        str | None, typer.Option("--for", help="Stop after so long, such as 60s, 15m or 8h; otherwise when told to.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Listen to a stream of posts, and put what names the company beside what is crawled."""
    seconds = _seconds(duration)
    from flows.listening import listen_here

    result = listen_here(load(config), source, seconds=seconds, on_batch=None if as_json else _say_batch)
    for incident in result.incidents:
        warn(f"{result.source}: {incident.cause}: {incident.detail} ({incident.url})")
    if as_json:
        fields = ("source", "frame_count", "connection_count", "batch_count", "post_count", "deletion_count")
        emit({name: getattr(result, name) for name in fields} | {"incident_count": len(result.incidents)})
    else:
        say(f"{result.frame_count} events heard, {result.post_count} posts kept, {result.deletion_count} gone")
    if not result.connection_count:
        raise typer.Exit(1)


def _say_batch(result: ListenResult) -> None:
    warn(f"{result.frame_count} events heard, {result.post_count} posts kept")


def _seconds(duration: str | None) -> float | None:
    if duration is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", duration.strip())
    if not found or not float(found[1]):
        raise UsageError(f"--for {duration}: write a number and a unit, such as 60s, 15m or 8h")
    return float(found[1]) * UNITS[found[2]]
