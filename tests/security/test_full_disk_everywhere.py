"""Whatever changes something answers 507 where the disk is full, and everything is read on.

So it does with 503 where others hold the database locked.

The databases say it themselves: each transaction that a request has finished writes once more
than there is room for, in SQLite beyond its largest number of pages, in PostgreSQL by the error
that it raises then. Real full disks: tests/durability/test_disk_full.py.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import has_request_context, request
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests import sounds
from tests.accounts import hash_cheaply
from tests.builders import event
from tests.conftest import AppMaker
from tests.http.on_sale import finished
from tests.http.test_joining import ASKED
from tests.lan import a_picture
from tests.phones import invited
from tests.security.forms import forms_on
from tests.security.sending import changing, furnished, sent
from tests.security.town import SAFE, Person, Route, Town, routes
from traceapp.accounts.models import Phone
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.handoffs import links
from traceapp.phone.examples import PUSH, PUSH_FORGET, PUSH_PHONE
from traceapp.web.endpoints import transaction

FULL = "DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
LOCKED = "DO $$ BEGIN RAISE EXCEPTION 'lock timeout' USING ERRCODE = '55P03'; END $$"
SITE = "/desk/places/sites/new"
PRODUCTS = "Tên sản phẩm,Nhóm hàng,Vai trò,Đơn vị\r\nCải ngọt,Rau củ,bán thành phẩm,kg\r\n"
PROGRAMS = {
    *("api_events.post_events", "api_photos.put_photo", "api_voices.put_voice"),
    "api_phones.sync",
}
BY_HAND = {
    "api_events.post_attempt": "/api/v1/attempts",
    "api_labels.post_label_issue": "/api/v1/batches/{}/label-issues",
    "api_phones.enrol_phone": "/api/v1/phones",
    "api_phones.forget_browser": "/api/v1/push/forget",
    "api_phones.forget_phone": "/api/v1/phones/me/push/forget",
    "api_phones.sync": "/api/v1/sync",
    "api_phones.watch_code": "/api/v1/push",
    "api_phones.watch_for_phone": "/api/v1/phones/me/push",
    "api_photos.put_photo": "/api/v1/photos/",
    "api_voices.put_voice": "/api/v1/voices/",
    "desk_labels.issue_labels": "/desk/batches/{}/labels",
    "cleaner_tables.send": "/desk/assessments/tables",
    "exchange.send": "/desk/import",
    "hand_off_answers.answer_offer": "/h/",
    "steps.record_step": "/desk/steps/new",
}
AFTER_ANOTHER = "comes to a transaction only after another request; it is the same `transaction`"
NOT_SENT = {
    **dict.fromkeys(
        ("accounts.add_passkey", "accounts.prove_second_factor", "accounts.sign_in_by_passkey"),
        AFTER_ANOTHER,
    ),
    "commitments.sign": AFTER_ANOTHER,
    **dict.fromkeys(("fairs.place_booths", "published_totals.correct"), AFTER_ANOTHER),
    **dict.fromkeys(("admission.allow_name", "joining.run_first"), AFTER_ANOTHER),
    **dict.fromkeys(("desk_batches.check_step", "desk_batches.confirm_step"), AFTER_ANOTHER),
    **dict.fromkeys(("desk_batches.release_batch", "phone_imports.send_file"), AFTER_ANOTHER),
    **dict.fromkeys(("hand_offs.accept", "hand_offs.refuse"), AFTER_ANOTHER),
    "desk_batches.allow_sale": AFTER_ANOTHER,
    **dict.fromkeys(
        ("label_prints.connect_printer", "label_prints.send_labels"),
        "only where a setting allows printers in the network; it is the same `transaction`",
    ),
    "doors.enter": "a door of the demo",
    "doors.play": "a door of the demo",
    "api_hand-offs.find_by_code": "keeps nothing",
    "desk_trace_search.read_label": "keeps nothing",
}
# A dry run writes and takes it back: what would come of it is not known without room.
TRIALS = {
    "cleaner_tables.look",
    "cleaner_tables.faults",
    "exchange.look",
    "exchange.faults",
    "phone_imports.look",
    "phone_refusals.show_refusal",
    "phone_refusals.complete",
}


@pytest.fixture
def town(make_app: AppMaker) -> Town:
    return furnished(hash_cheaply(make_app()))


@contextmanager
def disk_full(
    monkeypatch: pytest.MonkeyPatch, *, safe: bool = False, locked: bool = False
) -> Iterator[None]:
    """Let no transaction of a request that changes something end well, or of one that asks."""
    end, fail = transaction._end, _find_it_locked if locked else _write_too_much

    def without_room(self: transaction, error: BaseException | None) -> None:
        if error is None and has_request_context() and (request.method in SAFE) is safe:
            try:
                fail()
            except OperationalError as failure:
                error = failure
        end(self, error)

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_end", without_room)
        yield


def _write_too_much() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(FULL))
    connection = db.session.connection()
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    try:
        connection.exec_driver_sql("CREATE TABLE too_much AS SELECT zeroblob(9000000) AS full")
    finally:
        connection.exec_driver_sql("PRAGMA max_page_count = 4294967294")


def _find_it_locked() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(LOCKED))
    other = create_engine(db.engine.url, connect_args={"timeout": 0})
    try:  # while this transaction holds the lock
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        other.dispose()


Told = dict[str, tuple[int, str]]


@pytest.mark.parametrize(
    ("status", "slug", "words"),
    [(507, "storage-full", "Hết chỗ lưu"), (503, "busy", "Hệ thống đang bận")],
)
def test_every_route_that_changes_something_tells_a_full_disk_and_a_locked_database(
    town: Town, monkeypatch: pytest.MonkeyPatch, status: int, slug: str, words: str
) -> None:
    told: Told = {}
    for route in changing(town.app):
        endpoint = route.rule.endpoint
        if endpoint in NOT_SENT:
            continue
        with disk_full(monkeypatch, locked=status == 503):
            answer = by_hand(town, endpoint) if endpoint in BY_HAND else sent(town, route)
        told[endpoint] = answer.status_code, answer.content_type
        assert ("Retry-After" in answer.headers) is (status == 503), endpoint
        if route.is_for_programs or answer.is_json:
            assert answer.get_json()["type"] == f"/problems/{slug}", endpoint
            assert answer.get_json()["title"] == words
        else:
            assert words in answer.text, endpoint
    program, page = (status, "application/problem+json"), (status, "text/html; charset=utf-8")
    assert {endpoint: said for endpoint, said in told.items() if said not in {program, page}} == {}
    assert {endpoint for endpoint, said in told.items() if said == program} >= PROGRAMS
    assert told.keys() | NOT_SENT.keys() == {one.rule.endpoint for one in changing(town.app)}


def by_hand(town: Town, endpoint: str) -> TestResponse:
    """Send what no form of the address holds ready."""
    owner = Person(town.lan.business, "owner", "farm")
    client, method = town.app.test_client(), "POST"
    path, more = BY_HAND[endpoint], dict[str, Any](headers=town.program(owner))
    match endpoint:
        case "api_photos.put_photo" | "api_voices.put_voice":
            is_voice = endpoint == "api_voices.put_voice"
            data = sounds.webm(9) if is_voice else a_picture("blue")
            path += hashlib.sha256(data).hexdigest()
            kind = "audio/webm" if is_voice else "image/png"
            method, more = "PUT", more | {"data": data, "content_type": kind}
        case "api_phones.sync" | "api_phones.watch_for_phone" | "api_phones.forget_phone":
            more = {"headers": town.phone(owner), "json": _from_a_phone(town, endpoint)}
        case "api_phones.enrol_phone" | "api_phones.forget_browser" | "api_phones.watch_code":
            more = {"json": _from_a_stranger(town, endpoint)}
        case "api_events.post_attempt" | "api_labels.post_label_issue":
            path, body = _attempted(town, endpoint, path)
            more |= {"json": body}
        case "hand_off_answers.answer_offer":
            path += _link(town)
            more = {"data": forms_on(client.get(path).text, path)[path] | {"name": "Cô Hoa"}}
        case "cleaner_tables.send" | "exchange.send":
            client, file = town.browser(owner), (io.BytesIO(PRODUCTS.encode()), "rau.csv")
            kind = "products" if endpoint.startswith("exchange") else "measures"
            more = {"data": town.form(kind=kind, file=file)}
        case "desk_labels.issue_labels" | "steps.record_step":
            client, path = town.browser(owner), path.format(_on_sale(town))
            shown = forms_on(client.get(f"{path}?kind=irrigate").text, path)[path]
            more = {"data": shown | town.form(do="save")}
        case _:
            raise AssertionError(endpoint)
    return client.open(path, method=method, **more)


def _attempted(town: Town, endpoint: str, path: str) -> tuple[str, dict[str, Any]]:
    if endpoint == "api_events.post_attempt":
        return path, event(town.lan.business, "scout")
    return path.format(_on_sale(town)), {"labels": 1, "stock": "a4-24"}


def _on_sale(town: Town) -> UUID:
    with town.app.app_context(), transaction():
        fact = codes.find(finished(town.lan.business, "YEN-20", name="Cải xanh"))
        assert fact is not None
        return fact.batch_id


def _from_a_stranger(town: Town, endpoint: str) -> dict[str, Any]:
    """Give what a phone sends that nobody knows yet."""
    with town.app.app_context():
        if endpoint == "api_phones.enrol_phone":
            code = invited(town.lan.business).secret
            return {"code": code, "phone_id": str(uuid4()), "name": "A05"}
        if endpoint == "api_phones.forget_browser":
            return PUSH_FORGET
        with transaction():
            return PUSH | {"code": finished(town.lan.business, "YEN-21", name="Cải bó xôi")}


def _from_a_phone(town: Town, endpoint: str) -> dict[str, Any]:
    if endpoint == "api_phones.sync":
        return _envelope(town, {"sequence": 1, "event": event(town.lan.business, "scout")})
    return PUSH_PHONE if endpoint == "api_phones.watch_for_phone" else {}


def _envelope(town: Town, record: dict[str, Any]) -> dict[str, Any]:
    with town.app.app_context():
        newest = select(Phone.phone_id).order_by(Phone.enrolled_at.desc()).limit(1)
        phone_id = db.session.scalars(newest).one()
    about = {"phone_id": str(phone_id), "sent_at": datetime.now(UTC).isoformat()}
    return about | {"app_version": "1", "unsent": 1, "last_sequence": 1, "records": [record]}


def _link(town: Town) -> str:
    owner, shipment_id = town.lan.business, UUID(town.lan.values["shipment_id"])
    with town.app.app_context(), transaction():
        shipment, now = (owner.producer_id, shipment_id), datetime.now(UTC)
        by, lasts = owner.actor.member_id, timedelta(days=1)
        return links.make(shipment, by=by, now=now, lasts=lasts).token


def test_what_was_typed_at_the_desk_is_sent_again_when_there_is_room(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = town.browser(Person(town.lan.business, "owner", "farm"))
    typed = {"name": "Kho “lạnh” <b>", "kind": "depot", "commune": "Bát Tràng"}
    with disk_full(monkeypatch):
        answer = browser.post(SITE, data=town.form(**typed))
    assert answer.status_code == 507
    assert "Chưa lưu gì, nhưng những gì bạn đã nhập vẫn còn đây." in answer.text
    (kept,) = forms_on(answer.text, SITE).values()
    assert kept.items() >= typed.items()
    assert browser.post(SITE, data=kept).status_code == 303


def test_a_stranger_s_report_is_kept_in_the_page_and_no_password_ever_is(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, report = town.app.test_client(), {"kind": "other", "text": "Rau có đá"}
    joining = {**ASKED, "password": "bốn con trâu vàng"}
    with disk_full(monkeypatch):
        answer = client.post("/report", data=report)
        joined = client.post("/join", data=joining)
    assert answer.status_code == joined.status_code == 507
    assert joining["password"] not in joined.text
    (kept,) = forms_on(answer.text, "/report").values()
    assert kept == report
    assert client.post("/report", data=kept).status_code in {200, 201, 303}


def test_everything_is_read_where_nothing_can_be_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Person(town.lan.business, "owner", "farm")
    asked = [
        route
        for route in routes(town.app)
        if "GET" in route.methods and route.rule.endpoint not in TRIALS
    ]
    paths = {route.path(town.lan.values | {"token": _link(town)}): route for route in asked}
    with disk_full(monkeypatch, safe=True):
        full = {path: _status(town, owner, paths[path], path) for path in paths}
    room = {path: _status(town, owner, paths[path], path) for path in paths}
    assert full == room
    assert sum(status == 200 for status in full.values()) > 60


def _status(town: Town, owner: Person, route: Route, path: str) -> int:
    return town.ask(owner, route, "GET", path).status_code
