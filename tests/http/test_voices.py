"""What a farmer says instead of typing: sent by its hash, heard at the desk, erased for good."""

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests import sounds
from tests.builders import Business, business
from tests.http.answers import told
from tests.http.programs import program
from tests.phones import VirtualPhone, phone_of, statuses
from tests.signing_in import form, signed_in
from traceapp.admission import erasure
from traceapp.audit.models import AuditEntry
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.exchange import leaving
from traceapp.jobs.runner import Runner
from traceapp.photos.storage import Storage
from traceapp.voices.models import EventVoice, Voice
from traceapp.voices.storage import path_of
from traceapp.web.endpoints import transaction
from traceapp.web.settings import settings

LIST = "/desk/phones/incomplete"
SAID = sounds.webm(12)
NAME = hashlib.sha256(SAID).hexdigest()
HEAR = f"/desk/phones/voices/{NAME}"


@pytest.fixture
def lan(app: Flask) -> Business:
    with transaction():
        return business("HTX Lan")


@pytest.fixture
def phone(app: Flask, lan: Business) -> VirtualPhone:
    return phone_of(app, lan, name="Samsung A05")


@pytest.fixture
def clerk(app: Flask, lan: Business, phone: VirtualPhone) -> FlaskClient:
    return signed_in(app, lan)


def put(phone: VirtualPhone, data: bytes = SAID, kind: str = "audio/webm", name: str = ""):
    name = name or hashlib.sha256(data).hexdigest()
    return phone.ask("PUT", f"/voices/{name}", data=data, content_type=kind)


def ask(
    app: Flask, client: FlaskClient, path: str, method: str = "GET", **more: Any
) -> TestResponse:
    """Ask outside the test's own context, which remembers who asked before."""
    with app.app_context():
        answer = client.open(path, method=method, buffered=True, **more)
    db.session.rollback()
    return answer


def scouted(phone: VirtualPhone, **more: object) -> dict[str, object]:
    """Send a step with what was said of it."""
    assert put(phone).status_code in {200, 201}
    record = phone.record("scout", **more) | {"voice": NAME}
    assert statuses(phone.results(record)) == [201]
    return record


def file_of(producer_id: UUID) -> bytes | None:
    try:
        return Storage(settings().storage_url).read(path_of(producer_id, bytes.fromhex(NAME)))
    except FileNotFoundError:
        return None


def run_jobs(app: Flask) -> None:
    db.session.remove()
    Runner(app, lambda: datetime.now(UTC) + timedelta(seconds=1)).run_due()
    db.session.remove()


def test_a_voice_note_is_new_once_and_then_the_same(phone: VirtualPhone, lan: Business) -> None:
    assert [put(phone).status_code for _ in range(2)] == [201, 200]
    assert put(phone).get_json() == {"sha256": NAME}
    row = db.session.scalars(select(Voice)).one()
    assert (row.member_id, row.media_type, row.seconds) == (
        lan.actor.member_id,
        "audio/webm",
        12,
    )
    assert file_of(lan.producer_id) == SAID


@pytest.mark.parametrize(
    ("kind", "data"), [("audio/ogg", sounds.ogg()), ("audio/mp4", sounds.mp4())]
)
def test_what_other_phones_record_is_kept_too(phone: VirtualPhone, kind: str, data: bytes) -> None:
    assert put(phone, data, kind).status_code == 201
    assert db.session.scalars(select(Voice.media_type)).one() == kind


def test_what_is_wrong_is_refused_and_nothing_is_kept(phone: VirtualPhone) -> None:
    (error,) = told(put(phone, name="0" * 64), 422, "invalid-input")["errors"]
    assert error["rule"] == "hash_differs"
    (error,) = told(put(phone, b"no sound at all"), 422, "refused-voice")["errors"]
    assert error["rule"] == "voice_kind"
    (error,) = told(put(phone, sounds.webm(70)), 422, "refused-voice")["errors"]
    assert error["rule"] == "voice_long"
    told(put(phone, kind="text/html"), 415, "unsupported-media-type")
    (error,) = told(put(phone, sounds.webm(60, fill=5000)), 413, "payload-too-large")["errors"]
    assert "500 kB" in error["message"]
    assert db.session.scalars(select(Voice)).all() == []


def test_a_step_waits_for_what_was_said_of_it(phone: VirtualPhone, lan: Business) -> None:
    record = phone.record("scout") | {"voice": NAME}
    (answer,) = phone.results(record)
    assert (answer["status"], answer["problem"]["missing"]) == (424, [NAME])
    put(phone)
    assert statuses(phone.results(record)) == [201]
    assert statuses(phone.results(record)) == [200]
    row = db.session.scalars(select(EventVoice)).one()
    assert row.sha256.hex() == NAME
    document = db.session.scalars(select(Event.document)).one()
    assert "voice" not in json.loads(document)


def test_nobody_learns_what_another_producer_has(app: Flask, phone: VirtualPhone) -> None:
    scouted(phone)
    with transaction():
        hoa = business("Cửa hàng Hoa")
    other = phone_of(app, hoa)
    (answer,) = other.results(other.record("scout") | {"voice": NAME})
    assert answer["problem"]["missing"] == [NAME]
    assert put(other).status_code == 201
    stranger = signed_in(app, hoa)
    assert ask(app, stranger, HEAR).status_code == 200
    assert ask(app, stranger, HEAR.replace(NAME, "ab" * 32)).status_code == 404
    db.session.rollback()
    with transaction():
        tung = business("Vựa Tùng")
    client = signed_in(app, tung)
    assert ask(app, client, HEAR).status_code == 404
    assert ask(app, client, f"{HEAR}/erase", "POST", data=form(app)).status_code == 404


def test_a_clerk_hears_it_and_writes_it_down(
    app: Flask, phone: VirtualPhone, clerk: FlaskClient
) -> None:
    record = scouted(phone)
    assert "1." in ask(app, clerk, "/desk?lang=en").text
    page = ask(app, clerk, f"{LIST}?lang=en").text
    assert "what was said, in writing" in page
    opened = ask(app, clerk, f"{LIST}/{record['event']['id']}?lang=en")  # type: ignore[index]
    assert f'src="{HEAR}"' in opened.text
    assert "media-src 'self'" in opened.headers["Content-Security-Policy"]
    assert "media-src" not in ask(app, clerk, LIST).headers["Content-Security-Policy"]


def test_it_is_played_whole_and_in_parts(
    app: Flask, phone: VirtualPhone, clerk: FlaskClient
) -> None:
    scouted(phone)
    whole = ask(app, clerk, HEAR)
    assert (whole.data, whole.mimetype) == (SAID, "audio/webm")
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert whole.headers["Content-Disposition"].startswith("attachment; filename=")
    assert whole.headers["Cache-Control"] == "private, no-store"
    part = ask(app, clerk, HEAR, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, SAID[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(SAID)}"
    assert ask(app, clerk, HEAR, headers={"Range": f"bytes={len(SAID)}-"}).status_code == 416


def test_what_is_erased_is_gone_for_good_and_the_step_stays(
    app: Flask, phone: VirtualPhone, clerk: FlaskClient, lan: Business
) -> None:
    record = scouted(phone)
    before = db.session.execute(select(Event.document, Event.content_sha256)).all()
    assert ask(app, clerk, f"{HEAR}/erase", "POST", data=form(app)).status_code == 303
    assert ask(app, clerk, HEAR).status_code == 200  # nobody had said to be sure
    assert (
        ask(app, clerk, f"{HEAR}/erase", "POST", data=form(app) | {"sure": "yes"}).status_code
        == 303
    )
    assert ask(app, clerk, HEAR).status_code == 404
    run_jobs(app)
    assert file_of(lan.producer_id) is None
    assert put(phone).status_code == 200
    assert file_of(lan.producer_id) is None
    assert db.session.execute(select(Event.document, Event.content_sha256)).all() == before
    page = ask(app, clerk, f"{LIST}/{record['event']['id']}?lang=en").text  # type: ignore[index]
    assert "was erased" in page
    assert HEAR not in page
    assert "voice_erased" in set(db.session.scalars(select(AuditEntry.act)))


def test_who_is_erased_is_not_heard_any_more(
    app: Flask, phone: VirtualPhone, lan: Business
) -> None:
    scouted(phone)
    db.session.rollback()
    with transaction():
        other = business("HTX Khác")
        erasure.erase(
            (lan.producer_id, other.actor.member_id), lan.actor.member_id, now=datetime.now(UTC)
        )
    run_jobs(app)
    assert file_of(lan.producer_id) is None
    assert db.session.scalars(select(Voice.erased_at)).one() is not None


def test_a_file_of_a_phone_brings_it_too(
    app: Flask, phone: VirtualPhone, clerk: FlaskClient, lan: Business
) -> None:
    record = phone.record("scout") | {"voice": NAME}
    said = {NAME: base64.b64encode(SAID).decode(), "ab" * 32: base64.b64encode(b"x").decode()}
    content = json.dumps(phone.envelope(record) | {"photos": {}, "voices": said}).encode()
    given = form(app) | {"file": (io.BytesIO(content), "chua-gui.json")}
    page = ask(app, clerk, "/desk/phones/import", "POST", data=given)
    assert page.status_code in {200, 303}
    assert file_of(lan.producer_id) == SAID
    assert [row.sha256.hex() for row in db.session.scalars(select(Voice))] == [NAME]


def test_no_public_page_and_no_answer_of_the_interface_tells_of_it(
    app: Flask, phone: VirtualPhone
) -> None:
    record = scouted(phone)
    lan = program(app)
    event_id = record["event"]["id"]  # type: ignore[index]
    assert NAME not in phone.ask("GET", f"/events/{event_id}").text
    assert lan.ask("GET", f"/voices/{NAME}").status_code in {404, 405}
    assert ask(app, app.test_client(), HEAR).status_code == 303


def test_an_export_takes_it_along_until_it_is_erased(
    app: Flask, phone: VirtualPhone, clerk: FlaskClient, lan: Business
) -> None:
    scouted(phone)

    def names() -> set[str]:
        file = io.BytesIO()
        leaving.write(lan.producer_id, file, now=datetime.now(UTC))
        with zipfile.ZipFile(file) as made:
            return {name for name in made.namelist() if name.startswith("voices/")}

    assert names() == {f"voices/{NAME}.webm"}
    ask(app, clerk, f"{HEAR}/erase", "POST", data=form(app) | {"sure": "yes"})
    assert names() == set()
