"""Doors to a recall case: a report, a failed test, an inspection with a photo, a trace."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.builders import business, event
from tests.conftest import AppMaker
from tests.http.on_sale import finished, page
from tests.http.reported import Case, at_desk, reported
from tests.http.test_questions import photo
from tests.signing_in import form
from traceapp.batches import operations as batches
from traceapp.database.engine import db
from traceapp.jobs.runner import Runner
from traceapp.public.models import ReportAct
from traceapp.recalls.case_models import RecallCase, RecallEvidence
from traceapp.web.endpoints import transaction


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """An installation in which each request has a context of its own."""
    return make_app()


@pytest.fixture
def case(app: Flask) -> Case:
    return reported(app)


def door(case: Case, **asked: str) -> str:
    given = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/desk/batches/{case.code}/case" + (f"?{given}" if given else "")


def proposal(client: FlaskClient, path: str) -> tuple[str, str]:
    """Give the grounds and the reason that a form proposes."""
    said = page(client, path)
    (basis,) = re.findall(r'name="basis" value="(\w+)"[^>]* checked', said)
    (reason,) = re.findall(r'<textarea[^>]*name="reason"[^>]*>\n?([^<]*)</textarea>', said)
    return basis, reason


def told_of(case: Case) -> RecallCase:
    return db.session.scalars(select(RecallCase)).one()


def test_a_report_leads_to_a_case_that_is_opened_about_it(case: Case) -> None:
    path = door(case, report=case.report.number)
    shown = f"/desk/batches/{case.batch.id}/case?report={case.report.number}"
    assert shown in page(case.officer, f"/desk/reports/{case.report.number}")
    assert shown in page(case.owner, f"/desk/reports/{case.report.number}")
    assert proposal(case.officer, path) == ("report", f"Phản ánh {case.report.number}: miến mốc")
    sent = form(case.app, basis="report", reason="Miến mốc")
    assert case.officer.post(path, data=sent).status_code == 303
    with case.app.app_context():
        assert told_of(case).basis == "report"
        acts = db.session.scalars(select(ReportAct)).all()
        assert len(acts) == 1  # whoever reported it sees that somebody looks at it


def test_a_report_about_another_lot_is_none(case: Case) -> None:
    with case.app.app_context(), transaction():
        other = finished(case.lan, lot="KHAC")
    path = f"/desk/batches/{other}/case?report={case.report.number}"
    for number in (case.report.number, "BS-AAAA-AA", ""):
        path = f"/desk/batches/{other}/case?report={number}"
        assert case.officer.get(path).status_code == 404
        assert case.officer.post(path, data=form(case.app)).status_code == 404


def test_a_failed_test_is_what_a_case_is_proposed_for(case: Case) -> None:
    assert proposal(case.owner, door(case)) == ("batch", "")
    fields = {
        "sample_code": "M-1",
        "lab": "PTN",
        "test": "Abamectin",
        "report_no": "P-1",
        "value": 0.12,
        "limit": 0.05,
        "verdict": "fail",
    }
    about = [{"producer_id": str(case.batch.producer_id), "batch_id": str(case.batch.id)}]
    with case.app.app_context(), transaction():
        at = datetime.now(UTC)
        told = event(
            case.office, "lab_result", event_time=at.isoformat(), about=about, fields=fields
        )
        batches.record_event(case.office.actor, told, now=at)
    basis, reason = proposal(case.officer, door(case))
    assert basis == "lab_result"
    assert "Abamectin: 0,12, ngưỡng 0,05" in reason


def test_an_inspector_opens_a_case_in_two_taps_with_a_photo_that_only_its_readers_see(
    case: Case,
) -> None:
    first = f"/desk/batches/{case.code}"
    inspector = case.member("inspector", case.office)
    assert "door=inspection" in page(inspector, first)
    assert "door=inspection" not in page(case.owner, first)
    path = door(case, door="inspection")
    basis, reason = proposal(inspector, path)
    assert (basis, reason) == ("inspection", "Hàng không khớp dữ liệu.")
    sent = form(case.app, basis=basis, reason=reason, photo=photo("green"))
    opened = inspector.post(path, data=sent)
    assert opened.status_code == 303
    assert "đang được xử lý" in page(inspector, opened.location)
    with case.app.app_context():
        Runner(case.app, lambda: datetime.now(UTC)).run_due()
        kept = db.session.scalars(select(RecallEvidence.photo_sha256)).one().hex()
    picture = f"{opened.location}/evidence/{kept}"
    assert f'src="{picture}"' in page(inspector, opened.location)
    assert case.officer.get(picture).status_code == 200
    assert case.officer.get(f"{opened.location}/evidence/{'0' * 64}").status_code == 404
    with case.app.app_context(), transaction():
        stranger = business("Minh", role="owner")
    for reader in (case.owner, at_desk(case.app, stranger)):
        assert reader.get(picture).status_code == 404
    assert kept not in page(case.app.test_client(), f"/B/{case.code}")


def test_a_photo_outlives_a_fault_and_one_of_somebody_else_opens_nothing(case: Case) -> None:
    first = case.officer.post(
        door(case), data=form(case.app, basis="inspection", reason="", photo=photo("green"))
    )
    assert first.status_code == 422
    (kept,) = re.findall(r'name="photos" value="([0-9a-f]{64})"', first.text)
    sent = form(case.app, basis="inspection", reason="Nhãn khác", photos=kept)
    assert case.owner.post(door(case), data=sent).status_code == 422
    with case.app.app_context():
        assert db.session.scalars(select(RecallCase)).all() == []
    assert case.officer.post(door(case), data=sent).status_code == 303
    with case.app.app_context():
        assert db.session.scalars(select(RecallEvidence.photo_sha256)).one().hex() == kept


def test_a_trace_leads_to_a_case_for_whoever_may_open_one(case: Case) -> None:
    path = f"/desk/batches/{case.code}/trace"
    assert f"/desk/batches/{case.code}/case" in page(case.officer, path)
    with case.app.app_context(), transaction():
        stranger = business("Minh", role="owner")
    assert at_desk(case.app, stranger).get(door(case)).status_code == 404
