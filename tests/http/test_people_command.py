"""`flask people invite`: whoever runs the server lets somebody in whom nobody else can."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.accounts import PASSWORD, give_account, hash_cheaply, send, sign_in
from tests.builders import NOW, Business, business
from tests.conftest import AppMaker
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

CODE = re.compile(r"^ {4}(\S+)$", re.MULTILINE)
NEW = "ba con vịt đen"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


@pytest.fixture
def lan(app: Flask) -> Business:
    with app.app_context(), transaction():
        return business("HTX Lan", role="owner")


def invited(app: Flask, *asked: str, fails: bool = False) -> str:
    done = app.test_cli_runner().invoke(args=["people", "invite", *asked])
    assert (done.exit_code == 1) is fails, done.output
    return done.output


def acts(app: Flask) -> list[tuple[str, bool]]:
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.done_at)).all()
        return [(one.act, one.by_producer_id is None) for one in entries]


def test_an_owner_without_sign_in_chooses_one_with_the_code_and_signs_in(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    told = invited(app, "htx lan")
    assert "HTX Lan A, HTX Lan: this code lets them choose a sign-in" in told
    (code,) = CODE.findall(told)
    typed = {"code": code, "sign_in_name": "lan.htx", "password": NEW}
    assert client.post("/join/member", data=typed).status_code == 303
    assert sign_in(app.test_client(), "lan.htx", NEW).status_code == 303
    assert ("member_invited", True) in acts(app)
    with app.app_context():
        row = db.session.get_one(Membership, (lan.producer_id, lan.actor.member_id))
        assert row.account_id is not None


def test_a_sole_owner_who_forgot_the_password_sets_a_new_one(
    app: Flask, client: FlaskClient, lan: Business
) -> None:
    with app.app_context(), transaction():
        give_account(lan, "lan.htx")
    told = invited(app, str(lan.producer_id), "--member", "HTX Lan A")
    assert "sets a new password" in told
    (code,) = CODE.findall(told)
    assert send(client, "/reset-password", code=code, password=NEW).status_code == 303
    assert sign_in(app.test_client(), "lan.htx", NEW).status_code == 303
    assert sign_in(app.test_client(), "lan.htx", PASSWORD).status_code != 303
    assert ("reset_code_issued", True) in acts(app)


def test_what_is_not_clear_is_asked_and_nothing_is_made(app: Flask, lan: Business) -> None:
    with app.app_context(), transaction():
        business("HTX Lan", role="clerk")
        business("HTX Mai", role="clerk")
    assert str(lan.producer_id) in invited(app, "HTX Lan", fails=True)
    assert "No producer here is called “HTX Cúc”" in invited(app, "HTX Cúc", fails=True)
    assert "there is none" in invited(app, "HTX Mai", fails=True)  # it has no owner
    told = invited(app, "HTX Mai", "--member", "Ai đó", fails=True)
    assert "No person here is called “Ai đó”" in told
    assert "HTX Mai A" in told
    assert not {act for act, _ in acts(app)} & {"member_invited", "reset_code_issued"}


def test_who_left_is_not_let_in_again(app: Flask, lan: Business) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Membership, (lan.producer_id, lan.actor.member_id)).ended_at = NOW
    assert "there is none" in invited(app, "HTX Lan", fails=True)
    assert "there is none" in invited(app, "HTX Lan", "--member", "HTX Lan A", fails=True)
