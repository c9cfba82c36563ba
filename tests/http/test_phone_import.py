"""The file of a phone that cannot send: looked at first, brought in once, in its person's name."""

import base64
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import Business, business, product
from tests.phones import VirtualPhone, phone_of
from tests.pictures import jpeg
from tests.signing_in import form, signed_in
from traceapp.accounts import phones
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Batch, Event
from traceapp.database.engine import db
from traceapp.photos.models import Photo
from traceapp.web.endpoints import transaction


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@pytest.fixture
def greens(lan: Business) -> UUID:
    with transaction():
        return product(lan)


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan, name="Samsung A05")


@pytest.fixture
def browser(app: Flask, lan: Business, phone: VirtualPhone) -> FlaskClient:
    return signed_in(app, lan)


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def exported(phone: VirtualPhone, *records: Any, **more: Any) -> bytes:
    return json.dumps(phone.envelope(*records) | {"photos": {}, "free_codes": 120} | more).encode()


def send(app: Flask, browser: FlaskClient, content: bytes) -> Any:
    given = form(app) | {"file": (io.BytesIO(content), "chua-gui.json")}
    return browser.post("/desk/phones/import?lang=en", data=given)


def test_a_file_is_looked_at_and_then_brought_in_once(
    app: Flask, browser: FlaskClient, phone: VirtualPhone, greens: UUID
) -> None:
    picture = jpeg()
    sha256 = hashlib.sha256(picture).hexdigest()
    harvest = phone.harvest(greens, code=phone.codes[0])
    scout, bad = phone.record("scout", photos=[sha256]), phone.record("fly")
    pictures = {sha256: base64.b64encode(picture).decode()}
    content = exported(phone, harvest, scout, bad, photos=pictures)
    with transaction():
        phones.revoke(
            phone.by.producer_id,
            UUID(phone.phone_id),
            by=(phone.by.producer_id, phone.by.actor.member_id),
            now=datetime.now(UTC),
        )
    sent = send(app, browser, content)
    assert sent.status_code == 303
    looked = browser.get(sent.location + "?lang=en").text
    assert "New: 2. To be put right: 1. Nothing has been saved yet." in looked
    assert (count(Event), count(Batch), count(Photo)) == (0, 0, 1)
    done = browser.post(sent.location + "?lang=en", data=form(app)).text
    assert "Brought in: 2. To be put right: 1." in done
    assert (count(Event), count(Batch)) == (2, 1)
    authors = set(db.session.scalars(select(Event.author_member_id)))
    assert authors == {phone.by.actor.member_id}
    again = browser.post(sent.location + "?lang=en", data=form(app)).text
    assert "Brought in: 0. To be put right: 1." in again
    assert "is here already" in again
    assert (count(Event), count(Batch)) == (2, 1)
    assert "phone_imported" in set(db.session.scalars(select(AuditEntry.act)))


def test_a_photo_that_is_not_what_it_is_called_is_missing(
    app: Flask, browser: FlaskClient, phone: VirtualPhone
) -> None:
    sha256 = "0" * 64
    pictures = {sha256: base64.b64encode(jpeg()).decode()}
    content = exported(phone, phone.record("scout", photos=[sha256]), photos=pictures)
    looked = browser.get(send(app, browser, content).location + "?lang=en").text
    assert "Photos or the voice note of this record are not here yet" in looked
    assert count(Photo) == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"[]", b"{}", b'{"records": [], "photos": []}', b"[" * 100_000, b'{"a": NaN}'],
)
def test_another_file_is_refused_in_words(app: Flask, browser: FlaskClient, content: bytes) -> None:
    answer = send(app, browser, content)
    assert answer.status_code == 422
    assert "Choose a file." in answer.text or "not a file of the phone app" in answer.text


def test_the_file_of_another_producers_phone_is_nobodys(
    app: Flask, browser: FlaskClient, phone: VirtualPhone
) -> None:
    with transaction():
        tung = business("HTX Tùng")
    theirs = phone_of(app, tung)
    answer = send(app, browser, exported(theirs, theirs.record("scout")))
    assert answer.status_code == 422
    assert "Nothing of yours has this id." in answer.text
    assert count(Event) == 0
