"""Reports of a problem: the form, the receipt, the private page, the operator's list."""

import hashlib
import html
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import LABEL, batch, business, product
from tests.conftest import AppMaker
from traceapp.database.engine import db
from traceapp.public.models import ProblemReport
from traceapp.public.operations import receive_report
from traceapp.public.report_views import REPORTS_A_READER
from traceapp.public.samples import samples
from traceapp.public.schemas import ReportKind
from traceapp.web.endpoints import transaction
from traceapp.web.pace import Pace

FORM = {"kind": "spoiled", "text": "Rau có mùi lạ.", "area": "Chợ Cổ Điển"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An ordinary installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def demo_app(make_app: AppMaker) -> Flask:
    """The demo, without a context around the test."""
    return make_app(TRACEAPP_DEMO="1")


def stored(app: Flask) -> list[ProblemReport]:
    """All reports, oldest first."""
    with app.app_context():
        rows = db.session.execute(select(ProblemReport).order_by(ProblemReport.received_at))
        return list(rows.scalars())


def a_code(app: Flask) -> str:
    """Register a batch of Lan's and give its code."""
    with app.app_context():
        with transaction():
            lan = business("HTX của Lan")
            greens = product(lan, name="Cải ngọt của Lan", role="finished", label=LABEL)
            batch(lan, greens, "CN-1")
        (sample,) = samples()
    return sample.path.removeprefix("/B/")


def test_a_report_gets_a_number_and_a_private_link(app: Flask, client: FlaskClient) -> None:
    code = a_code(app)
    answer = client.post(f"/B/{code}/report", data=FORM)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert re.search(r"BS-[0-9A-Z]{4}-[0-9A-Z]{2}\b", page.text)
    for words in ("Rau có mùi lạ.", "Chợ Cổ Điển", "Cải ngọt của Lan"):
        assert words in page.text
    link = re.search(r'href="http://localhost:8000(/reports/[\w-]{22})"', page.text)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    assert stored(app)[0].code == f"B/{code}"


def test_only_the_digest_of_the_link_is_kept(app: Flask, client: FlaskClient) -> None:
    link = client.post("/report", json=FORM).json["link"]  # type: ignore[index]
    (row,) = stored(app)
    token = link.rpartition("/")[2]
    assert bytes(row.link_sha256) == hashlib.sha256(token.encode()).digest()
    assert token not in repr(vars(row))


def test_the_form_and_the_private_page_are_kept_by_nobody(client: FlaskClient) -> None:
    link = client.post("/report", data=FORM).headers["Location"]
    for address in ("/report", "/B/7K3M9QRT2X/report", link):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
    assert client.get(link).headers["Referrer-Policy"] == "no-referrer"


def test_a_guessed_link_finds_nothing(client: FlaskClient) -> None:
    assert client.get("/reports/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_the_form_names_the_goods_it_is_about(app: Flask, client: FlaskClient) -> None:
    code = a_code(app)
    for address in (f"/B/{code}/report", f"/report?code={code}", f"/report?code=/B/{code}"):
        text = client.get(address).text
        assert "Cải ngọt của Lan" in text
        assert "HTX của Lan" in text


def test_a_code_nobody_issued_can_be_reported(client: FlaskClient) -> None:
    assert "7K3M-9QRT-2X" in client.get("/B/7K3M9QRT2X/report").text
    assert client.post("/B/7K3M9QRT2X/report", data=FORM).status_code == 303
    assert client.get("/B/7K3/report").status_code == 400


def test_what_is_printed_on_the_goods_is_kept_even_when_it_is_no_code(
    app: Flask, client: FlaskClient
) -> None:
    client.post("/report", data={**FORM, "code": "LÔ-ABC !"})
    assert stored(app)[0].code == "LÔ-ABC !"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "", "chọn giúp"),
        ("kind", "made up", "chọn giúp"),
        ("text", "", "cần điền"),
        ("text", " \u200b ", "cần điền"),
        ("text", "a\x00b", "ký tự ẩn"),
        ("text", "gi\u202eòl", "ký tự ẩn"),
        ("text", "ộ" * 2001, "tối đa 2000"),
        ("text", "x" * 64 * 1024, "tối đa 2000"),
        ("area", "x" * 201, "tối đa 200"),
        ("code", "x" * 101, "tối đa 100"),
        ("website", "https://spam.example", "Để trống"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    app: Flask, client: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = client.post("/report", data={**FORM, field: value})
    assert answer.status_code == 422
    error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert error is not None
    assert said in error[1]
    for name, typed in (FORM | {field: value}).items():
        if name == "kind":
            assert (f'value="{typed}" required checked' in answer.text) is (typed in {*ReportKind})
        else:
            assert html.escape(typed, quote=False) in answer.text
    assert not stored(app)


def test_a_program_gets_each_wrong_field_as_a_problem(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/report", json={"text": "a\ud800b", "made_up": 1})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    pointers = {error["pointer"]: error for error in answer.json["errors"]}
    assert set(pointers) == {"/kind", "/text", "/made_up"}
    assert all(error["rule"] and error["message"] and error["fix"] for error in pointers.values())
    assert not stored(app)


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "{", '{"kind": ["spoiled"]}'])
def test_a_body_of_another_shape_is_refused(app: Flask, client: FlaskClient, body: str) -> None:
    answer = client.post("/report", data=body, content_type="application/json", headers=JSON)
    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"
    assert not stored(app)


def test_another_kind_of_content_is_refused(client: FlaskClient) -> None:
    answer = client.post("/report", data="<a/>", content_type="text/xml", headers=JSON)
    assert answer.status_code == 415


def test_a_program_gets_number_and_link(client: FlaskClient) -> None:
    answer = client.post("/B/7K3M9QRT2X/report", json={"kind": "other", "text": "Mã lạ"})
    assert answer.status_code == 201
    assert answer.json is not None
    told = client.get(answer.headers["Location"], headers=JSON).json
    assert told is not None
    assert told["number"] == answer.json["number"]
    assert (told["code"], told["text"], told["area"]) == ("B/7K3M9QRT2X", "Mã lạ", None)


def test_text_is_kept_composed(app: Flask, client: FlaskClient) -> None:
    client.post(
        "/report", data={**FORM, "text": unicodedata.normalize("NFD", "Thịt ôi\r\nhai hộp")}
    )
    assert stored(app)[0].text == "Thịt ôi\nhai hộp"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost:8000"}, 303),
        ({}, 303),
    ],
)
def test_a_form_on_another_site_cannot_send_reports(
    app: Flask, client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/report", data=FORM, headers=headers).status_code == status
    assert len(stored(app)) == (status == 303)


def test_one_reader_cannot_flood_the_list(app: Flask, client: FlaskClient) -> None:
    for _ in range(REPORTS_A_READER):
        assert client.post("/report", data=FORM).status_code == 303
    assert client.post("/report", data=FORM).status_code == 429
    other = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.post("/report", data=FORM, environ_overrides=other).status_code == 303
    assert len(stored(app)) == REPORTS_A_READER + 1


def test_behind_our_proxy_each_reader_has_a_pace_of_their_own(client: FlaskClient) -> None:
    for number in range(REPORTS_A_READER + 5):
        forwarded = {"X-Forwarded-For": f"198.51.100.1, 203.0.113.{number}"}
        assert client.post("/report", data=FORM, headers=forwarded).status_code == 303


@pytest.mark.parametrize("peer", ["10.0.0.7", "192.168.1.7", "203.0.113.7"])
def test_a_neighbour_who_claims_to_be_a_proxy_is_one_reader(client: FlaskClient, peer: str) -> None:
    answers = [
        client.post(
            "/report",
            data=FORM,
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
            environ_overrides={"REMOTE_ADDR": peer},
        ).status_code
        for number in range(REPORTS_A_READER + 1)
    ]
    assert answers == [303] * REPORTS_A_READER + [429]


def test_a_pace_forgets_what_is_past() -> None:
    pace = Pace(most=2, window=10)
    assert [pace.allows("Tung", at) for at in (0, 1, 2, 10.5, 10.6, 11.5)] == [
        *(True, True, False),
        *(True, False, True),
    ]


def keep(app: Flask, text: str, kind: ReportKind, now: datetime) -> None:
    told: dict[str, Any] = {"code": None, "kind": kind.value, "text": text, "area": None}
    with app.app_context(), transaction():
        receive_report(told, language="vi", now=now, is_demo=True)


def test_what_a_shopper_writes_stays_text(demo_app: Flask) -> None:
    client = demo_app.test_client()
    link = client.post("/report", data={**FORM, "text": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(link.headers["Location"]).text


def test_the_command_lists_reports(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "No reports." in runner.invoke(args=["reports", "list"]).output
    keep(app, "một dòng\nhai dòng", ReportKind.DIFFERENT, datetime(2026, 11, 22, 5, 0, tzinfo=UTC))
    listed = runner.invoke(args=["reports", "list", "--kind", "different"]).output
    (report,) = stored(app)
    assert f"{report.number}  22/11/2026 12:00  different  -" in listed
    assert "    hai dòng" in listed
