"""One post that a component cannot do must not stop the others: halving finds it, and it is set aside."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from flows.errors import ComponentError

T = TypeVar("T")
R = TypeVar("R")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison(Generic[T]):
    """What a component could not do."""

    given: T
    reason: str
    """`error`, `not_a_number`, `process_died` or `too_slow`."""
    detail: str
    """Never what was given: it may be a person's words."""


class UnsoundError(Exception):
    """Raised when an answer is no answer, such as a probability that is not a number."""


class DiedError(Exception):
    """Raised when the process that a component ran in died of what it was given."""


class TooSlowError(Exception):
    """Raised when a component did not end in time."""


REASONS: dict[type[BaseException], str] = {
    UnsoundError: "not_a_number",
    DiedError: "process_died",
    TooSlowError: "too_slow",
}
NOT_THEIRS = (OSError,)
"""A full disk or a file that is gone is nobody's post."""


def without_poison(
    given: Sequence[T],
    do: Callable[[Sequence[T]], Sequence[R]],
    *,
    what: str,
    probe: Callable[[], object],
) -> tuple[list[tuple[T, R]], list[Poison[T]]]:
    """Return what a component made of each, in order, and those that it cannot do.

    `probe` asks the component for something that it surely can. Raises ComponentError where that fails as well: then
    the component is broken, and nothing is set aside.
    """
    try:
        return list(zip(given, do(given), strict=True)), []
    except NOT_THEIRS:
        raise
    except Exception as error:
        _prove(probe, what, error)
        return _halved(given, do, error)


def _prove(probe: Callable[[], object], what: str, error: Exception) -> None:
    try:
        probe()
    except Exception as broken:
        raise ComponentError(
            f"{what} does not work ({kind_of(broken)}); nothing was set aside: run `ryktesvakt doctor`, mend it, and "
            "run the pass again"
        ) from error


def _halved(
    given: Sequence[T], do: Callable[[Sequence[T]], Sequence[R]], error: Exception
) -> tuple[list[tuple[T, R]], list[Poison[T]]]:
    """Return the same for what has failed as a whole."""
    if len(given) == 1:
        return [], [Poison(given=given[0], reason=REASONS.get(type(error), "error"), detail=kind_of(error))]
    done: list[tuple[T, R]] = []
    found: list[Poison[T]] = []
    middle = len(given) // 2
    for half in (given[:middle], given[middle:]):
        try:
            done += zip(half, do(half), strict=True)
        except NOT_THEIRS:
            raise
        except Exception as again:
            sound, poison = _halved(half, do, again)
            done += sound
            found += poison
    return done, found


def kind_of(error: BaseException) -> str:
    """Return an error's kind and where it was raised; never its message, which may hold a post's words."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    last = (ours or list(frames))[-1]
    return f"{type(error).__name__} in {Path(last.filename).parent.name}/{Path(last.filename).name}:{last.lineno}"
