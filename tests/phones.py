"""A phone of somebody of a business, as a test drives it: enrolled, and sending records."""

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask, has_app_context
from werkzeug.exceptions import NotFound
from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.test import Client, TestResponse

from tests.builders import Business, event, line
from traceapp.accounts import phones
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.web.endpoints import transaction

API = "/api/v1"


def invited(by: Business) -> phones.Invite:
    """Invite a phone of the person of a business."""
    member = (by.actor.producer_id, by.actor.member_id)
    db.session.rollback()
    with transaction():
        return phones.invite(member, by=member, now=datetime.now(UTC))


def over_http(address: str) -> Client:
    """Give what asks a server that runs elsewhere, as the client of an application asks that."""
    return Client(ProxyMiddleware(NotFound(), {f"{API}/": {"target": address}}))


def said(app: Flask | Client, method: str, path: str, **request: Any) -> TestResponse:
    """Ask outside the test's own context, in which one visitor would stay for all."""
    with nullcontext() if isinstance(app, Client) else app.app_context():
        client = app if isinstance(app, Client) else app.test_client()
        answer = client.open(API + path, method=method, buffered=True, **request)
    if has_app_context():
        db.session.rollback()  # so that the test sees what was written
    return answer


def enrol(
    app: Flask | Client, code: str, phone_id: UUID | str | None = None, name: str = "A05"
) -> TestResponse:
    """Say the code of an invitation as a phone."""
    body = {"code": code, "phone_id": str(phone_id or new_id()), "name": name}
    return said(app, "POST", "/phones", json=body)


@dataclass(slots=True)
class VirtualPhone:
    """A phone that was enrolled."""

    app: Flask | Client
    by: Business
    phone_id: str
    token: str
    mark: str
    codes: list[str]
    number: int = 0

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **request.pop("headers", {})}
        return said(self.app, method, path, headers=headers, **request)

    def envelope(self, *records: Any, **changes: Any) -> dict[str, Any]:
        return {
            "phone_id": self.phone_id,
            "sent_at": datetime.now(UTC).isoformat(),
            "app_version": "1.0.0",
            "unsent": len(records),
            "last_sequence": self.number,
            "records": list(records),
        } | changes

    def record(self, step: str = "harvest", **changes: Any) -> dict[str, Any]:
        """Make a record with the next number."""
        self.number += 1
        return {"sequence": self.number, "event": event(self.by, step, **changes)}

    def harvest(self, product_id: UUID, *, lot: str = "", **batch: Any) -> dict[str, Any]:
        """Make the record of a harvest that makes a batch."""
        batch_id = new_id()
        made = self.record(outputs=[line(batch_id, "42.5")])
        about = {"batch_id": str(batch_id), "product_id": str(product_id), "uom": "kg"}
        made["batches"] = [about | {"lot": lot or f"{self.mark}-{self.number}"} | batch]
        return made

    def sync(self, *records: Any, **changes: Any) -> TestResponse:
        return self.ask("POST", "/sync", json=self.envelope(*records, **changes))

    def results(self, *records: Any, **changes: Any) -> list[dict[str, Any]]:
        answer = self.sync(*records, **changes)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["results"]
        return found

    def put_photo(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        answer = self.ask("PUT", f"/photos/{sha256}", data=data, content_type="image/jpeg")
        assert answer.status_code in {200, 201}, answer.text
        return sha256


def phone_of(app: Flask, by: Business, name: str = "A05") -> VirtualPhone:
    """Enrol a phone of the person of a business."""
    answer = enrol(app, invited(by).secret, name=name)
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    return VirtualPhone(
        app, by, body["phone_id"], body["token"], body["mark"], list(body["reserve"])
    )


def statuses(results: list[dict[str, Any]]) -> list[int]:
    """Give the status of each answer."""
    return [one["status"] for one in results]
