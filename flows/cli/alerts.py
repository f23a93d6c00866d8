"""Commands on alerts: what is open, what was said of it and by whom, and how early it was."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli.shared import ConfigOption, JsonOption, emit, say, show
from flows.config import load

alert_app = typer.Typer(help="Alerts, and what a person makes of them.", no_args_is_help=True)

AlertArgument = Annotated[str, typer.Argument(help="The alert's id, as `alert list` shows it.")]
ByOption = Annotated[str, typer.Option("--by", help="Your name: it stands beside what you decide.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(alert_app, name="alert")


@alert_app.command("list")
def alert_list(
    all_: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the open alerts, worst first."""
    from flows.paths import open_ledger
    from warehouse.alerts import list_alerts

    with open_ledger(load(config)) as con:
        found = list_alerts(con, open_only=not all_)
    if as_json:
        emit([asdict(alert) for alert in found])
    else:
        rows = [(a.alert_id, a.severity, a.kind, a.state, a.raised_at, a.reason) for a in found]
        show(["id", "severity", "kind", "state", "raised at", "why"], rows)


@alert_app.command("show")
def alert_show(alert_id: AlertArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show one alert with its whole history: what happened, when, and who said what."""
    from flows.paths import open_ledger
    from warehouse.alerts import alert_events, get_alert

    with open_ledger(load(config)) as con:
        alert, events = get_alert(con, alert_id), alert_events(con, alert_id)
    if as_json:
        emit({**asdict(alert), "events": events})
        return
    say(f"{alert.alert_id}: {alert.severity}, {alert.kind}, {alert.state}, about {alert.subject_id}")
    say(alert.reason)
    columns = ["when", "what", "by", "severity", "state after", "why"]
    names = ("happened_at", "event", "happened_by", "severity", "state", "reason")
    show(columns, [tuple(event[name] for name in names) for event in events])


@alert_app.command("acknowledge")
def alert_acknowledge(alert_id: AlertArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Say that you have seen it and it is yours; it stays open and escalates if it gets graver."""
    _judge(alert_id, "acknowledged", by, config)


@alert_app.command("handle")
def alert_handle(alert_id: AlertArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Say that it is done; new evidence opens it again."""
    _judge(alert_id, "handled", by, config)


@alert_app.command("false-alarm")
def alert_false_alarm(alert_id: AlertArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Say that there was nothing; only graver evidence, or evidence after two quiet weeks, is told again."""
    _judge(alert_id, "false_alarm", by, config)


@alert_app.command("reopen")
def alert_reopen(alert_id: AlertArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Open a closed alert again; it then stays open for at least two weeks, or until somebody closes it."""
    _judge(alert_id, "new", by, config)


@alert_app.command("undo")
def alert_undo(alert_id: AlertArgument, by: ByOption, config: ConfigOption = None) -> None:
    """Take back what was last said of an alert; given again, what was said before that."""
    from flows.paths import open_ledger
    from warehouse.alerts import undo_alert_state

    with open_ledger(load(config)) as con:
        alert = undo_alert_state(con, alert_id, by=by, at=datetime.now(UTC))
    say(f"{alert.alert_id}: {alert.state} again, says {by}.")


@alert_app.command("set", hidden=True)
def alert_set(
    alert_id: AlertArgument,
    state: Annotated[str, typer.Argument(help="new, acknowledged, handled or false_alarm")],
    by: ByOption,
    config: ConfigOption = None,
) -> None:
    """Record what a person makes of an alert, for scripts: acknowledge, handle, false-alarm and reopen in one."""
    _judge(alert_id, state, by, config)


def _judge(alert_id: str, state: str, by: str, config: ConfigOption) -> None:
    from flows.paths import open_ledger
    from warehouse.alerts import set_alert_state

    with open_ledger(load(config)) as con:
        alert = set_alert_state(con, alert_id, state, by=by, at=datetime.now(UTC))
    said = "open again" if alert.state == "new" else alert.state.replace("_", " ")
    say(f"{alert.alert_id}: {said}, says {by}. Undo: ryktesvakt alert undo {alert.alert_id} --by {by!r}")
