"""A phone that several use: who logged what, who is let use it, and what is refused."""

import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests import sounds
from tests.builders import Business, business, product
from tests.http.test_phones import colleague
from tests.phones import VirtualPhone, phone_of, statuses
from tests.signing_in import form, signed_in
from traceapp.accounts.models import Phone, PhoneUser
from traceapp.admission import people
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.voices.models import Voice
from traceapp.web.endpoints import transaction

NOT_A_USER, NOT_ALLOWED = "/problems/not-a-user", "/problems/not-allowed"


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan, name="Máy nhà kho")


def users_page(phone: VirtualPhone, *more: object) -> str:
    return "/".join(["/desk/phones", phone.phone_id, "people", *map(str, more)])


def at_desk(
    app: Flask, who: Business, path: str, sent: dict[str, Any] | None = None
) -> TestResponse:
    """Ask for a page, or send a form, outside the test's own context: each is a visitor anew."""
    db.session.rollback()
    with app.app_context():
        browser = signed_in(app, who)
        if sent is None:
            return browser.get(path, buffered=True)
        return browser.post(path, data=form(app) | sent, buffered=True)


def let_use(app: Flask, phone: VirtualPhone, who: Business, by: Business | None = None) -> int:
    """Let somebody use a phone, at the desk."""
    given = {"member_id": str(who.actor.member_id)}
    return at_desk(app, by or phone.by, users_page(phone), given).status_code


def press(app: Flask, phone: VirtualPhone, who: Business, act: str, by: Business) -> int:
    """Press a button beside somebody, at the desk."""
    return at_desk(app, by, users_page(phone, who.actor.member_id, act), {}).status_code


def logged_by(phone: VirtualPhone, who: Business, **changes: Any) -> dict[str, Any]:
    """Make a record of the phone that somebody else logged."""
    return phone.record("scout", **changes) | {"member_id": str(who.actor.member_id)}


def author(one: dict[str, Any]) -> UUID | None:
    db.session.rollback()
    query = select(Event.author_member_id).where(Event.event_id == UUID(one["event"]["id"]))
    return db.session.scalar(query)


def refused_as(result: dict[str, Any]) -> tuple[int, str]:
    return (result["status"], result["problem"]["type"])


def test_a_record_is_that_of_who_logged_it(app: Flask, lan: Business, phone: VirtualPhone) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    hers, own, explicit = logged_by(phone, hoa), phone.record("scout"), logged_by(phone, lan)
    again = logged_by(phone, hoa)
    assert statuses(phone.results(hers, own, explicit, again)) == [201] * 4
    found = [author(one) for one in (hers, own, explicit, again)]
    assert found == [one.actor.member_id for one in (hoa, lan, lan, hoa)]
    assert statuses(phone.results(hers)) == [200]


def test_nobody_is_believed_who_does_not_use_the_phone(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    hoa, tung = colleague(lan, "field_worker"), business("HTX Tùng")
    db.session.commit()
    other = phone_of(app, lan)
    assert let_use(app, other, hoa) == 303
    nobody = phone.record("scout") | {"member_id": str(new_id())}
    sent = [logged_by(phone, hoa), logged_by(phone, tung), nobody, phone.record("scout")]
    results = phone.results(*sent)
    assert [refused_as(one) for one in results[:3]] == [(403, NOT_A_USER)] * 3
    assert results[3]["status"] == 201, "one that is refused changes nothing for the others"
    assert "Không mất gì" in results[0]["problem"]["detail"]
    assert [author(one) for one in sent[:3]] == [None] * 3


def test_who_was_taken_off_is_refused_until_they_are_let_in_again(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    before, late = logged_by(phone, hoa), logged_by(phone, hoa)
    assert statuses(phone.results(before)) == [201]
    assert press(app, phone, hoa, "remove", lan) == 303
    lost_answer, refused = phone.results(before, late)
    assert lost_answer["status"] == 200, "it is here: its answer was lost"
    assert refused_as(refused) == (403, NOT_A_USER)
    listed = at_desk(app, lan, "/desk/phones/refused?lang=vi").text
    assert "Chị field_worker" in listed, "what was sent is kept, under the name of who logged it"
    assert let_use(app, phone, hoa) == 303
    assert statuses(phone.results(late)) == [201]
    assert author(late) == hoa.actor.member_id
    acts = list(db.session.scalars(select(AuditEntry.act)))
    assert acts.count("phone_user_added") == 2
    assert acts.count("phone_user_removed") == 1


def test_who_left_the_producer_is_refused_and_the_desk_may_take_it_in(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    with transaction():
        people.end(
            (lan.producer_id, lan.actor.member_id), hoa.actor.member_id, now=datetime.now(UTC)
        )
    late = logged_by(phone, hoa)
    assert refused_as(phone.results(late)[0]) == (403, NOT_A_USER)
    assert db.session.scalars(select(PhoneUser.removed_at)).one() is not None
    path = f"/desk/phones/refused/{phone.phone_id}/{late['sequence']}"
    assert at_desk(app, lan, f"{path}/take-in", {}).status_code == 303
    assert author(late) == hoa.actor.member_id


def test_a_role_is_that_of_who_logged_it(app: Flask, lan: Business) -> None:
    seller, clerk = colleague(lan, "shop_seller"), colleague(lan, "clerk")
    with transaction():
        greens = product(lan)
    of_seller, of_clerk = phone_of(app, seller), phone_of(app, clerk)
    assert let_use(app, of_seller, clerk, lan) == 303
    assert let_use(app, of_clerk, seller, lan) == 303
    own, hers = of_seller.harvest(greens), of_seller.harvest(greens)
    hers["member_id"] = str(clerk.actor.member_id)
    refused, kept = of_seller.results(own, hers)
    assert refused_as(refused) == (403, NOT_ALLOWED)
    assert (kept["status"], author(hers)) == (201, clerk.actor.member_id)
    other = of_clerk.harvest(greens) | {"member_id": str(seller.actor.member_id)}
    scouted = logged_by(of_clerk, seller)
    refused, kept = of_clerk.results(other, scouted)
    assert refused_as(refused) == (403, NOT_ALLOWED)
    assert (kept["status"], author(scouted)) == (201, seller.actor.member_id)


def test_a_revoked_phone_ends_with_all_who_used_it(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    assert at_desk(app, lan, f"/desk/phones/{phone.phone_id}/revoke", {}).status_code == 303
    assert phone.sync(logged_by(phone, hoa)).status_code == 401
    assert let_use(app, phone, hoa) == 404
    db.session.rollback()
    assert db.session.scalars(select(PhoneUser.removed_at)).one() is not None


def test_another_producers_phone_is_nobodys_business(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    tung = business("HTX Tùng", role="owner")
    db.session.commit()
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    assert at_desk(app, tung, users_page(phone)).status_code == 404
    assert at_desk(app, tung, users_page(phone), {}).status_code == 404
    assert at_desk(app, lan, users_page(phone)).status_code == 200
    assert press(app, phone, hoa, "remove", tung) == 404
    assert press(app, phone, hoa, "pin", tung) == 404
    mine = phone_of(app, tung)
    assert let_use(app, mine, hoa, tung) in {404, 422}
    assert db.session.scalars(select(PhoneUser.member_id)).all() == [hoa.actor.member_id]


def test_nobody_gets_more_through_a_shared_phone(app: Flask, lan: Business) -> None:
    clerk, worker = colleague(lan, "clerk"), colleague(lan, "field_worker")
    phone = phone_of(app, worker)
    assert let_use(app, phone, lan, clerk) in {404, 422}
    assert let_use(app, phone, lan, lan) == 303
    assert press(app, phone, lan, "pin", clerk) == 404, "or the clerk would log as the owner"
    assert press(app, phone, lan, "remove", worker) == 404, "a field worker minds no phones"
    assert press(app, phone, worker, "remove", lan) == 404, "it is the worker's own"


def test_the_phone_is_told_who_uses_it_and_whose_pin_was_reset(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    def told() -> list[tuple[str, int]]:
        users = phone.ask("GET", "/snapshot").get_json()["sections"]["users"]
        return [(one["name"], one["pin_resets"]) for one in users]

    assert told() == []
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    assert told() == [("HTX Lan A", 0), ("Chị field_worker", 0)]
    assert press(app, phone, hoa, "pin", lan) == 303
    assert press(app, phone, lan, "pin", lan) == 303
    assert told() == [("HTX Lan A", 1), ("Chị field_worker", 1)]
    shown = at_desk(app, lan, "/desk/phones?lang=en").text
    assert "and Chị field_worker" in shown
    assert press(app, phone, hoa, "remove", lan) == 303
    assert told() == []


def test_a_file_of_a_shared_phone_keeps_who_logged_what(
    app: Flask, lan: Business, phone: VirtualPhone
) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    assert press(app, phone, hoa, "remove", lan) == 303
    hers, own = logged_by(phone, hoa), phone.record("scout")
    strangers = phone.record("scout") | {"member_id": str(new_id())}
    content = json.dumps(phone.envelope(hers, own, strangers) | {"photos": {}}).encode()
    file = {"file": (io.BytesIO(content), "chua-gui.json")}
    look = at_desk(app, lan, "/desk/phones/import", file).headers["Location"]
    assert at_desk(app, lan, look, {}).status_code == 200
    found = [author(one) for one in (hers, own, strangers)]
    assert found == [hoa.actor.member_id, lan.actor.member_id, None]


def test_a_voice_is_that_of_who_spoke(app: Flask, lan: Business, phone: VirtualPhone) -> None:
    hoa = colleague(lan, "field_worker")
    assert let_use(app, phone, hoa) == 303
    said = sounds.webm(3)
    name = hashlib.sha256(said).hexdigest()
    answer = phone.ask("PUT", f"/voices/{name}", data=said, content_type="audio/webm")
    assert answer.status_code == 201
    assert statuses(phone.results(logged_by(phone, hoa) | {"voice": name})) == [201]
    db.session.rollback()
    assert db.session.scalars(select(Voice.member_id)).one() == hoa.actor.member_id
    assert db.session.scalars(select(Phone.member_id)).one() == lan.actor.member_id
