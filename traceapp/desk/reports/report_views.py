"""Shoppers' reports at the desk: the list, one report, and the answer its sender reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.audit.operations import note
from traceapp.database.ids import new_id
from traceapp.desk.recalls import case_doors
from traceapp.desk.reports import report_search
from traceapp.desk.reports.question_words import Timer, is_any_running, may_ask, read_by, timer
from traceapp.desk.reports.report_form import AnswerSchema, answer_fields, refuse_too_early
from traceapp.public import report_queries
from traceapp.public.models import ProblemReport
from traceapp.public.operations import Reply, answer_report, take_up
from traceapp.public.report_queries import Subject
from traceapp.public.schemas import KIND_WORDS, OUTCOME_WORDS, ReportKind
from traceapp.questions import queries as questions
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.pages import moment

blueprint = Blueprint("desk_reports", "traceapp.desk", template_folder="templates")

ANSWER = AnswerSchema()


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
        "desk/reports/report_list.html",
        found=found,
        kinds=KIND_WORDS,
        state_of=state_of,
        states=state_words(),
        timers_of=timers_of,
    )


@blueprint.get("/desk/reports/<report_number>")
@may(Act.ANSWER_REPORTS)
def show_report(report_number: str) -> ResponseReturnValue:
    """Show a report, what was answered, and the form for an answer."""
    reader = member()
    report = _find(reader, report_number)
    return _page(report, Form.showing(answer_fields(reader), {"id": str(new_id())}))


@blueprint.post("/desk/reports/<report_number>")
@writes
@may(Act.ANSWER_REPORTS)
def answer(report_number: str) -> ResponseReturnValue:
    """Answer a report, with what came of it where the reader says that."""
    reader = member()
    report = _find(reader, report_number)
    form = Form.sent(answer_fields(reader), request.form)
    with form.trying():
        reply: Reply = ANSWER.load(form.data())
        now, by = datetime.now(UTC), reader.key
        refuse_too_early(report, reply, now)
        if answer_report(report.report_id, reply, by=by, now=now):
            act = "report_decided" if reply.outcome else "report_answered"
            detail = {"closes": reply.closes, "outcome": reply.outcome and reply.outcome.value}
            note(reader.producer_id, act, report.number, by=by, now=now, detail=detail)
        flash(_("Answered. Whoever reported it reads it behind their private link."))
        return redirect(url_for("desk_reports.list_reports"), code=303)
    return _page(report, form)


@blueprint.post("/desk/reports/<report_number>/look")
@writes
@may(Act.ANSWER_REPORTS)
def look_at(report_number: str) -> ResponseReturnValue:
    """Say that somebody looks at a report; a second tap changes nothing."""
    reader = member()
    report = _find(reader, report_number)
    take_up_report(reader, report, datetime.now(UTC))
    path = url_for("desk_reports.show_report", report_number=report.number)
    return redirect(path, code=303)


def take_up_report(reader: Visitor, report: ProblemReport, now: datetime) -> None:
    """Let the reporter know that somebody looks at it, unless anybody did before."""
    if take_up(report.report_id, by=reader.key, now=now):
        note(reader.producer_id, "report_taken_up", report.number, by=reader.key, now=now)


def state_words() -> dict[str, str]:
    """Name the states of a report."""
    return {
        "open": _("Not answered yet"),
        "looking": _("Being looked at"),
        "answered": _("Answered, still open"),
        "closed": _("Settled"),
        **{state.value: _(words) for state, words in OUTCOME_WORDS.items()},
    }


def state_of(row: Any) -> str:  # noqa: ANN401 - a row of `report_search.listed`
    """Give the state of a report in the list."""
    if row.outcome:
        return str(row.outcome)
    if row.is_closed:
        return "closed"
    if row.is_answered:
        return "answered"
    return "looking" if row.is_looked_at else "open"


def _find(reader: Visitor, number: str) -> ProblemReport:
    report = report_search.find(reader, number)
    if report is None:
        raise problem.NotFound
    return report


def _page(report: ProblemReport, form: Form) -> ResponseReturnValue:
    reader, now = member(), datetime.now(UTC)
    subject = report_queries.subject(report.code) if report.code else None
    asked = questions.about_reports([report.report_id]).get(report.report_id, [])
    page = render_template(
        "desk/reports/report.html",
        report=report,
        kind=_(KIND_WORDS[ReportKind(report.kind)]),
        subject=subject,
        questions=read_by(reader, asked),
        timer_of=lambda one: timer(one, now),
        ask_path=None if is_any_running(asked, now) else _ask_path(reader, report, subject),
        case_path=case_doors.path_from_report(reader, subject.batch if subject else None, report),
        answers=report_queries.answers(report.report_id),
        look=report_queries.look(report.report_id),
        outcomes=OUTCOME_WORDS,
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
