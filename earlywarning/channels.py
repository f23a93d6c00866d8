"""Delay curves of the channels: how large a share of the recipients has read a mailing so many hours after it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarning.errors import ChannelsError

Floats = NDArray[np.float64]
LETTERS = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A channel that goes by working days."""

    production_days: int
    transit_days: tuple[float, ...]
    """Share delivered on working day 1, 2, ... after posting."""
    reading_days: tuple[float, ...]
    """Share read 0, 1, ... calendar days after delivery."""
    read_share: float
    production_late_days: int = 1
    """Half of the letters are held to be printed so much later; 0 for what a company's own log has measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A channel that goes by the hour: a broken line, flat after its last point."""

    hours: tuple[float, ...]
    shares: tuple[float, ...]
    read_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """A channel whose remaining readers halve every so many hours."""

    half_life_hours: float
    read_share: float


Channel = Letter | Curve | Decay


@lru_cache(maxsize=1)
def default_channels() -> Mapping[str, Channel]:
    """Return the channels of the shipped `channels.toml`."""
    return parse_channels(files("earlywarning").joinpath("channels.toml").read_text(encoding="utf-8"))


def parse_channels(text: str, *, base: Mapping[str, Channel] | None = None) -> dict[str, Channel]:
    """Return the channels that a TOML text declares, over those of `base`. Raise ChannelsError naming the channel."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChannelsError(f"channels: not TOML: {error}") from error
    common = tables.pop(LETTERS, {})
    return {**(base or {}), **{name: _channel(name, table, common) for name, table in tables.items()}}


def read_within(channel: Curve | Decay, hours: Floats) -> Floats:
    """Return the share of recipients that has read after so many hours; 0 before sending."""
    if isinstance(channel, Decay):
        shares = -np.expm1(-np.log(2) * np.maximum(hours, 0.0) / channel.half_life_hours)
    else:
        shares = np.interp(hours, channel.hours, channel.shares, left=0.0)
    return np.asarray(channel.read_share * shares, dtype=np.float64)


def _channel(name: str, table: Any, common: Mapping[str, Any]) -> Channel:
    if not isinstance(table, dict):
        raise ChannelsError(f"channel {name!r} must be a table, [{name}]")
    try:
        channel = _built({**common, **table} if "transit_days" in table else table)
    except KeyError as error:
        raise ChannelsError(f"channel {name!r} lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise ChannelsError(f"channel {name!r}: {error}") from error
    if fault := _fault(channel):
        raise ChannelsError(f"channel {name!r}: {fault}")
    return channel


def _built(table: Mapping[str, Any]) -> Channel:
    read_share = float(table["read_share"])
    if "transit_days" in table:
        return Letter(
            production_days=int(table["production_days"]),
            transit_days=tuple(map(float, table["transit_days"])),
            reading_days=tuple(map(float, table["reading_days"])),
            read_share=read_share,
            production_late_days=int(table.get("production_late_days", 1)),
        )
    if "hours" in table:
        points = tuple(map(float, table["hours"])), tuple(map(float, table["shares"]))
        return Curve(hours=points[0], shares=points[1], read_share=read_share)
    return Decay(half_life_hours=float(table["half_life_hours"]), read_share=read_share)


def _fault(channel: Channel) -> str | None:
    if not 0 <= channel.read_share <= 1:
        return "read_share must lie in 0-1"
    if isinstance(channel, Letter):
        lists = (channel.transit_days, channel.reading_days)
        is_early = min(channel.production_days, channel.production_late_days) < 0
        if is_early or any(not v or min(v) < 0 or sum(v) > 1 + 1e-9 for v in lists):
            return "days must be shares that sum to at most 1, production_days 0 or more"
    elif isinstance(channel, Curve):
        rises = all((np.diff(v) >= 0).all() for v in (channel.hours, channel.shares))
        if len(channel.hours) != len(channel.shares) or not channel.hours or not rises or channel.shares[-1] > 1:
            return "hours and shares must rise together, shares to at most 1"
    elif not channel.half_life_hours > 0:
        return "half_life_hours must be above 0"
    return None
