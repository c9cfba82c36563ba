"""A shop says what is left instead of noting each sale."""

import html
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import Business, batch, business, line, product, record
from tests.signing_in import form, signed_in
from tests.trade import words_in
from traceapp.batches import queries
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction


@pytest.fixture
def hoa(app: Flask) -> Business:
    """Hoa's shop."""
    with transaction():
        return business("Cửa hàng Hoa", kinds=("shop",))


@pytest.fixture
def lot(hoa: Business) -> UUID:
    """A lot of which a hundred kilograms came to the shop."""
    with transaction():
        made = batch(hoa, product(hoa), "H1")
        record(hoa, "receive", outputs=[line(made, "100")])
        return made


@pytest.fixture
def shop(app: Flask, hoa: Business) -> FlaskClient:
    """Hoa at her till."""
    return signed_in(app, hoa)


def counted(app: Flask, hoa: Business, figure: str, **changes: str) -> dict[str, str]:
    """What the form sends."""
    asked = {"id": str(new_id()), "fields.counted": figure, "fields.counted_unit": "kg"}
    return form(app, **asked, site_id=str(hoa.site_id), **changes)


def page(answer: TestResponse) -> str:
    return html.unescape(answer.get_data(as_text=True))


def balance(hoa: Business, lot: UUID) -> dict[str, object]:
    return dict(queries.balance(hoa.producer_id, (hoa.producer_id, lot)))


def test_what_is_missing_is_sold_and_marked_as_calculated(app, hoa, lot, shop) -> None:
    address = f"/desk/batches/{lot}"
    assert "Chưa đếm số đã bán." in page(shop.get(address))
    assert f"{address}/count" in page(shop.get(address))
    assert "Theo sổ còn 100 kg" in page(shop.get(f"{address}/count"))
    answer = shop.post(f"{address}/count", data=counted(app, hoa, "37,5"), follow_redirects=True)
    said = page(answer)
    assert "Đã lưu: còn 37,5 kg." in said
    assert "Đã bán, tính từ kiểm đếm" in said
    assert "62,5" in said
    assert "Chưa đếm số đã bán." not in said
    assert balance(hoa, lot)["stock"] == 37.5


def test_a_count_that_finds_all_is_a_count(app, hoa, lot, shop) -> None:
    sent = counted(app, hoa, "100")
    said = page(shop.post(f"/desk/batches/{lot}/count", data=sent, follow_redirects=True))
    assert "Chưa đếm số đã bán." not in said


def test_sold_out_is_one_tap(app, hoa, lot, shop) -> None:
    sent = counted(app, hoa, "", do="sold_out")
    assert shop.post(f"/desk/batches/{lot}/count", data=sent).status_code == 303
    assert balance(hoa, lot) == {"received": 100, "sold_by_count": 100, "stock": 0}


def test_the_same_form_sent_twice_is_one_count(app, hoa, lot, shop) -> None:
    sent = counted(app, hoa, "40")
    assert shop.post(f"/desk/batches/{lot}/count", data=sent).status_code == 303
    assert shop.post(f"/desk/batches/{lot}/count", data=sent).status_code == 303
    assert balance(hoa, lot)["stock"] == 40


@pytest.mark.parametrize("figure", ["", "-4", "nhiều", "9999999999999"])
def test_a_count_that_cannot_be_is_refused_at_its_field(app, hoa, lot, shop, figure) -> None:
    answer = shop.post(f"/desk/batches/{lot}/count", data=counted(app, hoa, figure))
    assert answer.status_code == 422
    assert 'href="#f-fields-counted"' in page(answer)
    if figure:
        assert f'value="{figure}"' in page(answer)
    assert "sold_by_count" not in balance(hoa, lot)


def test_nobody_counts_what_he_never_had(app, hoa, lot) -> None:
    with transaction():
        tung = business("Tùng", kinds=("shop",))
    stranger = signed_in(app, tung)
    assert stranger.get(f"/desk/batches/{lot}/count").status_code == 404
    sent = counted(app, tung, "4")
    assert stranger.post(f"/desk/batches/{lot}/count", data=sent).status_code == 404


def test_lists_and_forms_go_by_the_count(app, hoa, lot, shop) -> None:
    sent = counted(app, hoa, "", do="sold_out")
    still = "/desk/batches?stock=yes"
    assert "H1" in words_in(page(shop.get(still)))
    assert shop.post(f"/desk/batches/{lot}/count", data=sent).status_code == 303
    assert "H1" not in words_in(page(shop.get(still)))
    assert str(lot) not in page(shop.get("/desk/steps/sell"))
