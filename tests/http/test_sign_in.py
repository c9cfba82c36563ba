"""Signing in and out: what is answered, what is counted, what the browser keeps."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts import hash_cheaply, person, sign_in
from tests.conftest import AppMaker


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return hash_cheaply(make_app())


def test_a_person_signs_in_by_name_and_password(app: Flask, client: FlaskClient) -> None:
    person(app, "lan")
    answer = sign_in(client)
    assert answer.status_code == 303
    assert client.get("/account/devices").status_code == 200
