"""Values out of JSON that strangers wrote: each read with its type, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.dates import UnreadableDateError, parse
from crawlers.model import Page, Site


def mapping(value: Any, *names: str) -> Mapping[str, Any]:
    """Return the object under a path of names; empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Any, *names: str) -> list[Mapping[str, Any]]:
    """Return the objects of the list under a path of names; none where there is no list."""
    found = mapping(value, *names[:-1]).get(names[-1]) if names else value
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(value: Mapping[str, Any], *names: str) -> str:
    """Return the first of the fields that is a text or a whole number, as text; empty for none."""
    for name in names:
        found = value.get(name)
        if isinstance(found, str) and found.strip():
            return found.strip()
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
    return ""


def whole(value: Mapping[str, Any], *names: str) -> int | None:
    """Return the first of the fields that is a whole number."""
    numbers = (value.get(name) for name in names)
    return next((n for n in numbers if isinstance(n, int) and not isinstance(n, bool)), None)


def time(value: Mapping[str, Any], name: str, page: Page, site: Site) -> datetime:
    """Return the time in a field. Raise UnreadableDateError where it is missing or makes no sense."""
    found = text(value, name)
    if not found:
        raise UnreadableDateError(f"{name} is missing")
    return parse(found, anchor=page.fetched_at, zone=site.timezone, order=site.options.get("date_order"))


def time_or_none(value: Mapping[str, Any], name: str, page: Page, site: Site) -> datetime | None:
    """Return the time in a field that the record can do without."""
    try:
        return time(value, name, page, site)
    except UnreadableDateError:
        return None
