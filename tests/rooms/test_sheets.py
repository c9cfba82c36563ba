"""Workbooks: whatever a name is, its cell is text that reads back, and never a formula."""

import io
import zipfile
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from traceapp.dossier.sheets import Sheet, workbook

HOSTILE = st.builds(
    str.__add__, st.sampled_from(["=", "+", "-", "@", "\t", "\n", " =", "＝", "'="]), st.text()
)
TEXTS = st.one_of(HOSTILE, st.text(min_size=1)).map(
    lambda text: "".join(one for one in text if one.isprintable() or one in "\t\n")
)


def sheet_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode("utf-8")


@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=6))
def test_text_reads_back_and_is_never_a_formula(texts: list[str]) -> None:
    content = workbook([Sheet("Tên", ("A",), [(text,) for text in texts])])
    assert "<f>" not in sheet_of(content)
    read = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in read[1:]] == texts


def test_what_looks_like_a_formula_is_marked_as_typed_text() -> None:
    content = workbook([Sheet("A", ("A",), [("=1+1",), ("plain",)])])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode("utf-8")


def test_numbers_are_numbers_and_what_is_unknown_is_empty() -> None:
    rows = [(Decimal("68.25"), None, 3, Decimal("0.1234567890123456"))]
    content = workbook([Sheet("A", ("A", "B", "C", "D"), rows)])
    read = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert read[1] == [68.25, "", 3, "0.1234567890123456"]
