"""Shoppers' reports at the desk: the list, one report, and the answer its sender reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import Schema, fields

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.audit.operations import note
from traceapp.desk import report_search
from traceapp.desk.question_words import Timer, is_any_running, may_ask, read_by, timer
from traceapp.public import report_queries
from traceapp.public.models import ProblemReport
from traceapp.public.operations import answer_report
from traceapp.public.report_queries import Subject
from traceapp.public.schemas import KIND_WORDS, ReportKind
from traceapp.questions import queries as questions
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.fields import PlainText
from traceapp.web.forms import Field, Form
from traceapp.web.pages import moment

blueprint = Blueprint("desk_reports", "traceapp.desk", template_folder="templates")

LONGEST_ANSWER = 2000


class AnswerSchema(Schema):
    """An answer to a report; with `closes` nothing more will come."""

    text = PlainText(LONGEST_ANSWER, lines=True, required=True)
    closes = fields.Boolean(load_default=False)


@blueprint.get("/desk/reports")
@may(Act.ANSWER_REPORTS)
def list_reports() -> ResponseReturnValue:
    """List the reports that are the reader's to answer, newest first."""
    wish = lists.asked(
        request.args,
        lists.Filter("state", _("State"), state_words()),
        lists.Filter("kind", _("About"), {kind.value: _(KIND_WORDS[kind]) for kind in ReportKind}),
    )
    reader, now = member(), datetime.now(UTC)
    found = report_search.listed(reader, wish)
    asked = questions.about_reports([row.report_id for row in found.rows])

    def timers_of(row: Any) -> list[Timer]:  # noqa: ANN401 - a row of `report_search.listed`
        return [timer(one, now) for one in read_by(reader, asked.get(row.report_id, ()))]

    if wish.is_csv:
        return lists.as_csv("phan-anh", _columns(timers_of), found.rows)
    return render_template(
        "desk/report_list.html",
        found=found,
        kinds=KIND_WORDS,
        state_of=state_of,
        timers_of=timers_of,
    )


@blueprint.get("/desk/reports/<report_number>")
@may(Act.ANSWER_REPORTS)
def show_report(report_number: str) -> ResponseReturnValue:
    """Show a report, what was answered, and the form for an answer."""
    return _page(_find(member(), report_number), Form.showing(_fields()))


@blueprint.post("/desk/reports/<report_number>")
@writes
@may(Act.ANSWER_REPORTS)
def answer(report_number: str) -> ResponseReturnValue:
    """Answer a report."""
    reader = member()
    report = _find(reader, report_number)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        given: dict[str, Any] = AnswerSchema().load(form.data())
        now, by = datetime.now(UTC), reader.key
        answer_report(report.report_id, given["text"], closes=given["closes"], by=by, now=now)
        detail = {"closes": given["closes"]}
        note(reader.producer_id, "report_answered", report.number, by=by, now=now, detail=detail)
        flash(_("Answered. Whoever reported it reads it behind their private link."))
        return redirect(url_for("desk_reports.list_reports"), code=303)
    return _page(report, form)


def state_words() -> dict[str, str]:
    """Name the states of a report."""
    return {
        "open": _("Not answered yet"),
        "answered": _("Answered, still open"),
        "closed": _("Settled"),
    }


def state_of(row: Any) -> str:  # noqa: ANN401 - a row of `report_search.listed`
    """Give the state of a report in the list."""
    if row.is_closed:
        return "closed"
    return "answered" if row.is_answered else "open"


def _find(reader: Visitor, number: str) -> ProblemReport:
    report = report_search.find(reader, number)
    if report is None:
        raise problem.NotFound
    return report


def _fields() -> tuple[Field, ...]:
    return (
        Field(
            "text",
            _("Your answer"),
            "lines",
            required=True,
            longest=LONGEST_ANSWER,
            hint=_("Say what you found and what you do about it. It cannot be changed later."),
        ),
        Field("closes", _("This settles the report"), "tick"),
    )


def _page(report: ProblemReport, form: Form) -> ResponseReturnValue:
    reader, now = member(), datetime.now(UTC)
    subject = report_queries.subject(report.code) if report.code else None
    asked = questions.about_reports([report.report_id]).get(report.report_id, [])
    page = render_template(
        "desk/report.html",
        report=report,
        kind=_(KIND_WORDS[ReportKind(report.kind)]),
        subject=subject,
        questions=read_by(reader, asked),
        timer_of=lambda one: timer(one, now),
        ask_path=None if is_any_running(asked, now) else _ask_path(reader, report, subject),
        answers=report_queries.answers(report.report_id),
        form=form,
    )
    return page, form.status


def _ask_path(reader: Visitor, report: ProblemReport, subject: Subject | None) -> str | None:
    """Give where the producer of what was reported is asked, to who may ask it."""
    if subject is None or subject.batch is None or not may_ask(reader, Ref(*subject.batch)):
        return None
    code = subject.batch[1]
    return url_for("questions.ask_question", code=code, report=report.number)


def _columns(timers_of: Callable[[Any], list[Timer]]) -> dict[str, lists.Reader]:
    states = state_words()
    return {
        _("Number"): lambda row: row.number,
        _("Received"): lambda row: moment(row.received_at),
        _("About"): lambda row: _(KIND_WORDS[ReportKind(row.kind)]),
        _("Code"): lambda row: row.code,
        _("Place"): lambda row: row.area,
        _("Report"): lambda row: row.text,
        _("State"): lambda row: states[state_of(row)],
        _("Explanation"): lambda row: "; ".join(one.words for one in timers_of(row)),
    }
