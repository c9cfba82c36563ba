"""Signing people in without their passwords, for tests of what they may do then."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Business
from traceapp.accounts import sessions
from traceapp.accounts.models import Account, ApiToken
from traceapp.accounts.visitor import SESSION_DEVICE, hashed
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.producers.models import Membership
from traceapp.web.endpoints import transaction

CSRF_TOKEN = "a token of the session, for forms"


def account_of(member: tuple[UUID, UUID]) -> UUID:
    """Give the member an account without a password, or the one that is there."""
    row = db.session.get_one(Membership, member)
    if row.account_id is None:
        row.account_id = new_id()
        db.session.add(
            Account(
                account_id=row.account_id,
                sign_in_name=f"member-{member[1]}",
                active=True,
                fs_uniquifier=secrets.token_hex(16),
                created_at=datetime.now(UTC),
            )
        )
        db.session.flush()
    return row.account_id


def signed_in(app: Flask, by: Business, **options: Any) -> FlaskClient:
    """Give a browser in which the person of a business is signed in; forms need `form()`."""
    with transaction():
        member = (by.actor.producer_id, by.actor.member_id)
        token = sessions.open_session(
            account_of(member), member, name="test", now=datetime.now(UTC), **options
        )
    client = app.test_client()
    with client.session_transaction() as session:
        session[SESSION_DEVICE] = token
        session["csrf_token"] = CSRF_TOKEN
    return client


def form(app: Flask, **values: Any) -> dict[str, Any]:
    """Fill in a form of a signed-in person, hidden field included."""
    with app.test_request_context():
        from flask import session  # noqa: PLC0415
        from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

        session["csrf_token"] = CSRF_TOKEN
        return {"csrf_token": generate_csrf(), **values}


def token_of(by: Business, *, scope: str = "write") -> dict[str, str]:
    """Make a token of the person of a business; gives the headers that carry it."""
    secret = f"trc_{secrets.token_hex(20)}"
    with transaction():
        db.session.add(
            ApiToken(
                producer_id=by.actor.producer_id,
                token_id=new_id(),
                member_id=by.actor.member_id,
                token_sha256=hashed(secret),
                name="test",
                ending=secret[-4:],
                scope=scope,
                created_at=datetime.now(UTC),
            )
        )
    return {"Authorization": f"Bearer {secret}"}
