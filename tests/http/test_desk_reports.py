"""Shoppers' reports at the desk: whose they are, finding them, and the answer behind the link."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tests.builders import Business, business
from tests.conftest import AppMaker
from tests.http.on_sale import TEA, finished, page
from tests.signing_in import form, signed_in
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.public.models import ReportAnswer
from traceapp.public.operations import Receipt, receive_report
from traceapp.web import lists
from traceapp.web.endpoints import transaction

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
LONGEST = 2000


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation; each request has a context of its own."""
    return make_app()


@pytest.fixture
def lan(app: Flask) -> Business:
    """Lan owns a co-operative."""
    with app.app_context(), transaction():
        return business("HTX Lan", role="owner")


@pytest.fixture
def desk(app: Flask, lan: Business) -> FlaskClient:
    return at_desk(app, lan)


@pytest.fixture
def office(app: Flask) -> FlaskClient:
    """The city's office reads every report."""
    with app.app_context(), transaction():
        officer = business("Cơ quan quản lý", kinds=("authority",), role="officer")
    return at_desk(app, officer)


def at_desk(app: Flask, who: Business) -> FlaskClient:
    with app.app_context():
        return signed_in(app, who)


def keep(app: Flask, code: str | None, text: str, **changes: Any) -> Receipt:
    """Take in a report as a shopper sends it."""
    told = {"code": code, "kind": "other", "text": text, "area": None} | changes
    now = told.pop("now", NOW)
    with app.app_context(), transaction():
        return receive_report(told, language="vi", now=now, is_demo=False)


def code_of_lan(app: Flask, lan: Business, **changes: Any) -> str:
    with app.app_context(), transaction():
        return finished(lan, **changes)


def answered(client: FlaskClient, number: str, **typed: str) -> int:
    values = form(client.application, **typed)
    return client.post(f"/desk/reports/{number}", data=values).status_code


def test_reports_about_one_s_own_codes_and_gtins_are_there_and_no_others(
    app: Flask, lan: Business, desk: FlaskClient, office: FlaskClient
) -> None:
    code = code_of_lan(app, lan)
    code_of_lan(app, lan, lot="C-9", gtin=TEA, name="Chè")
    with app.app_context(), transaction():
        other = finished(business("Minh"), "M-1")
    keep(app, f"B/{code}", "rau héo")
    keep(app, f"01/{TEA}/10/C-9", "chè mốc")
    theirs = keep(app, f"B/{other}", "thịt ôi")
    nobody = keep(app, None, "không có mã")
    said = page(desk, "/desk/reports")
    assert "rau héo" in said
    assert "chè mốc" in said
    assert "thịt ôi" not in said
    assert "không có mã" not in said
    for receipt in (theirs, nobody):
        assert desk.get(f"/desk/reports/{receipt.number}").status_code == 404
        assert answered(desk, receipt.number, text="Xin lỗi") == 404
    everything = page(office, "/desk/reports")
    assert all(text in everything for text in ("rau héo", "chè mốc", "thịt ôi", "không có mã"))


def test_a_field_worker_and_a_stranger_find_no_reports(app: Flask) -> None:
    with app.app_context(), transaction():
        worker = business("Đội rau", role="field_worker")
    assert at_desk(app, worker).get("/desk/reports").status_code == 404
    assert app.test_client().get("/desk/reports").status_code == 303
    assert app.test_client().get("/reports").status_code == 404


def test_reports_are_found_by_words_without_accents_by_place_kind_and_state(
    app: Flask, office: FlaskClient
) -> None:
    spoiled = keep(app, None, "Rau bị hỏng", kind="spoiled", area="Chợ Đồng Xuân")
    keep(app, None, "Ăn xong bị ốm", kind="made_ill")
    for query in ("q=rau+hong", "q=dong+xuan", f"q={spoiled.number}", "kind=spoiled"):
        said = page(office, f"/desk/reports?{query}")
        assert "Rau bị hỏng" in said, query
        assert "Ăn xong" not in said, query
    assert answered(office, spoiled.number, text="Đã thu lại", closes="yes") == 303
    assert "Rau bị hỏng" in page(office, "/desk/reports?state=closed")
    assert "Rau bị hỏng" not in page(office, "/desk/reports?state=open")
    assert "Không có gì khớp" in page(office, "/desk/reports?state=answered")


def test_the_list_is_newest_first_and_goes_on(
    app: Flask, office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 2)
    for number in range(3):
        keep(app, None, f"chuyện {number}", now=NOW + timedelta(minutes=number))
    first = page(office, "/desk/reports")
    assert re.findall(r"chuyện \d", first) == ["chuyện 2", "chuyện 1"]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = page(office, f"/desk/reports{following[1]}")
    assert re.findall(r"chuyện \d", second) == ["chuyện 0"]


def test_the_file_has_every_report_and_no_formula(app: Flask, office: FlaskClient) -> None:
    keep(app, None, "=HYPERLINK(1)", area="+84")
    text = office.get("/desk/reports?format=csv").get_data(as_text=True).removeprefix("\ufeff")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert row["Nội dung"] == "'=HYPERLINK(1)"
    assert row["Tình trạng"] == "Chưa trả lời"


def test_an_answer_stands_behind_the_private_link_without_the_name_of_who_wrote_it(
    app: Flask, lan: Business, desk: FlaskClient
) -> None:
    receipt = keep(app, f"B/{code_of_lan(app, lan)}", "rau héo")
    link = f"/reports/{receipt.token}"
    reporter = app.test_client()
    assert "chưa trả lời" in page(reporter, link)
    assert answered(desk, receipt.number, text="Chúng tôi\nđã kiểm tra <b>kho</b>.") == 303
    said = page(reporter, link)
    assert "đã kiểm tra &lt;b&gt;kho&lt;/b&gt;." in said
    assert "Đã trả lời, chưa xong" in said
    assert "HTX Lan" in said
    assert "HTX Lan A" not in said
    assert answered(desk, receipt.number, text="Đã đổi hàng.", closes="yes") == 303
    assert "Đã giải quyết" in page(reporter, link)
    told = reporter.get(link, headers={"Accept": "application/json"}).get_json()
    assert [answer["closes"] for answer in told["answers"]] == [False, True]
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry)).all()
        assert [(entry.act, entry.about) for entry in entries] == [
            ("report_answered", receipt.number)
        ] * 2
        assert all("kho" not in entry.detail for entry in entries)


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST + 1), "a\x00b"])
def test_an_answer_that_is_no_answer_is_shown_again_with_what_is_wrong(
    app: Flask, lan: Business, desk: FlaskClient, text: str
) -> None:
    receipt = keep(app, f"B/{code_of_lan(app, lan)}", "rau héo")
    assert answered(desk, receipt.number, text=text, closes="yes") == 422
    with app.app_context():
        assert db.session.scalars(select(ReportAnswer)).all() == []


def test_what_was_typed_is_kept_beside_the_fault(
    app: Flask, lan: Business, desk: FlaskClient
) -> None:
    receipt = keep(app, f"B/{code_of_lan(app, lan)}", "rau héo")
    typed = form(app, text="Xin lỗi", odd="1")
    answer = desk.post(f"/desk/reports/{receipt.number}", data=typed)
    assert answer.status_code == 422
    assert "Xin lỗi</textarea>" in answer.text
    assert desk.post(f"/desk/reports/{receipt.number}", data={"text": "x"}).status_code == 400


def test_an_answer_is_never_changed(app: Flask, office: FlaskClient) -> None:
    receipt = keep(app, None, "không có mã")
    assert answered(office, receipt.number, text="Cảm ơn") == 303
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.query(ReportAnswer).update({"text": "khác"})


def test_what_a_shopper_writes_stays_text_at_the_desk(app: Flask, office: FlaskClient) -> None:
    receipt = keep(app, None, "<script>alert(1)</script>")
    for path in ("/desk/reports", f"/desk/reports/{receipt.number}"):
        assert "<script>alert" not in page(office, path)
