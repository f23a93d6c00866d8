"""The command that replays the alarm: over a table of matched posts, or over the company's own past."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load
from flows.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(backtest)


def backtest(
    matches: Annotated[Path | None, typer.Argument(help="CSV: claim_id,posted_at,author[,views][,stance]")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV of the alerts that would have been raised.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="ISO 8601: no alert before it; posts before it only teach.")] = None,
    until: Annotated[str | None, typer.Option(help="ISO 8601: replay only hours that end by then.")] = None,
    mailings: Annotated[Path | None, typer.Option(help="TOML of mailings and segments known at the time.")] = None,
    shared_budget: Annotated[bool, typer.Option("--shared-budget", help="All claims share one promise.")] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A past day or moment of your own data, by what had been seen then.")
    ] = None,
    own_past: Annotated[bool, typer.Option("--own-past", help="All of your own data: what a budget gives.")] = False,
    watch_budget: Annotated[float | None, typer.Option(min=0.01, help="False watches a month, at most.")] = None,
    warning_budget: Annotated[float | None, typer.Option(min=0.01, help="And false warnings.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the alarm hour by hour, with no look-ahead.

    Over a table of matched posts: ryktesvakt backtest matches.csv --out alerts.csv. Over your own data as they were
    seen by the end of a day, with where the time went: ryktesvakt backtest --as-of 2023-11-05. Over all of your own
    data, as if today's claims had always been followed, against what the budget promises: ryktesvakt backtest
    --own-past --watch-budget 4
    """
    if sum((matches is not None, as_of is not None, own_past)) != 1:
        raise UsageError("give one of: MATCHES.csv with --out, --as-of DAY, --own-past")
    if (watch_budget or warning_budget) and as_of:
        raise UsageError("--watch-budget and --warning-budget do not go with --as-of: the configuration's hold")
    if matches is None:
        if start or until or mailings or shared_budget:
            raise UsageError("--start, --until, --mailings and --shared-budget go with MATCHES.csv")
        _own(config, as_of=as_of, out=out, budgets=(watch_budget, warning_budget), as_json=as_json)
    elif out is None:
        raise UsageError("--out is missing: name the CSV for the alerts")
    else:
        budgets = (watch_budget, warning_budget)
        _table(matches, out, start, until, mailings, shared_budget=shared_budget, budgets=budgets, as_json=as_json)


def _table(
    matches: Path,
    out: Path,
    start: str | None,
    until: str | None,
    mailings: Path | None,
    *,
    shared_budget: bool,
    budgets: tuple[float | None, float | None],
    as_json: bool,
) -> None:
    from earlywarning.alarm_state import budgeted
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
        settings=budgeted(*budgets),
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


def _own(
    config: Path | None,
    *,
    as_of: str | None,
    out: Path | None,
    budgets: tuple[float | None, float | None],
    as_json: bool,
) -> None:
    from earlywarning.alerts_csv import write_alerts
    from flows import own_past
    from flows.paths import open_ledger

    settings = load(config)
    zone = ZoneInfo(settings.delivery.timezone)
    now = own_past.moment_of(as_of, zone) if as_of else datetime.now(UTC)
    budget = own_past.with_budget(settings.budget, watch=budgets[0], warning=budgets[1])
    with open_ledger(settings) as con:
        replayed = own_past.replay(con, settings, now=now, budget=budget, from_registration=as_of is not None)
        told = own_past.told_by(con, now=now) if as_of else []
        delays = own_past.delays(con, told, now=now) if as_of else []
    if not replayed.pass_count:
        raise UsageError(f"no source had been read by {now.astimezone(zone):%Y-%m-%d %H:%M}: nothing to replay")
    if out is not None:
        write_alerts(out, replayed.alerts)
    report = _report(replayed, budget, own_past.replayed_share(settings))
    if as_json:
        extra = {"as_of": now, "told": told, "delays": [asdict(d) for d in delays]} if as_of else {}
        emit({**extra, **report, "alerts": [asdict(alert) for alert in replayed.alerts]})
        return
    show(["claim or topic", "raised at", "severity", "what", "posts by then"], own_past.as_rows(replayed))
    if as_of:
        _show_as_of(told, delays)
    _show_budget(report)


def _report(replayed: Any, budget: Any, share: float) -> dict[str, Any]:
    """Return what a budget gave in 30 days against what it promised of the part that was replayed."""
    months = max(replayed.days / 30, 1e-9)
    found = {
        "begin": replayed.begin,
        "until": replayed.until,
        "days": replayed.days,
        "pass_count": replayed.pass_count,
    }
    for level in ("watch", "warning"):
        count = getattr(replayed, f"{level}_count")
        promised = share * getattr(budget, f"{level}_per_month")
        found |= {f"{level}_count": count, f"{level}_per_month": count / months, f"{level}_promised": promised}
    return found


def _show_as_of(told: list[dict[str, Any]], delays: list[Any]) -> None:
    names = ("raised_at", "kind", "subject_id", "severity", "event")
    rows = [tuple(row[name] for name in names) for row in told]
    show(["at", "kind", "about", "severity", "what"], rows, title="Told by then, from the record")
    hours = [(d.part, _hours(d.median_hours), _hours(d.p90_hours), d.count) for d in delays]
    show(["where the time went", "median h", "p90 h", "of"], hours, title="The four weeks before")


def _show_budget(report: dict[str, Any]) -> None:
    rows = [
        (level, report[f"{level}_count"], f"{report[f'{level}_per_month']:.2f}", f"{report[f'{level}_promised']:.2f}")
        for level in ("watch", "warning")
    ]
    show(["level", "alerts", "per 30 days", "false ones promised, at most"], rows)
    say(
        f"{report['pass_count']} passes over {report['days']:.0f} days. Alerts on real rumours are among them; the "
        "promise is on false ones."
    )


def _hours(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _time(text: str | None, option: str) -> datetime | None:
    """Return an ISO 8601 time; one without offset is UTC, as in the tables."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: not an ISO 8601 time; write 2023-10-05T19:30:00+02:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
