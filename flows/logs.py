"""What the program says of its work: one event a line, with the ids of run, source and post, never a post's words.

Of each record only what is named here is written. An exception is its kind and its place, since its message may hold
what a stranger wrote; a secret of the environment is starred out wherever it stands.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from flows.config import log_format, secrets_in_environment
from flows.paths import run_id_now
from flows.poison import kind_of
from flows.settings import Config

ROOMS = ("crawlers", "earlywarning", "flows", "nlp", "reports", "warehouse")
FIELDS = ("run_id", "source", "post_key", "thread_key", "step", "reason", "error", "count", "seconds", "what")
LONGEST = 300
"""Characters of one value."""
STARS = "***"


class Line(logging.Formatter):
    """Writes a record as one line: JSON, or words for a person."""

    def __init__(self, *, is_json: bool, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._is_json = is_json
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        values: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # The wording of the program: what is put into it may be a stranger's.
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        values |= {name: found for name in FIELDS if (found := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            values["error"] = kind_of(record.exc_info[1])
        return self._starred(self._line({name: _short(value) for name, value in values.items()}))

    def _line(self, values: dict[str, object]) -> str:
        if self._is_json:
            return json.dumps(values, ensure_ascii=False)
        head = " ".join(str(values.pop(name)) for name in ("at", "level", "logger", "event"))
        return " ".join([head, *(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in values.items())])

    def _starred(self, line: str) -> str:
        for secret in self._secrets:
            for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]):
                line = line.replace(form, STARS)
        return line


class _Run(logging.Filter):
    """Puts the run's id on every record."""

    def __init__(self) -> None:
        super().__init__()
        self.run_id: str | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if self.run_id and not hasattr(record, "run_id"):
            record.run_id = self.run_id
        return True


RUN = _Run()


def name_run(run_id: str) -> None:
    """Put a run's id on every line from here on: a process does one run at a time."""
    RUN.run_id = run_id


def start_logging(config: Config) -> None:
    """Send what the rooms say to standard error, in the format that the configuration or the environment asks for.

    What is said before a pass or a crawl has given the run its name bears the moment of this call.
    """
    name_run(run_id_now())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line(is_json=log_format(config) == "json", secrets=secrets_in_environment()))
    handler.addFilter(RUN)
    for name in ROOMS:
        room = logging.getLogger(name)
        room.handlers = [handler]
        room.setLevel(config.log.level.upper())
        room.propagate = False


def _short(value: object) -> object:
    if isinstance(value, str):
        return " ".join(value[:LONGEST].split())
    return value if isinstance(value, int | float) else str(value)[:LONGEST]
