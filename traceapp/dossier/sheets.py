"""Workbooks whose cells are text or numbers, and never a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter

from traceapp.web.csv_text import FORMULA_STARTS, Cell

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_TEXT = 32_767  # characters that fit in a cell
NARROWEST, WIDEST = 10, 60  # characters of a column
MOST_DIGITS = 15  # a spreadsheet rounds longer numbers


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a bold first row that stays in view, and rows that can be sorted below it."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Write sheets as XLSX. Numbers are numbers, all else is text; dates are ISO 8601."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        # The mark of a text that was typed with an apostrophe: it stays one when a cell is edited.
        guarded = book.add_format(
            {"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True}
        )
        for one in sheets:
            sheet = book.add_worksheet(one.name)
            for place, title in enumerate(one.header):
                sheet.write_string(0, place, title, bold)
                sheet.set_column(place, place, _width(one, place))
            for line, row in enumerate(one.rows, start=1):
                for place, value in enumerate(row):
                    if _is_number(value):
                        sheet.write_number(line, place, float(str(value)))
                    elif said := _text(value):
                        shape = guarded if _is_like_a_formula(said) else text
                        sheet.write_string(line, place, said, shape)
            sheet.freeze_panes(1, 0)
            if one.rows:
                sheet.autofilter(0, 0, len(one.rows), len(one.header) - 1)
    return file.getvalue()


def _is_number(value: Cell) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return len(Decimal(value).as_tuple().digits) <= MOST_DIGITS


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return (value.isoformat() if isinstance(value, date) else str(value))[:LONGEST_TEXT]


def _is_like_a_formula(text: str) -> bool:
    return text.lstrip(" \u00a0").startswith(FORMULA_STARTS)


def _width(sheet: Sheet, place: int) -> int:
    longest = max((len(_text(row[place])) for row in sheet.rows[:200]), default=0)
    return max(NARROWEST, min(WIDEST, longest + 2, max(longest + 2, len(sheet.header[place]) + 2)))
