"""The command that shows the whole at once: the simulated autumn, replayed with the real code."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from flows.cli.shared import JsonOption, emit, errors, say, show, warn

if TYPE_CHECKING:
    from flows.demo_report import DemoReport

# Rooms are imported where they are used: `--help` then takes a fraction of a second instead of five.


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(demo)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demo makes.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
    days: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many days; the whole autumn otherwise.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over even if an earlier demo was cut short.")] = False,
    port: Annotated[int | None, typer.Option(help="First of four ports for the sites; free ones otherwise.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the simulated autumn of 2023, end to end, to a digest."""
    from flows.demo import run_demo
    from flows.demo_report import make_report

    with _Bar() as bar:
        ran = run_demo(
            out, seed=seed, day_limit=days, fresh=fresh, first_port=port, begin=bar.begin, advance=bar.advance
        )
    report = make_report(ran)
    if as_json:
        emit(asdict(report))
    else:
        _print_demo(report)


class _Bar:
    """A progress bar on a terminal, a plain line a week elsewhere."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} passes"),
            TimeRemainingColumn(), console=errors, disable=not errors.is_terminal,
        )  # fmt: skip
        self._task = TaskID(0)
        self._days: set[str] = set()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def begin(self, total: int, done: int) -> None:
        """Say how much there is, and how much an earlier demo did."""
        self._task = self._bar.add_task("the simulated autumn", total=total, completed=done)
        if done:
            warn(f"going on after {done} of {total} passes; --fresh starts over")

    def advance(self, day: str) -> None:
        """Say that a pass is done."""
        self._bar.update(self._task, advance=1, description=day)
        self._days.add(day)
        if not errors.is_terminal and len(self._days) % 7 == 1 and len(self._days) > 1:
            self._days = {day}
            warn(f"simulated day {day}")


def _print_demo(report: DemoReport) -> None:
    from flows.demo_report import table_rows

    columns = ["day", "read", "seen", "about us", "matched", "alarm", "reach", "coverage"]
    say("SIMULATION: the autumn of 2023, replayed. Every post, name, date, sum and count is invented.")
    show(columns, table_rows(report))
    say("read: posts on pages; seen: new ones in threads that name the company; matched: on a claim;")
    say("reach and coverage: shares of the misled segments that have seen the rumour, and read the correction.")
    if report.quote_at:
        say(f"The first quote of a letter opened a watch: {report.quote_at:%A %d %B %Y, %H:%M}.")
    if report.alarm_at:
        say(f"First alarm on {report.claim_id}: {report.alarm_at:%A %d %B %Y, %H:%M}.")
    if report.warning_at:
        say(f"First warning: {report.warning_at:%A %d %B %Y, %H:%M}.")
    if report.spike_day:
        say(f"Complaints to KO above the ordinary from the week of {report.spike_day:%A %d %B %Y} (simulated counts).")
    for what, at in (("first quote", report.quote_at), ("alarm", report.alarm_at)):
        if at and report.spike_day:
            lead = (datetime.combine(report.spike_day, time(), at.tzinfo) - at).total_seconds()
            say(f"The {what} came {lead / 86400:.1f} days before the complaints.")
    if report.claim_id and not report.alarm_at:
        say(f"The alarm on {report.claim_id} itself did not go: what was judged to spread it grew too slowly.")
    if report.correction_at:
        say(f"The correction was posted {report.correction_at:%A %d %B %Y}, to those who had got the letter.")
        if not any(day.coverage_share for day in report.days):
            say("None of those whom the rumour misled were among them: coverage stayed at 0 %.")
    say(f"Tables: {report.database}")
    if report.alarm_digest:
        say(f"Digest of the first alert: {report.alarm_digest}")
    say(f"Digest: {report.digest}")
