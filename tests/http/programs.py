"""A program that works for one business: its token, its client, its batch to write about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, has_app_context
from werkzeug.test import TestResponse

from tests.builders import LABEL, Business, batch, business, product
from tests.signing_in import token_of
from traceapp.database.engine import db

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Program:
    """A business with a finished product and a batch of it, and a client that carries its token."""

    app: Flask
    by: Business
    product_id: UUID
    batch_id: UUID
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {**self.headers, **request.pop("headers", {})}
        with self.app.app_context():  # inside the test's own, one visitor would stay for all
            client = self.app.test_client()
            answer = client.open(API + path, method=method, headers=headers, **request)
        if has_app_context():
            db.session.rollback()  # so that the test sees what was written
        return answer

    def get(self, path: str, **request: Any) -> TestResponse:
        return self.ask("GET", path, **request)

    def post(self, path: str, body: object, **request: Any) -> TestResponse:
        return self.ask("POST", path, json=body, **request)

    def put(self, path: str, body: object, **request: Any) -> TestResponse:
        return self.ask("PUT", path, json=body, **request)


def program(
    app: Flask,
    name: str = "HTX Lan",
    *,
    role: str = "owner",
    scope: str = "write",
    kinds: tuple[str, ...] = ("farm",),
) -> Program:
    """Make a business and its program."""
    owner = business(name, role=role, kinds=kinds)
    sold = product(owner, name="Cải ngọt túi", role="finished", uom="túi", label=LABEL)
    made = batch(owner, sold, "T1", uom="túi")
    db.session.commit()
    return Program(app, owner, sold, made, token_of(owner, scope=scope))
