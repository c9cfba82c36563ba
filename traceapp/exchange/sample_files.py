"""Files to fill in, one a kind: headings, an example row, and in XLSX what each column takes."""

import io

import xlsxwriter

from traceapp.exchange import cells
from traceapp.exchange.columns import Column, Kind
from traceapp.web import csv_text

CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: csv_text.MEDIA_TYPE,
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EXPLAINED = (
    "Cột",
    "Column",
    "Bắt buộc",
    "Needed",
    "Cách điền",
    "How to fill it in",
    "Các từ dùng được",
)
_WIDEST = 60


def make(kind: Kind, language: str, form: str) -> bytes:
    """Make the file of a kind with headings in a language."""
    rows = [[_title(column, language) for column in kind.columns]]
    rows.append([column.example for column in kind.columns])
    if form == CSV:
        return "".join(csv_text.lines(rows[0], rows[1:])).encode("utf-8")
    return _workbook(kind, rows)


def _title(column: Column, language: str) -> str:
    return (column.title.en if language == "en" else column.title.vi) or column.name


def _workbook(kind: Kind, rows: list[list[str]]) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(kind.title.vi)[:31])
        for place, (title, example) in enumerate(zip(*rows, strict=True)):
            # As a text a lot keeps its zeros; numbers and days are left to the spreadsheet.
            is_text = kind.columns[place].read in {cells.text, cells.own_id}
            sheet.set_column(place, place, max(14, len(title) + 2), text if is_text else None)
            sheet.write_string(0, place, title, bold)
            if example:
                sheet.write_string(1, place, example)
        sheet.freeze_panes(1, 0)
        help_sheet = book.add_worksheet("Giải thích - Help")
        help_sheet.set_column(0, 3, 20)
        help_sheet.set_column(4, 6, _WIDEST)
        for place, title in enumerate(_EXPLAINED):
            help_sheet.write_string(0, place, title, bold)
        for number, column in enumerate(kind.columns, start=1):
            for place, words in enumerate(_explained(column)):
                help_sheet.write_string(number, place, words, wrap)
    return file.getvalue()


def _explained(column: Column) -> tuple[str, ...]:
    return (
        column.title.vi or "",
        column.title.en or "",
        "có" if column.required else "",
        "yes" if column.required else "",
        column.hint.vi or "",
        column.hint.en or "",
        column.choices,
    )
