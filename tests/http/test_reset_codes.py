"""Codes with which a person sets a new password, made by the owner of the producer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import ValidationError
from sqlalchemy import select, update

from tests.accounts import PASSWORD, hash_cheaply, person, send, sign_in
from tests.builders import Business
from tests.conftest import AppMaker
from traceapp import problem
from traceapp.accounts import operations
from traceapp.accounts.models import Account, OneTimeCode
from traceapp.accounts.visitor import Visitor
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers import operations as producers
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

NEW = "ba con vịt đen"
Member = tuple[UUID, UUID]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


def owner(by: Business, *kinds: str) -> Visitor:
    """The person of a business, as its pages know them."""
    return Visitor(
        by.actor.producer_id,
        by.actor.member_id,
        "Chủ",
        "HTX",
        frozenset({"owner"}),
        frozenset(kinds or ("farm",)),
    )


def colleague(app: Flask, by: Business, name: str) -> Member:
    """One more person of a business, with an account."""
    with app.app_context(), transaction():
        member_id = producers.add_member(by.producer_id, {"name": name, "roles": ["clerk"]})
        account_id = operations.create_account(name, PASSWORD, now=datetime.now(UTC))
        db.session.get_one(Membership, (by.producer_id, member_id)).account_id = account_id
    return by.producer_id, member_id


def code_for(app: Flask, by: Business, member: Member) -> str:
    """Make a code as the owner."""
    with app.app_context(), transaction():
        return operations.issue_reset_code(owner(by), member, datetime.now(UTC))


def reset(client: FlaskClient, code: str, password: str = NEW) -> int:
    """Send the form with code and password."""
    return send(client, "/reset-password", code=code, password=password).status_code


def test_a_code_sets_a_new_password_and_ends_every_session(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    hoa = colleague(app, lan, "hoa")
    signed_in = app.test_client()
    sign_in(signed_in, "hoa")
    assert reset(client, code_for(app, lan, hoa)) == 303
    assert signed_in.get("/account/devices").status_code == 303
    assert sign_in(client, "hoa").status_code == 422
    assert sign_in(client, "hoa", NEW).status_code == 303


def test_asvs_6_4_1_a_code_is_long_random_and_kept_hashed(app: Flask) -> None:
    lan = person(app, "lan")
    hoa = colleague(app, lan, "hoa")
    code = code_for(app, lan, hoa)
    letters = code.replace("-", "")
    assert len(letters) * 5 >= 128
    with app.app_context():
        row = db.session.scalars(select(OneTimeCode)).one()
        assert row.expires_at - row.made_at == timedelta(hours=24)
        assert code not in repr(vars(row))
        assert letters not in repr(vars(row))
    assert code != code_for(app, lan, hoa)


def test_asvs_6_5_1_a_code_works_once(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    assert reset(client, code) == 303
    assert reset(client, code, "bốn con gà trống") == 422
    assert sign_in(client, "hoa", NEW).status_code == 303


def test_a_code_ends_after_a_day(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    with app.app_context(), transaction():
        db.session.execute(update(OneTimeCode).values(expires_at=datetime.now(UTC)))
    assert reset(client, code) == 422


def test_a_code_for_something_else_sets_no_password(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    with app.app_context(), transaction():
        db.session.execute(update(OneTimeCode).values(purpose="join_as_member"))
    assert reset(client, code) == 422


def test_a_code_may_be_typed_without_hyphens_in_small_letters(
    app: Flask, client: FlaskClient
) -> None:
    lan = person(app, "lan")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    assert reset(client, f" {code.replace('-', ' ').lower()} ") == 303


def test_a_refused_password_leaves_the_code_unused(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    assert reset(client, code, "12345678") == 422
    assert reset(client, code) == 303


def test_asvs_6_3_1_guessing_codes_is_bounded(app: Flask, client: FlaskClient) -> None:
    answers = [reset(client, f"0000-{turn:04}") for turn in range(11)]
    assert answers == [422] * 10 + [429]


def test_a_code_of_hoa_changes_nobody_else(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    colleague(app, lan, "minh")
    code = code_for(app, lan, colleague(app, lan, "hoa"))
    reset(client, code)
    assert sign_in(app.test_client(), "minh").status_code == 303
    assert sign_in(app.test_client(), "lan").status_code == 303


def test_an_owner_makes_codes_for_people_of_the_own_producer_only(app: Flask) -> None:
    lan, tung = person(app, "lan"), person(app, "tung")
    theirs = (tung.actor.producer_id, tung.actor.member_id)
    with pytest.raises(problem.NotFound):
        code_for(app, lan, theirs)


def test_an_owner_cannot_take_over_who_also_works_elsewhere(app: Flask) -> None:
    person(app, "lan")
    tung = person(app, "tung")
    both = (tung.actor.producer_id, tung.actor.member_id)
    with app.app_context(), transaction():
        account_id = db.session.scalars(
            select(Account.account_id).where(Account.sign_in_name == "lan")
        ).one()
        db.session.get_one(Membership, both).account_id = account_id
    with pytest.raises(problem.NotFound):
        code_for(app, tung, both)


def test_a_code_made_before_its_person_joined_another_producer_no_longer_works(
    app: Flask, client: FlaskClient
) -> None:
    lan, tung = person(app, "lan"), person(app, "tung")
    hoa = colleague(app, lan, "hoa")
    code = code_for(app, lan, hoa)
    with app.app_context(), transaction():
        given = {"name": "Hoa", "roles": ["owner"]}
        elsewhere = (tung.producer_id, producers.add_member(tung.producer_id, given))
        account_id = db.session.get_one(Membership, hoa).account_id
        db.session.get_one(Membership, elsewhere).account_id = account_id
    assert reset(client, code) == 422
    assert sign_in(client, "hoa").status_code == 303


def test_someone_without_an_account_gets_no_code(app: Flask) -> None:
    lan = person(app, "lan")
    with app.app_context(), transaction():
        member_id = producers.add_member(lan.producer_id, {"name": "Bà Tư", "roles": ["clerk"]})
    with pytest.raises(problem.NotFound):
        code_for(app, lan, (lan.producer_id, member_id))


def test_making_and_using_a_code_stand_in_the_book_of_acts(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    hoa = colleague(app, lan, "hoa")
    code = code_for(app, lan, hoa)
    reset(client, code)
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.done_at)).all()
        assert [entry.act for entry in entries][-2:] == ["reset_code_issued", "password_reset"]
        assert all(code not in repr(vars(entry)) for entry in entries)


def test_an_account_without_a_password_gets_one_by_a_code(app: Flask, client: FlaskClient) -> None:
    lan = person(app, "lan")
    hoa = colleague(app, lan, "hoa")
    with app.app_context(), transaction():
        db.session.execute(
            update(Account).where(Account.sign_in_name == "hoa").values(password=None)
        )
    assert sign_in(client, "hoa").status_code == 422
    assert reset(client, code_for(app, lan, hoa)) == 303
    assert sign_in(client, "hoa", NEW).status_code == 303


def test_two_accounts_never_share_a_name_or_number(app: Flask) -> None:
    person(app, "lan", phone="0912 345 678")
    with app.app_context(), transaction(), pytest.raises(ValidationError) as raised:
        operations.create_account("LAN", PASSWORD, phone="+84 912 345 678", now=datetime.now(UTC))
    assert set(raised.value.messages_dict) == {"sign_in_name", "phone"}


def test_an_account_is_not_made_with_a_password_everybody_knows(app: Flask) -> None:
    with app.app_context(), transaction(), pytest.raises(ValidationError) as raised:
        operations.create_account("hoang.lan", "Hoang.Lan99", now=datetime.now(UTC))
    assert set(raised.value.messages_dict) == {"password"}
