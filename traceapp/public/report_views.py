"""Routes of reports of a problem: the form, and the private page of a report."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from flask_babel import gettext
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from traceapp import problem
from traceapp.gs1.batch_code import BatchCode
from traceapp.public import report_queries, walking
from traceapp.public.operations import Receipt, receive_report
from traceapp.public.schemas import KIND_WORDS, LONGEST_CODE, OUTCOME_WORDS, ReportSchema
from traceapp.questions import queries as questions
from traceapp.questions.queries import Asked
from traceapp.web.access import public
from traceapp.web.endpoints import writes
from traceapp.web.faults import CORRECT
from traceapp.web.languages import current
from traceapp.web.pace import Pace, reader
from traceapp.web.problems import as_document, from_validation, wants_json
from traceapp.web.settings import settings

blueprint = Blueprint("reports", __name__)

LONGEST_BODY = 128 * 1024  # 2,000 letters with marks, percent-encoded, are 54 kB
# Many phones share one address in Vietnam's mobile networks, so there is room for a whole bus.
REPORTS_A_READER, REPORT_WINDOW_S = 20, 600


@blueprint.before_request
def _limit_the_body() -> None:
    """Bound what is sent before any of it is read."""
    request.max_content_length = LONGEST_BODY


@blueprint.get("/report")
@public
def report_form() -> AnyResponse:
    """Show the form for a problem with any code, or with none."""
    walking.note_page()
    return _report_page(request.args.get("code", "")[:LONGEST_CODE], {}, {})


@blueprint.get("/B/<code>/report")
@public
def report_form_of(code: str) -> AnyResponse:
    """Show the form for a problem with one of our codes."""
    walking.note_page()
    return _report_page(f"B/{BatchCode.parse(code)}", {}, {})


@blueprint.post("/report")
@writes
@public
def report() -> AnyResponse:
    """Take in a report of a problem."""
    return _take_report("")


@blueprint.post("/B/<code>/report")
@writes
@public
def report_of(code: str) -> AnyResponse:
    """Take in a report of a problem with one of our codes."""
    return _take_report(f"B/{BatchCode.parse(code)}")


def _take_report(code: str) -> AnyResponse:
    sent = _sent()
    if code and isinstance(sent, Mapping):
        sent = {**sent, "code": code}
    try:
        told: dict[str, Any] = ReportSchema().load(sent)
    except ValidationError as error:
        if wants_json():
            raise
        return _report_page(code, request.form, _beside(error))
    if told["code"]:
        told["code"] = report_queries.subject(told["code"]).text
    pace = current_app.extensions.setdefault("report_pace", Pace(REPORTS_A_READER, REPORT_WINDOW_S))
    if not pace.allows(reader(), time.monotonic()):
        raise problem.TooManyRequests
    now = datetime.now(UTC)
    receipt = receive_report(told, language=current(), now=now, is_demo=settings().demo)
    return _receipt(receipt)


def _sent() -> Any:  # noqa: ANN401 - any JSON value; the schema says what it must be
    if request.is_json:
        return request.get_json()
    if request.mimetype not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        raise problem.UnsupportedMediaType
    return request.form.to_dict()


def _beside(error: ValidationError) -> dict[str, str]:
    """Give what is wrong by the name of the field, in the reader's language."""
    found = as_document(from_validation(error))["errors"]
    plain = gettext(CORRECT)
    return {
        entry["pointer"].removeprefix("/"): entry["message"]
        if entry["fix"] == plain
        else f"{entry['message']} {entry['fix']}"
        for entry in found
    }


def _report_page(code: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> AnyResponse:
    page = render_template(
        "public/report.html",
        code=code,
        subject=report_queries.subject(code) if code else None,
        kinds=KIND_WORDS,
        typed=typed,
        errors=errors,
    )
    return _private(Response(page, 422 if errors else 200), referrer="same-origin")


def _receipt(receipt: Receipt) -> AnyResponse:
    link = f"/reports/{receipt.token}"
    if wants_json():
        answer = jsonify(number=receipt.number, link=settings().public_url + link)
        answer.status_code = 201
        answer.headers["Location"] = link
        return _private(answer)
    return _private(redirect(f"{link}?sent=1", 303))


@blueprint.get("/reports/<token>")
@public
def report_status(token: str) -> AnyResponse:
    """Show a report to the one who sent it, by the private link."""
    found = report_queries.by_token(token)
    if found is None:
        walking.note_nothing()
        raise problem.NotFound
    answers = report_queries.answers(found.report_id)
    asked = questions.about_reports([found.report_id]).get(found.report_id, [])
    outcome, look = report_queries.outcome(answers), report_queries.look(found.report_id)
    if wants_json():
        document = _report_document(found, answers, asked)
        taken_up = None if look is None else {"by": look.by, "at": look.at.isoformat()}
        return _private(jsonify(document | {"outcome": outcome, "taken_up": taken_up}))
    page = render_template(
        "public/report_status.html",
        report=found,
        answers=answers,
        asked=asked,
        look=look,
        outcome=OUTCOME_WORDS[outcome] if outcome else None,
        subject=report_queries.subject(found.code) if found.code else None,
        kind=gettext(KIND_WORDS[found.kind]),
        link=f"{settings().public_url}/reports/{quote(token)}",
        just_sent="sent" in request.args,
    )
    return _private(Response(page))


def _report_document(
    report: report_queries.Report, answers: list[report_queries.Answer], asked: list[Asked]
) -> dict[str, Any]:
    return {
        "number": report.number,
        "kind": report.kind.value,
        "text": report.text,
        "area": report.area,
        "code": report.code,
        "language": report.language,
        "received_at": report.received_at.isoformat(),
        "answers": [
            {
                "text": answer.text,
                "by": answer.by,
                "closes": answer.closes,
                "answered_at": answer.answered_at.isoformat(),
            }
            for answer in answers
        ],
        # When the producer was asked, and until when; not what, nor what it says.
        "producer_asked": [
            {"asked_at": one.asked_at.isoformat(), "answer_by": one.answer_by.isoformat()}
            for one in asked
        ],
    }


def _private(response: AnyResponse, *, referrer: str = "no-referrer") -> AnyResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
