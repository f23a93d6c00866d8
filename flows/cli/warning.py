"""The command that replays the alarm over a table of matched posts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.shared import JsonOption, emit, say, show
from flows.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(backtest)


def backtest(
    matches: Annotated[Path, typer.Argument(help="CSV: claim_id,posted_at,author[,views][,stance]")],
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV of the alerts that would have been raised.")],
    start: Annotated[str | None, typer.Option(help="ISO 8601: no alert before it; posts before it only teach.")] = None,
    until: Annotated[str | None, typer.Option(help="ISO 8601: replay only hours that end by then.")] = None,
    mailings: Annotated[Path | None, typer.Option(help="TOML of mailings and segments known at the time.")] = None,
    shared_budget: Annotated[bool, typer.Option("--shared-budget", help="All claims share one promise.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Replay matched posts hour by hour, with no look-ahead, and write the alerts."""
    from earlywarning.alerts_csv import write_alerts
    from earlywarning.backtest import backtest as replay
    from earlywarning.mailings import read_mailings
    from earlywarning.matches import read_matches

    result = replay(
        read_matches(matches),
        start=_time(start, "--start"),
        until=_time(until, "--until"),
        mailings=read_mailings(mailings) if mailings else None,
        shared_budget=shared_budget,
    )
    write_alerts(out, result.alerts)
    if as_json:
        emit(asdict(result))
        return
    rows = [(a.claim_id, a.raised_at, a.severity, a.change, a.post_count) for a in result.alerts]
    show(["claim", "raised at", "severity", "what", "posts by then"], rows)
    say(
        f"{result.post_count} posts on {result.claim_count} claims over {result.claim_days:.0f} claim-days: "
        f"{len(result.alerts)} alerts, {result.alerts_per_30_days:.2f} alerts per 30 days -> {out}"
    )


def _time(text: str | None, option: str) -> datetime | None:
    """Return an ISO 8601 time; one without offset is UTC, as in the tables."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: not an ISO 8601 time; write 2023-10-05T19:30:00+02:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
