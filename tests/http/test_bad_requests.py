"""Bodies that cannot be read, are too large or of the wrong kind: a problem, never a 500.

Bad addresses, methods and headers are in test_bad_addresses.
"""

import pytest
from flask.testing import FlaskClient

from tests.conftest import AppMaker
from tests.http.answers import JSON, assert_pages, told
from traceapp.app import MAX_BODY_BYTES
from traceapp.public.report_views import LONGEST_BODY

FORM = "application/x-www-form-urlencoded"


WRONG_TYPES = [
    "text/plain",
    "application/xml",
    "application/octet-stream",
    "",
    "image/svg+xml",
    "a/b; c",
]


@pytest.mark.parametrize("media_type", WRONG_TYPES)
def test_a_wrong_media_type_is_415(stranger: FlaskClient, media_type: str) -> None:
    answer = stranger.post("/report", data=b"kind=other", content_type=media_type, headers=JSON)
    told(answer, 415, "unsupported-media-type")
    assert_pages(stranger, "/report", 415, method="POST", data=b"a", content_type=media_type)


@pytest.mark.parametrize("media_type", [FORM, "application/json"])
def test_an_oversized_body_is_413(stranger: FlaskClient, media_type: str) -> None:
    body = b"text=" + b"a" * MAX_BODY_BYTES
    answer = stranger.post("/report", data=body, content_type=media_type, headers=JSON)
    told(answer, 413, "payload-too-large")


def test_a_report_larger_than_a_report_is_413(stranger: FlaskClient) -> None:
    body = b"text=" + b"a" * LONGEST_BODY
    for media_type in (FORM, "application/json", "multipart/form-data; boundary=x"):
        answer = stranger.post("/report", data=body, content_type=media_type, headers=JSON)
        told(answer, 413, "payload-too-large")
        assert f"{LONGEST_BODY // 1000} kB" in answer.get_json()["errors"][0]["message"]
    assert_pages(stranger, "/report", 413, method="POST", data=body, content_type=FORM)


UNREADABLE_JSON = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"text": "\xff"}',
    b"nul",
    b'{"text": "a"}}',
    b"NaN",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"9" * 5000,
    b'{"kind": "other", "text": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", UNREADABLE_JSON, ids=lambda body: ascii(body[:20]))
def test_json_that_cannot_be_read_is_400(stranger: FlaskClient, body: bytes) -> None:
    answer = stranger.post("/report", data=body, content_type="application/json", headers=JSON)
    told(answer, 400, "bad-request")


WRONG_JSON = [
    (b"null", ""), (b"[]", ""), (b"7", ""), (b'"a"', ""),
    (b'{"kind": "other", "text": "\\ud800"}', "/text"),
    (b'{"kind": "other", "text": "a\\u0000b"}', "/text"),
    (b'{"kind": "other", "text": "a\\u202eb"}', "/text"),
    (b'{"kind": "other", "text": {}}', "/text"),
    (b'{"kind": [], "text": "a"}', "/kind"),
    (b'{"kind": "other", "text": "a", "\\ud800": 1}', "/\ud800"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "pointer"), WRONG_JSON)
def test_json_of_a_wrong_shape_names_the_field(
    stranger: FlaskClient, body: bytes, pointer: str
) -> None:
    answer = stranger.post("/report", data=body, content_type="application/json", headers=JSON)
    document = told(answer, 422, "invalid-input")
    assert pointer in [error["pointer"] for error in document["errors"]]


@pytest.mark.parametrize("text", [b"%00", b"%E2%80%AE", b"%EE%80%80", b"%EF%BF%BD"])
def test_a_form_with_hidden_characters_is_refused(stranger: FlaskClient, text: bytes) -> None:
    body = b"kind=other&text=" + text
    answer = stranger.post("/report", data=body, content_type=FORM, headers=JSON)
    found = told(answer, 422, "invalid-input")["errors"]
    assert [(error["pointer"], error["rule"]) for error in found] == [
        ("/text", "hidden_characters")
    ]


@pytest.mark.parametrize("text", [b"%FF%FE", b"%ED%A0%80"])
def test_bytes_that_are_no_letters_stay_as_they_were_sent(make_app: AppMaker, text: bytes) -> None:
    reader = make_app(TRACEAPP_DEMO="1").test_client()
    body = b"kind=other&text=" + text
    kept = reader.post("/report", data=body, content_type=FORM, headers=JSON)
    assert kept.status_code == 201
    told = reader.get(kept.headers["Location"], headers=JSON).get_json()
    assert told["text"] == text.decode()


BROKEN = b'--x\r\nContent-Disposition: form-data; name="te'


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (FORM, b"\xff"),
        ("multipart/form-data; boundary=x", BROKEN),
        ("multipart/form-data", BROKEN),
    ],
)
def test_a_form_that_cannot_be_read_is_an_empty_one(
    stranger: FlaskClient, media_type: str, body: bytes
) -> None:
    answer = stranger.post("/report", data=body, content_type=media_type, headers=JSON)
    found = told(answer, 422, "invalid-input")["errors"]
    assert {error["pointer"] for error in found} == {"/kind", "/text"}
