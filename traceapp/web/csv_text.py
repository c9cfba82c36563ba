"""Writing CSV that a spreadsheet opens as it is meant: UTF-8 with its mark, and no formulas.

A cell that a spreadsheet would run as a formula gets an apostrophe before it; `unguarded` takes it
off again, so that what is written here reads back the same.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

BYTE_ORDER_MARK = "\ufeff"
MEDIA_TYPE = "text/csv; charset=utf-8"
GUARD = "'"
# What starts a formula in a spreadsheet, also as full-width characters and after a line's end.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)

Cell = str | int | float | Decimal | bool | date | datetime | None


def lines(header: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a table line by line, the byte order mark before the header."""
    yield BYTE_ORDER_MARK + row(header)
    for values in rows:
        yield row(values)


def row(values: Sequence[Cell]) -> str:
    """Write one line; None is an empty cell, dates are ISO 8601."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow([guarded(_text(value)) for value in values])
    return line.getvalue()


def guarded(text: str) -> str:
    """Keep a spreadsheet from running the cell. Numbers stay numbers."""
    start = text.lstrip(" \u00a0")
    needs = start.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return GUARD + text if needs or _is_guarded(text) else text


def unguarded(text: str) -> str:
    """Take off the apostrophe that `guarded` put before a text."""
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    behind = text.lstrip(GUARD)
    return text.startswith(GUARD) and behind.lstrip(" \u00a0").startswith(FORMULA_STARTS)


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
