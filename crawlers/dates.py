"""Forum dates as people read them, in Swedish, English, Danish and Norwegian: a strict grammar, never a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from crawlers.date_forms import AGO, FORMS, ISO, ISO_T, LETTERS, PART, WORDS
from crawlers.date_words import DAYS_AGO, HALVES, MONTHS, NOW, UNITS, WEEKDAYS, ZONES

SKEW = timedelta(minutes=5)
"""How far the forum's clock may run ahead of ours before "Idag, 14:08" is a contradiction."""
EARLIEST_YEAR = 1980
"""Before this there was nothing to post on: software that knows no date writes 1970, 1900 or 0001."""
ORDERS = ("dmy", "mdy", "ymd")
"""How a site may write a date in numbers alone: its option `date_order`."""
LONGEST = 100
_DIGITS = str.maketrans("123456789", "000000000")


class UnreadableDateError(ValueError):
    """Raised when a text is not a date of the grammar, or names a time that cannot be."""


def parse(text: str, *, anchor: datetime, zone: tzinfo, order: str | None = None) -> datetime:
    """Return the aware time that a forum's date means, seen at `anchor` by a forum in `zone`.

    A date without a clock is the start of its day. A year left out is the latest that puts the date in the past; of
    a year in two digits it is the latest that has begun. A date in numbers alone is read by `order` (one of ORDERS),
    without which only one reading may be possible. In the hour that autumn repeats, the earlier reading is taken
    unless the text names its offset (CET, +0100). Raise UnreadableDateError for all else, for a wall time that spring
    skips, for a year before EARLIEST_YEAR, and for a relative date that would lie after `anchor` (plus SKEW).
    """
    if anchor.tzinfo is None:
        raise ValueError("anchor has no time zone")
    return _parse(text, anchor, zone, order)


@lru_cache(maxsize=512)
def _parse(text: str, anchor: datetime, zone: tzinfo, order: str | None) -> datetime:
    # Pages are asked for the same date twice: to find out how they write dates, and to read it.
    plain = _plain(text)
    try:
        if len(text.strip()) > LONGEST:
            raise ValueError("it is too long")
        lowered = plain.lower()
        shape = _shape_of(lowered.translate(_DIGITS))
        if shape.is_iso:
            return _checked(
                datetime.fromisoformat(plain.upper().replace(",", ".").replace(" +", "+").replace(" Z", "Z"))
            )
        lowered = ISO_T.sub(r"\1 \2", lowered) if shape.has_t else lowered
        found = _relative(lowered, anchor, zone) if shape.is_relative else None
        return _checked(found or _wall(lowered, shape.form, anchor, zone, order))
    except (ValueError, OverflowError) as error:
        raise UnreadableDateError(f"not a date we can read: {plain[:60]!r} ({error})") from None


def has_form(text: str) -> bool:
    """Return whether a text is written as a date is, whether or not there is such a day: cheap to ask."""
    shape = _shape_of(_plain(text).lower().translate(_DIGITS))
    return shape.is_iso or shape.is_relative or shape.form is not None


@lru_cache(maxsize=4096)
def may_be_in(word: str) -> bool:
    """Return whether a word of a sentence, its marks and digits aside, may be one of a date's words."""
    found = LETTERS.findall(_plain(word).lower())
    return all(letters in WORDS or letters.removesuffix("s") in WORDS for letters in found)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a text with all its digits alike can be: every pattern of a date takes any digit where it takes one."""

    is_iso: bool
    has_t: bool
    """Whether it is a wall time written as ISO 8601 does, with a T before the clock."""
    is_relative: bool
    form: re.Pattern[str] | None


@lru_cache(maxsize=4096)
def _shape_of(text: str) -> _Shape:
    # A page writes all its dates in one or two shapes, and tries of all patterns are what reading a date costs.
    plain = ISO_T.sub(r"\1 \2", text)
    return _Shape(
        is_iso=ISO.fullmatch(text) is not None,
        has_t=plain != text,
        is_relative=plain in NOW or AGO.fullmatch(plain) is not None,
        form=next((form for form in FORMS if form.fullmatch(plain)), None),
    )


def _plain(text: str) -> str:
    text = text[: LONGEST + 1]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("\u200e", "")
    return " ".join(text.split())


def from_timestamp(seconds: str | int | float, *, zone: tzinfo) -> datetime:
    """Return the time that a Unix timestamp (in seconds, or in milliseconds past 10^11) means."""
    try:
        value = float(seconds)
        return _checked(datetime.fromtimestamp(value / 1000 if value > 1e11 else value, tz=zone))
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableDateError(f"not a timestamp: {str(seconds)[:40]!r} ({error})") from None


def _checked(found: datetime) -> datetime:
    if found.year < EARLIEST_YEAR:
        raise ValueError("nothing was posted that long ago")
    return found


def _relative(plain: str, anchor: datetime, zone: tzinfo) -> datetime | None:
    if plain in NOW:
        return anchor.astimezone(zone)
    match = AGO.fullmatch(plain)
    if not match or not (match["ago"] or (match["count"].isdigit() and not match["more"])):
        return None
    count = int(match["count"]) if match["count"].isdigit() else 1
    seconds = count * UNITS[match["unit"]] + sum(int(n) * UNITS[unit] for n, unit in PART.findall(match["more"] or ""))
    # Elapsed time is counted in UTC: an hour ago is an hour ago on the night when the clocks change too.
    return (anchor.astimezone(UTC) - timedelta(seconds=seconds)).astimezone(zone)


def _wall(plain: str, form: re.Pattern[str] | None, anchor: datetime, zone: tzinfo, order: str | None) -> datetime:
    match = form.fullmatch(plain) if form else None
    if not match:
        raise ValueError("no form of the grammar fits")
    part = {name: value for name, value in match.groupdict().items() if value}
    clock, zone = _clock(part), _zone(part) or zone
    today = anchor.astimezone(zone).date()
    if "days_ago" in part:
        day = today - timedelta(days=DAYS_AGO[part["days_ago"]])
    elif "last" in part:
        # "I tisdags", read on a Tuesday, is a week ago.
        day = today - timedelta(days=(today.weekday() - WEEKDAYS[part["weekday"]] - 1) % 7 + 1)
    elif "year" in part or "short" in part:
        return _at(_whole_day(part, today.year, order), clock, zone)
    else:
        day = _latest_day(part, clock, anchor, zone, order)
    found = _at(day, clock, zone)
    if found > anchor.astimezone(UTC) + SKEW:
        raise ValueError("it lies after the page was fetched")
    return found


def _clock(part: Mapping[str, str]) -> time:
    if word := part.get("word"):
        return time(12 if word == "noon" else 0)
    if "hour" not in part and "bare" not in part:
        return time()
    hour, half = int(part.get("hour") or part["bare"]), part.get("half") or part.get("bare_half")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour on a 12-hour clock")
        hour = hour % 12 + HALVES[half]
    return time(hour, int(part.get("minute", 0)), int(part.get("second", 0)))


def _zone(part: Mapping[str, str]) -> timezone | None:
    """Return the zone that the text names, if any."""
    name, shift = part.get("zone"), part.get("shift") or part.get("offset")
    if not name and not shift:
        return None
    if shift and name and ZONES[name]:
        raise ValueError(f"no zone is written {name}{shift}")
    digits = re.sub(r"\D", "", shift or "").rjust(2, "0")
    ahead = timedelta(
        hours=int(digits[:2]) if len(digits) != 3 else int(digits[0]),
        minutes=int(digits[-2:]) if len(digits) > 2 else 0,
    )
    return timezone(timedelta(hours=ZONES.get(name or "", 0)) + (-ahead if (shift or "+")[0] == "-" else ahead))


def _whole_day(part: Mapping[str, str], this_year: int, order: str | None) -> date:
    """Return the day of a date with its year; of numbers alone the one that the order, or else reason, leaves."""
    short = int(part["short"]) if "short" in part else None
    year = int(part["year"]) if short is None else _century(short, this_year)
    if "first" not in part:
        return _day(part, year, int(part["day"]), _month(part))
    readings = {
        "dmy": (year, part["then"], part["first"]),
        "mdy": (year, part["first"], part["then"]),
        **(
            {"ymd": (_century(int(part["first"]), this_year), part["then"], part["short"])} if short is not None else {}
        ),
    }
    found = {day for name in ([order] if order else readings) if (day := _possible(part, readings.get(name)))}
    if len(found) != 1:
        raise ValueError(
            "day and month may change places: say `date_order` in the site's options" if found else "no such day"
        )
    return found.pop()


def _possible(part: Mapping[str, str], reading: tuple[int, str, str] | None) -> date | None:
    try:
        day = _day(part, reading[0], int(reading[2]), int(reading[1])) if reading else None
    except ValueError:
        return None
    return day if day and day.year >= EARLIEST_YEAR else None


def _century(short: int, this_year: int) -> int:
    year = this_year - this_year % 100 + short
    return year if year <= this_year else year - 100


def _month(part: Mapping[str, str]) -> int:
    return MONTHS[part["month"]] if "month" in part else int(part["number"])


def _day(part: Mapping[str, str], year: int, day: int, month: int) -> date:
    found = date(year, month, day)
    if "weekday" in part and WEEKDAYS[part["weekday"]] != found.weekday():
        raise ValueError("the weekday is not that of the date")
    return found


def _latest_day(part: Mapping[str, str], clock: time, anchor: datetime, zone: tzinfo, order: str | None) -> date:
    """Return the latest day in the past that a date without a year can be."""
    if "first" in part:
        if order not in ("dmy", "mdy"):
            raise ValueError("day and month may change places: say `date_order` in the site's options")
        day, month = (int(part[name]) for name in (("first", "then") if order == "dmy" else ("then", "first")))
    else:
        day, month = int(part["day"]), _month(part)
    this_year, is_leap_day = anchor.astimezone(zone).year, (month, day) == (2, 29)
    for year in range(this_year, this_year - (9 if is_leap_day else 2), -1):
        try:
            found = date(year, month, day)
        except ValueError:
            if is_leap_day:
                continue
            raise
        if datetime.combine(found, clock, tzinfo=zone) <= anchor.astimezone(UTC) + SKEW:
            return _day(part, year, day, month)
    raise ValueError("no such day in the past")


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    found = datetime.combine(day, clock, tzinfo=zone)
    if found.utcoffset() == found.replace(fold=1).utcoffset():
        return found  # The clocks do not change near it.
    if found.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found.replace(tzinfo=None):
        if clock == time():
            # A day without a clock starts at its first moment, which is not midnight where spring skips that.
            return (found.astimezone(UTC)).astimezone(zone)
        raise ValueError("that wall time was skipped when the clocks changed")
    return found
