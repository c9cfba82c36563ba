"""Signing in by phone number: given when joining, by whoever wants that."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.accounts import give_account, hash_cheaply, sign_in
from tests.builders import business
from tests.conftest import AppMaker
from tests.http.test_first_run import set_up
from tests.http.test_joining import ASKED
from traceapp.admission import newcomers
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
