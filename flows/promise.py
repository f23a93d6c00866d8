"""How the one promise of false alarms is parted: claims, clusters and topics each watch on a part of the budget."""

from __future__ import annotations

from typing import Literal

from earlywarning.alarm_state import AlarmSettings, budgeted
from flows.settings import Budget, Config

Watched = Literal["claims", "clusters", "topics"]
STAKES: dict[Watched, int] = {"claims": 8, "clusters": 2, "topics": 1}
"""Claims are what people chose to follow. Topics come last: much of what moves them no correction answers."""


def share_of(config: Config, name: Watched) -> float:
    """Return the part of the promise that the claims, the clusters or the topics may use; together they have it all."""
    stakes = {watched: stake for watched, stake in STAKES.items() if watched != "topics" or config.topics.watched}
    return stakes.get(name, 0) / sum(stakes.values())


def settings_of(config: Config, name: Watched, *, budget: Budget | None = None) -> AlarmSettings:
    """Return the alarm's settings on a part of a budget, the configuration's where none is given.

    The evidence asked for is the higher, the smaller the part. By the union bound the false alarms of the parts add up
    to the budget at most, whatever posts they have in common.
    """
    given = budget or config.budget
    whole = budgeted(given.watch_per_month, given.warning_per_month)
    return whole.part(share_of(config, name))
