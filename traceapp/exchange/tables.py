"""Reading a table from a CSV or XLSX file somebody sent: bounded, and refused in words. Pure.

Cells come out as they are meant: texts, numbers, days. What they mean is not known here.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from traceapp import problem
from traceapp.problem import N_
from traceapp.web.csv_text import unguarded

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2_000  # some four seconds of writing, in which all others wait
MOST_COLUMNS = 100
MOST_CELLS = 500_000  # empty ones too: each takes its time to look at
LONGEST_CELL = 10_000
MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 500
PIECE = 256 * 1024
DELIMITERS = ",;\t"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError),
    CalamineError,
)
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PLACE = re.compile(rb"""(?<![\w:.-])r\s*=\s*(["'])(.*?)\1""", re.DOTALL)
_CELL = re.compile(rb"([A-Z]{0,3})(\d{1,7})")

Cell = str | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its number in the file, as a spreadsheet counts."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The words of the first row, and the rows below that are not empty."""

    header: tuple[str, ...]
    lines: tuple[Line, ...]


def refused(rule: str, message: str, fix: str, **values: str) -> problem.InvalidInput:
    """Make the problem that says why a file is not read."""
    return problem.InvalidInput(findings=[problem.Finding("/file", rule, message, fix, values)])


def read(content: bytes, most_rows: int = MOST_ROWS) -> Table:
    """Read the table of a file. Raises InvalidInput with what is wrong."""
    if not content.strip():
        raise refused("empty", N_("This file is empty."), N_("Choose the file once more."))
    if len(content) > MOST_BYTES:
        raise refused(
            "too_large",
            N_("This file is larger than 5 MB."),
            N_("Divide it into several files, or remove its pictures."),
        )
    if content.startswith(_OLD_EXCEL):
        raise refused(
            "old_excel",
            N_("This is an old Excel file (.xls) or one with a password."),
            N_("Save it without a password as “Excel workbook (.xlsx)” and send that."),
        )
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    return _table(rows, most_rows)


def _table(rows: Iterable[tuple[int, list[Cell]]], most_rows: int) -> Table:
    filled = [(number, cells) for number, cells in rows if any(map(is_filled, cells))]
    if not filled:
        raise refused("empty", N_("This file is empty."), N_("Choose the file once more."))
    if len(filled) - 1 > most_rows:
        raise refused(
            "too_many_rows",
            N_("This file has more than {most} rows."),
            N_("Divide it into several files."),
            most=f"{most_rows}",
        )
    header = tuple("" if cell is None else str(cell).strip() for cell in filled[0][1])
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise _too_wide()
    return Table(header, tuple(Line(number, tuple(cells)) for number, cells in filled[1:]))


def is_filled(cell: Cell) -> bool:
    """Tell whether there is anything in a cell."""
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _too_wide() -> problem.InvalidInput:
    return refused(
        "too_wide",
        N_("This table has too many columns, or cells far away from the others."),
        N_("Copy the table into a new file and send that."),
    )


def _csv(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    text = _decoded(content)
    first, _, rest = text.partition("\n")
    delimiter = _delimiter(first)
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        delimiter, text = first.strip()[-1], rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells = 0
    try:
        for row in reader:
            cells += max(1, len(row))
            if cells > MOST_CELLS:
                raise _too_wide()
            if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
                raise _too_wide()
            yield reader.line_num, [_text(cell, reader.line_num) for cell in row]
    except csv.Error:
        raise refused(
            "quotes",
            N_("Row {row} cannot be read: a quotation mark is opened and not closed."),
            N_("Correct this row, or save the table as XLSX and send that."),
            row=f"{reader.line_num}",
        ) from None


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise refused(
            "encoding",
            N_("The letters of this file cannot be read: it is not in UTF-8."),
            N_("In Excel choose “Save as” and “CSV UTF-8”, or send the XLSX file itself."),
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _delimiter(first: str) -> str:
    outside = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=outside.count)


def _text(cell: object, number: int) -> str:
    text = unguarded(str(cell))
    if len(text) > LONGEST_CELL:
        raise refused(
            "long_cell",
            N_("Row {row} has a cell with more than {longest} characters."),
            N_("Make it shorter."),
            row=f"{number}",
            longest=f"{LONGEST_CELL}",
        )
    return text


def _xlsx(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_parts(parts)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except _UNREADABLE as error:
        raise _damaged() from error
    for number, row in enumerate(rows, start=1):
        yield number, [_value(cell, number) for cell in row]


def _damaged() -> problem.InvalidInput:
    return refused(
        "damaged",
        N_("This is not a table that can be read: the file is damaged or of another kind."),
        N_("Open it in a spreadsheet, save it as XLSX or CSV UTF-8, and send that."),
    )


def _check_parts(parts: zipfile.ZipFile) -> None:
    """Refuse a file that unpacks to far more than it is, or would spread over a huge table."""
    entries = parts.infolist()
    if len(entries) > MOST_PARTS:
        raise _damaged()
    left = MOST_UNPACKED
    for entry in entries:
        unpacked = bytearray()
        with parts.open(entry) as part:
            while piece := part.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise _too_wide()
                unpacked += piece
        if entry.filename.endswith((".xml", ".rels")):
            _check_cells(bytes(unpacked))


def _check_cells(xml: bytes) -> None:
    if xml.startswith(_UTF_16) or b"\0" in xml[:200] or b"<!doctype" in xml.lower():
        raise _damaged()
    if b"sheetData" not in xml:
        return
    # The reader spreads cells over a full rectangle: one cell far away would fill the memory.
    for found in _PLACE.finditer(xml):
        place = _CELL.fullmatch(found[2])
        if place is None or int(place[2]) > 4 * MOST_ROWS or _column(place[1]) > MOST_COLUMNS:
            raise _too_wide()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _value(cell: object, number: int) -> Cell:
    match cell:
        case bool():
            return cell
        case int() | float():
            # Spreadsheets count with 15 digits: 0.1 + 0.2 is meant as 0.3.
            return Decimal(f"{cell:.15g}")
        case datetime():
            return cell.date() if cell.time() == time() else cell
        case date():
            return cell
        case time():
            return cell.isoformat("minutes")
        case _:
            return _text(cell, number)
