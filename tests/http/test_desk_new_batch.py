"""Registering a batch at the desk: what is proposed, sending twice, and bad input."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, NOW, Business, batch, business, line, product, record
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Batch, BatchClaim, Product
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.photos import operations as photos
from traceapp.producers import operations
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

NEW = "/desk/batches/new"


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def greens(lan: Business) -> UUID:
    """Lan's greens, sold by the kilogram, which keep five days."""
    with transaction():
        return product(lan, role="finished", label=LABEL, shelf_life_days=5, name="Cải ngọt")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def page_of(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


def batches() -> list[Batch]:
    db.session.rollback()
    found = list(db.session.scalars(select(Batch)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_lot_unit_and_dates_are_proposed(desk: FlaskClient, greens: UUID) -> None:
    page = page_of(desk.get(f"{NEW}?product={greens}"))
    day = datetime.now(UTC).astimezone(HANOI).date()
    assert f'value="CN-{day:%d%m}A"' in page
    assert 'value="kg" selected' in page


def test_a_batch_is_registered_with_its_code_and_sent_twice_stays_one(
    app: Flask, desk: FlaskClient, lan: Business, greens: UUID
) -> None:
    with transaction():
        vietgap = operations.add_certificate(
            lan.producer_id,
            {
                "number": "VG-1",
                "scheme": "VietGAP",
                "scheme_en": "VietGAP",
                "standard": "TCVN 11892-1:2017",
                "issuer": "Trung tâm (mẫu)",
                "scope": "Rau",
                "issued_on": "2026-01-01",
            },
        )
    sent = form(
        app,
        batch_id=str(new_id()),
        product_id=str(greens),
        quantity="120,5",
        production_date="20/11/2026",
        site_id=str(lan.site_id),
        certificate_ids=[str(vietgap)],
    )
    first, second = desk.post(NEW, data=sent), desk.post(NEW, data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    (made,) = batches()
    assert (made.lot, str(made.expiry_date), made.uom) == ("CN-2011A", "2026-11-25", "kg")
    assert made.declared_quantity == "120.5"
    code = db.session.scalars(select(PublicCode.code)).one()
    assert first.location == second.location == f"/desk/batches/{code}"
    assert db.session.scalars(select(BatchClaim.certificate_id)).all() == [vietgap]


@pytest.mark.parametrize(
    "case",
    [
        ({"product_id": ""}, "#f-product_id"),
        ({"quantity": "-1"}, "#f-quantity"),
        ({"quantity": "nhiều"}, "#f-quantity"),
        ({"uom": "gánh"}, "#f-uom"),
        ({"production_date": "mai"}, "#f-production_date"),
        ({"production_date": "2026-11-20", "expiry_date": "2026-11-01"}, "#f-expiry_date"),
        ({"lot": "x" * 21}, "#f-lot"),
        ({"lot": "CN-1"}, "#f-lot"),
        ({"lot": ["a", "b"]}, "#f-lot"),
        ({"code": "x"}, ""),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_written(
    app: Flask, desk: FlaskClient, lan: Business, greens: UUID, case: tuple[dict[str, Any], str]
) -> None:
    changes, place = case
    with transaction():
        batch(lan, greens, "CN-1")
    answer = desk.post(NEW, data=form(app, **{"product_id": str(greens)} | changes))
    assert answer.status_code == 422
    assert f'href="{place}"' in page_of(answer) or not place
    assert len(batches()) == 1


def test_what_belongs_to_others_is_as_if_it_did_not_exist(
    app: Flask, desk: FlaskClient, greens: UUID
) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa")
        theirs = product(hoa, name="Miến CANARY")
    for changes in (
        {"product_id": str(theirs)},
        {"site_id": str(hoa.site_id)},
        {"certificate_ids": [str(new_id())]},
    ):
        sent = form(app, **{"product_id": str(greens)} | changes)
        assert desk.post(NEW, data=sent).status_code == 404
    assert "CANARY" not in page_of(desk.get(NEW))
    assert batches() == []


def test_a_use_by_date_that_is_added_later_lets_the_code_go_live(
    app: Flask, desk: FlaskClient, lan: Business, greens: UUID
) -> None:
    with transaction():
        picture = photos.store(lan.producer_id, jpeg(), is_public=True, now=NOW)
        db.session.get_one(Product, (lan.producer_id, greens)).photo_sha256 = picture
        batch_id = batch(lan, greens, "CN-1", production_date="2026-11-20")
        record(lan, "harvest", outputs=[line(batch_id, "10")])
    address = f"/desk/batches/{batch_id}/dates"
    page = page_of(desk.get(address))
    seen = "2026-11-20 None None"
    assert f'value="{seen}"' in page
    sent = {"version": seen, "production_date": "2026-11-20", "expiry_date": "25/11/2026"}
    wrong = desk.post(address, data=form(app, **sent | {"expiry_date": "2026-11-01"}))
    assert wrong.status_code == 422
    assert 'href="#f-expiry_date"' in page_of(wrong)
    assert desk.post(address, data=form(app, **sent)).status_code == 303
    assert str(batches()[0].expiry_date) == "2026-11-25"
    assert db.session.scalars(select(PublicCode.state)).all() == ["active"]
    assert "batch.dates" in db.session.scalars(select(AuditEntry.act)).all()
    db.session.rollback()
    stale = desk.post(address, data=form(app, **sent | {"expiry_date": "2026-11-26"}))
    assert stale.status_code == 412
    assert "Bây giờ đang là: 2026-11-25" in page_of(stale)


def test_dates_of_others_batches_are_as_if_they_did_not_exist(
    app: Flask, desk: FlaskClient
) -> None:
    with transaction():
        hoa = business("Cửa hàng Hoa")
        theirs = batch(hoa, product(hoa), "MD-1")
    for batch_id in (theirs, UUID(int=7)):
        address = f"/desk/batches/{batch_id}/dates"
        assert desk.get(address).status_code == 404
        assert desk.post(address, data=form(app, version="x")).status_code == 404
