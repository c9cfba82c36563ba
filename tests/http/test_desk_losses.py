"""A person at the desk writes down a loss with its reason, and a sample, and finds both again."""

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business, batch, business, line, product, record
from tests.http.test_desk_steps import NEW, events, now_typed, page_of, step, text_of
from tests.signing_in import form, signed_in
from traceapp.web.endpoints import transaction


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan's co-operative."""
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


@pytest.fixture
def greens(lan: Business) -> UUID:
    """Ten kilograms of greens."""
    with transaction():
        batch_id = batch(lan, product(lan), "CN-1")
        record(lan, "harvest", outputs=[line(batch_id, "10")], plot_id=str(lan.plot_id))
    return batch_id


def test_a_loss_and_a_sample_are_logged_found_and_taken_off_the_stock(
    app: Flask, desk: FlaskClient, lan: Business, greens: UUID
) -> None:
    asked = page_of(desk.get(f"{NEW}?kind=waste&lang=vi"))
    assert 'name="fields.reason"' in asked
    assert "Dập nát" in asked
    lost = step(
        lan,
        "waste",
        inputs__0__batch=text_of(greens, lan),
        inputs__0__quantity="1,5",
        fields__reason="damage",
        fields__note="Xe xóc",
    )
    sample = step(
        lan,
        "take_sample",
        event_time=now_typed(minutes=2),
        inputs__0__batch=text_of(greens, lan),
        inputs__0__quantity="0,5",
        fields__sample_code="MAU-7",
        fields__sample_of="product",
        fields__tests="Dư lượng abamectin",
    )
    for sent in (lost, sample):
        answer = desk.post(NEW, data=form(app, **sent))
        assert answer.status_code == 303, page_of(answer)
    assert [one.step_kind for one in events()] == ["harvest", "waste", "take_sample"]
    found = page_of(desk.get("/desk/steps?kind=waste&lang=vi"))
    assert "Dập nát" in found
    assert "MAU-7" not in found
    assert "Dập nát" in page_of(desk.get("/desk/steps?q=xe+xoc&lang=vi"))
    assert "MAU-7" in page_of(desk.get("/desk/steps?q=mau-7&lang=vi"))
    ledger = page_of(desk.get(f"/desk/batches/{greens}?lang=vi"))
    for told in ("1,5 kg", "0,5 kg", "8 kg"):
        assert told in ledger.replace("\u00a0", " ").lower(), told
