"""The page of the webhook at the desk: the address, its secret shown once, how messages fared."""

import re
from datetime import datetime
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.signing_in import form, signed_in
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.web.endpoints import transaction
from traceapp.webhooks import queries
from traceapp.webhooks.models import Webhook
from traceapp.webhooks.sending import Outcome

PAGE = "/desk/webhook"
SECRET = re.compile(r"whsec_[0-9A-Za-z+/=]{44}")
ADDRESS = "https://1.1.1.1/traceapp"


@pytest.fixture
def owner(app: Flask) -> Business:
    with transaction():
        return business("Lan", role="owner")


@pytest.fixture
def desk(app: Flask, owner: Business) -> FlaskClient:
    return signed_in(app, owner)


def test_the_secret_is_shown_once_and_again_only_as_a_new_one(
    app: Flask, desk: FlaskClient, owner: Business
) -> None:
    answer = desk.post(PAGE, data=form(app, address=f" {ADDRESS} "))
    assert answer.headers["Cache-Control"] == "no-store"
    (secret,) = set(SECRET.findall(answer.text))
    shown = desk.get(PAGE).text
    assert ADDRESS in shown
    assert not SECRET.search(shown)
    assert not SECRET.search(desk.post(PAGE, data=form(app, address=ADDRESS + "/2")).text)
    (new,) = set(SECRET.findall(desk.post(f"{PAGE}/secret", data=form(app)).text))
    assert new != secret
    assert desk.post(f"{PAGE}/remove", data=form(app)).status_code == 303
    db.session.rollback()
    assert queries.address_of(owner.producer_id) is None
    for gone in ("secret", "trial", "remove"):
        assert desk.post(f"{PAGE}/{gone}", data=form(app)).status_code == 404


@pytest.mark.parametrize(
    ("language", "address", "words"),
    [
        ("vi", "https://192.168.1.1/x", "Địa chỉ này nằm trong mạng nội bộ"),
        ("en", "https://192.168.1.1/x", "This address is inside a private network"),
        ("vi", "http://1.1.1.1/x", "Đây không phải địa chỉ bắt đầu bằng https://"),
        ("en", "http://1.1.1.1/x", "This is no address that begins with https://"),
        ("vi", "https://nobody.invalid/x", "Trên Internet không có tên này"),
        ("en", "https://nobody.invalid/x", "Nobody answers to this name"),
        ("vi", "", "Đây không phải địa chỉ"),
    ],
)
def test_an_address_that_is_refused_is_told_beside_its_field_and_stays_typed(
    app: Flask, desk: FlaskClient, language: str, address: str, words: str
) -> None:
    sent = form(app, address=address)
    answer = desk.post(PAGE, data=sent, headers={"Accept-Language": language})
    assert answer.status_code == 422
    beside = answer.text.partition('id="f-address-words"')[2][:600]
    assert words in beside
    assert f'value="{address}"' in answer.text
    db.session.rollback()
    assert not db.session.scalars(select(Webhook)).all()


def _came(outcome: str, *_: object, **__: object) -> str:
    return outcome


def _given(at: datetime) -> datetime:
    return at


def test_the_owner_sees_how_each_message_fared(
    app: Flask, desk: FlaskClient, owner: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(PAGE, data=form(app, address=ADDRESS))
    assert desk.post(f"{PAGE}/trial", data=form(app)).status_code == 303
    db.session.rollback()
    assert "Đang gửi" in desk.get(PAGE).text
    for came, words in ((Outcome.LATE, "Không trả lời kịp"), ("500", "Trả lời mã 500")):
        monkeypatch.setattr("traceapp.webhooks.operations.send", partial(_came, came))
        db.session.rollback()
        due = queries.last_deliveries(owner.producer_id)[0].next_at
        assert due is not None
        Runner(app, partial(_given, due)).run_due()
        db.session.rollback()
        assert words in desk.get(PAGE).text
