"""What engines made of saved pages, kept beside them: a person reviews every change."""

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawlers.model import Page, Site

PAGES = Path(__file__).parent / "pages"
SHARED = Path(__file__).parents[2].parent / "shared" / "pages"
FETCHED_AT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
"""19:00 in Stockholm, a Sunday."""


def site(engine: str = "x", url: str = "https://forum.example/", **rest: Any) -> Site:
    return Site(name="test", engine=engine, url=url, timezone=ZoneInfo("Europe/Stockholm"), **rest)


def page(body: bytes | str, url: str = "https://forum.example/", **rest: Any) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(**{"url": url, "body": raw, "fetched_at": FETCHED_AT, **rest})


def saved(name: str, url: str = "https://forum.example/", **rest: Any) -> Page:
    """Return a page of our own making, by its path under `pages`."""
    return page((PAGES / name).read_bytes(), url, **rest)


def genuine(name: str, url: str, **rest: Any) -> Page:
    """Return a page of the real software, recorded outside the project, or skip (fail under CI)."""
    path = SHARED / name
    if not path.exists():
        # Where all checks are due, a missing page is a fault of the place, not a reason to pass.
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"genuine page {name} is not on this machine")
    return page(path.read_bytes(), url, **rest)


def plain(found: Any) -> Any:
    """Return a dataclass as JSON would give it back, without what is empty."""
    return json.loads(json.dumps(_lean(asdict(found)), default=lambda value: value.isoformat()))


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lean(item) for key, item in value.items() if item is not None and item != () and item != ""}
    return [_lean(item) for item in value] if isinstance(value, list | tuple) else value


def check(path: Path, found: Any, *, regold: bool) -> None:
    """Compare with the golden; write it and fail where it is missing or is to be made anew."""
    result = plain(found)
    if regold or not path.exists():
        path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"wrote {path.name}: review it, and run again without --regold")
    assert result == json.loads(path.read_text(encoding="utf-8"))
