"""The state of operations as Prometheus reads it: a text file after each pass, or text on demand (extra `metrics`)."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from typing import Any

from flows.errors import FlowsError
from flows.poison import kind_of
from flows.settings import Config
from flows.status import Status, look

log = logging.getLogger(__name__)


def write_metrics(config: Config) -> None:
    """Write the text file that the configuration names, if it does. One that cannot be written fails no pass."""
    if config.metrics.textfile is None:
        return
    try:
        from prometheus_client import write_to_textfile

        write_to_textfile(str(config.metrics.textfile), registry_of(look(config)))
    except (OSError, ImportError) as error:
        log.error("metrics not written", extra={"error": kind_of(error)})


def metrics_text(config: Config) -> str:
    """Return the metrics as text. Raises FlowsError where the library is not installed."""
    if importlib.util.find_spec("prometheus_client") is None:
        raise FlowsError("metrics need prometheus-client: pip install 'ryktesvakt[metrics]'")
    from prometheus_client import generate_latest

    return generate_latest(registry_of(look(config))).decode()


def registry_of(status: Status) -> Any:
    """Return a registry that holds one reading."""
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()

    def gauge(name: str, help_: str, values: Mapping[Any, float], labels: tuple[str, ...] = ()) -> None:
        made = Gauge(f"ryktesvakt_{name}", help_, labels, registry=registry)
        for key, value in values.items():
            (made.labels(*key) if labels else made).set(value)

    note = status.last_pass
    if note and note.finished_at:
        gauge("pass_finished_timestamp_seconds", "When the last pass ended", {(): note.finished_at.timestamp()})
        gauge("pass_good", "1 when the last pass ended well", {(): float(not note.error)})
    steps = {(one.step,): one.seconds for one in note.steps} if note else {}
    gauge("step_seconds", "How long each step of the last pass took", steps, ("step",))
    gauge("state", "1 for the state that operations are in", {(status.state,): 1.0}, ("state",))
    seen = {(one.source,): one.last_seen_at.timestamp() for one in status.sources if one.last_seen_at}
    gauge("source_seen_timestamp_seconds", "When a source was last read whole", seen, ("source",))
    failing = {(one.source,): float(one.is_failing) for one in status.sources}
    gauge("source_failing", "1 where posts are probably missed", failing, ("source",))
    gauge("waiting_landing_files", "Landing files that are not loaded", {(): float(status.waiting_files)})
    gauge("rows", "Posts and quarantined lines", {(k,): float(v) for k, v in status.counts.items()}, ("what",))
    kinds: dict[tuple[str, str], float] = {}
    for alert in status.alerts:
        kinds[alert.kind, alert.severity] = kinds.get((alert.kind, alert.severity), 0.0) + 1.0
    gauge("alerts_open", "Alerts that nobody has closed", kinds, ("kind", "severity"))
    undelivered: dict[tuple[str], float] = {}
    for one in status.deliveries:
        undelivered[one.channel,] = undelivered.get((one.channel,), 0.0) + 1.0
    gauge("deliveries_failing", "Messages that a channel has not taken", undelivered, ("channel",))
    gauge("disk_free_bytes", "Free where the data lies", {(): float(status.disk.free)})
    gauge("disk_used_bytes", "Used by the data", {(k,): float(v) for k, v in status.disk.used.items()}, ("part",))
    return registry
