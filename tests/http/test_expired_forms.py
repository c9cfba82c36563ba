"""A form that was open while its session ended: nothing that was typed is lost."""

from html import unescape
from re import findall

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import Business, business
from tests.signing_in import signed_in
from traceapp.database.engine import db
from traceapp.producers.models import Site
from traceapp.web.endpoints import transaction

NEW_SITE = "/desk/places/sites/new"
TYPED = {"name": 'Kho "lạnh" <b>', "kind": "cold_store", "commune": "xã Bát Tràng"}
OLD = {"csrf_token": "of a session that has ended"}


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Đồng Xanh")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    """Lan at her desk."""
    return signed_in(app, lan)


def kept_in(page: str) -> dict[str, str]:
    found = findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(text) for name, text in found}


def test_what_was_typed_is_sent_again_with_one_click(desk: FlaskClient) -> None:
    refused = desk.post(NEW_SITE, data=TYPED | OLD)
    kept = kept_in(refused.text)
    assert refused.status_code == 400
    assert refused.headers["Cache-Control"] == "no-store"
    assert "HTX Đồng Xanh" in refused.text, "for whom it would be saved"
    assert kept.items() >= TYPED.items()
    assert kept["csrf_token"] != OLD["csrf_token"]
    assert desk.post(NEW_SITE, data=kept).status_code == 303
    assert db.session.scalars(select(Site.name).where(Site.name == TYPED["name"])).all()


def test_no_page_repeats_what_is_secret(desk: FlaskClient) -> None:
    secrets = {"old": "bốn mùa rau cũ", "new": "bốn mùa rau mới"}
    answer = desk.post("/account/password", data=secrets | OLD)
    assert answer.status_code == 400
    assert "bốn mùa" not in answer.text


def test_a_stranger_gets_nothing_repeated(app: Flask) -> None:
    answer = app.test_client().post(NEW_SITE, data=TYPED | OLD)
    assert answer.status_code == 401
    assert "lạnh" not in answer.text
