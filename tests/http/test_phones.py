"""Phones: invited at the desk, enrolled once, working as their person until they are revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.builders import Business, business
from tests.phones import enrol, invited, phone_of, said
from tests.signing_in import form, signed_in
from traceapp.accounts.models import Phone, PhoneInvite
from traceapp.admission import erasure, people
from traceapp.audit.models import AuditEntry
from traceapp.batches.operations import Actor
from traceapp.codes.models import ReservedCode
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers import operations as producers
from traceapp.web.endpoints import transaction

SECRET = re.compile(r"/app/#join=([0-9A-Z]{28})")
SHORT = re.compile(r'<code class="spell">([0-9A-Z]{4}-[0-9A-Z]{4})</code>')


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


def colleague(by: Business, role: str) -> Business:
    with transaction():
        given = {"name": f"Chị {role}", "roles": [role]}
        member_id = producers.add_member(by.producer_id, given)
    actor = Actor(by.producer_id, member_id)
    return Business(by.producer_id, by.site_id, by.plot_id, actor)


def test_an_invitation_made_at_the_desk_enrols_one_phone(app: Flask, lan: Business) -> None:
    browser = signed_in(app, lan)
    page = browser.post("/desk/phones", data=form(app, member_id=str(lan.actor.member_id)))
    assert page.status_code == 201
    assert "no-store" in page.headers["Cache-Control"]
    secret, short = SECRET.search(page.text), SHORT.search(page.text)
    assert secret
    assert short
    answer = enrol(app, secret[1], name="Samsung A05")
    body = answer.get_json()
    assert (answer.status_code, body["mark"]) == (201, "A")
    assert re.fullmatch(r"trp_[0-9A-Za-z]{33}", body["token"])
    assert body["member"] == {
        "id": str(lan.actor.member_id),
        "name": "HTX Lan A",
        "roles": ["owner"],
    }
    assert body["producer"]["kinds"] == ["farm"]
    assert len(set(body["reserve"])) == 50
    assert body["token"] not in repr(db.session.execute(select(Phone.token_sha256)).all())
    for code in (secret[1], short[1]):
        again = enrol(app, code)
        assert (again.status_code, again.get_json()["type"]) == (404, "/problems/invite-unknown")
    acts = set(db.session.scalars(select(AuditEntry.act)))
    assert {"phone_invited", "phone_enrolled"} <= acts


def test_the_short_code_is_taken_however_it_is_typed(app: Flask, lan: Business) -> None:
    short = invited(lan).short
    assert enrol(app, short.lower().replace("-", " ")).status_code == 201


def test_a_code_that_is_unknown_used_or_expired_is_answered_alike(
    app: Flask, lan: Business
) -> None:
    used, old = invited(lan), invited(lan)
    assert enrol(app, used.secret).status_code == 201
    with transaction():
        db.session.execute(
            update(PhoneInvite)
            .where(PhoneInvite.used_at.is_(None))
            .values(expires_at=datetime.now(UTC))
        )
    answers = {enrol(app, code).text for code in (used.secret, used.short, old.secret, "7K3M9QRT")}
    assert len(answers) == 1
    assert "/problems/invite-unknown" in answers.pop()


def test_an_invitation_lasts_seven_days(app: Flask, lan: Business) -> None:
    lasts = invited(lan).expires_at - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < lasts <= timedelta(days=7)


def test_a_phone_whose_answer_was_lost_asks_again_for_ten_minutes(
    app: Flask, lan: Business
) -> None:
    code, phone_id = invited(lan).secret, new_id()
    first, again = enrol(app, code, phone_id), enrol(app, code, phone_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["reserve"] == again.get_json()["reserve"]
    tokens = [{"Authorization": f"Bearer {one.get_json()['token']}"} for one in (first, again)]
    asked = [said(app, "GET", "/phones/me", headers=one).status_code for one in tokens]
    assert asked == [401, 200]
    assert enrol(app, code, new_id()).status_code == 404
    with transaction():
        early = datetime.now(UTC) - timedelta(minutes=11)
        db.session.execute(update(PhoneInvite).values(used_at=early))
    assert enrol(app, code, phone_id).status_code == 404


def test_guessing_codes_is_slowed_down(app: Flask, lan: Business) -> None:
    answers = [enrol(app, "0000-0000") for _ in range(11)]
    assert [one.status_code for one in answers] == [404] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert enrol(app, invited(lan).secret).status_code == 429


def test_each_phone_of_a_producer_has_a_mark_of_its_own(app: Flask, lan: Business) -> None:
    assert [phone_of(app, lan).mark for _ in range(3)] == ["A", "B", "C"]
    tung = business("HTX Tùng")
    db.session.commit()
    assert phone_of(app, tung).mark == "A"


def test_the_id_of_a_colleagues_phone_is_not_taken_over(app: Flask, lan: Business) -> None:
    mine = phone_of(app, lan)
    other = invited(colleague(lan, "clerk"))
    answer = enrol(app, other.secret, mine.phone_id)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/already-exists")
    assert mine.ask("GET", "/phones/me").status_code == 200
    assert enrol(app, other.secret).status_code == 201, "the invitation was spent for nothing"


def test_a_revoked_phone_is_told_whom_to_ask(app: Flask, lan: Business) -> None:
    phone = phone_of(app, lan)
    browser = signed_in(app, lan)
    path = f"/desk/phones/{phone.phone_id}/revoke"
    assert browser.post(path, data=form(app)).status_code == 303
    answer = phone.ask("GET", "/phones/me")
    assert (answer.status_code, answer.get_json()["type"]) == (401, "/problems/phone-revoked")
    assert "HTX Lan" in answer.get_json()["detail"]
    assert phone.sync(phone.record()).status_code == 401
    assert "Đã thu hồi" in browser.get("/desk/phones?lang=vi").text
    assert enrol(app, invited(lan).secret, phone.phone_id).get_json()["mark"] == phone.mark


def test_the_phone_of_somebody_who_left_stops_and_forgets_its_name(
    app: Flask, lan: Business
) -> None:
    worker = colleague(lan, "field_worker")
    phone, waiting = phone_of(app, worker, name="Máy của Hà"), invited(worker)
    by = (lan.producer_id, lan.actor.member_id)
    with transaction():
        people.end(by, worker.actor.member_id, now=datetime.now(UTC))
    assert phone.ask("GET", "/phones/me").get_json()["type"] == "/problems/phone-revoked"
    assert enrol(app, waiting.secret).status_code == 404
    with transaction():
        erasure.erase(by, worker.actor.member_id, now=datetime.now(UTC))
    assert db.session.scalars(select(Phone.name)).all() == [""]


def test_nobody_gets_more_through_a_phone_than_who_invites_may_do(
    app: Flask, lan: Business
) -> None:
    clerk, worker = colleague(lan, "clerk"), colleague(lan, "field_worker")
    browser = signed_in(app, clerk)
    offered = browser.get("/desk/phones").text
    assert str(worker.actor.member_id) in offered
    assert str(lan.actor.member_id) not in offered
    stolen = browser.post("/desk/phones", data=form(app, member_id=str(lan.actor.member_id)))
    assert (stolen.status_code, SECRET.search(stolen.text)) != (201, None)
    assert not SECRET.search(stolen.text)
    tung = business("HTX Tùng")
    db.session.commit()
    foreign = browser.post("/desk/phones", data=form(app, member_id=str(tung.actor.member_id)))
    assert not SECRET.search(foreign.text)
    wanted = form(app, member_id=str(worker.actor.member_id))
    assert browser.post("/desk/phones", data=wanted).status_code == 201


def test_a_phone_works_as_its_person_and_under_the_interface_alone(
    app: Flask, lan: Business
) -> None:
    phone = phone_of(app, colleague(lan, "field_worker"))
    assert phone.ask("GET", "/me").get_json()["member"]["roles"] == ["field_worker"]
    assert phone.ask("GET", "/batches").status_code == 200
    with app.app_context():
        headers = {"Authorization": f"Bearer {phone.token}"}
        assert app.test_client().get("/desk/phones", headers=headers).status_code == 404


def test_the_desk_says_what_is_still_on_which_phone(app: Flask, lan: Business) -> None:
    phone = phone_of(app, lan, name="Samsung A05")
    first, _lost, third = phone.record(), phone.record(), phone.record()
    phone.results(first, third, unsent=1)
    browser = signed_in(app, lan)
    page = browser.get("/desk/phones?lang=en").text
    assert "Samsung A05" in page
    assert "Records still on the phone of HTX Lan A: 1" in page
    assert "number 2" in page
    table = browser.get("/desk/phones?format=csv&lang=en").text
    assert "Samsung A05" in table


def test_a_reserve_is_filled_up_and_never_shared(app: Flask, lan: Business) -> None:
    one, other = phone_of(app, lan), phone_of(app, lan)
    assert set(one.codes) & set(other.codes) == set()
    assert one.sync().get_json()["reserve"] == []
    assert len(one.sync(free_codes=20).get_json()["reserve"]) == 30
    for _ in range(12):
        one.sync(free_codes=0)
    held = select(ReservedCode.code).where(ReservedCode.used_batch_id.is_(None))
    assert len(db.session.scalars(held).all()) <= 500 + 50
