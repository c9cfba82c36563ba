"""Tokens at a server that runs in a process of its own: refused from the moment they end."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.builders import Business, business
from tests.pwa.serving import served
from traceapp.accounts import tokens
from traceapp.accounts.models import ApiToken
from traceapp.accounts.visitor import hashed
from traceapp.database.engine import db
from traceapp.web.endpoints import transaction

PROBLEM = "application/problem+json"
SEND = b'{"product_id": "x"}'


@pytest.fixture
def owner(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan", role="owner")


@pytest.fixture
def address(app: Flask, owner: Business, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The server, on the database of this test."""
    with served(tmp_path, TRACEAPP_DEMO="0", DATABASE_URL=database_url) as (address, _):
        yield address


def made(owner: Business, *, days_ago: int = 0, **more: object) -> str:
    mine = (owner.producer_id, owner.actor.member_id)
    then = datetime.now(UTC) - timedelta(days=days_ago)
    given = {"name": "Cân", "scope": "write", "days": 7, **more}
    with transaction():
        return tokens.create(mine, by=mine, now=then, **given)  # type: ignore[arg-type]


def ask(address: str, token: str, body: bytes | None = None) -> tuple[int, str, str | None]:
    """Give the status of an answer, what kind of problem it tells, and how to sign in."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    path = "/api/v1/batches" if body else "/api/v1/me"
    asked = urllib.request.Request(f"{address}{path}", body, headers)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, "", None
    except urllib.error.HTTPError as answer:
        kind = answer.headers["Content-Type"]
        told = json.load(answer)["type"] if kind == PROBLEM else kind
        return answer.code, told, answer.headers["WWW-Authenticate"]


def test_a_running_server_refuses_a_token_from_the_moment_it_ends(
    owner: Business, address: str
) -> None:
    over, last, good = (made(owner, days_ago=days) for days in (7, 6, 5))
    read = made(owner, scope="read")
    assert ask(address, good)[0] == ask(address, read)[0] == 200
    assert ask(address, good, SEND)[0] == 422  # it may write: the batch itself is wrong
    assert ask(address, read, SEND)[0] == 403
    refused = ask(address, over)
    assert refused[:2] == (401, "/problems/sign-in-needed")
    assert refused == ask(address, over, SEND) == ask(address, f"{good[:-1]}!")
    assert refused[2]
    assert refused[2].startswith("Bearer")

    mine = (owner.producer_id, owner.actor.member_id)
    assert ask(address, last)[0] == 200
    with transaction():
        hurried = update(ApiToken).where(ApiToken.token_sha256 == hashed(last))
        db.session.execute(hurried.values(expires_at=datetime.now(UTC)))
    assert ask(address, last) == refused
    assert ask(address, good)[0] == 200

    with transaction():
        for one in db.session.scalars(select(ApiToken.token_id)).all():
            tokens.revoke(mine[0], one, by=mine, now=datetime.now(UTC))
    assert refused == ask(address, good) == ask(address, good, SEND) == ask(address, read)
