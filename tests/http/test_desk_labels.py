"""Labels at the desk: chosen, shown, and as files that print and read back."""

import itertools
import re

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import NOW, Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page, writing
from tests.labelled import label, packed
from tests.pure.printing.zpl_reader import read_zpl
from tests.signing_in import signed_in
from traceapp.labels import printers
from traceapp.printing.stock import STOCKS
from traceapp.web.endpoints import transaction

PDF = "/desk/batches/{}/labels.pdf?stock={}&template={}&count={}&start={}"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The demo, whose labels say MẪU."""
    return make_app(TRACEAPP_DEMO="1")


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan owns a co-operative."""
    with app.app_context(), transaction():
        return business("HTX Đồng Xanh", role="owner")


@pytest.fixture
def reader(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return at_desk(app, lan)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


@pytest.fixture
def greens(reader: FlaskClient, lan: Business) -> str:
    """The code of Lan's greens, on sale."""
    with writing(reader):
        return finished(lan, name="Cải ngọt Đông Dư")


def codes_on(file: bytes) -> list[list[str]]:
    pages = [one.render(scale=150 / 72).to_pil() for one in pypdfium2.PdfDocument(file)]
    return [[found.text for found in zxingcpp.read_barcodes(drawn)] for drawn in pages]


def test_24_labels_from_position_7_are_two_pages_and_each_code_reads_back(
    reader: FlaskClient, greens: str
) -> None:
    answer = reader.get(PDF.format(greens, "a4-24", "full", 24, 7))
    assert answer.mimetype == "application/pdf"
    assert f'"{greens}-a4-24.pdf"' in answer.headers["Content-Disposition"]
    first, second = codes_on(answer.data)
    assert (len(first), len(second)) == (18, 6)
    assert {*first, *second} == {f"HTTP://LOCALHOST:8000/B/{greens}"}
    text = pypdfium2.PdfDocument(answer.data)[0].get_textpage().get_text_range()
    assert "Cải ngọt" in text
    assert "MẪU" in text


@pytest.mark.parametrize("stock", STOCKS)
def test_what_the_page_shows_is_what_the_file_prints_or_both_say_why_not(
    reader: FlaskClient, greens: str, stock: str
) -> None:
    for template in ("full", "code", "crate", "card"):
        asked = f"stock={stock}&template={template}&count=1"
        shown = page(reader, f"/desk/batches/{greens}/labels?{asked}")
        answer = reader.get(PDF.format(greens, stock, template, 1, 1))
        is_printed = answer.mimetype == "application/pdf"
        assert is_printed == ("<use " in shown)
        assert is_printed != ('role="alert"' in shown)
        if is_printed:
            assert len(list(itertools.chain(*codes_on(answer.data)))) == 1


def test_a_label_printer_gets_its_own_language_and_a_roll_only(
    reader: FlaskClient, greens: str
) -> None:
    path = f"/desk/batches/{greens}/labels.zpl?template=full&count=5&stock="
    written = reader.get(f"{path}die-50x30").data
    assert written.count(b"^XA") == 1
    assert b"^PQ5^" in written
    found = zxingcpp.read_barcodes(read_zpl(written))
    assert [one.text for one in found] == [f"HTTP://LOCALHOST:8000/B/{greens}"]
    assert "dùng cuộn, không dùng tờ" in reader.get(f"{path}a4-24").text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("count=10000000", "nhiều nhất 20000 tem"),
        ("count=0", "ít nhất 1"),
        ("start=25", "các ô từ 1 đến 24"),
        ("count=ba", "số nguyên"),
        ("start=-1", "số nguyên"),
        ("stock=a3", "trong danh sách"),
        ("template=gold", "trong danh sách"),
        ("stock=die-30x20&template=full", "mã QR"),
    ],
)
def test_what_cannot_be_printed_is_said_with_what_can(
    reader: FlaskClient, greens: str, asked: str, words: str
) -> None:
    for path in ("labels", "labels.pdf"):
        said = reader.get(f"/desk/batches/{greens}/{path}?{asked}")
        assert said.status_code == 200
        assert said.mimetype == "text/html"
        assert words in said.text


def test_what_the_label_lacks_is_named_with_a_link_to_its_field(
    reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        code = packed(lan, label(without=("warnings", "storage", "ingredients")))
    for path in ("labels", "labels.pdf"):
        said = page(reader, f"/desk/batches/{code}/{path}")
        assert "labels.pdf" not in said
        for name in ("Thành phần", "Cảnh báo", "Hướng dẫn bảo quản"):
            assert f"<b>{name}</b>" in said
        links = re.findall(r'href="(/desk/products/[^"#]+)#([^"]+)"', said)
        assert len(links) == 3
        for address, anchor in links:
            assert f'id="{anchor}"' in page(reader, address)


def test_a_letter_that_the_face_lacks_is_named(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        code = finished(lan, name="Cải 🥬 ngọt")
    for path in ("labels", "labels.pdf"):
        assert "không in được lên tem: 🥬" in reader.get(f"/desk/batches/{code}/{path}").text


def test_nobody_elses_labels_are_given(app: Flask, greens: str) -> None:
    with app.app_context(), transaction():
        minh = business("HTX Minh", role="owner")
    for writer in ("pdf", "png", "zpl"):
        path = f"/desk/batches/{greens}/labels.{writer}"
        assert at_desk(app, minh).get(path).status_code == 404


def test_labels_of_a_printer_are_moved_on_the_page_and_in_the_file(
    reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        given = {"name": "Máy laser", "offset_x": "2", "offset_y": "-3"}
        printer = printers.add_printer((lan.producer_id, lan.actor.member_id), given, now=NOW)
        printer_id = str(printer.printer_id)
        asked = f"&printer={printer_id}"
    path = f"/desk/batches/{greens}/labels?stock=a4-24&template=full"
    assert "translate(2 -3) scale(1)" not in page(reader, path)
    shown = page(reader, path + asked)
    assert "translate(2 -3) scale(1)" in shown
    assert f"printer={printer_id}" in shown  # in the address of the file
    plain = PDF.format(greens, "a4-24", "full", 24, 1)
    before, after = (symbols_on(reader.get(one).data) for one in (plain, plain + asked))
    for (x, y), (moved_x, moved_y) in zip(before, after, strict=True):
        assert (moved_x - x, moved_y - y) == pytest.approx((2, -3), abs=0.2)


def test_a_printer_that_would_print_beside_the_paper_is_told_with_what_is_possible(
    reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        given = {"name": "Máy nhiệt", "offset_x": "-5"}
        printer = printers.add_printer((lan.producer_id, lan.actor.member_id), given, now=NOW)
        asked = f"stock=die-50x30&template=full&count=1&printer={printer.printer_id}"
    for path in ("labels", "labels.pdf", "labels.zpl"):
        said = reader.get(f"/desk/batches/{greens}/{path}?{asked}")
        assert said.mimetype == "text/html"
        assert re.search(r"dịch sang phải gần nhất có thể là -[0-2](,\d)? mm", said.text)


def symbols_on(file: bytes) -> list[tuple[float, float]]:
    """Give where the symbols of the first page lie, in mm, row by row."""
    drawn = pypdfium2.PdfDocument(file)[0].render(scale=300 / 72).to_pil()
    found = [one.position.top_left for one in zxingcpp.read_barcodes(drawn)]
    placed = [(one.x / 300 * 25.4, one.y / 300 * 25.4) for one in found]
    return sorted(placed, key=lambda at: (round(at[1] / 5), at[0]))
