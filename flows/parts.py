"""The parts of a pass: one that fails stops no other, and what went wrong is said at the end, one line each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flows.desk import Desk
from flows.errors import ConfigError
from flows.faults import explained, is_of_the_machine, together
from flows.progress import Progress

log = logging.getLogger(__name__)
Step = Callable[..., Any]
Do = Callable[..., Any]
"""How a step is done: directly, or as a Prefect task."""


class Parts:
    """Does the steps of a pass, and remembers what failed."""

    def __init__(self, desk: Desk, do: Do) -> None:
        self._desk = desk
        self._do = do
        self._failed: list[Exception] = []
        if desk.progress:
            desk.progress.begin(desk.run_id, is_virtual=desk.virtual_now is not None)

    def do(self, step: Step, *given: Any, **options: Any) -> Any:
        """Do a step. Raises what it raises as one line that says what, where and what to do."""
        progress = self._desk.progress or Progress(self._desk.paths.data)
        try:
            with progress.during(step.__name__):
                done = self._do(step, self._desk, *given, **options)
            if progress.note and progress.note.steps:
                log.info("step done", extra={"step": step.__name__, "seconds": progress.note.steps[-1].seconds})
            return done
        except Exception as error:
            clear = explained(error, step=step.__name__, data=self._desk.paths.data)
            if clear is error:
                raise
            raise clear from error

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Go on after a failure of what is inside; not after one of the machine or the configuration."""
        try:
            yield
        except Exception as error:
            self._failed.append(error)
            if is_of_the_machine(error) or isinstance(error, ConfigError):
                self.finish()

    def finish(self) -> None:
        """Note that the pass is over. Raise what failed, if anything did."""
        error = together(self._failed) if self._failed else None
        if self._desk.progress:
            self._desk.progress.end(str(error or ""))
        if error:
            raise error from error.__cause__ or self._failed[0].__cause__
