"""What the interface refuses before a room is asked: strangers, bad bodies, bad parameters."""

import json
import uuid
from typing import Any

import pytest
from flask import Flask

from tests.builders import event, line
from tests.http.answers import told
from tests.http.programs import API, program
from traceapp.api.strictness import LARGEST_BODY
from traceapp.database.ids import new_id

READING = ("/me", "/products", "/sites", "/seasons", "/batches", "/step-kinds")
WRITING = (
    ("POST", "/events"),
    ("POST", "/batches"),
    ("PUT", f"/products/{uuid.uuid4()}"),
    ("PUT", f"/sites/{uuid.uuid4()}"),
)


def test_a_stranger_is_told_to_bring_a_token(app: Flask) -> None:
    unknown = {"Authorization": "Bearer trc_" + "0" * 40}
    for path in READING:
        for headers in ({}, unknown, {"Authorization": "Basic eA=="}):
            with app.app_context():
                answer = app.test_client().get(API + path, headers=headers)
            told(answer, 401, "sign-in-needed")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_may_only_read_writes_nothing(app: Flask) -> None:
    lan = program(app, scope="read")
    for method, path in (*WRITING, ("PUT", f"/photos/{'ab' * 32}")):
        told(lan.ask(method, path, json={}), 403, "token-may-only-read")


def test_a_parameter_that_is_not_known_is_refused(app: Flask) -> None:
    lan = program(app)
    for path in READING:
        errors = told(lan.get(f"{path}?colour=red"), 422, "invalid-input")["errors"]
        assert [(one["pointer"], one["rule"]) for one in errors] == [("/colour", "unknown_field")]


def test_what_is_wrong_is_written_in_letters_that_people_read(app: Flask) -> None:
    lan = program(app)
    answer = lan.post("/events", {})
    told(answer, 422, "invalid-input")
    assert "Bạn cần điền ô này." in answer.text
    half = lan.ask("POST", "/events", data=b'{"\\ud800": 1}', content_type="application/json")
    errors = told(half, 422, "invalid-input")["errors"]
    assert "/\ud800" in [one["pointer"] for one in errors]


def test_a_parameter_of_the_wrong_kind_is_named(app: Flask) -> None:
    lan = program(app)
    for query, pointer in (
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=x", "/limit"),
        ("after=x", "/after"),
        ("limit=1&limit=2", "/limit"),
        ("external_id=%00", "/external_id"),
    ):
        errors = told(lan.get(f"/products?{query}"), 422, "invalid-input")["errors"]
        assert [error["pointer"] for error in errors] == [pointer]


NO_JSON = {
    "empty": b"",
    "cut": b"{",
    "nan": b'{"a": NaN}',
    "deep": b"[" * 100_000,
    "doubled": b'{"id": "1", "id": "2"}',
    "no text": b"\xff\xfe",
    "no number": b'{"a": 1e}',
}


@pytest.mark.parametrize("sent", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_refused(app: Flask, sent: bytes) -> None:
    lan = program(app)
    for method, path in WRITING:
        answer = lan.ask(method, path, data=sent, content_type="application/json")
        told(answer, 400, "bad-request")


def test_another_media_type_is_not_taken(app: Flask) -> None:
    lan = program(app)
    for method, path in WRITING:
        for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
            answer = lan.ask(method, path, data=b"{}", content_type=content_type)
            told(answer, 415, "unsupported-media-type")


def test_a_body_that_is_too_large_is_refused(app: Flask) -> None:
    lan = program(app)
    sent = json.dumps({"note": "x" * LARGEST_BODY})
    for method, path in WRITING:
        answer = lan.ask(method, path, data=sent, content_type="application/json")
        told(answer, 413, "payload-too-large")


def test_only_an_object_is_a_record(app: Flask) -> None:
    lan = program(app)
    for method, path in WRITING[1:]:
        for sent in ("[]", '"text"', "5", "null", "true"):
            answer = lan.ask(method, path, data=sent, content_type="application/json")
            assert told(answer, 422, "invalid-input")["errors"][0]["rule"] == "object"


STRANGE: tuple[Any, ...] = (
    [],
    {},
    True,
    5,
    5.5,
    ["x"],
    "x",
    "\ud800",
    "a\x00b",
    "9" * 5000,
    -1,
    1e300,
)
LINE = ("batch_id", "quantity", "uom", "mass_kg", "packaging", "producer_id")


def test_a_value_of_any_kind_in_any_field_is_answered_and_never_an_error(app: Flask) -> None:
    lan = program(app)
    good = event(lan.by, "pack", outputs=[line(lan.batch_id, "1", "túi")])
    others = ("plot_id", "season_id", "corrects", "photos", "about", "fields", "inputs")
    strange: list[Any] = [
        change
        for value in STRANGE
        for change in (
            *({name: value} for name in (*good, *others)),
            *({"outputs": [{**good["outputs"][0], name: value}]} for name in LINE),
        )
    ]
    for start in range(0, len(strange), 100):
        sent = [good | {"id": str(new_id())} | change for change in strange[start : start + 100]]
        results = lan.post("/events", sent).get_json()["results"]
        assert {result["status"] for result in results} <= {201, 422}
    lot = {"product_id": str(lan.product_id), "lot": "T9", "uom": "túi"}
    more = ("id", "quantity", "site_id", "production_date", "certificate_ids", "external_id")
    for name in (*lot, *more):
        for value in STRANGE:
            answer = lan.post("/batches", lot | {name: value})
            assert answer.status_code in {201, 409, 422}, (name, value)


def test_a_form_of_another_site_is_refused_even_with_a_token(app: Flask) -> None:
    answer = program(app).post("/events", {}, headers={"Origin": "https://elsewhere.example"})
    told(answer, 403, "cross-site")


def test_problems_speak_the_language_that_is_asked_for(app: Flask) -> None:
    lan = program(app)
    said = {
        language: lan.post("/events", {}, headers={"Accept-Language": language}).get_json()["title"]
        for language in ("vi", "en")
    }
    assert said["en"] == "Some of this needs correcting"
    assert said["vi"] != said["en"]
