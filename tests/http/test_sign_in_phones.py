"""Signing in by phone number: given when joining or later, by whoever wants that."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts import PASSWORD, give_account, hash_cheaply, person, send, sign_in
from tests.builders import business
from tests.conftest import AppMaker
from tests.http.test_first_run import set_up
from tests.http.test_joining import ASKED
from traceapp.admission import newcomers
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

NUMBER = "0987 654 321"
SPELLINGS = ("0987654321", "+84 987 654 321", "84987654321", "0987.654.321")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation that somebody runs; each request has a context of its own."""
    app = hash_cheaply(make_app())
    set_up(app)
    return app


def asked(app: Flask, **changes: str) -> tuple[int, str]:
    answer = app.test_client().post("/join", data=ASKED | changes)
    return answer.status_code, answer.text


def signs_in(app: Flask, name: str) -> bool:
    return sign_in(app.test_client(), name, ASKED["password"]).status_code == 303


def test_the_owner_of_a_new_producer_signs_in_by_the_number_in_any_spelling(app: Flask) -> None:
    assert asked(app, sign_in_phone=NUMBER)[0] == 303
    assert [one for one in SPELLINGS if not signs_in(app, one)] == []
    assert signs_in(app, ASKED["sign_in_name"])
    assert not signs_in(app, ASKED["phone"])  # that for the public is another


def test_without_a_number_the_name_alone_signs_in(app: Flask) -> None:
    assert asked(app)[0] == 303
    assert signs_in(app, ASKED["sign_in_name"])
    assert not signs_in(app, NUMBER)


def test_an_invited_person_gives_one_too(app: Flask) -> None:
    with app.app_context(), transaction():
        lan = business("HTX Lan", role="clerk")
        member = (lan.producer_id, lan.actor.member_id)
        code = newcomers.invite_member(member, by=None, now=datetime.now(UTC))
    typed = {name: ASKED[name] for name in ("sign_in_name", "password")}
    typed |= {"code": code, "sign_in_phone": NUMBER}
    assert app.test_client().post("/join/member", data=typed).status_code == 303
    assert signs_in(app, SPELLINGS[0])


@pytest.mark.parametrize("number", ["12345", NUMBER])
def test_a_number_that_is_none_or_anothers_is_refused_beside_its_field(
    app: Flask, number: str
) -> None:
    with app.app_context(), transaction():
        give_account(business("HTX Mai", role="owner"), "mai", phone=NUMBER)
    status, text = asked(app, sign_in_phone=number)
    assert status == 422
    field = text[text.index('<label for="f-sign_in_phone"') :][:1000]
    assert 'class="error"' in field
    assert number in field  # what was typed is still there
    assert f'value="{ASKED["phone"]}"' in text
    assert not signs_in(app, ASKED["sign_in_name"])


def at_home(app: Flask, phone: str | None = None) -> FlaskClient:
    """Lan, who works for a producer and has signed in."""
    person(app, "lan", phone=phone)
    client = app.test_client()
    assert sign_in(client, "lan").status_code == 303
    return client


def changed(client: FlaskClient, number: str, password: str = PASSWORD) -> TestResponse:
    return send(client, "/account/number", number=number, password=password)


def lets_in(app: Flask, *names: str) -> list[str]:
    return [one for one in names if sign_in(app.test_client(), one).status_code == 303]


def acts_of(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.done_at)))


def test_who_has_an_account_adds_changes_and_removes_the_number(app: Flask) -> None:
    lan = at_home(app)
    assert changed(lan, NUMBER).status_code == 303
    assert lets_in(app, *SPELLINGS, "lan") == [*SPELLINGS, "lan"]
    assert f'value="{NUMBER}"' in lan.get("/account/number").text
    assert changed(lan, "+84 912 345 678").status_code == 303
    assert lets_in(app, NUMBER, "0912345678") == ["0912345678"]
    assert changed(lan, "").status_code == 303
    assert lets_in(app, NUMBER, "0912345678", "lan") == ["lan"]
    assert acts_of(app)[-3:] == ["number_changed", "number_changed", "number_removed"]
    with app.app_context():
        told = db.session.scalars(select(AuditEntry.about)).all()
    assert not [one for one in told if "987654321" in str(one)]


def test_the_same_number_again_is_no_change(app: Flask) -> None:
    lan = at_home(app, phone=NUMBER)
    before = acts_of(app)
    assert changed(lan, SPELLINGS[1]).status_code == 303
    assert acts_of(app) == before


@pytest.mark.parametrize(
    ("number", "password", "field"),
    [
        ("12345", PASSWORD, "f-number"),
        (NUMBER, PASSWORD, "f-number"),  # Mai's
        ("0912345678", "sai rồi", "f-password"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_changes(
    app: Flask, number: str, password: str, field: str
) -> None:
    person(app, "mai", phone=NUMBER)
    lan = at_home(app)
    answer = changed(lan, number, password)
    assert answer.status_code == 422
    of_field = answer.text[answer.text.index(f'<label for="{field}"') :][:900]
    assert 'class="error"' in of_field
    assert f'value="{number}"' in answer.text  # what was typed is still there
    assert password not in answer.text
    assert lets_in(app, number) == ([number] if number == NUMBER else [])  # Mai, as before


@pytest.mark.parametrize(
    ("number", "codes"), [(NUMBER, [422] * 5 + [429]), ("12345", [422] * 6), ("", [303] * 6)]
)
def test_nobody_asks_for_many_numbers_of_others(app: Flask, number: str, codes: list[int]) -> None:
    person(app, "mai", phone=NUMBER)
    lan = at_home(app)
    assert [changed(lan, number).status_code for _ in codes] == codes
