"""Nobody reads a green claim whose eco-label ended: not on pages, nor on labels."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import LABEL, Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page
from tests.http.reported import at_desk
from tests.http.test_green_claims import confirmed
from tests.lan import a_measure, open_assessment
from tests.signing_in import token_of
from traceapp.batches.models import Batch, Product
from traceapp.batches.product_changes import change_product, record_of
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.network import confirming, operations
from traceapp.producers.certificate_models import Certificate
from traceapp.public import read_model
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction
from traceapp.web.pages import HANOI

CLAIM, CUT = "Giỏ mây thân thiện môi trường, lau khô", "Giỏ mây […], lau khô"
DONE = "Lò sấy eco-friendly"


@dataclass(frozen=True, slots=True)
class Case:
    """A lot on sale whose texts claim something, as an eco-label lets them."""

    app: Flask
    lan: Business
    code: str
    batch: Ref
    product_id: UUID
    certificate: Ref

    def as_json(self) -> dict[str, Any]:
        reader = self.app.test_client()
        answer = reader.get(f"/B/{self.code}", headers={"Accept": "application/json"})
        return dict(json.loads(answer.text))


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    app = make_app()
    with app.app_context():
        return on_sale(app)


def on_sale(app: Flask) -> Case:
    with transaction():
        lan = business("HTX Lan", role="owner")
        code = finished(lan, name="Giỏ")
        batch_id = db.session.scalars(select(PublicCode.batch_id).filter_by(code=code)).one()
        batch = Ref(lan.producer_id, batch_id)
        product_id = db.session.get_one(Batch, tuple(batch)).product_id
    certificate = confirmed(lan, {}, product_id)
    with transaction():
        given = record_of(db.session.get_one(Product, (lan.producer_id, product_id)))
        given.pop("version")
        label = LABEL | {"use": {"vi": CLAIM, "en": "Dry it"}}
        now = datetime.now(UTC)
        change_product(lan.actor, product_id, given | {"label": label}, version=None, now=now)
        assessment, body = open_assessment(lan, product_id, "Giỏ")
        later = now + timedelta(seconds=1)
        measure = operations.propose(assessment, a_measure(DONE), body, now=later)
        for state in ("chosen", "done"):
            step: dict[str, object] = {
                "state": state,
                "on": date(2026, 3, 1),
                "evidence": "HĐ",
                "photos": [],
            }
            operations.advance(Ref(lan.producer_id, measure), step, body, now=later)
    return Case(app, lan, code, batch, product_id, certificate)


def ended(case: Case) -> None:
    """A body takes back what it confirmed."""
    with case.app.app_context(), transaction():
        office = business("Sở", kinds=("authority",), role="officer")
        by, now = Ref(office.producer_id, office.actor.member_id), datetime.now(UTC)
        confirming.withdraw(case.certificate, {case.product_id}, "Đã thu hồi", by, now=now)


def test_shoppers_read_a_claim_while_its_label_is_in_force_and_no_longer(case: Case) -> None:
    reader = case.app.test_client()
    of_maker = f"/producers/{case.lan.producer_id}"
    said, of_producer = page(reader, f"/B/{case.code}"), page(reader, of_maker)
    assert CLAIM in said
    assert DONE in said
    assert DONE in of_producer
    ended(case)
    until = monotonic() + 1
    while CUT not in (said := page(reader, f"/B/{case.code}")):
        assert monotonic() < until, said
        sleep(0.05)
    of_producer = page(reader, of_maker)
    assert "hiện không có nhãn sinh thái nào" in said
    assert "Lò sấy […]" in said
    assert "Lò sấy […]" in of_producer
    assert "no eco-label" not in page(reader, f"/B/{case.code}?lang=en")  # where nothing is cut
    told = json.dumps(case.as_json(), ensure_ascii=False)
    for words in ("thân thiện", "eco-friendly"):
        assert words not in said + of_producer + told
    assert "Dry it" in told


def test_it_ends_with_the_last_day_of_the_label_without_anybody_doing_anything(case: Case) -> None:
    last = date(2027, 3, 1)
    noon = datetime(2027, 3, 1, 12, tzinfo=HANOI)
    with case.app.app_context():
        with transaction():
            db.session.get_one(Certificate, tuple(case.certificate)).expires_on = last
        on_the_day = read_model.document_of(case.batch, noon)
        after = read_model.document_of(case.batch, datetime(2027, 3, 2, tzinfo=HANOI))
    assert on_the_day["product"]["use"]["vi"] == CLAIM
    assert on_the_day["valid_until"] == "2027-03-02T00:00:00+07:00"
    assert (after["product"]["use"]["vi"], after["valid_until"]) == (CUT, None)


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "“thân thiện môi trường”"), ("en", "The label says “thân")]
)
def test_no_label_is_printed_with_it(case: Case, language: str, words: str) -> None:
    desk = at_desk(case.app, case.lan)
    path = f"/desk/batches/{case.code}/labels"
    assert words not in page(desk, f"{path}?lang={language}")
    ended(case)
    assert words in page(desk, f"{path}?lang={language}")
    with case.app.app_context():
        headers = token_of(case.lan)
    answer = case.app.test_client().post(
        f"/api/v1/batches/{case.batch.id}/label-issues",
        json={"labels": 1, "stock": "a4-24", "pack": {"quantity": "0.5", "uom": "kg"}},
        headers=headers,
    )
    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert (error["rule"], error["pointer"]) == ("green_claim", "/product/label/use/vi")
