"""Records as JSON lines, and back: strict, so that a wrong type is said and never absorbed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from warehouse.records.post import Deletion, Incident, Post, Quote, Record, SetAside, Visit

KINDS: dict[str, type[Record]] = {
    "post": Post,
    "deletion": Deletion,
    "set_aside": SetAside,
    "incident": Incident,
    "visit": Visit,
}
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_HINTS = {cls: get_type_hints(cls) for cls in (*KINDS.values(), Quote)}


class WireError(ValueError):
    """Raised when a line is not a record: what is wrong with which field."""


def as_dict(record: Record | Quote) -> dict[str, Any]:
    """Return the record's fields as JSON values, times in ISO 8601 with offset."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


def to_line(record: Record) -> str:
    """Return the record as one line of JSON, its kind under `record`."""
    return json.dumps({"record": _KIND_OF[type(record)], **as_dict(record)}, ensure_ascii=False)


def from_line(line: str) -> Record:
    """Return the record that a line of a landing file holds."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise WireError(f"a record must be an object, not {type(value).__name__}")
    kind = value.pop("record", None)
    if kind not in KINDS:
        raise WireError(f"unknown record kind {kind!r}; known: {', '.join(KINDS)}")
    record: Record = _build(KINDS[kind], value)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Quote):
        return as_dict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _build(cls: Any, value: Mapping[str, Any]) -> Any:
    hints = _HINTS[cls]
    if unknown := sorted(set(value) - set(hints)):
        raise WireError(f"unknown fields: {', '.join(unknown)}")
    found = {name: _read(name, hints[name], raw) for name, raw in value.items()}
    try:
        return cls(**found)
    except TypeError as error:
        raise WireError(str(error).replace(f"{cls.__name__}.__init__()", cls.__name__)) from error


def _read(name: str, hint: Any, raw: Any) -> Any:
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if raw is None and NoneType in options:
        return None
    expected = next(option for option in options if option is not NoneType)
    if get_origin(expected) is tuple and isinstance(raw, list):
        inner = get_args(expected)[0]
        return tuple(_read(name, inner, item) for item in raw)
    if expected is Quote and isinstance(raw, dict):
        return _build(Quote, raw)
    if expected is datetime and isinstance(raw, str):
        return _read_time(name, raw)
    if expected is float and type(raw) is int:
        return float(raw)
    if type(raw) is not expected:
        raise WireError(f"{name} must be {getattr(expected, '__name__', expected)}, not {type(raw).__name__}")
    return raw


def _read_time(name: str, raw: str) -> datetime:
    try:
        found = datetime.fromisoformat(raw)
    except ValueError as error:
        raise WireError(f"{name} is not an ISO 8601 time: {raw[:40]!r}") from error
    if found.tzinfo is None:
        raise WireError(f"{name} has no offset: {raw[:40]!r}")
    return found
