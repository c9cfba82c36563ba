"""What a phone sent and was refused: a clerk completes it at the desk, or dismisses it."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import Business, business, product
from tests.phones import VirtualPhone, phone_of, statuses
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.api.models import RefusedMessage
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Batch, Event
from traceapp.codes.models import PublicCode
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.phone.models import PhoneRecord
from traceapp.web.endpoints import transaction

LIST = "/desk/phones/refused"


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@pytest.fixture
def greens(lan: Business) -> UUID:
    with transaction():
        return product(lan)


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan, name="Samsung A05")


@pytest.fixture
def clerk(app: Flask, lan: Business, phone: VirtualPhone) -> FlaskClient:
    return signed_in(app, lan)


def page_of(phone: VirtualPhone, record: dict[str, Any]) -> str:
    return f"{LIST}/{phone.phone_id}/{record['sequence']}"


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def refused(phone: VirtualPhone, record: dict[str, Any]) -> None:
    (status,) = statuses(phone.results(record))
    assert status in {409, 422}


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_a_refused_record_is_shown_as_sent_with_what_stands_against_it(
    clerk: FlaskClient, phone: VirtualPhone
) -> None:
    sha256 = phone.put_photo(jpeg())
    record = phone.record("scout", plot_id=str(new_id()), photos=[sha256], fields={"note": "rệp"})
    refused(phone, record)
    listed = clerk.get(f"{LIST}?lang=en").text
    assert page_of(phone, record) in listed
    assert "Waiting" in listed
    page = clerk.get(f"{page_of(phone, record)}?lang=en").text
    assert "Samsung A05" in page
    assert "21/11/2026 05:40" in page
    assert "Nothing of yours has this id." in page
    assert "rệp" in page
    assert "Records from phones that need somebody: 1." in clerk.get("/desk?lang=en").text
    assert count(Event) == 0


def test_a_clerk_completes_it_under_its_own_id_and_the_phone_is_told(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone, lan: Business
) -> None:
    record = phone.record("scout", plot_id=str(new_id()), fields={"note": "rệp"})
    refused(phone, record)
    page = clerk.get(f"{page_of(phone, record)}/complete?lang=en").text
    assert "The step will be yours" in page
    assert hidden(page, "id") == record["event"]["id"]
    assert re.search(r">\s*rệp</textarea>", page)
    sent = form(
        app,
        **{name: hidden(page, name) for name in ("id", "kind")},
        **{"event_time": "2026-11-21T05:40", "site_id": str(lan.site_id), "fields.note": "rệp"},
    )
    assert clerk.post("/desk/steps/new", data=sent).status_code == 303
    done = clerk.get(f"{page_of(phone, record)}?lang=en").text
    assert "Recorded by" in done
    assert "Complete the step" not in done
    assert "As it was sent" in done
    assert clerk.get(f"{page_of(phone, record)}/complete").status_code == 404
    state = phone.ask("GET", "/phones/me").get_json()
    assert state["refused"] == []
    # The phone sends it again as it was: both versions are told, and nobody has to do it twice.
    (again,) = phone.results(record)
    assert again["status"] == 409
    assert again["problem"]["kept"]["fields"] == {"note": "rệp"}
    assert page_of(phone, record) not in clerk.get(f"{LIST}?state=waiting").text
    assert count(Event) == 1


def test_batches_made_on_the_phone_keep_their_codes_and_get_another_lot(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone, greens: UUID
) -> None:
    first = phone.harvest(greens, lot="CN-1")
    second = phone.harvest(greens, lot="CN-1", code=phone.codes[0])
    assert statuses(phone.results(first, second)) == [201, 409]
    page = clerk.get(f"{page_of(phone, second)}?lang=en").text
    assert "First its batches" in page
    assert 'value="CN-1"' in page
    address = f"{page_of(phone, second)}/batches"
    taken = clerk.post(f"{address}?lang=en", data=form(app, **{"batches.0.lot": "CN-1"}))
    assert taken.status_code == 422
    assert 'id="f-batches-0-lot"' in taken.text
    assert count(Batch) == 1
    assert clerk.post(address, data=form(app, **{"batches.0.lot": "CN-2"})).status_code == 303
    code = db.session.scalars(select(PublicCode).where(PublicCode.code == phone.codes[0])).one()
    assert str(code.batch_id) == second["batches"][0]["batch_id"]
    about = select(AuditEntry.act).where(AuditEntry.about == f"batch/{code.batch_id}")
    assert db.session.scalars(about).all() == ["batch.registered"]
    assert (
        "Nothing stands against it now" not in clerk.get(f"{page_of(phone, second)}?lang=en").text
    )
    page = clerk.get(f"{page_of(phone, second)}/complete?lang=en").text
    ref = f"{phone.by.producer_id}/{second['batches'][0]['batch_id']}"
    assert f'<option value="{ref}" selected>' in page
    assert 'value="42.5"' in page or 'value="42,5"' in page


def test_what_nothing_stands_against_any_more_is_taken_in_as_sent(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone, lan: Business
) -> None:
    unknown = new_id()
    early = phone.harvest(unknown, code=phone.codes[0])
    refused(phone, early)
    assert "Take it in as it was sent" not in clerk.get(f"{page_of(phone, early)}?lang=en").text
    clerk.post(f"{page_of(phone, early)}/take-in", data=form(app))
    assert count(Event) == 0
    db.session.rollback()
    with transaction():
        product(lan, product_id=str(unknown))
    assert "Take it in as it was sent" in clerk.get(f"{page_of(phone, early)}?lang=en").text
    assert count(Event) == 0  # it was only looked at
    clerk.post(f"{page_of(phone, early)}/take-in", data=form(app))
    assert (count(Event), count(Batch)) == (1, 1)
    assert statuses(phone.results(early)) == [200]
    assert "phone_record.taken_in" in set(db.session.scalars(select(AuditEntry.act)))
    assert clerk.get(page_of(phone, early)).status_code == 404  # it is no refusal any more


def test_it_is_dismissed_with_a_reason_and_stays_readable(
    app: Flask, clerk: FlaskClient, phone: VirtualPhone
) -> None:
    record = phone.record("fly", fields={"note": "thử"})
    refused(phone, record)
    address = f"{page_of(phone, record)}/dismiss"
    assert clerk.post(f"{address}?lang=en", data=form(app, reason=" ")).status_code == 422
    assert clerk.post(address, data=form(app, reason="bấm nhầm")).status_code == 303
    page = clerk.get(f"{page_of(phone, record)}?lang=vi").text
    assert "bấm nhầm" in page
    assert clerk.post(address, data=form(app, reason="lần nữa")).status_code == 412
    assert "phone_record.dismissed" in set(db.session.scalars(select(AuditEntry.act)))
    assert phone.ask("GET", "/phones/me").get_json()["refused"] == []
    assert "bấm nhầm" in clerk.get(f"{LIST}?format=csv").text


def test_another_version_of_the_same_record_is_shown_beside_what_is_here(
    clerk: FlaskClient, phone: VirtualPhone
) -> None:
    record = phone.record("scout", fields={"note": "một"})
    assert statuses(phone.results(record)) == [201]
    other = phone.record("scout", id=record["event"]["id"], fields={"note": "hai"})
    refused(phone, other)
    page = clerk.get(f"{page_of(phone, other)}?lang=en").text
    assert "Another version is in the books" in page
    assert f"corrects={record['event']['id']}" in page
    assert "hai" in page


@pytest.mark.parametrize(
    "odd",
    [
        {"event": None},
        {"event": []},
        {"event": {"step_kind": ["x"], "fields": [], "photos": {}, "outputs": "no"}},
        {"event": {"step_kind": "scout", "fields": {"note": {"a": 1}}, "inputs": [1, {}, None]}},
        {"event": {"event_time": "soon", "site_id": 7, "about": [{"batch_id": "x"}]}},
        {"batches": [1, {"batch_id": "x"}, {"batch_id": str(UUID(int=7)), "code": 5}]},
    ],
)
def test_records_of_any_shape_are_shown(
    clerk: FlaskClient, phone: VirtualPhone, odd: dict[str, Any]
) -> None:
    record = phone.record("scout") | odd
    refused(phone, record)
    page = clerk.get(f"{page_of(phone, record)}?lang=vi")
    assert page.status_code == 200
    assert clerk.get(f"{LIST}?lang=vi").status_code == 200
    opened = clerk.get(f"{page_of(phone, record)}/complete")
    assert opened.status_code in {200, 404}


def test_what_is_wrong_with_a_field_names_it(clerk: FlaskClient, phone: VirtualPhone) -> None:
    record = phone.record("spray", fields={"phi_days": "three", "nope": 1})
    refused(phone, record)
    page = clerk.get(f"{page_of(phone, record)}?lang=en").text
    assert "nope: There is no such field here." in page
    assert "Pre-harvest interval (from the label): " in page


@pytest.mark.parametrize("number", ["0", "2000000001", "9" * 30, "-1", "x"])
def test_a_number_that_no_phone_gave_leads_nowhere(
    clerk: FlaskClient, phone: VirtualPhone, number: str
) -> None:
    assert clerk.get(f"{LIST}/{phone.phone_id}/{number}").status_code == 404


def test_another_producer_finds_nothing_of_it(app: Flask, phone: VirtualPhone) -> None:
    record = phone.record("fly")
    refused(phone, record)
    with transaction():
        tung = business("HTX Tùng")
    stranger = signed_in(app, tung)
    for path in ("", "/complete"):
        assert stranger.get(page_of(phone, record) + path).status_code == 404
    for act in ("take-in", "batches", "dismiss"):
        answer = stranger.post(f"{page_of(phone, record)}/{act}", data=form(app, reason="x"))
        assert answer.status_code == 404
    assert page_of(phone, record) not in stranger.get(LIST).text


def test_what_was_kept_is_the_record_as_it_was_sent(phone: VirtualPhone) -> None:
    record = phone.record("fly", fields={"odd": "ă"})
    refused(phone, record)
    db.session.rollback()
    row = db.session.scalars(select(PhoneRecord)).one()
    kept = db.session.get_one(RefusedMessage, (row.producer_id, row.refused_message_id))
    assert json.loads(kept.content) == record
