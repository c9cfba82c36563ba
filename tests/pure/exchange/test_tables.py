"""Files of tables: what is read, and what is refused in words before it can do harm."""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from traceapp import problem
from traceapp.exchange import tables

HEADER = "Tên sản phẩm;Số lượng\r\n"


def _rule(content: bytes) -> str:
    with pytest.raises(problem.InvalidInput) as refused:
        tables.read(content)
    (finding,) = refused.value.findings
    return finding.rule


def _sheet(*rows: tuple[object, ...]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_with_every_delimiter(
    encoding: str, delimiter: str
) -> None:
    text = f"Tên{delimiter}Lượng\r\nCải ngọt{delimiter}12\r\n\r\nRau muống{delimiter}3\r\n"
    table = tables.read(text.encode(encoding))
    assert table.header == ("Tên", "Lượng")
    assert table.lines == (
        tables.Line(2, ("Cải ngọt", "12")),
        tables.Line(4, ("Rau muống", "3")),
    )


def test_a_file_of_windows_1258_is_refused_and_not_read_as_something_else() -> None:
    assert _rule("Tên;Số lượng\r\nCa\u0309i;1\r\n".encode("cp1258", "replace")) == "encoding"
    assert _rule("Tên;Lượng\r\n".encode("utf-16-le")) == "encoding"


def test_cells_may_hold_delimiters_quotes_and_lines() -> None:
    table = tables.read(b'a,b\r\n"x, ""y""\nz",2\r\n')
    assert table.lines[0].cells == ('x, "y"\nz', "2")


def test_the_line_that_names_the_delimiter_is_no_header() -> None:
    assert tables.read(b"sep=;\r\na;b,c\r\n1;2\r\n").header == ("a", "b,c")


def test_the_guard_against_formulas_is_taken_off() -> None:
    assert tables.read(b"name\r\n'=1+1\r\n").lines[0].cells == ("=1+1",)


def test_a_spreadsheet_gives_numbers_days_and_texts_as_they_are_meant() -> None:
    content = _sheet(
        ("Tên", "Lượng", "Ngày", "Giờ", "Cộng", "Có"),
        ("Cải", 1.5, date(2026, 11, 21), datetime(2026, 11, 21, 5, 40), 0.1 + 0.2, True),  # noqa: DTZ001
    )
    (line,) = tables.read(content).lines
    assert line.cells[:3] == ("Cải", Decimal("1.5"), date(2026, 11, 21))
    assert line.cells[3] == datetime(2026, 11, 21, 5, 40)  # noqa: DTZ001
    assert line.cells[4:] == (Decimal("0.3"), True)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0 an old file", "old_excel"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b'a,b\r\n"open,2\r\n', "quotes"),
        (b"a\r\n" + b"x" * 10_001, "long_cell"),
        (b"a\r\n" + b"1\r\n" * 2_001, "too_many_rows"),
        (b"a\r\n1\r\n" + b"\r\n" * 600_000, "too_wide"),
        (b"a\r\n1\r\n" + b"," * 600_000, "too_wide"),
        (b",".join([b"a"] * 101), "too_wide"),
        (b"a" * (5 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, rule: str) -> None:
    assert _rule(content) == rule


def _with_part(content: bytes, name: str, data: bytes) -> bytes:
    """The same spreadsheet with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, data if entry.filename == name else old.read(entry))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A1"', b'r="XFD1048576"'),
        (b'r="A1"', b"r = 'A1048576'"),
        (b'r="A1"', b'r="&#88;FD1"'),
        (b'<row r="1"', b'<row r="99999999"'),
    ],
)
def test_a_cell_far_away_does_not_fill_the_memory(old: bytes, new: bytes) -> None:
    content = _sheet(("a",), ("b",))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read(SHEET)
    assert old in sheet
    assert _rule(_with_part(content, SHEET, sheet.replace(old, new))) == "too_wide"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _with_part(_sheet(("a",)), SHEET, b"\0" * (61 * 1024 * 1024))
    assert len(bomb) < tables.MOST_BYTES
    assert _rule(bomb) == "too_wide"


@pytest.mark.parametrize("data", [b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", b"\xff\xfe<\0x\0"])
def test_xml_that_hides_something_is_refused(data: bytes) -> None:
    assert _rule(_with_part(_sheet(("a",)), SHEET, data)) == "damaged"


@pytest.mark.parametrize("cut", range(0, 4000, 97))
def test_a_spreadsheet_cut_short_anywhere_is_refused(cut: int) -> None:
    content = _sheet(("a", "b"), (1, 2))
    assert _rule(content[: 30 + cut]) in {"damaged", "encoding"}
