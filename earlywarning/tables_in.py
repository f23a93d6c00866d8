"""Tables that a company exports, as they come: any of the usual encodings, separators and names of columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earlywarning.errors import TableError

SEPARATORS = (";", "\t", ",", "|")
LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a table."""

    number: int
    """Line of the file, the first being 1."""
    cells: tuple[str, ...]
    """Trimmed; as many as the header has, or as few as the row has."""

    def get(self, place: int | None) -> str:
        """Return a cell, empty where the row has none."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and the rows under it; empty rows are left out."""

    header: tuple[str, ...]
    """Lower case, words joined by single underscores: `antal_ärenden`."""
    lines: tuple[Line, ...]

    def find(self, names: Sequence[str]) -> int | None:
        """Return the place of the first column that has one of the names, in the order of the names."""
        return next((self.header.index(name) for name in names if name in self.header), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line that says nothing that can be relied on."""

    line: int
    reason: str


def read_table(data: bytes, *, name: str, known: Mapping[str, Sequence[str]]) -> Table:
    """Return the table in a file's bytes. Raise TableError when there is none.

    UTF-8, with a byte order mark or without, UTF-16 with one, else windows-1252. The separator is the one that shows
    most of the `known` columns (names by what they mean), then most columns; a first line `sep=;` says it outright.
    """
    if len(data) > LARGEST_BYTES:
        raise TableError(f"{name}: larger than {LARGEST_BYTES // 1_000_000} MB; split it")
    text = _decode(data)
    names = {alias for aliases in known.values() for alias in aliases}
    told = re.match(r"\s*sep=(.)\s*(?:\r\n|\n|\r)", text, re.IGNORECASE)
    tried = [_split(text, separator, names) for separator in ([told[1]] if told else SEPARATORS)]
    hits, _, table = max(tried, key=lambda found: found[:2])
    if table is None or not table.lines:
        raise TableError(f"{name}: holds no table; the first line names the columns, the rows follow")
    if not hits:
        raise TableError(f"{name}: no column has a name that is known; known are {', '.join(sorted(names))}")
    return table


def plain_name(text: str) -> str:
    """Return a column's name, a channel's or the like as it is compared: lower case, words joined by underscores."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[^\w]+", "_", folded, flags=re.UNICODE).strip("_")


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _split(text: str, separator: str, names: set[str]) -> tuple[int, int, Table | None]:
    """Return how many known columns and how many columns a separator shows, and the table."""
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=separator)
    header: tuple[str, ...] | None = None
    lines: list[Line] = []
    try:
        for cells in reader:
            trimmed = tuple(" ".join(cell.split()) for cell in cells)
            if not any(trimmed) or (header is None and trimmed[0].lower().startswith("sep=")):
                continue
            if header is None:
                header = tuple(plain_name(cell) for cell in trimmed)
            else:
                lines.append(Line(number=reader.line_num, cells=trimmed))
    except csv.Error:
        return 0, 0, None
    if header is None:
        return 0, 0, None
    return len(names & set(header)), len(header), Table(header=header, lines=tuple(lines))
