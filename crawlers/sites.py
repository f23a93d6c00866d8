"""Places as declarations: one TOML each, read strictly, every problem said at once."""

from __future__ import annotations

import importlib
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawlers.dates import ORDERS
from crawlers.engines import registry
from crawlers.errors import SiteError
from crawlers.model import Engine, Site
from crawlers.politeness import PUBLIC_DELAY_SECONDS, host_of, is_loopback

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
TEXT = ("engine", "url", "timezone", "encoding", "query", "verified_live", "terms_note")
NUMBERS = ("delay_seconds", "expected_min", "expected_max", "interval_hours", "retention_days")
KEYS = (*TEXT, *NUMBERS, "options")
DEFAULT_ZONE = "Europe/Stockholm"
STREAMS = ("jetstream", "repo_stream")
"""Engines of places that are listened to: they read no pages, and no page is told to be theirs."""


def load_engine(name: str) -> Engine:
    """Return an engine: one of ours by its name, another by the dotted name of its module."""
    try:
        if name in STREAMS:
            name = f"crawlers.engines.{name}"
        if "." in name:
            return cast("Engine", importlib.import_module(name))
        return registry.get(name)
    except (ImportError, LookupError, ValueError) as error:
        raise SiteError(f"no engine is named {name!r} ({error})") from error


def engine_name(engine: Engine) -> str:
    """Return the name by which `load_engine` finds an engine in any process."""
    return cast(ModuleType, engine).__name__


def shipped_sites() -> tuple[str, ...]:
    """Return the names of the sites that come with the package."""
    folder = resources.files("crawlers").joinpath("sites")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def shipped_site(name: str) -> Site:
    """Return a site that comes with the package. Raise SiteError, naming those that do."""
    if name not in shipped_sites():
        raise SiteError(f"no site is named {name!r}; shipped: {', '.join(shipped_sites())}")
    text = resources.files("crawlers").joinpath("sites", f"{name}.toml").read_text(encoding="utf-8")
    return parse_site(text, name=name, where=f"{name}.toml")


def load_site(path: Path) -> Site:
    """Return the site that a file describes; the file's name is the site's."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read ({error})") from error
    return parse_site(text, name=path.stem, where=str(path))


def parse_site(text: str, *, name: str, where: str) -> Site:
    """Return the site that a TOML text describes. Raise SiteError with every problem, one a line."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{where}: not TOML: {error}") from error
    if problems := _problems(values, name):
        raise SiteError("\n".join(f"{where}: {problem}" for problem in problems))
    zone = ZoneInfo(values.pop("timezone", DEFAULT_ZONE))
    values |= {key: float(values[key]) for key in NUMBERS if key in values}
    return Site(name=name, timezone=zone, **values)


def site_for_url(url: str, *, engine: str = "", timezone: str = DEFAULT_ZONE) -> Site:
    """Return a site for a single URL; without an engine, the crawl tells it from the page."""
    name = re.sub(r"[^a-z0-9.-]+", "-", host_of(url).removeprefix("www.").lower()).strip("-.")
    values = {"engine": engine, "url": url, "timezone": timezone}
    problems = [p for p in _problems(values, name or "?") if engine or not p.startswith("engine:")]
    if problems:
        raise SiteError("\n".join(f"{url}: {problem}" for problem in problems))
    site = Site(name=name, engine=engine, url=url, timezone=ZoneInfo(timezone))
    # This machine needs no sparing; any other host gets the usual delay.
    return replace(site, delay_seconds=0.0) if is_loopback(url) else site


def _problems(values: Mapping[str, Any], name: str) -> list[str]:
    found = [f"{key}: unknown key; known: {', '.join(KEYS)}" for key in sorted(set(values) - set(KEYS))]
    found += [f"{key}: missing" for key in ("engine", "url") if not values.get(key)]
    if not NAME.fullmatch(name):
        found.append(f"name: {name!r} must be lower-case letters, digits, '.', '_' or '-'")
    found += [f"{key}: must be text" for key in TEXT if key in values and not isinstance(values[key], str)]
    found += [f"{key}: must be a number, 0 or more" for key in NUMBERS if not _is_amount(values.get(key, 0.0))]
    checks = {"engine": _engine, "url": _url, "timezone": _zone, "encoding": _encoding, "verified_live": _date}
    for key, check in checks.items():
        value = values.get(key)
        if isinstance(value, str) and value and (problem := check(value)):
            found.append(f"{key}: {problem}")
    return found + _joint_problems(values)


def _joint_problems(values: Mapping[str, Any]) -> list[str]:
    found = []
    options = values.get("options", {})
    if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
        found.append("options: must be a table of texts")
    elif options.get("date_order", ORDERS[0]) not in ORDERS:
        found.append(f"options: date_order must be one of {', '.join(ORDERS)}")
    low, high = values.get("expected_min", 0.0), values.get("expected_max", math.inf)
    if _is_amount(low) and _is_number(high) and low > high:
        found.append("expected_max: must not be less than expected_min")
    delay, url = values.get("delay_seconds", PUBLIC_DELAY_SECONDS), values.get("url")
    if isinstance(url, str) and _is_amount(delay) and delay < PUBLIC_DELAY_SECONDS and not is_loopback(url):
        found.append(f"delay_seconds: at least {PUBLIC_DELAY_SECONDS:g} for a host that is not this machine")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_amount(value: object) -> bool:
    return _is_number(value) and 0 <= cast(float, value) < math.inf


def _engine(name: str) -> str | None:
    try:
        load_engine(name)
    except SiteError as error:
        return str(error)
    return None


def _url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        return None if is_good and parts.port != 0 else "must be http:// or https:// with a host and no password"
    except ValueError as error:
        return str(error)


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return f"no time zone is named {name!r}"
    return None


def _encoding(name: str) -> str | None:
    try:
        "".encode(name)
    except LookupError:
        return f"no encoding is named {name!r}"
    return None


def _date(text: str) -> str | None:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "must be a date, YYYY-MM-DD"
    return None
