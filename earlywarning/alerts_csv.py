"""ALERTS as a CSV file: written whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from earlywarning.backtest import Alert
from earlywarning.errors import EarlyWarningError

COLUMNS = ("claim_id", "raised_at", "severity", "evidence", "threshold", "kind", "change", "post_count")


def write_alerts(path: Path, alerts: Sequence[Alert]) -> None:
    """Write alerts as CSV, times in UTC with offset. Raise EarlyWarningError when the file cannot be written."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(_row(alert) for alert in alerts)
        beside.replace(path)
    except OSError as error:
        raise EarlyWarningError(f"{path}: {error.strerror or error}; choose a place that can be written") from error


def _row(alert: Alert) -> tuple[str, ...]:
    return (
        alert.claim_id,
        alert.raised_at.isoformat(),
        alert.severity,
        f"{alert.evidence:.6g}",
        f"{alert.threshold:.6g}",
        alert.kind,
        alert.change,
        str(alert.post_count),
    )
