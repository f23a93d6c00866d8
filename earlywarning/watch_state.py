"""What the watch hands from one pass to the next: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earlywarning.alarm_state import AlarmState
from earlywarning.errors import StateError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimState:
    """What the watch remembers of one claim; JSON by `to_dict`."""

    alarm: AlarmState = field(default_factory=AlarmState)
    ledger: Mapping[str, float] = field(default_factory=dict)
    """When each author last counted."""
    waiting: tuple[tuple[float, str], ...] = ()
    """Posts (seconds, author) of hours that are not over yet."""

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        waiting = [list(post) for post in self.waiting]
        return {"alarm": self.alarm.to_dict(), "ledger": dict(self.ledger), "waiting": waiting}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> ClaimState:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        try:
            return cls(
                alarm=AlarmState.from_dict(value["alarm"]),
                ledger={
                    str(a): float(t) for a, t in sorted(value["ledger"].items(), key=lambda item: (item[1], item[0]))
                },
                waiting=tuple((float(posted), str(author)) for posted, author in value["waiting"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"claim state cannot be read: {error!r}; start it anew") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """What one pass hands on to the next."""

    hour: int | None = None
    """Last hour taken in, since 1970-01-01 00 UTC."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Last hour of each source that was taken in as seen."""
    claims: Mapping[str, ClaimState] = field(default_factory=dict)
    seen: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """By day (hour // 24): the activity hours that were seen of those that passed. A claim that is new to the watch
    was silent in them, unless its posts say otherwise."""

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        claims = {claim: state.to_dict() for claim, state in self.claims.items()}
        seen = {str(day): list(hours) for day, hours in self.seen.items()}
        return {"hour": self.hour, "known": dict(self.known), "claims": claims, "seen": seen}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> WatchState:
        """Return the state that `to_dict` wrote. Raise StateError for anything else."""
        try:
            return cls(
                hour=None if value["hour"] is None else int(value["hour"]),
                known={str(source): int(hour) for source, hour in value["known"].items()},
                claims={str(claim): ClaimState.from_dict(state) for claim, state in value["claims"].items()},
                seen={int(day): (float(of), float(all_)) for day, (of, all_) in value.get("seen", {}).items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"watch state cannot be read: {error!r}; start it anew") from error
