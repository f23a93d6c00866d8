"""The town: a simulated autumn of 2023 on four small web sites. A simulation; imports nothing of ours."""

from town.errors import ClockError, PortError, StoryError, TownError
from town.server import SiteEntry, Town
from town.story import Truth, read_claims, read_ledger
from town.timeline import build_world
from town.web import Hit
from town.world import END, START, Post, World

__all__ = [
    "END",
    "START",
    "ClockError",
    "Hit",
    "PortError",
    "Post",
    "SiteEntry",
    "StoryError",
    "Town",
    "TownError",
    "Truth",
    "World",
    "build_world",
    "read_claims",
    "read_ledger",
]
