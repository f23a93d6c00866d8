"""When denials of a claim drew level with its supports, kept from day to day: only what is new is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from earlywarning.authors import count_once
from earlywarning.errors import StateError
from earlywarning.uptake import WINDOW, drawn_level

STANCES = ("support", "deny")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """How far a claim has come before a moment; small, and plain JSON by `to_dict`. Times are seconds since 1970."""

    until: float = 0.0
    """The first moment that is not in it."""
    first_support: float | None = None
    parity: float | None = None
    """When denials had drawn level (see `uptake`); None: not yet."""
    recent: Mapping[str, tuple[tuple[float, str], ...]] = field(default_factory=dict)
    """By stance: who counted in the 72 hours before, and when; nothing once they have drawn level."""

    @property
    def hours(self) -> float | None:
        """Return the hours from the first support to parity."""
        return None if self.parity is None or self.first_support is None else (self.parity - self.first_support) / 3600

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        recent = {stance: [list(said) for said in each] for stance, each in self.recent.items()}
        return {"until": self.until, "first_support": self.first_support, "parity": self.parity, "recent": recent}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Parity:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        try:
            return cls(
                until=float(value["until"]),
                first_support=None if value["first_support"] is None else float(value["first_support"]),
                parity=None if value["parity"] is None else float(value["parity"]),
                recent={
                    str(stance): tuple((float(at), str(author)) for at, author in each)
                    for stance, each in value["recent"].items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"the time to parity cannot be read: {error!r}; start it anew") from error


def take_in(state: Parity, posts: Iterable[tuple[float, str, str | None]], *, until: float) -> Parity:
    """Return the state with what was posted up to a moment; posts (seconds, author, stance) that it knows are left out.

    By however many steps, it ends in what `uptake` says of all posts.
    """
    if until <= state.until or state.parity is not None:
        return state
    said = [post for post in posts if state.until <= post[0] < until]
    before = {stance: list(state.recent.get(stance, ())) for stance in STANCES}
    counted = {stance: before[stance] + _counted(before[stance], said, stance) for stance in STANCES}
    support, deny = ([at for at, _ in counted[stance]] for stance in STANCES)
    first = state.first_support if state.first_support is not None else min(support, default=None)
    found = None if first is None else drawn_level(support, deny, since=first, begin=len(before["deny"]))
    kept = {} if found is not None else {stance: _lately(counted[stance], until) for stance in STANCES}
    return Parity(until=until, first_support=first, parity=found, recent=kept)


def _counted(
    before: list[tuple[float, str]], said: Iterable[tuple[float, str, str | None]], stance: str
) -> list[tuple[float, str]]:
    """Return the posts of a stance that count, each author once in 24 hours, after those that counted before."""
    ledger = {author: at for at, author in before}
    mine = sorted((at, author) for at, author, its in said if its == stance)
    return [(at, author) for at, author, _ in count_once(ledger, mine, ask=1)]


def _lately(counted: list[tuple[float, str]], until: float) -> tuple[tuple[float, str], ...]:
    return tuple(one for one in counted if one[0] > until - WINDOW.total_seconds())
