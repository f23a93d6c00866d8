"""Step 10: put a snapshot where analysts read it, while they read the old one."""

from __future__ import annotations

from pathlib import Path

from flows.desk import Desk
from flows.figures import register_figures
from warehouse.publish import publish as publish_snapshot


def publish(desk: Desk) -> Path:
    """Publish the warehouse as it stands, and return where."""
    register_figures(desk)
    generations = desk.config.storage.generations
    return publish_snapshot(desk.con, desk.paths.published, generations=generations).path
