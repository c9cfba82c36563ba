"""Labels with a number of their own, as programs and people order them: every file reads back."""

import csv
import io
import re
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from PIL import Image

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.answers import told
from tests.http.on_sale import page
from tests.http.ordered_labels import ask, issue, issued
from tests.http.programs import API, Program
from tests.http.test_api_label_issues import on_sale, wish
from tests.http.test_desk_label_issues import change, desk_of
from tests.pure.printing.tspl_reader import read_tspl
from tests.pure.printing.zpl_reader import read_zpl
from tests.signing_in import token_of
from tests.symbols import symbols
from traceapp.gs1.unit_serial import as_minted
from traceapp.web.endpoints import transaction

NUMBERED = re.compile(r"HTTP://LOCALHOST:?\d*/B/[0-9A-Z]{10}/21/[0-9A-Z]{10,13}")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The demo, whose labels say MẪU."""
    return make_app(TRACEAPP_DEMO="1")


@pytest.fixture
def lan(app: Flask) -> Program:
    return on_sale(app, "HTX Lan", "owner")


def ordered(by: Program, labels: int, **changes: Any) -> Any:
    answer = by.post(f"/batches/{by.batch_id}/label-issues", wish(labels, serials=True, **changes))
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def rows(by: Program, made: Any) -> list[dict[str, str]]:
    table = by.get(made["links"]["csv"].removeprefix(API)).get_data(as_text=True)
    return [*csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))]


def read(file: bytes) -> list[str]:
    pages = [one.render(scale=150 / 72).to_pil() for one in pypdfium2.PdfDocument(file)]
    return sorted(code.text for one in pages for code in symbols(one))


def test_every_code_of_every_file_carries_the_number_that_the_table_lists(lan: Program) -> None:
    made = ordered(lan, 25)
    assert made["serials"] is True
    listed = rows(lan, made)
    assert [row["number"] for row in listed] == [str(number) for number in range(1, 26)]
    assert all(as_minted(row["serial"]) == row["serial"] for row in listed)
    uris = sorted(row["uri"] for row in listed)
    assert all(row["uri"].endswith(f"/21/{row['serial']}") for row in listed)
    assert len({row["serial"] for row in listed}) == 25
    assert all(NUMBERED.fullmatch(uri) for uri in uris)
    for _ in range(2):
        assert read(lan.get(made["links"]["pdf"].removeprefix(API)).data) == uris


def test_label_printers_get_a_picture_for_each_number(lan: Program) -> None:
    made = ordered(lan, 5, stock="die-50x30", template="code")
    uris = sorted(row["uri"] for row in rows(lan, made))
    zpl = lan.get(made["links"]["zpl"].removeprefix(API)).data
    formats = [part.lstrip() + b"^XZ\n" for part in zpl.split(b"^XZ") if part.strip()]
    found = [code.text for one in formats for code in symbols(read_zpl(one))]
    assert sorted(found) == uris
    tspl = read_tspl(lan.get(made["links"]["tspl"].removeprefix(API)).data, 8.0)
    assert sorted(symbols(one.label)[0].text for one in tspl) == uris
    png = lan.get(made["links"]["png"].removeprefix(API) + "?page=3").data
    (shown,) = symbols(Image.open(io.BytesIO(png)))
    assert shown.text in uris


def test_labels_are_alike_where_nothing_was_chosen(lan: Program) -> None:
    answer = lan.post(f"/batches/{lan.batch_id}/label-issues", wish(3))
    made = answer.get_json()
    assert made["serials"] is False
    assert {(row["serial"], row["uri"]) for row in rows(lan, made)} == {
        ("", rows(lan, made)[0]["uri"])
    }


def test_what_is_no_choice_is_refused_and_nothing_is_issued(lan: Program) -> None:
    path = f"/batches/{lan.batch_id}/label-issues"
    refused: tuple[Any, ...] = ("yes", 1, None, [])
    for wrong in refused:
        errors = told(lan.post(path, wish(3, serials=wrong)), 422, "invalid-input")["errors"]
        assert [one["pointer"] for one in errors] == ["/serials"]
    errors = told(lan.post(path, wish(3, serial=True)), 422, "invalid-input")["errors"]
    assert [one["pointer"] for one in errors] == ["/serial"]
    told(lan.post(path, wish(10_000_000, serials=True)), 422, "invalid-input")
    assert lan.post(path, wish(25, serials=True)).status_code == 201


def test_a_paper_too_small_for_the_longer_link_is_refused_with_those_that_hold_it(
    make_app: AppMaker,
) -> None:
    app = make_app(PUBLIC_URL="https://truy-xuat-nong-san.thanh-pho.example.vn")
    by = on_sale(app, "HTX Lan", "owner")
    path = f"/batches/{by.batch_id}/label-issues"
    plain = wish(3, stock="die-30x20", template="code")
    assert by.post(path, plain).status_code == 201
    errors = told(by.post(path, plain | {"serials": True}), 422, "invalid-input")["errors"]
    assert errors[0]["pointer"] == "/stock"
    assert "die-40x30" in errors[0]["fix"]
    assert "die-30x20" not in errors[0]["fix"]


def test_the_numbers_of_others_are_not_there(app: Flask, lan: Program) -> None:
    made = ordered(lan, 3)
    with app.app_context(), transaction():
        other = business("HTX khác")
    with app.app_context():
        stranger = Program(app, other, lan.product_id, lan.batch_id, token_of(other))
    for link in made["links"].values():
        told(stranger.get(link.removeprefix(API)), 404, "not-found")
    path = f"/batches/{lan.batch_id}/label-issues"
    told(stranger.post(path, wish(3, serials=True)), 404, "not-found")


def test_the_desk_asks_and_prints_the_same_numbers_again_after_a_jam(app: Flask) -> None:
    reader, code = desk_of(app, "owner")
    assert 'name="serials" checked' not in page(reader, f"/desk/batches/{code}/labels")
    assert "Mỗi tem một số riêng" in page(reader, f"/desk/batches/{code}/labels")
    assert ask(reader, code, labels=6, serials="yes").status_code == 200
    shown = issued(reader, code, labels=6, serials="yes")
    whole = table(reader, f"{shown}/labels.csv")
    assert len({row["serial"] for row in whole} - {""}) == 6
    assert read(reader.get(f"{shown}/labels.pdf").data) == sorted(row["uri"] for row in whole)
    typed = {"first": "2", "last": "4", "start_position": "7", "reason": "Kẹt giấy"}
    _, again = change(reader, f"{shown}/reprint", **typed)
    query = again.partition("?")[2]
    assert table(reader, f"{shown}/labels.csv?{query}") == whole[1:4]
    wrong = issue(reader, code, labels=1, serials="maybe")
    assert wrong.status_code == 422


def table(reader: Any, path: str) -> list[dict[str, str]]:
    text = reader.get(path).text.removeprefix("\ufeff")
    return [*csv.DictReader(io.StringIO(text))]
