"""Printers at the desk: added, put right by what was measured, changed by two people at once."""

import re
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import NOW, Business, business
from tests.signing_in import form, signed_in
from tests.trade import words_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.labels import printers
from traceapp.labels.models import Printer
from traceapp.web.endpoints import transaction

NEW = "/desk/printers/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan sells labels of her co-operative in its shop."""
    with transaction():
        return business("HTX Đồng Xanh", role="shop_seller")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def the_printer() -> Printer:
    db.session.expire_all()
    return db.session.scalars(select(Printer)).one()


def values() -> tuple[float, float, float, float]:
    printer = the_printer()
    return (printer.offset_x, printer.offset_y, printer.percent_x, printer.percent_y)


@pytest.fixture
def place(app: Flask, desk: FlaskClient) -> str:
    """Where the test page of Lan's printer is."""
    sent = form(app, name="Máy laser", stock="a4-24")
    answer = desk.post(NEW, data=sent)
    assert answer.status_code == 303
    assert answer.location == f"/desk/printers/{the_printer().printer_id}/test-page"
    return str(answer.location)


def acts() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.entry_id)))


def measured(app: Flask, place: str, desk: FlaskClient, **typed: str) -> Any:
    version = re.search(r'name="version" value="(\d+)"', desk.get(place).text)
    assert version
    return desk.post(place, data=form(app, version=version[1], **typed))


def test_a_printer_is_put_right_by_what_was_measured_and_again_by_what_is_left(
    app: Flask, desk: FlaskClient, place: str
) -> None:
    assert values() == (0, 0, 100, 100)
    answer = measured(app, place, desk, left="31,5", top="29", across="100")
    assert answer.status_code == 303
    assert values() == (-1.5, 1, 100, 100)
    assert measured(app, place, desk, left="30,5").status_code == 303
    assert values() == (-2, 1, 100, 100)
    assert measured(app, place, desk, across="99,5").status_code == 303
    assert values()[2:] == (100.5, 100)
    assert measured(app, place, desk, down="102").status_code == 303
    assert values()[2:] == (100.5, 98.04)
    assert acts() == ["printer.added", *["printer.changed"] * 4]


def test_what_was_right_changes_nothing(app: Flask, desk: FlaskClient, place: str) -> None:
    for typed in ({}, {"left": "30", "top": "30,0", "across": "100", "down": "100"}):
        assert measured(app, place, desk, **typed).status_code == 303
    assert values() == (0, 0, 100, 100)
    assert acts() == ["printer.added"]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ("45", "left", "quá khoảng 10 mm"),
        ("5", "top", "quá khoảng 10 mm"),
        ("90", "across", "95 đến 105 %"),
        ("0", "down", "95 đến 105 %"),
        ("-1", "left", "từ 0 đến 1000"),
        ("ba", "left", "số"),
    ],
)
def test_what_cannot_be_put_right_is_said_at_its_field_and_stays_typed(
    desk: FlaskClient, place: str, typed: str, field: str, words: str
) -> None:
    answer = measured(desk.application, place, desk, **{field: typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert values() == (0, 0, 100, 100)


def test_small_paper_has_no_line_to_measure(app: Flask, desk: FlaskClient, place: str) -> None:
    roll = f"{place}?stock=die-30x20"
    for name in ("across", "down"):
        assert f'name="{name}"' in desk.get(place).text
        assert f'name="{name}"' not in desk.get(roll).text
    assert measured(app, roll, desk, left="11").status_code == 303
    assert values() == (-1, 0, 100, 100)


def test_two_who_measure_the_same_page_put_it_right_once(
    app: Flask, desk: FlaskClient, place: str
) -> None:
    sent = form(app, version="1", left="31")
    assert desk.post(place, data=sent).status_code == 303
    answer = desk.post(place, data=sent)
    assert answer.status_code == 412
    assert values() == (-1, 0, 100, 100)
    assert 'name="version" value="2"' in answer.text


def test_the_test_page_is_a_page_of_the_paper_and_says_what_it_was_printed_with(
    app: Flask, desk: FlaskClient, place: str
) -> None:
    assert "x 0 · 100 % · y 0 · 100 %" in desk.get(place).text
    measured(app, place, desk, left="31,5")
    for stock, width in (("", 210), ("a4-65", 210), ("die-50x30", 50), ("roll-58", 58), ("x", 210)):
        answer = desk.get(f"{place}.pdf?stock={stock}")
        assert answer.mimetype == "application/pdf"
        (page,) = pypdfium2.PdfDocument(answer.data)
        assert page.get_size()[0] == pytest.approx(width / 25.4 * 72, abs=0.01)
        assert "x -1.5 · 100 % · y 0 · 100 %" in page.get_textpage().get_text_range()
    assert "x -1.5 · 100 % · y 0 · 100 %" in desk.get(place).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Máy laser"}, "name"),
        ({"stock": "a3"}, "stock"),
        ({"offset_x": "10,5"}, "offset_x"),
        ({"offset_y": "-11"}, "offset_y"),
        ({"percent_x": "94"}, "percent_x"),
        ({"percent_y": "abc"}, "percent_y"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    app: Flask, desk: FlaskClient, place: str, changes: dict[str, str], field: str
) -> None:
    assert place
    answer = desk.post(NEW, data=form(app, **({"name": "Máy nhiệt"} | changes)))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert the_printer().name == "Máy laser"


def test_a_printer_is_changed_by_hand_and_not_over_somebody_else_s_change(
    app: Flask, desk: FlaskClient, place: str
) -> None:
    edit = place.removesuffix("/test-page")
    sent = form(
        app, version="1", name="Máy kho", offset_x="-0,25", offset_y="1,5", percent_y="100,4"
    )
    assert desk.post(edit, data=sent).status_code == 303
    assert (the_printer().name, the_printer().stock) == ("Máy kho", None)
    assert values() == (-0.25, 1.5, 100, 100.4)
    answer = desk.post(edit, data=form(app, version="1", name="Máy khác"))
    assert answer.status_code == 412
    assert "Máy kho" in answer.text
    assert the_printer().name == "Máy kho"


def test_what_is_put_away_is_listed_only_where_asked(
    app: Flask, desk: FlaskClient, place: str
) -> None:
    archive = place.replace("test-page", "archive")
    assert desk.post(archive, data=form(app, do="put_away")).status_code == 303
    assert ">Máy laser</a>" not in desk.get("/desk/printers").text
    assert ">Máy laser</a>" in desk.get("/desk/printers?paper=archived").text
    assert acts()[-1] == "archived"


def test_printers_of_others_are_as_if_they_did_not_exist(app: Flask, desk: FlaskClient) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa", role="owner")
        by = (hoa.producer_id, hoa.actor.member_id)
        theirs = printers.add_printer(by, {"name": "Máy của Hoa"}, now=NOW).printer_id
    for printer_id in (theirs, UUID(int=7)):
        place = f"/desk/printers/{printer_id}"
        for path in ("", "/test-page", "/test-page.pdf"):
            assert desk.get(place + path).status_code == 404
        for path in ("", "/test-page", "/archive"):
            sent = form(app, version="1", name="a", left="31", do="put_away")
            assert desk.post(place + path, data=sent).status_code == 404
    assert "Hoa" not in words_in(desk.get("/desk/printers").text)
    assert (*values(), the_printer().archived_at) == (0, 0, 100, 100, None)
