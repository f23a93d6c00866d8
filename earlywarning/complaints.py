"""Complaint counts as KO, ARN and customer service hand them out: one row a period, or a column for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earlywarning.errors import PeriodError, TableError
from earlywarning.periods import Period, parse_count, parse_period
from earlywarning.tables_in import Fault, Line, Table, plain_name, read_table

CHANNELS: Mapping[str, tuple[str, ...]] = {
    "ko": ("ko", "konsumentombudsmannen", "konsumentverket", "konsumentverket_ko", "ko_konsumentverket"),
    "arn": ("arn", "allmänna_reklamationsnämnden", "reklamationsnämnden"),
    "customer_service": ("customer_service", "kundtjänst", "kundtjanst", "kundservice", "support", "customer_support"),
}
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "channel": ("channel", "kanal", "instans", "myndighet", "mottagare", "källa", "source"),
    "start": ("period_start", "startdatum", "från", "från_och_med", "fr_o_m", "from", "start", "period_från"),
    "end": ("period_end", "slutdatum", "till", "till_och_med", "t_o_m", "to", "slut", "end", "period_till"),
    "period": ("period", "datum", "date", "dag", "day", "tidsperiod"),
    "week": ("vecka", "week", "veckonummer", "v"),
    "month": ("månad", "manad", "month"),
    "quarter": ("kvartal", "quarter", "kv"),
    "year": ("år", "ar", "year"),
    "count": (
        *("complaint_count", "count", "antal", "antal_ärenden", "antal_klagomål", "antal_anmälningar", "ärenden"),
        *("klagomål", "anmälningar", "antal_arenden", "antal_klagomal", "antal_anmalningar", "complaints"),
    ),
    "topic": ("topic", "ämne", "amne", "kategori", "category", "orsak", "ärendetyp"),
}
TOTALS = ("summa", "totalt", "total", "sum", "alla")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedComplaints:
    """Complaints of a period at one place."""

    channel: str
    period: Period
    complaint_count: int
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintTable:
    """What a file says."""

    counts: tuple[CountedComplaints, ...]
    """By channel and period; each channel, period and topic once."""
    faults: tuple[Fault, ...]
    """Lines that say nothing for certain."""
    left_out: tuple[Fault, ...]
    """Sums and notes under the table, which are not counts of a period."""


def read_complaints(data: bytes, *, name: str, channel: str | None = None) -> ComplaintTable:
    """Return the counts of a table. Raise TableError when it has no columns to tell them from.

    channel: whose complaints these are, where no column says it.
    """
    aliases = {alias: [alias] for names in (*COLUMNS.values(), *CHANNELS.values()) for alias in names}
    table = read_table(data, name=name, known=aliases)
    places = {key: table.find(names) for key, names in COLUMNS.items()}
    wide = {code: place for code, names in CHANNELS.items() if (place := table.find(names)) is not None}
    _check(places, wide, channel, name)
    found: dict[tuple[str, Period, str | None], tuple[int, int]] = {}
    faults, left_out = [], []
    for line in table.lines:
        if _is_note(line, table):
            left_out.append(Fault(line=line.number, reason=f"not a period: {line.cells[0][:40]!r}"))
            continue
        try:
            for one in _counts(line, places, wide, channel):
                key = one.channel, one.period, one.topic
                known = found.setdefault(key, (one.complaint_count, line.number))
                if known[0] != one.complaint_count:
                    raise PeriodError(f"line {known[1]} has another count for the same period; keep one")
        except PeriodError as error:
            faults.append(Fault(line=line.number, reason=str(error)))
    counts = [
        CountedComplaints(channel=code, period=period, complaint_count=count, topic=topic)
        for (code, period, topic), (count, _) in found.items()
    ]
    counts.sort(key=lambda one: (one.channel, one.period, one.topic or ""))
    return ComplaintTable(counts=tuple(counts), faults=tuple(faults), left_out=tuple(left_out))


def _check(places: Mapping[str, int | None], wide: Mapping[str, int], channel: str | None, name: str) -> None:
    when = [key for key in ("start", "period", "week", "month", "quarter", "year") if places[key] is not None]
    if not when:
        raise TableError(f"{name}: no column says which period; name one period, date, week, month or quarter")
    if places["count"] is None and not wide:
        raise TableError(
            f"{name}: no column holds counts; name one complaint_count or antal, or one KO, ARN, kundtjänst"
        )
    if places["count"] is not None and places["channel"] is None and channel is None:
        raise TableError(
            f"{name}: no column says whose complaints these are; give --channel ko, arn or customer_service"
        )


def _is_note(line: Line, table: Table) -> bool:
    """Return whether a line is a sum, or a note that stands alone in its row."""
    first = plain_name(line.cells[0])
    alone = len(table.header) > 1 and not any(line.cells[1:]) and not any(c.isdigit() for c in line.cells[0][:4])
    return first in TOTALS or (alone and bool(first))


def _counts(
    line: Line, places: Mapping[str, int | None], wide: Mapping[str, int], channel: str | None
) -> list[CountedComplaints]:
    period, topic = _period(line, places), line.get(places["topic"]) or None
    if places["count"] is not None:
        code = _channel(line.get(places["channel"])) if places["channel"] is not None else str(channel)
        count = parse_count(line.get(places["count"]))
        return [CountedComplaints(channel=code, period=period, complaint_count=count, topic=topic)]
    return [
        CountedComplaints(channel=code, period=period, complaint_count=parse_count(cell), topic=topic)
        for code, place in wide.items()
        if (cell := line.get(place)) not in ("", "..")  # two dots: official statistics for "not available"
    ]


def _channel(text: str) -> str:
    name = plain_name(text)
    for code, names in CHANNELS.items():
        if name in names:
            return code
    raise PeriodError(f"{text[:40]!r} is none of KO, ARN and customer_service (kundtjänst)")


def _period(line: Line, places: Mapping[str, int | None]) -> Period:
    if places["start"] is not None:
        begin = parse_period(line.get(places["start"]))
        last = parse_period(line.get(places["end"])) if line.get(places["end"]) else begin
        if last.end < begin.start:
            raise PeriodError(f"the period ends {last.end} before it begins {begin.start}")
        return Period(begin.start, last.end)
    year = line.get(places["year"])
    for unit in ("week", "month", "quarter"):
        if said := line.get(places[unit]):
            return _of_year(said, year, unit)
    if said := line.get(places["period"]):
        return parse_period(said)
    return parse_period(year)


def _of_year(said: str, year: str, unit: str) -> Period:
    """Read the number of a week, month or quarter with its year beside it, or both in one cell."""
    number = said.strip().lstrip("vVqQkK.").strip() if unit != "month" else said.strip()
    if year and number.isdigit() and len(number) <= 2:
        written = f"{year}-{int(number):02d}"
        return parse_period(written, unit=None if unit == "month" else unit)
    if year and not any(part.isdigit() and len(part) == 4 for part in said.replace("-", " ").split()):
        return parse_period(f"{said} {year}", unit=unit)
    return parse_period(said, unit=unit)
