"""Records as JSON lines, and back: strict, so that a wrong type is said and never absorbed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from warehouse.records.post import (
    DayCount,
    Deletion,
    FieldCount,
    Health,
    Incident,
    Post,
    Quote,
    Record,
    SetAside,
    Visit,
)

KINDS: dict[str, type[Record]] = {
    "post": Post,
    "deletion": Deletion,
    "set_aside": SetAside,
    "incident": Incident,
    "visit": Visit,
    "health": Health,
}
PARTS = (Quote, FieldCount, DayCount)
"""What records hold as objects of their own."""
_to_json = json.JSONEncoder(ensure_ascii=False).encode
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_NAMES = {cls: tuple(f.name for f in fields(cls)) for cls in (*KINDS.values(), *PARTS)}
_FIELDS = {cls: (names, attrgetter(*names)) for cls, names in _NAMES.items()}
"""Names of the fields, and what gets the values of them all."""
_AS_THEY_ARE = frozenset((str, int, float, bool, NoneType))


def _pattern(cls: type) -> bytes:
    """Return a record's line with places for the values of its fields."""
    head = [f'"record": "{_KIND_OF[cls]}"'] if cls in _KIND_OF else []
    return ("{" + ", ".join([*head, *(f'"{name}": %b' for name in _NAMES[cls])]) + "}").encode()


_PATTERNS = {cls: _pattern(cls) for cls in _NAMES}
Reader = Callable[[str, Any], Any]
"""Takes a field's name and its JSON value, gives the field's value or raises WireError."""


class WireError(ValueError):
    """Raised when a line is not a record: what is wrong with which field."""


def as_dict(record: Record | Quote | FieldCount | DayCount) -> dict[str, Any]:
    """Return the record's fields as JSON values, times in ISO 8601 with offset."""
    names, get = _FIELDS[type(record)]
    return {
        name: value if type(value) in _AS_THEY_ARE else _plain(value)
        for name, value in zip(names, get(record), strict=True)
    }


def to_line(record: Record) -> str:
    """Return the record as one line of JSON, its kind under `record`."""
    return _to_json({"record": _KIND_OF[type(record)], **as_dict(record)})


def to_bytes(record: Record) -> bytes:
    """Return `to_line` in UTF-8, in a fifth of the time.

    A lone surrogate (possible in JSON from hostile servers) is not text: it becomes a question mark.
    """
    try:
        return _packed(record)
    except TypeError:
        return to_line(record).encode("utf-8", "replace")


def _packed(record: Record | Quote | FieldCount | DayCount) -> bytes:
    """Return what `to_line` would. Raise TypeError for a value that has to be looked at with more care."""
    cls = type(record)
    return _PATTERNS[cls] % tuple([_PACKERS[type(value)](value) for value in _FIELDS[cls][1](record)])


def _packed_items(values: tuple[Any, ...]) -> bytes:
    return b"[%b]" % b", ".join([_PACKERS[type(value)](value) for value in values]) if values else b"[]"


def _packed_time(value: date) -> bytes:
    return b'"%b"' % value.isoformat().encode("ascii")


class _Packers(dict[type, Callable[[Any], bytes]]):
    """What writes a value, by its type."""

    def __missing__(self, kind: type) -> Callable[[Any], bytes]:
        raise TypeError(f"{kind.__name__} takes another way")


_BY_TYPE: dict[type, Callable[[Any], bytes]] = {
    NoneType: lambda _: b"null",
    tuple: _packed_items,
    datetime: _packed_time,
    date: _packed_time,
    # Alike in any writer of JSON; they differ over numbers with a fraction.
    str: orjson.dumps,
    int: orjson.dumps,
    bool: orjson.dumps,
}
_BY_TYPE.update(dict.fromkeys(PARTS, _packed))
_PACKERS = _Packers(_BY_TYPE)


def from_line(line: str) -> Record:
    """Return the record that a line of a landing file holds."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise WireError(f"a record must be an object, not {type(value).__name__}")
    kind = value.pop("record", None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise WireError(f"unknown record kind {kind!r}; known: {', '.join(KINDS)}")
    record: Record = _build(KINDS[kind], value)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, PARTS):
        return as_dict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _build(cls: Any, value: Mapping[str, Any]) -> Any:
    readers = _READERS[cls]
    if not value.keys() <= readers.keys():
        raise WireError(f"unknown fields: {', '.join(sorted(set(value) - set(readers)))}")
    found = {name: readers[name](name, raw) for name, raw in value.items()}
    try:
        return cls(**found)
    except TypeError as error:
        raise WireError(str(error).replace(f"{cls.__name__}.__init__()", cls.__name__)) from error


def _reader(hint: Any) -> Reader:
    """Return what reads a field of this type; made once, since every field of every line goes through one."""
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    expected = next(option for option in options if option is not NoneType)
    may_be_null = NoneType in options
    from_json, convert = _conversion(expected)

    def read(name: str, raw: Any) -> Any:
        if type(raw) is from_json:
            return raw if convert is None else convert(name, raw)
        if raw is None and may_be_null:
            return None
        if expected is float and type(raw) is int:
            return float(raw)
        raise WireError(f"{name} must be {getattr(expected, '__name__', expected)}, not {type(raw).__name__}")

    return read


def _conversion(expected: Any) -> tuple[type, Reader | None]:
    """Return the JSON type that a field is written as, and what makes the field's value of it."""
    if get_origin(expected) is tuple:
        inner = _reader(get_args(expected)[0])
        return list, lambda name, raw: tuple(inner(name, item) for item in raw)
    if expected in PARTS:
        return dict, lambda _, raw: _build(expected, raw)
    if expected is datetime:
        return str, _read_time
    if expected is date:
        return str, _read_day
    return expected, None


def _read_time(name: str, raw: str) -> datetime:
    try:
        found = datetime.fromisoformat(raw)
    except ValueError as error:
        raise WireError(f"{name} is not an ISO 8601 time: {raw[:40]!r}") from error
    if found.tzinfo is None:
        raise WireError(f"{name} has no offset: {raw[:40]!r}")
    return found


def _read_day(name: str, raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise WireError(f"{name} is not an ISO 8601 day: {raw[:40]!r}") from error


_READERS: dict[type, dict[str, Reader]] = {
    cls: {name: _reader(hint) for name, hint in get_type_hints(cls).items()} for cls in (*KINDS.values(), *PARTS)
}
