"""The forms that dates are written in, as patterns whose groups `crawlers.dates` gives their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawlers.date_words import ABOUT, DAYS_AGO, HALVES, MONTHS, NOW, ONE, UNITS, WEEKDAYS, ZONES, alternatives

_KL = r"kl\.?|klockan|klokken|klokka"
_MINUTES = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
_HALF = rf"(?P<half>{alternatives(HALVES)})"
_ZONE = (
    rf"(?: ?\(?(?:(?P<zone>{alternatives(ZONES)})(?P<shift>[+-]\d{{1,2}}(?::?\d{{2}})?)?"
    r"|(?P<offset>[+-]\d{2}:?\d{2}))\)?)?"
)
_CLOCK = (
    rf"(?:{_MINUTES}(?: ?{_HALF})?{_ZONE}|(?P<bare>\d{{1,2}}) ?(?P<bare_half>{alternatives(HALVES)})"
    r"|(?P<word>noon|midnight))"
)
_JOIN = rf"(?:,? (?:{_KL}|at|@|-|–|·|\|)? ?|, ?)"
_WEEKDAY = rf"(?P<weekday>{alternatives(WEEKDAYS)})"
_MONTH = rf"(?P<month>{alternatives(MONTHS)})\.?"
_YEAR = r"(?P<year>\d{4})"
_SHORT = r"(?P<short>\d{2})"
_DAY = r"(?P<day>\d{1,2})"
_NUMBER = r"(?P<number>\d{1,2})"
_NTH = r"(?:\.|st|nd|rd|th|:e|:a)?"
_NAMED = rf"(?:(?:on )?{_WEEKDAY}\.?,? )?(?:den )?"
_PAIR = r"(?P<first>\d{1,2})(?P<sign>[-/])(?P<then>\d{1,2})"
_DAYS = (
    rf"(?P<days_ago>{alternatives(DAYS_AGO)})",
    rf"(?P<last>(?:i |i sidste |sidste |last |on |forrige )?{_WEEKDAY}s?)",
    rf"{_NAMED}{_YEAR}(?P<sign>[-/.])(?P<number>\d{{2}})(?P=sign){_DAY}",
    rf"{_NAMED}{_DAY}\.{_NUMBER}\.{_YEAR}",
    rf"{_NAMED}{_DAY}/{_NUMBER}(?:(?: |-){_YEAR}| ?-{_SHORT})",
    rf"{_NAMED}{_PAIR}(?P=sign){_YEAR}",
    rf"{_NAMED}{_DAY}{_NTH} (?:of )?{_MONTH}(?:,? {_YEAR}| ?[-'’]{_SHORT})?",
    rf"{_NAMED}{_DAY}(?P<sign>[-/]){_MONTH}(?P=sign)(?:{_YEAR}|{_SHORT})",
    rf"{_NAMED}{_MONTH} {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR}| ?['’]{_SHORT})?",
    rf"{_NAMED}{_YEAR},? {_MONTH} {_DAY}",
)
_DAYS_WITH_CLOCK = (
    # Without a clock these are versions, prices and page numbers as often as dates.
    rf"{_NAMED}{_DAY}\.{_NUMBER}\.(?:{_SHORT})?",
    rf"{_NAMED}{_PAIR}(?:(?P=sign){_SHORT})?",
    rf"{_NAMED}{_DAY}{_NTH} {_MONTH} {_SHORT}",
)


def _forms(days: Iterable[str], *, clock: str) -> list[re.Pattern[str]]:
    before = rf"(?:(?:{_KL}) )?{_MINUTES}(?: ?{_HALF})?{_ZONE}(?:,| -|,? den)? "
    ways = (form for day in days for form in (rf"{day}(?:{_JOIN}{_CLOCK}){clock}", rf"{before}{day}"))
    return [re.compile(form, re.ASCII) for form in ways]


FORMS = (*_forms(_DAYS, clock="?"), *_forms(_DAYS_WITH_CLOCK, clock=""))
_COUNT = rf"(?P<count>\d{{1,4}}|{'|'.join(ONE)})"
_UNIT = rf"(?P<unit>{alternatives(UNITS)})\.?"
AGO = re.compile(
    rf"(?:för |for )?(?:(?:{alternatives(ABOUT)}) )?{_COUNT} ?{_UNIT}"
    rf"(?:(?P<more>(?:,? (?:och |and |og )?\d{{1,2}} (?:{alternatives(UNITS)})\.?){{1,3}})(?= \w))?"
    r"(?P<ago> sedan| sen| ago| siden)?",
    re.ASCII,
)
PART = re.compile(rf"(\d{{1,2}}) ({alternatives(UNITS)})", re.ASCII)
ISO = re.compile(
    r"(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)? ?|\d{8}T\d{6})(?:Z|[+-]\d{2}:?\d{2})",
    re.ASCII | re.IGNORECASE,
)
ISO_T = re.compile(r"^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?$", re.ASCII)
LETTERS = re.compile(r"[^\W\d_]+")
WORDS = frozenset(
    word for text in (*NOW, *(form.pattern for form in (*FORMS, AGO, ISO))) for word in LETTERS.findall(text.lower())
)
"""Every word that a date can have in it, and some that none has: names in the patterns themselves."""
