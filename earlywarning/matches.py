"""Tables of matched posts in, tables of alerts out: strict, so that a wrong line is named and never absorbed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from earlywarning.authors import STANCES
from earlywarning.errors import MatchesError

REQUIRED = ("claim_id", "posted_at", "author")
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class Match:
    """A post that says something about a claim."""

    claim_id: str
    posted_at: datetime
    """With an offset."""
    author: str
    views: int | None = None
    stance: str = "support"


def read_matches(path: Path) -> list[Match]:
    """Return the rows of a MATCHES table, in the order of the file. Raise MatchesError naming the line.

    Columns `claim_id, posted_at, author[, views][, stance]` in any order; others are left alone. A row without stance
    supports. A time without offset is UTC, as in the warehouse's tables. Rows without an author are all one person's:
    we cannot know that they are several.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return list(parse_matches(lines, name=path.name))
    except UnicodeDecodeError as error:
        raise MatchesError(
            f"{path.name}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise MatchesError(f"{path}: {error.strerror or error}; give a readable CSV file") from error


def parse_matches(lines: Iterable[str], *, name: str = "MATCHES") -> Iterator[Match]:
    """Yield the rows of a MATCHES table given as lines. Raise MatchesError naming the line."""
    reader = csv.reader(lines)
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        places = _places(header, name)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield _match(row, places, width=len(header), where=f"{name}, line {reader.line_num}")
    except csv.Error as error:
        raise MatchesError(f"{name}, line {reader.line_num}: not CSV ({error}); quote the cell") from error


def _places(header: list[str], name: str) -> dict[str, int]:
    if missing := [column for column in REQUIRED if column not in header]:
        raise MatchesError(
            f"{name}, line 1: no column {', '.join(missing)}; the first line must name claim_id,posted_at,author"
        )
    if doubled := {column for column in (*REQUIRED, "views", "stance") if header.count(column) > 1}:
        raise MatchesError(f"{name}, line 1: column {', '.join(sorted(doubled))} stands twice; keep one")
    return {column: i for i, column in enumerate(header)}


def _match(row: list[str], places: dict[str, int], *, width: int, where: str) -> Match:
    if len(row) != width:
        raise MatchesError(f"{where}: {len(row)} cells where the header has {width}; quote commas or add the missing")
    claim_id, author = row[places["claim_id"]].strip(), row[places["author"]].strip()
    if not claim_id:
        raise MatchesError(f"{where}: claim_id is empty; every match needs one")
    views = row[places["views"]].strip() if "views" in places else ""
    stance = row[places["stance"]].strip().lower() if "stance" in places else ""
    if stance and stance not in STANCES:
        raise MatchesError(
            f"{where}: unknown stance {stance[:20]!r}; use {', '.join(sorted(STANCES))} or leave it empty"
        )
    posted_at = read_time(row[places["posted_at"]].strip(), where=where)
    return Match(claim_id, posted_at, author, _views(views, where) if views else None, stance or "support")


def read_time(text: str, *, where: str, error: type[ValueError] = MatchesError) -> datetime:
    """Return the time of an ISO 8601 text, UTC where it has no offset. Raise `error`: where, and what to write."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as cause:
        raise error(f"{where}: {text[:40]!r} is not an ISO 8601 time; write 2023-10-05T19:30:00+02:00") from cause
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise error(f"{where}: the year of {text[:40]!r} is not within {FIRST_YEAR}-{LAST_YEAR}; correct it")
    return moment.astimezone(UTC)


def _views(text: str, where: str) -> int:
    try:
        views = float(text)
    except ValueError:
        views = -1.0
    if not (0 <= views < 1e12 and views == int(views)):  # also turns NaN away
        raise MatchesError(f"{where}: views must be a whole number from 0 up, not {text[:20]!r}; or leave it empty")
    return int(views)
