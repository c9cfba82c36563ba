"""Labels at the desk: chosen, shown, and as files that print and read back."""

import itertools
import re

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import NOW, Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page, writing
from tests.http.ordered_labels import ask, issue, issued
from tests.labelled import label, packed
from tests.pure.printing.zpl_reader import read_zpl
from tests.signing_in import signed_in
from tests.symbols import symbols
from traceapp.database.engine import Base, db
from traceapp.labels import printers
from traceapp.labels.models import LabelChange, LabelIssue
from traceapp.printing.stock import STOCKS
from traceapp.web.endpoints import transaction


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


def count(reader: FlaskClient, table: type[Base]) -> int:
    with reader.application.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def codes_on(file: bytes) -> list[list[str]]:
    pages = [one.render(scale=150 / 72).to_pil() for one in pypdfium2.PdfDocument(file)]
    return [[found.text for found in symbols(drawn)] for drawn in pages]


def test_24_labels_from_position_7_are_two_pages_and_each_code_reads_back(
    reader: FlaskClient, greens: str
) -> None:
    shown = issued(reader, greens, start_position=7)
    assert "24 tem" in page(reader, shown)
    answer = reader.get(f"{shown}/labels.pdf")
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
    for template in ("full", "code", "crate"):
        wish = {"stock": stock, "template": template, "labels": 1}
        shown = ask(reader, greens, **wish).text
        answer = issue(reader, greens, **wish)
        is_issued = answer.status_code == 303
        assert is_issued == (f'href="#qr-{template}-' in shown)
        assert is_issued != ('role="alert"' in shown)
        if is_issued:
            file = reader.get(f"{answer.location}/labels.pdf").data
            assert len(list(itertools.chain(*codes_on(file)))) == 1
            assert "<use " in page(reader, answer.location)


def test_a_label_printer_gets_its_own_language_and_a_roll_only(
    reader: FlaskClient, greens: str
) -> None:
    written = reader.get(f"{issued(reader, greens, labels=5, stock='die-50x30')}/labels.zpl").data
    assert written.count(b"^XA") == 1
    assert b"^PQ5^" in written
    found = symbols(read_zpl(written))
    assert [one.text for one in found] == [f"HTTP://LOCALHOST:8000/B/{greens}"]
    finer = reader.get(f"{issued(reader, greens, labels=1, stock='die-50x30')}/labels.zpl?dpi=300")
    assert read_zpl(finer.data).width > read_zpl(written).width
    assert reader.get(f"{finer.request.path}?dpi=600").status_code == 404
    on_sheets = page(reader, issued(reader, greens, labels=5))
    assert "labels.zpl" not in on_sheets


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": "10000000"}, "từ 1 đến 20000"),
        ({"labels": "0"}, "từ 1 đến 20000"),
        ({"labels": ""}, "điền ô này"),
        ({"labels": "2,5"}, "số nguyên"),
        ({"start_position": "25"}, "các ô từ 1 đến 24"),
        ({"start_position": "ba"}, "số"),
        ({"stock": "a3"}, "có sẵn"),
        ({"template": "gold"}, "có sẵn"),
        ({"stock": "die-30x20"}, "mã QR"),
        ({"stock": "die-30x20"}, "In vừa trên: Tờ A4"),
        ({"stock": "niimbot-40x12", "template": "code"}, "mỗi ô của mã phải rộng ít nhất 0,4 mm"),
        ({"stock": "niimbot-50x15", "template": "code"}, "; Tem Niimbot 50 × 30 mm (B1, B21)"),
        ({"pack.uom": "lít"}, "không tính theo loại gói đó"),
        ({"pack.uom": "xyz"}, "không tính theo loại gói đó"),
        ({"pack.quantity": "0,0000001"}, "theo đơn vị của lô"),
        ({"pack.quantity": "9999999999999"}, "theo đơn vị của lô"),
        ({"pack.quantity": "0"}, "theo đơn vị của lô"),
    ],
)
def test_what_cannot_be_printed_is_said_with_what_can_and_nothing_is_issued(
    reader: FlaskClient, greens: str, changes: dict[str, str], words: str
) -> None:
    said = issue(reader, greens, **changes)
    assert said.status_code == 422
    assert words in said.text
    assert 'role="alert"' in said.text
    assert count(reader, LabelIssue) == 0


def test_looking_and_downloading_never_issue(reader: FlaskClient, greens: str) -> None:
    for path in ("labels", "labels?labels=12&stock=a4-65&template=code", "card.pdf"):
        assert reader.get(f"/desk/batches/{greens}/{path}").status_code == 200
    for writer in ("pdf", "png", "zpl"):
        assert reader.get(f"/desk/batches/{greens}/labels.{writer}").status_code == 404
    assert count(reader, LabelIssue) == 0
    shown = issued(reader, greens)
    for path in ("", "/labels.pdf", "/labels.csv", "/void", "/reprint"):
        assert reader.get(shown + path).status_code == 200
    assert (count(reader, LabelIssue), count(reader, LabelChange)) == (1, 0)


def test_a_stall_card_is_seen_before_it_is_printed(reader: FlaskClient, greens: str) -> None:
    shown = reader.get(f"/desk/batches/{greens}/labels").text
    (drawn,) = re.findall(r'<svg [^>]*viewBox="0 0 148 210".*?</svg>', shown)
    assert f"/B/{greens}" in drawn
    assert "Cải ngọt Đông Dư" in drawn
    assert "MẪU" in drawn
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len({*ids})


def test_a_stall_card_reads_back(reader: FlaskClient, greens: str) -> None:
    for stock in ("card-a5", "card-a4"):
        file = reader.get(f"/desk/batches/{greens}/card.pdf?stock={stock}").data
        assert codes_on(file) == [[f"HTTP://LOCALHOST:8000/B/{greens}"]]
    assert reader.get(f"/desk/batches/{greens}/card.pdf?stock=a4-24").status_code == 404


def test_what_the_label_lacks_is_named_with_a_link_to_its_field(
    reader: FlaskClient, lan: Business
) -> None:
    with writing(reader):
        code = packed(lan, label(without=("warnings", "storage", "ingredients")))
    assert issue(reader, code).status_code == 422
    said = page(reader, f"/desk/batches/{code}/labels")
    for name in ("Thành phần", "Cảnh báo", "Hướng dẫn bảo quản"):
        assert f"<b>{name}</b>" in said
    links = re.findall(r'href="(/desk/products/[^"#]+)#([^"]+)"', said)
    assert len(links) == 3
    for address, anchor in links:
        assert f'id="{anchor}"' in page(reader, address)


def test_a_letter_that_the_face_lacks_is_named(reader: FlaskClient, lan: Business) -> None:
    with writing(reader):
        code = finished(lan, name="Cải 🥬 ngọt")
    for said in (ask(reader, code), issue(reader, code)):
        assert "không in được lên tem: 🥬" in said.text


def test_nobody_elses_labels_are_given(app: Flask, reader: FlaskClient, greens: str) -> None:
    shown = issued(reader, greens)
    with app.app_context(), transaction():
        minh = business("HTX Minh", role="owner")
    stranger = at_desk(app, minh)
    assert issue(stranger, greens).status_code == 404
    for path in (f"/desk/batches/{greens}/labels", f"/desk/batches/{greens}/card.pdf"):
        assert stranger.get(path).status_code == 404
    for path in ("", "/labels.pdf", "/void", "/reprint"):
        assert stranger.get(shown + path).status_code == 404


def test_labels_of_a_printer_are_moved_on_the_page_and_in_the_file(
    reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        given = {"name": "Máy laser", "offset_x": "2", "offset_y": "-3"}
        printer = printers.add_printer((lan.producer_id, lan.actor.member_id), given, now=NOW)
        printer_id = str(printer.printer_id)
    moved = "translate(2 -3) scale(1 1)"
    assert moved not in ask(reader, greens, labels=12).text
    assert moved in ask(reader, greens, labels=12, printer_id=printer_id).text
    plain, other = issued(reader, greens, labels=12), {"labels": 12, "printer_id": printer_id}
    through = issued(reader, greens, **other)
    assert moved in page(reader, through)
    assert "Máy laser" in page(reader, through)
    before, after = (symbols_on(reader.get(f"{one}/labels.pdf").data) for one in (plain, through))
    for (x, y), (moved_x, moved_y) in zip(before, after, strict=True):
        assert (moved_x - x, moved_y - y) == pytest.approx((2, -3), abs=0.2)


def test_a_printer_that_would_print_beside_the_paper_is_told_with_what_is_possible(
    reader: FlaskClient, lan: Business, greens: str
) -> None:
    with writing(reader):
        given = {"name": "Máy nhiệt", "offset_x": "-5"}
        printer = printers.add_printer((lan.producer_id, lan.actor.member_id), given, now=NOW)
        wish = {"stock": "die-50x30", "labels": 1, "printer_id": printer.printer_id}
    for said in (ask(reader, greens, **wish), issue(reader, greens, **wish)):
        assert re.search(r"dịch sang phải gần nhất có thể là -[0-2](,\d)? mm", said.text)


def symbols_on(file: bytes) -> list[tuple[float, float]]:
    """Give where the symbols of the first page lie, in mm, row by row."""
    drawn = pypdfium2.PdfDocument(file)[0].render(scale=300 / 72).to_pil()
    found = [one.position.top_left for one in symbols(drawn)]
    placed = [(one.x / 300 * 25.4, one.y / 300 * 25.4) for one in found]
    return sorted(placed, key=lambda at: (round(at[1] / 5), at[0]))
