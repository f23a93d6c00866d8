"""Periods, times and counts as Swedes write them: `2023 v. 41`, `kvartal 4 2023`, `okt-23`, `1 234`."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from earlywarning.clock import STOCKHOLM
from earlywarning.errors import PeriodError

FIRST_YEAR, LAST_YEAR = 1990, 2100
_MONTHS = (
    *("januari january", "februari february", "mars march", "april", "maj may", "juni june", "juli july"),
    *("augusti august", "september", "oktober october", "november", "december"),
)
_UNITS = {
    "week": r"(?:vecka|veckan|week|v|w)\.?",
    "quarter": r"(?:kvartal|kvartalet|quarter|kv|k|q)\.?",
    "half": r"(?:halvår|halvåret|halvar|half|h)\.?",
}
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_GAP = r"[\s/\-–.,']*"
_RANGE = re.compile(
    r"\s+(?:till|to|t\.?o\.?m\.?|until|[-–—])\s+|\s*(?:\.\.|--|—)\s*|(?<=\d\d\d\d-\d\d-\d\d)\s*[/–-]\s*"
)


class Period(NamedTuple):
    """Days, both included."""

    start: date
    end: date


def parse_period(text: str, *, unit: str | None = None) -> Period:
    """Return the period that a text names: a day, week (ISO), month, quarter, half-year, year, or one to another.

    unit: `week`, `month` or `quarter` where a column's name says what `2023-41` counts. Raise PeriodError.
    """
    said = re.sub(r"[ t]00[:.]00([:.]00)?$", "", " ".join(text.split()).casefold())
    if not said:
        raise PeriodError("no period; write 2023-10-05, 2023-10, 2023 v. 41 or 2023-Q4")
    parts = _RANGE.split(said)
    if len(parts) == 2 and all(parts):
        first, last = (_one(part, None, text) for part in parts)
        return _checked(Period(first.start, last.end), text)
    return _checked(_one(said, unit, text), text)


def parse_count(text: str) -> int:
    """Return a whole number from 0 up: `1 234`, `12`, `12,0`. Raise PeriodError for anything less certain."""
    said = re.sub(r"[\s\u00a0\u202f']", "", text)
    if re.fullmatch(r"\d{1,9}(?:[.,]0+)?", said) and not re.fullmatch(r"\d{1,3}[.,]000", said):
        return int(re.split(r"[.,]", said)[0])
    raise PeriodError(f"{text[:40]!r} is no whole number from 0 up; write it with digits alone, as 1234")


def parse_time(text: str) -> tuple[datetime, bool]:
    """Return a moment in UTC, and whether the text tells the hour; without offset it is Swedish time.

    A date without an hour is that day's midnight. Raise PeriodError.
    """
    said = " ".join(text.split())
    iso = re.sub(r"\s*Z$", "+00:00", said.replace("/", "-") if re.match(r"\d{4}/", said) else said)
    iso = re.sub(r"(?<=[\d:])\s+(?=[+-]\d\d:?\d\d$)", "", iso)
    iso = re.sub(r"(?<=\d)\s+(?:kl\.?\s*)?(?=\d{1,2}[:.]\d\d)", "T", iso, count=1)
    iso = re.sub(r"T(\d)([:.])", r"T0\1\2", iso)
    iso = re.sub(r"T(\d\d)\.(\d\d)(?:\.(\d\d))?$", lambda m: f"T{m[1]}:{m[2]}:{m[3] or '00'}", iso)
    try:
        if not re.match(r"\d{4}-\d\d-\d\d|\d{8}(T|$)", iso):
            head, _, rest = iso.partition("T")
            iso = f"{_one(head.casefold(), None, text).start.isoformat()}T{rest}" if rest else head
        moment = datetime.fromisoformat(iso)
    except (ValueError, PeriodError):
        period = _day_only(said, text)
        moment = datetime(period.year, period.month, period.day)  # noqa: DTZ001 - given its zone below
        iso = period.isoformat()
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PeriodError(f"the year of {text[:40]!r} is not within {FIRST_YEAR}-{LAST_YEAR}")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)
    return aware.astimezone(UTC), "T" in iso


def kind_of(period: Period) -> str:
    """Return `day`, `week`, `month`, `quarter`, `year` or `other`."""
    days = (period.end - period.start).days + 1
    if days in (1, 7):
        return "day" if days == 1 else "week"
    is_whole = period.start.day == 1 and period.end == _month_end(period.end.year, period.end.month)
    months = 12 * (period.end.year - period.start.year) + period.end.month - period.start.month + 1
    return {1: "month", 3: "quarter", 12: "year"}.get(months, "other") if is_whole else "other"


def _day_only(said: str, text: str) -> date:
    period = _one(said.casefold(), None, text)
    if period.start != period.end:
        raise PeriodError(f"{text[:40]!r} is no time; write 2023-10-05 14:30")
    return period.start


def _checked(period: Period, text: str) -> Period:
    if period.end < period.start:
        raise PeriodError(f"{text[:60]!r} ends before it begins")
    if not FIRST_YEAR <= period.start.year <= period.end.year <= LAST_YEAR:
        raise PeriodError(f"the year of {text[:60]!r} is not within {FIRST_YEAR}-{LAST_YEAR}")
    return period


def _one(said: str, unit: str | None, text: str) -> Period:
    try:
        found = _numbered(said, unit) or _dated(said) or _named_month(said)
    except ValueError as error:
        raise PeriodError(f"{text[:60]!r} is in no calendar ({error})") from error
    if found is None:
        raise PeriodError(f"{text[:60]!r} is no period; write 2023-10-05, 2023-10, 2023 v. 41, 2023-Q4 or okt 2023")
    return found


def _numbered(said: str, unit: str | None) -> Period | None:
    """Read weeks, quarters and half-years, by their sign or by the column that they stand in."""
    for name, sign in _UNITS.items():
        ordinal = r"(?:\s*:?\s*(?:a|e|st|nd|rd|th))?"
        forms = [rf"{_YEAR}{_GAP}{sign}\s*(?P<n>\d{{1,2}})", rf"{sign}\s*(?P<n>\d{{1,2}}){_GAP}{_YEAR}"]
        forms.append(rf"(?P<n>\d{{1,2}}){ordinal}\s*{sign}{_GAP}{_YEAR}")
        forms.append(rf"{sign}\s*(?P<n>\d{{1,2}}){_GAP}(?P<short>\d\d)")
        if unit == name:
            forms += [rf"{_YEAR}[\s\-/]*(?P<n>\d{{1,2}})"]
        for form in forms:
            if match := re.fullmatch(form, said):
                year = int(match["year"]) if "year" in match.groupdict() else 2000 + int(match["short"])
                return _of_unit(name, year, int(match["n"]))
    return None


def _of_unit(unit: str, year: int, number: int) -> Period:
    if unit == "week":
        monday = date.fromisocalendar(year, number, 1)
        return Period(monday, monday + timedelta(days=6))
    months = {"quarter": 3, "half": 6}[unit]
    if not 1 <= number <= 12 // months:
        raise ValueError(f"there is no {unit} {number}")
    last = months * number
    return Period(date(year, last - months + 1, 1), _month_end(year, last))


def _dated(said: str) -> Period | None:
    """Read dates, months and years written with digits."""
    if match := re.fullmatch(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)", said):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", said):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"((?:19|20|21)\d\d)[-/. ]?(\d\d)", said) or re.fullmatch(r"(\d{4})[-/](\d)", said):
        return _month(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{1,2})[-/](\d{4})", said):
        return _month(int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})[ -](\d{4})|(\d{1,2})\.(\d{1,2})\.(\d{4})", said):
        day, month, year = (int(group) for group in match.groups() if group)
        return _day(year, month, day)
    if match := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", said):
        one, other, year = (int(group) for group in match.groups())
        if one <= 12 and other <= 12 and one != other:
            raise ValueError("day and month could change places; write 2023-10-05")
        return _day(year, min(one, other) if max(one, other) > 12 else other, max(one, other))
    if re.fullmatch(_YEAR, said):
        return Period(date(int(said), 1, 1), date(int(said), 12, 31))
    return None


def _named_month(said: str) -> Period | None:
    """Read `5 okt 2023`, `oktober 2023`, `2023 okt`, `okt-23`."""
    match = re.fullmatch(
        rf"(?:(?P<day>\d{{1,2}})(?::?e|\.)?{_GAP})?(?P<month>[a-zåäö]{{3,9}})\.?{_GAP}(?P<year>\d{{4}}|\d\d)", said
    ) or re.fullmatch(rf"(?P<year>\d{{4}}){_GAP}(?P<month>[a-zåäö]{{3,9}})\.?(?:{_GAP}(?P<day>\d{{1,2}}))?", said)
    if match is None:
        return None
    name = "sep" if match["month"] == "sept" else match["month"]
    found = [i for i, names in enumerate(_MONTHS, 1) if any(full.startswith(name) for full in names.split())]
    if len(found) != 1:
        raise ValueError(f"no month is called {match['month']!r}")
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    return _day(year, found[0], int(match["day"])) if match["day"] else _month(year, found[0])


def _day(year: int, month: int, day: int) -> Period:
    found = date(year, month, day)
    return Period(found, found)


def _month(year: int, month: int) -> Period:
    return Period(date(year, month, 1), _month_end(year, month))


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
