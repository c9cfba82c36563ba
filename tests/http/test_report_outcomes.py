"""Shoppers' reports are taken up and settled: who says what came of them, and who reads it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tests.builders import business
from tests.conftest import AppMaker
from tests.http.on_sale import page
from tests.http.reported import ANSWERED, Case, at_desk, reported
from tests.signing_in import form
from traceapp.audit.models import AuditEntry
from traceapp.database.engine import db
from traceapp.public.models import ProblemReport, ReportAct, ReportAnswer
from traceapp.web.endpoints import transaction

DAY = timedelta(days=1)
JSON = {"Accept": "application/json"}
OUTCOMES = {
    "founded": "Phản ánh đúng",
    "unfounded": "Phản ánh không đúng",
    "cannot_tell": "Không kết luận được",
}


@pytest.fixture
def case(make_app: AppMaker) -> Case:
    """Lan's lot that somebody reported."""
    return reported(make_app())


def settle(case: Case, outcome: str, *, by: FlaskClient | None = None, **typed: str) -> int:
    """Answer the report with what came of it."""
    values = form(case.app, **{"text": "Đã kiểm tra kho.", "outcome": outcome} | typed)
    path = f"/desk/reports/{case.report.number}"
    return (by or case.officer).post(path, data=values).status_code


def look(case: Case, by: FlaskClient) -> int:
    path = f"/desk/reports/{case.report.number}/look"
    return by.post(path, data=form(case.app)).status_code


def reporter_reads(case: Case) -> str:
    return page(case.app.test_client(), f"/reports/{case.report.token}")


def listed(case: Case, state: str) -> bool:
    return case.report.number in page(case.officer, f"/desk/reports?state={state}")


def test_a_report_is_taken_up_once_and_the_reporter_reads_for_whom(case: Case) -> None:
    second = case.member("officer", case.office)
    assert "chưa trả lời" in reporter_reads(case)
    assert [look(case, by) for by in (case.officer, case.officer, second)] == [303] * 3
    with case.app.app_context():
        assert len(db.session.scalars(select(ReportAct)).all()) == 1
        acts = db.session.scalars(select(AuditEntry.act)).all()
    assert acts.count("report_taken_up") == 1
    said = reporter_reads(case)
    assert "Đang xem xét" in said
    assert "Cơ quan quản lý bắt đầu xem xét" in said
    assert "Cơ quan quản lý A" not in said  # the body, not the person
    assert [listed(case, state) for state in ("open", "looking", "answered")] == [True, True, False]
    assert "Tôi đang xem xét" not in page(second, f"/desk/reports/{case.report.number}")


def test_asking_the_producer_takes_the_report_up(case: Case) -> None:
    assert case.ask() == 303
    assert listed(case, "looking")
    assert "Đang xem xét" in reporter_reads(case)


@pytest.mark.parametrize(("outcome", "words"), OUTCOMES.items())
def test_an_outcome_settles_a_report_and_the_reporter_reads_it(
    case: Case, outcome: str, words: str
) -> None:
    case.asked_ago(2 * DAY)  # whatever comes of it, the right to explain has run
    assert settle(case, outcome) == 303
    said = reporter_reads(case)
    assert words in said
    assert "Đã kiểm tra kho." in said
    link = f"/reports/{case.report.token}"
    told = case.app.test_client().get(link, headers=JSON).get_json()
    assert told["outcome"] == outcome
    assert [answer["closes"] for answer in told["answers"]] == [True]
    found = {state for state in (*OUTCOMES, "open", "looking", "closed") if listed(case, state)}
    assert found == {outcome, "closed"}
    assert words in page(case.owner, f"/desk/reports/{case.report.number}")
    csv = case.officer.get("/desk/reports?format=csv").text
    assert words in csv


def test_only_an_office_says_what_came_of_a_report(case: Case) -> None:
    assert 'name="outcome"' not in page(case.owner, f"/desk/reports/{case.report.number}")
    assert settle(case, "unfounded", by=case.owner) == 422
    with case.app.app_context(), transaction():
        operator = business("Nhà vận hành", kinds=("operator",), role="clerk")
        minh = business("Minh", role="owner")
    assert settle(case, "unfounded", by=at_desk(case.app, minh)) == 404
    assert look(case, at_desk(case.app, minh)) == 404
    assert look(case, case.member("inspector", case.office)) == 404
    with case.app.app_context():
        assert db.session.scalars(select(ReportAct)).all() == []
    assert settle(case, "unfounded", by=at_desk(case.app, operator)) == 303


def test_nobody_is_found_at_fault_before_his_right_to_explain_has_run(case: Case) -> None:
    assert settle(case, "founded") == 422
    case.asked_ago(DAY - timedelta(minutes=5), report_id=report_id(case))
    assert settle(case, "founded") == 422
    with case.app.app_context():
        assert db.session.scalars(select(ReportAnswer)).all() == []
    assert case.answer(ANSWERED) == 303
    assert "HTX Lan đã giải trình về lô CN-01" in page(case.officer, "/desk")
    assert settle(case, "founded") == 303
    assert "đã giải trình về lô" not in page(case.officer, "/desk")


def test_after_silence_until_the_end_a_report_may_be_founded(case: Case) -> None:
    case.asked_ago(DAY + timedelta(minutes=1), report_id=report_id(case))
    assert settle(case, "founded") == 303


def report_id(case: Case) -> UUID:
    with case.app.app_context():
        return db.session.scalars(select(ProblemReport.report_id)).one()


def test_what_was_typed_stays_where_an_outcome_is_refused(case: Case) -> None:
    path = f"/desk/reports/{case.report.number}"
    typed = form(case.app, text="Kho có mốc", outcome="founded")
    answer = case.officer.post(path, data=typed)
    assert answer.status_code == 422
    assert "Kho có mốc</textarea>" in answer.text
    assert 'value="founded" selected' in answer.text
    assert "yêu cầu cơ sở giải trình trước" in answer.text


@pytest.mark.parametrize("outcome", ["looking", "guilty", "x" * 2001])
def test_what_is_no_outcome_is_refused(case: Case, outcome: str) -> None:
    assert settle(case, outcome) == 422


def test_an_answer_sent_twice_is_kept_once_and_the_last_outcome_counts(case: Case) -> None:
    twice = str(uuid4())
    assert [settle(case, "cannot_tell", id=twice) for _ in range(2)] == [303, 303]
    with case.app.app_context():
        assert len(db.session.scalars(select(ReportAnswer)).all()) == 1
        acts = db.session.scalars(select(AuditEntry.act)).all()
    assert acts.count("report_decided") == 1
    second = case.member("officer", case.office)
    assert settle(case, "unfounded", by=second) == 303
    assert OUTCOMES["unfounded"] in reporter_reads(case)
    assert listed(case, "unfounded")
    assert not listed(case, "cannot_tell")
    assert look(case, second) == 303
    assert "bắt đầu xem xét" not in reporter_reads(case)  # it is settled


def test_acts_on_reports_are_never_changed(case: Case) -> None:
    assert look(case, case.officer) == 303
    with case.app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.query(ReportAct).update({"state": "founded"})


def test_a_stranger_finds_nothing(case: Case) -> None:
    answer = case.app.test_client().post(f"/desk/reports/{case.report.number}/look")
    assert answer.status_code == 401
