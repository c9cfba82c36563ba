"""CSV that goes out: no formulas, and the same text comes back."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceapp.web.csv_text import (
    BYTE_ORDER_MARK,
    FORMULA_STARTS,
    Cell,
    guarded,
    lines,
    row,
    unguarded,
)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"],
)
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+84912345678", "-2,5", "Cải ngọt", "", "'tis", "a=b"])
def test_numbers_and_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.text())
def test_every_text_comes_back_and_none_starts_a_formula(text: str) -> None:
    kept = guarded(text)
    assert unguarded(kept) == text
    is_number = kept.lstrip("+-").replace(",", ".", 1).replace(".", "", 1).isdecimal()
    assert is_number or not kept.startswith(FORMULA_STARTS)


def test_a_table_has_the_mark_its_header_and_quotes_where_they_are_needed() -> None:
    rows: list[list[Cell]] = [["Cải, ngọt", Decimal("10.50"), date(2026, 11, 22), None, True]]
    text = "".join(lines(["Tên", "Lượng", "Ngày", "Ghi chú", "Có"], rows))
    assert text.startswith(f"{BYTE_ORDER_MARK}Tên,Lượng,")
    read = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert read[1] == ["Cải, ngọt", "10.50", "2026-11-22", "", "1"]


def test_times_keep_their_offset() -> None:
    assert row([datetime(2026, 11, 22, 5, 0, tzinfo=UTC)]) == "2026-11-22T05:00:00+00:00\r\n"
