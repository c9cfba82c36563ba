"""People with passwords, for tests of signing in; hashing is cheap there, and only there."""

import re
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import NOW, Business, business
from traceapp.accounts import operations
from traceapp.database.engine import db
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

PASSWORD = "bốn con trâu vàng"
HTTPS = "https://truyxuat.example.vn"


def hash_cheaply(app: Flask) -> Flask:
    """Lower the cost of argon2 for one application of a test."""
    app.extensions["security"].pwd_context.update(argon2__memory_cost=8, argon2__time_cost=1)
    return app


def person(
    app: Flask,
    name: str = "lan",
    *,
    role: str = "owner",
    kinds: tuple[str, ...] = ("farm",),
    phone: str | None = None,
) -> Business:
    """Register a business whose one person signs in by name and PASSWORD."""
    with app.app_context(), transaction():
        by = business(f"HTX {name}", kinds=kinds, role=role)
        give_account(by, name, phone=phone)
        return by


def give_account(by: Business, name: str, *, phone: str | None = None) -> UUID:
    """Give the person of a business an account."""
    account_id = operations.create_account(name, PASSWORD, phone=phone, now=NOW)
    member = (by.actor.producer_id, by.actor.member_id)
    db.session.get_one(Membership, member).account_id = account_id
    db.session.flush()
    return account_id


def token_on(page: str) -> str:
    """Give the token of the form on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, form_on: str | None = None, **values: str) -> TestResponse:
    """Open the page of a form and send it filled in."""
    page = client.get(form_on or path)
    return client.post(path, data={"csrf_token": token_on(page.text), **values})


def sign_in(
    client: FlaskClient, name: str = "lan", password: str = PASSWORD, **more: str
) -> TestResponse:
    """Sign in as somebody does: by the form."""
    return send(client, "/sign-in", name=name, password=password, **more)
