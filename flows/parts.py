"""The parts of a pass: one that fails stops no other, and what went wrong is said at the end, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flows.desk import Desk
from flows.errors import ConfigError
from flows.faults import explained, is_of_the_machine, together

Step = Callable[..., Any]
Do = Callable[..., Any]
"""How a step is done: directly, or as a Prefect task."""


class Parts:
    """Does the steps of a pass, and remembers what failed."""

    def __init__(self, desk: Desk, do: Do) -> None:
        self._desk = desk
        self._do = do
        self._failed: list[Exception] = []

    def do(self, step: Step, *given: Any) -> Any:
        """Do a step. Raises what it raises as one line that says what, where and what to do."""
        try:
            return self._do(step, self._desk, *given)
        except Exception as error:
            clear = explained(error, step=step.__name__, data=self._desk.paths.data)
            if clear is error:
                raise
            raise clear from error

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Go on after a failure of what is inside; not where the machine or the configuration fails, as all else would."""
        try:
            yield
        except Exception as error:
            self._failed.append(error)
            if is_of_the_machine(error) or isinstance(error, ConfigError):
                self.finish()

    def finish(self) -> None:
        """Raise what failed, if anything did."""
        if self._failed:
            raise together(self._failed) from self._failed[0].__cause__
