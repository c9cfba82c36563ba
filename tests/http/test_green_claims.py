"""General green claims are refused where shoppers read them, but for a confirmed eco-label."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import LABEL, PLACE, Business, business, product
from tests.http.reported import at_desk
from tests.lan import a_figure, a_measure, open_assessment
from tests.security.forms import forms_on
from tests.signing_in import form, token_of
from traceapp import problem
from traceapp.batches.product_changes import change_product
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.network import confirming, operations
from traceapp.producers import operations as producers
from traceapp.producers.certificate_models import Certificate
from traceapp.producers.changes import (
    change_certificate,
    change_producer,
    set_certificate_pages,
)
from traceapp.producers.models import Producer
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import transaction

CERTIFICATE = {
    "number": "NST 12",
    "scheme": "Nhãn sinh thái Việt Nam",
    "scheme_en": "Vietnam Ecolabel",
    "standard": "NXVN 01",
    "issuer": "Bộ",
    "scope": "Giỏ",
    "issued_on": "2026-01-01",
}


FINISHED: dict[str, Any] = {"role": "finished", "label": LABEL}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    return at_desk(app, lan)


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"name": "Giỏ mây thân thiện môi trường"}, "/name", "thân thiện môi trường"),
        ({"name_en": "Eco-friendly basket"}, "/name_en", "Eco-friendly"),
        (
            {"label": {**LABEL, "specifications": {"vi": "Sản phẩm xanh", "en": None}}},
            "/label/specifications/vi",
            "Sản phẩm xanh",
        ),
        (
            {"label": {**LABEL, "use": {"vi": "Lau khô", "en": "A sustainable choice"}}},
            "/label/use/en",
            "sustainable",
        ),
        ({"brand": "Rau Sạch Lan"}, "/brand", "Sạch"),
        (
            {"label": {**LABEL, "storage": {"vi": "Cất trong túi sinh thái"}}},
            "/label/storage/vi",
            "sinh thái",
        ),
    ],
)
def test_a_finished_product_makes_no_general_claim(
    lan: Business, changes: dict[str, Any], pointer: str, words: str
) -> None:
    with pytest.raises(problem.InvalidInput) as refused, transaction():
        product(lan, **(FINISHED | changes))
    (found,) = refused.value.findings
    assert (found.pointer, found.rule, found.values["words"]) == (pointer, "green_claim", words)


@pytest.mark.parametrize("role", ["intermediate", "ingredient"])
@pytest.mark.parametrize("pointer", ["name", "name_en"])
def test_shoppers_read_the_names_of_what_goods_were_made_from(
    lan: Business, role: str, pointer: str
) -> None:
    with pytest.raises(problem.InvalidInput) as refused, transaction():
        product(lan, role=role, **{pointer: "Eco-friendly flour"})
    assert [one.pointer for one in refused.value.findings] == [f"/{pointer}"]
    db.session.rollback()
    label = {**LABEL, "specifications": {"vi": "Sản phẩm xanh", "en": None}}
    with transaction():
        product(lan, role=role, label=label)  # which goes to no shopper


@pytest.mark.parametrize("pointer", ["about", "about_en"])
def test_a_producer_says_none_of_itself(lan: Business, pointer: str) -> None:
    said = {pointer: "Từ 2010.\nTúi eco-friendly."}
    own = PLACE | {"name": "HTX Lan", "legal_form": "hợp tác xã", "street": "Thôn 1"} | said
    by, now = (lan.producer_id, lan.actor.member_id), datetime.now(UTC)
    with pytest.raises(problem.InvalidInput) as refused, transaction():
        change_producer(by, own, version=None, now=now)
    assert [one.pointer for one in refused.value.findings] == [f"/{pointer}"]
    db.session.rollback()
    with pytest.raises(problem.InvalidInput) as refused, transaction():
        producers.register_producer(own | {"name": "HTX Mai", "kinds": ["farm"]}, now=now)
    assert [one.pointer for one in refused.value.findings] == [f"/{pointer}"]


CLAIM = "Giỏ mây thân thiện môi trường"


def confirmed(lan: Business, changes: dict[str, Any], product_id: UUID) -> Ref:
    """Keep a certificate with a page; an authority confirms that it covers a product."""
    with transaction():
        given = CERTIFICATE | {"is_public": True, "expires_on": "2126-01-01"}
        made = producers.add_certificate(lan.producer_id, given)
        by = (lan.producer_id, lan.actor.member_id)
        set_certificate_pages(by, made, [b"\x01" * 32], now=datetime.now(UTC))
        office = business("Chi cục", kinds=("authority",), role="officer")
        certificate = Ref(lan.producer_id, made)
        goods = {product_id}
        body = Ref(office.producer_id, office.actor.member_id)
        confirming.confirm(certificate, goods, "Xem bản gốc", body, now=datetime.now(UTC))
        row = db.session.get_one(Certificate, tuple(certificate))
        for name, value in changes.items():  # as if it had been so when it was confirmed
            setattr(row, name, value)
    return certificate


def claims(lan: Business, product_id: UUID, name: str = "Giỏ") -> None:
    with transaction():
        label = {**LABEL, "use": {"vi": CLAIM, "en": None}}
        given = {"name": name, "family": "vegetable", "uom": "kg", **FINISHED, "label": label}
        change_product(lan.actor, product_id, given, version=None, now=datetime.now(UTC))


def test_an_old_text_of_itself_lets_other_particulars_be_saved(lan: Business) -> None:
    own = PLACE | {"name": "HTX Lan", "legal_form": "hợp tác xã", "street": "Thôn 1"}
    by, now = (lan.producer_id, lan.actor.member_id), datetime.now(UTC)
    with transaction():
        db.session.get_one(Producer, lan.producer_id).about = "Túi eco-friendly."
    with transaction():
        kept = own | {"about": "Túi eco-friendly.", "street": "Thôn 2"}
        assert change_producer(by, kept, version=None, now=now)
    with pytest.raises(problem.InvalidInput), transaction():
        change_producer(by, own | {"about": "Túi eco-friendly!"}, version=None, now=now)


def test_goods_may_name_the_shop_that_sells_them(lan: Business) -> None:
    with transaction():
        shop = business("Cửa hàng Thực phẩm sạch Hồ Tây", kinds=("shop",))
        product(shop, **FINISHED, name="Rau của Cửa hàng Thực phẩm sạch Hồ Tây")
    with pytest.raises(problem.InvalidInput), transaction():
        product(shop, **FINISHED, name="Thực phẩm sạch Hồ Tây")


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"is_public": False}, False),
        ({"expires_on": date(2026, 1, 2)}, False),
        ({"issued_on": date(2100, 1, 1)}, False),
        ({"scheme": "VietGAP", "scheme_en": "VietGAP", "standard": "TCVN"}, False),
    ],
)
def test_only_an_eco_label_in_force_is_a_basis(
    lan: Business, changes: dict[str, Any], counts: bool
) -> None:
    with transaction():
        basket = product(lan, **FINISHED)
    confirmed(lan, changes, basket)
    if counts:
        claims(lan, basket)
        with pytest.raises(problem.InvalidInput) as refused:
            claims(lan, basket, name=CLAIM)  # stands in the books of others when it ended
        assert [one.pointer for one in refused.value.findings] == ["/name"]
        return
    with pytest.raises(problem.InvalidInput):
        claims(lan, basket)


def test_what_a_producer_typed_itself_is_no_basis(lan: Business) -> None:
    with transaction():
        basket = product(lan, **FINISHED)
        made = producers.add_certificate(lan.producer_id, CERTIFICATE | {"is_public": True})
        by = (lan.producer_id, lan.actor.member_id)
        set_certificate_pages(by, made, [b"\x01" * 32], now=datetime.now(UTC))
    with pytest.raises(problem.InvalidInput):
        claims(lan, basket)


def test_it_is_one_for_the_goods_that_it_covers_and_no_others(lan: Business) -> None:
    with transaction():
        basket, tray = product(lan, **FINISHED), product(lan, **FINISHED, name="Mẹt")
    confirmed(lan, {}, basket)
    claims(lan, basket)
    with pytest.raises(problem.InvalidInput):
        claims(lan, tray)
    db.session.rollback()
    with pytest.raises(problem.InvalidInput), transaction():
        product(lan, **FINISHED, name=CLAIM)
    db.session.rollback()
    own = PLACE | {"name": "HTX Lan", "legal_form": "hợp tác xã", "street": "Thôn 1"}
    by = (lan.producer_id, lan.actor.member_id)
    with pytest.raises(problem.InvalidInput), transaction():
        change_producer(by, own | {"about": CLAIM}, version=None, now=datetime.now(UTC))


@pytest.mark.parametrize("changed", ["words", "pages"])
def test_a_certificate_that_changed_waits_to_be_confirmed_again(
    lan: Business, changed: str
) -> None:
    with transaction():
        basket = product(lan, **FINISHED)
    _, certificate_id = confirmed(lan, {}, basket)
    by, now = (lan.producer_id, lan.actor.member_id), datetime.now(UTC)
    with transaction():
        if changed == "words":
            given = CERTIFICATE | {"is_public": True, "number": "NST 13"}
            change_certificate(by, certificate_id, given, version=None, now=now)
        else:
            set_certificate_pages(by, certificate_id, [b"\x02" * 32], now=now)
    with pytest.raises(problem.InvalidInput):
        claims(lan, basket)


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "quảng cáo xanh"), ("en", "general green claim")]
)
def test_the_desk_says_which_words_and_why_in_both_languages(
    app: Flask, lan: Business, desk: FlaskClient, language: str, words: str
) -> None:
    with transaction():
        made = product(lan, **FINISHED)
    path = f"/desk/products/{made}"
    typed = {"name": "Rau sạch Lan", "family": "vegetable", "role": "finished", "uom": "kg"}
    shown = forms_on(desk.get(f"{path}?lang={language}").text, path)[path]
    typed = shown | typed | {"label.origin.vi": "Việt Nam"}
    answer = desk.post(f"{path}?lang={language}", data=form(app, **typed))
    assert answer.status_code == 422
    assert words in answer.text
    assert "“sạch”" in answer.text
    assert 'value="Rau sạch Lan"' in answer.text


def test_programs_are_told_too(app: Flask, lan: Business) -> None:
    with transaction():
        made = product(lan)
    headers = token_of(lan)
    body = {"name": "Eco cải", "family": "vegetable", "role": "finished", "uom": "kg"}
    path = f"/api/v1/products/{made}"
    answer = app.test_client().put(path, json=body | {"label": LABEL}, headers=headers)
    assert answer.status_code == 422
    assert [one["rule"] for one in answer.get_json()["errors"]] == ["green_claim"]


def test_a_measure_makes_none_either(lan: Business) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    with transaction():
        assessment, body = open_assessment(lan, None, "G-12")
    for name in ("title", "title_en"):
        given = a_measure() | {name: "Lò sấy eco-friendly"}
        with pytest.raises(problem.InvalidInput) as refused:
            operations.propose(assessment, given, body, now=now)
        assert [one.pointer for one in refused.value.findings] == [f"/{name}"]


@pytest.mark.parametrize("name", operations.ABOUT)
def test_an_assessment_makes_none_of_what_it_is_about(lan: Business, name: str) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    with transaction():
        _, body = open_assessment(lan, None, "G-12")
    given = {"id": new_id(), "product_id": None, "output_unit": "giỏ", "not_covered": "Kho"}
    with pytest.raises(problem.InvalidInput) as refused:
        operations.open_assessment(lan.producer_id, given | {name: "túi eco"}, body, now=now)
    assert [one.pointer for one in refused.value.findings] == [f"/{name}"]


@pytest.mark.parametrize("name", operations.SHOWN_OF_FIGURES)
def test_a_figure_makes_none_in_words_or_units(lan: Business, name: str) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    with transaction():
        assessment, body = open_assessment(lan, None, "G-12")
    given = a_figure() | {name: "kWh/giỏ eco"}
    with pytest.raises(problem.InvalidInput) as refused:
        operations.record(assessment, given, body, now=now)
    assert [one.pointer for one in refused.value.findings] == [f"/{name}"]
