"""An owner changes the producer's own name, address and more: what is refused, what shows."""

import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.http.on_sale import finished
from tests.http.test_code_pages import notice
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Producer, ProducerKind
from traceapp.web.endpoints import transaction

PATH = "/desk/producer"
LAN = {
    "version": "1",
    "name": "HTX Đồng Xanh",
    "legal_form": "hợp tác xã",
    "street": "Thôn 1",
    "commune": "Bát Tràng",
    "kinds": "coop",
}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        made = business("HTX Đồng Xanh", kinds=("coop",), role="owner")
        row = db.session.get_one(Producer, made.producer_id)
        row.legacy_address, row.latitude = "Gia Lâm", 20.9
        return made


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    return signed_in(app, lan)


def save(app: Flask, desk: FlaskClient, **changes: Any) -> Any:
    db.session.rollback()
    return desk.post(PATH, data=form(app, **(LAN | changes)))


def row_of(of: Business) -> Producer:
    db.session.rollback()
    return db.session.get_one(Producer, of.producer_id)


def faults(answer: Any) -> list[str]:
    return re.findall(r'href="#f-([a-z_]+)"', answer.text)


def test_an_owner_changes_what_the_producer_says_of_itself(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    assert 'value="HTX Đồng Xanh"' in desk.get(PATH).text
    typed = {
        "phone": "0912345678",
        "website": "https://rauxanh.vn",
        "about": "Trồng rau.\nTừ 2010.",
    }
    answer = save(app, desk, name="HTX Rau Mùa", tax_code="0101234567", **typed)
    assert (answer.status_code, answer.location) == (303, PATH)
    row = row_of(lan)
    assert (row.name, row.folded_name, row.version) == ("HTX Rau Mùa", "htx rau mua", 2)
    assert {name: getattr(row, name) for name in typed} == typed
    assert (row.legacy_address, row.latitude) == ("Gia Lâm", 20.9)
    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.act, entry.by_member_id) == ("producer.changed", lan.actor.member_id)
    assert "name, phone, tax_code, website" in entry.detail
    assert "0912345678" not in entry.detail
    assert "sửa tên, địa chỉ" in desk.get("/desk/audit").text


def kinds_of(of: Business) -> set[str]:
    db.session.rollback()
    mine = select(ProducerKind.kind).where(ProducerKind.producer_id == of.producer_id)
    return set(db.session.scalars(mine))


def test_an_owner_says_what_else_the_producer_does(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    assert save(app, desk, kinds=["coop", "shop"]).status_code == 303
    assert kinds_of(lan) == {"coop", "shop"}
    assert row_of(lan).version == 2
    (entry,) = db.session.scalars(select(AuditEntry)).all()
    assert (entry.act, "coop, shop" in entry.detail) == ("producer.kinds", True)
    assert save(app, desk, kinds=["farm"]).status_code == 412  # made from the page of before
    for wrong in ([], ["authority"], ["coop", "operator"], ["baker"]):
        answer = save(app, desk, version="2", kinds=wrong)
        assert (answer.status_code, faults(answer)) == (422, ["kinds"])
    assert kinds_of(lan) == {"coop", "shop"}


def test_an_office_stays_what_it_is(app: Flask) -> None:
    with transaction():
        office = business("Chi cục", kinds=("authority",), role="owner")
    browser = signed_in(app, office)
    assert 'name="kinds"' not in browser.get(PATH).text
    assert save(app, browser, name="Chi cục", kinds=["farm"]).status_code == 422
    assert kinds_of(office) == {"authority"}
    bare = {name: value for name, value in LAN.items() if name != "kinds"}
    db.session.rollback()
    answer = browser.post(PATH, data=form(app, **bare | {"name": "Chi cục Hà Nội"}))
    assert answer.status_code == 303
    assert kinds_of(office) == {"authority"}


def test_another_address_has_no_former_name(app: Flask, desk: FlaskClient, lan: Business) -> None:
    assert save(app, desk, street="Thôn 2").status_code == 303
    assert row_of(lan).legacy_address is None


def test_every_page_that_names_it_is_made_anew(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    with transaction():
        code = finished(lan)
    reader = app.test_client()
    paths = (f"/B/{code}", f"/producers/{lan.producer_id}")
    assert all("HTX Đồng Xanh" in reader.get(path).text for path in paths)
    answer = save(app, desk, name="HTX Rau Mùa", website="https://rauxanh.vn/gioi-thieu")
    assert answer.status_code == 303
    notice(app)
    texts = [reader.get(path).text for path in paths]
    for text in texts:
        assert "HTX Rau Mùa" in text
        assert "Đồng Xanh" not in text
    assert 'href="https://rauxanh.vn/gioi-thieu" rel="nofollow ugc' in texts[1]


def other(name: str, **changes: str) -> UUID:
    with transaction():
        made = business(name, kinds=("farm",))
        row = db.session.get_one(Producer, made.producer_id)
        for field, text in changes.items():
            setattr(row, field, text)
        return made.producer_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "HTX Hoa Sen Trắng"}, "name"),
        ({"name": "Hợp tác xã rau an toàn hoa sen trang"}, "name"),
        ({"name": "HTX Hoa Sen Trắn"}, "name"),
        ({"tax_code": "0109 999 999"}, "tax_code"),
    ],
)
def test_nobody_turns_into_another_producer(
    app: Flask, desk: FlaskClient, lan: Business, changes: dict[str, str], field: str
) -> None:
    other("HTX Hoa Sen Trắng", tax_code="0109999999")
    answer = save(app, desk, **changes)
    assert answer.status_code == 422
    assert faults(answer) == [field]
    assert row_of(lan).version == 1
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_a_likeness_that_was_there_when_it_was_let_in_hinders_no_change(
    app: Flask, desk: FlaskClient, lan: Business
) -> None:
    other("HTX Đồng Xanh", street="Thôn 1")
    assert save(app, desk, name="Hợp tác xã Đồng Xanh", phone="0912345678").status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"commune": "Gia Lâm"}, "commune"),
        ({"street": "x" * 201}, "street"),
        ({"email": "lan"}, "email"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://lan:secret@dongxanh.vn"}, "website"),
        ({"website": "https://localhost"}, "website"),
        ({"website": "http://[::1"}, "website"),
        ({"gln": "1234567890123"}, "gln"),
        ({"tax_code": ["1", "2"]}, "tax_code"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    app: Flask, desk: FlaskClient, lan: Business, changes: dict[str, Any], field: str
) -> None:
    answer = save(app, desk, **changes)
    assert answer.status_code == 422
    assert field in faults(answer)
    assert row_of(lan).version == 1


@pytest.mark.parametrize("extra", [{"kinds": "authority"}, {"is_demo": "1"}, {"producer_id": "x"}])
def test_what_the_form_does_not_ask_is_refused(
    app: Flask, desk: FlaskClient, lan: Business, extra: dict[str, str]
) -> None:
    assert save(app, desk, **extra).status_code == 422
    assert row_of(lan).version == 1


def test_somebody_elses_change_is_not_lost(app: Flask, desk: FlaskClient, lan: Business) -> None:
    assert save(app, desk, phone="0912345678").status_code == 303
    answer = save(app, desk, phone="0987654321")
    assert answer.status_code == 412
    assert "0912345678" in answer.text
    assert row_of(lan).phone == "0912345678"


def test_only_an_owner_may(app: Flask, lan: Business) -> None:
    with transaction():
        clerk = business("HTX Minh", role="clerk")
    minh = signed_in(app, clerk)
    assert minh.get(PATH).status_code == 404
    assert save(app, minh).status_code == 404
