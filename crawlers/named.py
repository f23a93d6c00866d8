"""The frontier's statements by name."""

from __future__ import annotations

from functools import cache
from importlib import resources


def script(name: str) -> str:
    """Return a file of statements."""
    return resources.files("crawlers").joinpath("sql", name).read_text(encoding="utf-8")


@cache
def queries() -> dict[str, str]:
    """Return the named statements of `frontier.sql`."""
    parts = script("frontier.sql").split("-- name: ")[1:]
    return {name.strip(): sql for name, _, sql in (part.partition("\n") for part in parts)}
