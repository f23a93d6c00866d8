"""Forum dates as people read them, in Swedish, English, Danish and Norwegian: a strict grammar, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SKEW = timedelta(minutes=5)
"""How far the forum's clock may run ahead of ours before "Idag, 14:08" is a contradiction."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january januar",
            "feb februari february februar",
            "mar mars march marts",
            "apr april",
            "maj may mai",
            "jun juni june",
            "jul juli july",
            "aug augusti august",
            "sep sept september",
            "okt oct oktober october",
            "nov november",
            "dec des december desember",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "mån månd måndag mon monday man mandag",
            "tis tisd tisdag tue tues tuesday tir tirs tirsdag",
            "ons onsd onsdag wed weds wednesday",
            "tor tors torsd torsdag thu thur thurs thursday",
            "fre fred fredag fri friday",
            "lör lörd lördag sat saturday lør lørd lørdag",
            "sön sönd söndag sun sunday søn sønd søndag",
        )
    )
    for name in names.split()
}
_DAYS_AGO = {
    **dict.fromkeys(("idag", "i dag", "today"), 0),
    **dict.fromkeys(("igår", "i går", "yesterday"), 1),
    **dict.fromkeys(("i förrgår", "iförrgår", "förrgår", "i forgårs", "forgårs"), 2),
}
_UNITS = {
    name: seconds
    for seconds, names in (
        (1, "s sek sekund sekunder sec secs second seconds sekunden"),
        (60, "min mins minut minuter minute minutes minutt minutter"),
        (3600, "h tim timme timmar hour hours hr hrs time timer"),
        (86400, "d dag dagar dygn day days dage dager"),
        (604800, "v vecka veckor week weeks uge uger uke uker"),
    )
    for name in names.split()
}
_NOW = frozenset(
    (
        *("nyss", "just nu", "precis nu", "alldeles nyss", "nu", "just now", "now", "a moment ago", "moments ago"),
        *("ett ögonblick sedan", "för ett ögonblick sedan", "för en stund sedan", "en stund sedan"),
        *("lige nu", "akkurat nå", "nå nettopp", "for et øyeblikk siden", "et øjeblik siden", "for et øjeblik siden"),
    )
)


def _alternatives(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_CLOCK = r"(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)? ?(?P<half>[ap]\.?m\.?)?)"
_WORD_CLOCK = r"(?P<word>noon|midnight)"
_JOIN = r"(?:,? (?:kl\.?|klockan|at|@|-|–|·)? ?|, ?)"
_WEEKDAY = rf"(?P<weekday>{_alternatives(_WEEKDAYS)})"
_MONTH = rf"(?P<month>{_alternatives(_MONTHS)})\.?"
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})"
_NAMED_DAY = rf"(?:(?:on )?{_WEEKDAY}\.?,? )?(?:den )?"
_DAY_FORMS = tuple(
    re.compile(rf"{form}(?:{_JOIN}(?:{_CLOCK}|{_WORD_CLOCK}))?", re.ASCII)
    for form in (
        rf"(?P<days_ago>{_alternatives(_DAYS_AGO)})",
        rf"(?P<last>(?:i |i sidste |sidste |last |on |forrige )?{_WEEKDAY}s?)",
        rf"{_NAMED_DAY}{_YEAR}-(?P<number>\d{{2}})-{_DAY}",
        rf"{_NAMED_DAY}{_DAY}\.(?P<number>\d{{1,2}})\.{_YEAR}",
        rf"{_NAMED_DAY}{_DAY}/(?P<number>\d{{1,2}})[ -]{_YEAR}",
        rf"{_NAMED_DAY}{_DAY}(?:\.|st|nd|rd|th|:e)? (?:of )?{_MONTH}(?:,? {_YEAR})?",
        rf"{_NAMED_DAY}{_MONTH} {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR})?",
    )
)
_AGO = re.compile(
    r"(?:för |for )?(?P<count>\d{1,4}|en|ett|et|ei|a|an|one) ?"
    rf"(?P<unit>{_alternatives(_UNITS)})\.?(?P<ago> sedan| sen| ago| siden)?",
    re.ASCII,
)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)? ?(?:Z|[+-]\d{2}:?\d{2})", re.ASCII | re.IGNORECASE
)
_ISO_T = re.compile(r"^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?$", re.ASCII)


class UnreadableDateError(ValueError):
    """Raised when a text is not a date of the grammar, or names a time that cannot be."""


def parse(text: str, *, anchor: datetime, zone: ZoneInfo) -> datetime:
    """Return the aware time that a forum's date means, seen at `anchor` by a forum in `zone`.

    A date without a clock is the start of its day. A year left out is the latest that puts the date in the past.
    In the hour that autumn repeats, the earlier reading is taken. Raise UnreadableDateError for all else, for a
    wall time that spring skips, and for a relative date that would lie after `anchor` (plus SKEW).
    """
    if anchor.tzinfo is None:
        raise ValueError("anchor has no time zone")
    plain = " ".join(text.split()).strip()
    if _ISO.fullmatch(plain):
        return _iso(plain)
    lowered = _ISO_T.sub(r"\1 \2", plain.lower())
    try:
        return _relative(lowered, anchor, zone) or _wall(lowered, anchor, zone)
    except (ValueError, OverflowError) as error:
        raise UnreadableDateError(f"not a date we can read: {plain[:60]!r} ({error})") from None


def from_timestamp(seconds: str | int | float, *, zone: ZoneInfo) -> datetime:
    """Return the time that a Unix timestamp (in seconds, or in milliseconds past 10^11) means."""
    try:
        value = float(seconds)
        return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, tz=UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableDateError(f"not a timestamp: {str(seconds)[:40]!r} ({error})") from None


def _iso(plain: str) -> datetime:
    try:
        return datetime.fromisoformat(plain.upper().replace(",", ".").replace(" +", "+").replace(" Z", "Z"))
    except ValueError as error:
        raise UnreadableDateError(f"not a date we can read: {plain[:60]!r} ({error})") from None


def _relative(plain: str, anchor: datetime, zone: ZoneInfo) -> datetime | None:
    if plain in _NOW:
        return anchor.astimezone(zone)
    match = _AGO.fullmatch(plain)
    if not match or not (match["count"].isdigit() or match["ago"]):
        return None
    count = int(match["count"]) if match["count"].isdigit() else 1
    # Elapsed time is counted in UTC: an hour ago is an hour ago on the night when the clocks change too.
    return (anchor.astimezone(UTC) - timedelta(seconds=count * _UNITS[match["unit"]])).astimezone(zone)


def _wall(plain: str, anchor: datetime, zone: ZoneInfo) -> datetime:
    match = next((m for form in _DAY_FORMS if (m := form.fullmatch(plain))), None)
    if not match:
        raise ValueError("no form of the grammar fits")
    part = {name: value for name, value in match.groupdict().items() if value}
    clock = _clock(part)
    today = anchor.astimezone(zone).date()
    if "days_ago" in part:
        day = today - timedelta(days=_DAYS_AGO[part["days_ago"]])
    elif "last" in part:
        # "I tisdags", read on a Tuesday, is a week ago.
        day = today - timedelta(days=(today.weekday() - _WEEKDAYS[part["weekday"]] - 1) % 7 + 1)
    elif "year" in part:
        return _at(_named_day(part, int(part["year"])), clock, zone)
    else:
        day = _latest_day(part, clock, anchor, zone)
    found = _at(day, clock, zone)
    if found > anchor.astimezone(UTC) + SKEW:
        raise ValueError("it lies after the page was fetched")
    return found


def _clock(part: Mapping[str, str]) -> time:
    if word := part.get("word"):
        return time(12 if word == "noon" else 0)
    if "hour" not in part:
        return time()
    hour, half = int(part["hour"]), part.get("half", "")[:1]
    if "minute" not in part and not half:
        raise ValueError("a clock needs minutes")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour on a 12-hour clock")
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(part.get("minute", 0)), int(part.get("second", 0)))


def _named_day(part: Mapping[str, str], year: int) -> date:
    month = _MONTHS[part["month"]] if "month" in part else int(part["number"])
    day = date(year, month, int(part["day"]))
    if "weekday" in part and _WEEKDAYS[part["weekday"]] != day.weekday():
        raise ValueError("the weekday is not that of the date")
    return day


def _latest_day(part: Mapping[str, str], clock: time, anchor: datetime, zone: ZoneInfo) -> date:
    this_year = anchor.astimezone(zone).year
    is_leap_day = _MONTHS[part["month"]] == 2 and part["day"] == "29"
    bare = {name: part[name] for name in ("month", "day")}
    for year in range(this_year, this_year - (9 if is_leap_day else 2), -1):
        try:
            day = _named_day(bare, year)
        except ValueError:
            if is_leap_day:
                continue
            raise
        if datetime.combine(day, clock, tzinfo=zone) <= anchor.astimezone(UTC) + SKEW:
            return _named_day(part, year)
    raise ValueError("no such day in the past")


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    found = datetime.combine(day, clock, tzinfo=zone)
    if found.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found.replace(tzinfo=None):
        if clock == time():
            # A day without a clock starts at its first moment, which is not midnight where spring skips that.
            return (found.astimezone(UTC)).astimezone(zone)
        raise ValueError("that wall time was skipped when the clocks changed")
    return found
