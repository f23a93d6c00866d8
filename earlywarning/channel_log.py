"""The company's own log of a mailing: who was sent it when and read it when, as delays without the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from earlywarning.clock import STOCKHOLM, is_working_day
from earlywarning.coverage import LAST_COLLECTION_HOUR, MORNING_HOUR
from earlywarning.errors import PeriodError, TableError
from earlywarning.periods import parse_count, parse_time
from earlywarning.tables_in import Fault, Line, read_table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sent": ("sent_at", "sent", "skickad", "skickat", "utskickad", "utskick", "sänd", "sändes", "inlämnad", "postad"),
    "delivered": ("delivered_at", "delivered", "levererad", "levererat", "utdelad", "mottagen"),
    "read": ("read_at", "opened_at", "read", "opened", "läst", "öppnad", "öppnat", "först_öppnad", "first_opened_at"),
    "until": ("until", "as_of", "exported_at", "exporterad", "mätt_till"),
    "day": ("day", "date", "dag", "datum"),
    "read_count": ("read_count", "opened_count", "opens", "öppnade", "lästa", "antal_öppnade", "antal_lästa"),
    "count": ("recipient_count", "count", "recipients", "mottagare", "antal", "antal_mottagare", "skickade"),
    "recipient": ("recipient", "recipient_id", "mottagar_id", "kundnummer", "kund_id", "id"),
}
FINEST_HOURS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """So many recipients for whom something took so long, or had not happened after so long."""

    part: str
    """`read`: hours from sending; `delivery`: working days from sending; `reading`: calendar days from delivery."""
    delay: float
    is_observed: bool
    recipient_count: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLog:
    """What a log says."""

    delays: tuple[Delay, ...]
    recipient_count: int
    until: datetime
    """The last moment that it tells of."""
    faults: tuple[Fault, ...]
    """Lines that were set aside."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    count: int
    sent: datetime
    delivered: tuple[datetime, bool] | None
    read: tuple[datetime, bool] | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Day:
    line: int
    sent: datetime
    day: datetime
    """Its first moment."""
    read_count: int
    recipient_count: int
    """Of the whole mailing."""


def read_log(data: bytes, *, name: str, now: datetime, until: datetime | None = None) -> ChannelLog:
    """Return the delays of a log. Raise TableError when its columns cannot be told.

    A row is a recipient, or a batch of `recipient_count`: sent_at, and delivered_at or read_at (empty: not yet when
    the log ended). Or a row is a day of a mailing: sent_at, day, read_count, recipient_count. Several rows of one
    recipient count as the first reading. until: when the log was taken; else the last moment in it.
    """
    table = read_table(data, name=name, known=COLUMNS)
    places = {key: table.find(names) for key, names in COLUMNS.items()}
    is_daily = places["read_count"] is not None and places["day"] is not None
    if places["sent"] is None or not (is_daily or places["read"] is not None or places["delivered"] is not None):
        needs = "sent_at with read_at or delivered_at, or sent_at, day, read_count and recipient_count"
        raise TableError(f"{name}: the columns must be {needs}")
    if is_daily and places["count"] is None:
        raise TableError(f"{name}: counts per day need recipient_count (mottagare) beside them")
    rows: list[_Row] = []
    days: list[_Day] = []
    faults: list[Fault] = []
    for line in table.lines:
        try:
            if is_daily:
                days.append(_daily(line, places, now))
            else:
                rows.append(_row(line, places, now))
        except PeriodError as error:
            faults.append(Fault(line=line.number, reason=str(error)))
    if is_daily:
        rows, more = _batches(days)
        faults += more
    elif places["recipient"] is not None:
        rows = _first_of_each(rows, {line.number: line.get(places["recipient"]) for line in table.lines})
    end = until or max([moment for row in rows for moment in _moments(row)], default=now)
    late = [row for row in rows if row.sent > end]
    faults += [Fault(line=row.line, reason="was sent after the log ended") for row in late]
    kept = [row for row in rows if row.sent <= end]
    has_reading = is_daily or places["read"] is not None
    delays = _delays(kept, end, has_delivery=places["delivered"] is not None, has_reading=has_reading)
    return ChannelLog(
        delays=delays,
        recipient_count=sum(row.count for row in kept),
        until=end,
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
    )


def working_days(sent: datetime, day: date) -> int:
    """Return on which working day after a letter was handed in a day is; a free day counts as the next working day."""
    local = sent.astimezone(STOCKHOLM)
    start = local.date()
    if local.hour >= LAST_COLLECTION_HOUR or not is_working_day(start):
        start += timedelta(days=1)
        while not is_working_day(start):
            start += timedelta(days=1)
    passed = sum(is_working_day(start + timedelta(days=i)) for i in range(1, (day - start).days + 1))
    return passed + (not is_working_day(day) if day > start else 0)


def _row(line: Line, places: Mapping[str, int | None], now: datetime) -> _Row:
    sent, _ = _time(line, places["sent"], now) or _missing("sent_at")
    delivered, read = _time(line, places["delivered"], now), _time(line, places["read"], now)
    for earlier, later, what in (
        ((sent, True), delivered, "delivered before it was sent"),
        ((sent, True), read, "read before it was sent"),
        (delivered, read, "read before it was delivered"),
    ):
        if earlier and later and _is_before(later, earlier):
            raise PeriodError(what)
    count = parse_count(line.get(places["count"])) if line.get(places["count"]) else 1
    until = _time(line, places["until"], now)
    return _Row(line.number, count, sent, delivered, read, until[0] if until else None)


def _daily(line: Line, places: Mapping[str, int | None], now: datetime) -> _Day:
    sent, _ = _time(line, places["sent"], now) or _missing("sent_at")
    day = _time(line, places["day"], now) or _missing("day")
    if _is_before((day[0], False), (sent, True)):
        raise PeriodError("read before it was sent")
    read, whole = parse_count(line.get(places["read_count"]) or "0"), parse_count(line.get(places["count"]))
    if read > whole:
        raise PeriodError(f"{read} read it of {whole} recipients")
    return _Day(line.number, sent, day[0], read, whole)


def _batches(days: Sequence[_Day]) -> tuple[list[_Row], list[Fault]]:
    """Return the batches of mailings that are counted by day: those who read on each day, and those who have not."""
    found: list[_Row] = []
    faults: list[Fault] = []
    groups: dict[datetime, list[_Day]] = defaultdict(list)
    for day in days:
        groups[day.sent].append(day)
    for sent, its in groups.items():
        last = max(day.day for day in its) + timedelta(days=1)
        unread = max(day.recipient_count for day in its) - sum(day.read_count for day in its)
        if unread < 0:
            reason = f"more have read the mailing of {sent:%Y-%m-%d} than got it; is the count of a day only its own?"
            faults.append(Fault(line=its[0].line, reason=reason))
            continue
        found += [_Row(day.line, day.read_count, sent, None, (day.day, False), last) for day in its if day.read_count]
        found += [_Row(its[0].line, unread, sent, None, None, last)] if unread else []
    return found, faults


def _first_of_each(rows: Sequence[_Row], recipients: Mapping[int, str]) -> list[_Row]:
    found: dict[tuple[datetime, str], _Row] = {}
    for row in rows:
        key = row.sent, recipients[row.line] or f"line {row.line}"
        old = found.get(key)
        if old is None or (row.read and (old.read is None or row.read[0] < old.read[0])):
            found[key] = row
    return list(found.values())


def _delays(rows: Sequence[_Row], end: datetime, *, has_delivery: bool, has_reading: bool) -> tuple[Delay, ...]:
    counted: dict[tuple[str, float, bool], float] = defaultdict(float)
    for row in rows:
        until = min(row.until or end, end) if end > row.sent else row.sent
        if has_reading:
            for key, weight in _read(row, until):
                counted[key] += weight * row.count
        if has_delivery:
            day = (row.delivered[0] if row.delivered else until).astimezone(STOCKHOLM).date()
            counted["delivery", float(working_days(row.sent, day)), row.delivered is not None] += row.count
        if has_delivery and has_reading and row.delivered:
            last = row.read[0] if row.read else until
            waited = (last.astimezone(STOCKHOLM).date() - row.delivered[0].astimezone(STOCKHOLM).date()).days
            counted["reading", float(max(0, waited)), row.read is not None] += row.count
    return tuple(
        Delay(part=part, delay=delay, is_observed=seen, recipient_count=count)
        for (part, delay, seen), count in sorted(counted.items())
        if count
    )


def _read(row: _Row, until: datetime) -> Iterable[tuple[tuple[str, float, bool], float]]:
    """Yield the hours from sending to reading; a day without an hour is read evenly from morning to midnight."""
    if row.read is None:
        return [(("read", _rounded((until - row.sent).total_seconds() / 3600), False), 1.0)]
    moment, has_hour = row.read
    if has_hour:
        return [(("read", _rounded((moment - row.sent).total_seconds() / 3600), True), 1.0)]
    day = moment.astimezone(STOCKHOLM)
    begin = max(row.sent, day.replace(hour=MORNING_HOUR))
    hours = max(1, round(((day + timedelta(days=1)) - begin).total_seconds() / 3600))
    first = (begin - row.sent).total_seconds() / 3600
    return [(("read", _rounded(first + i + 0.5), True), 1.0 / hours) for i in range(hours)]


def _rounded(hours: float) -> float:
    """Return hours as fine as a curve can use: three minutes in the first day, hours later."""
    return round(round(hours / FINEST_HOURS) * FINEST_HOURS, 2) if hours < 24 else float(round(hours))


def _time(line: Line, place: int | None, now: datetime) -> tuple[datetime, bool] | None:
    if not (text := line.get(place)):
        return None
    moment, has_hour = parse_time(text)
    if moment > now:
        raise PeriodError(f"{text[:40]!r} has not been yet")
    return moment, has_hour


def _is_before(later: tuple[datetime, bool], earlier: tuple[datetime, bool]) -> bool:
    """Return whether what must come later came before; days are compared where one has no hour."""
    if later[1] and earlier[1]:
        return later[0] < earlier[0]
    return later[0].astimezone(STOCKHOLM).date() < earlier[0].astimezone(STOCKHOLM).date()


def _moments(row: _Row) -> list[datetime]:
    ends = [moment for moment in (row.until, row.delivered and row.delivered[0]) if moment]
    if row.read:
        ends.append(row.read[0] if row.read[1] else row.read[0] + timedelta(days=1))
    return [row.sent, *ends]


def _missing(column: str) -> tuple[datetime, bool]:
    raise PeriodError(f"{column} is empty")
