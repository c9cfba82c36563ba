"""Asking the producer of a lot to explain, and the producer's answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.database.ids import new_id
from traceapp.desk import private_photos, uploads
from traceapp.desk.batches.batch_views import Found, find_batch
from traceapp.desk.reports import report_search
from traceapp.desk.reports.question_words import may_ask, may_read, timer
from traceapp.desk.reports.report_views import take_up_report
from traceapp.photos.fields import MOST_PHOTOS
from traceapp.public.models import ProblemReport
from traceapp.questions import operations, queries
from traceapp.questions.operations import TIME_TO_EXPLAIN
from traceapp.questions.queries import Asked
from traceapp.questions.schemas import LONGEST_TEXT, AnswerSchema, QuestionSchema
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form
from traceapp.web.pages import moment

blueprint = Blueprint("questions", "traceapp.desk", template_folder="templates")

QUESTION, ANSWER = QuestionSchema(), AnswerSchema()


@blueprint.get("/desk/batches/<code>/questions/new")
@may(Act.ASK_FOR_EXPLANATION)
def ask_question(code: str) -> ResponseReturnValue:
    """Show the form of a question, about a shopper's report where one is named."""
    found, report = _subject(member(), code)
    return _asking(found, report, Form.showing(_question_fields(), {"id": str(new_id())}))


@blueprint.post("/desk/batches/<code>/questions/new")
@writes
@may(Act.ASK_FOR_EXPLANATION)
def put_question(code: str) -> ResponseReturnValue:
    """Ask the producer of a batch."""
    reader = member()
    found, report = _subject(reader, code)
    form = Form.sent(_question_fields(), request.form)
    with form.trying():
        given: dict[str, Any] = QUESTION.load(form.data())
        question_id = operations.ask(
            Ref(*found.ref),
            given,
            Ref(*reader.key),
            report_id=report.report_id if report else None,
            now=datetime.now(UTC),
        )
        if report is not None:
            take_up_report(reader, report, datetime.now(UTC))
        flash(_("Asked. The producer is told, and both of you see the time that is left."))
        return redirect(url_for("questions.show_question", question_id=question_id), code=303)
    return _asking(found, report, form)


@blueprint.get("/desk/questions/<uuid:question_id>")
@may(Act.ANSWER_REPORTS)
def show_question(question_id: UUID) -> ResponseReturnValue:
    """Show a question, its timer and its answer, or the form for one."""
    reader = member()
    return _page(reader, _find(reader, question_id), Form.showing(_answer_fields()))


@blueprint.post("/desk/questions/<uuid:question_id>")
@writes
@may(Act.ANSWER_REPORTS)
def answer_question(question_id: UUID) -> ResponseReturnValue:
    """Keep what the producer answers."""
    reader = member()
    asked, now = _find(reader, question_id), datetime.now(UTC)
    form = Form.sent(_answer_fields(), request.form)
    if reader.producer_id == asked.ref.producer_id:
        uploads.keep_beside(form, "photo", reader.producer_id, now=now)
    if form.errors:
        return _page(reader, asked, form)
    with form.trying(unique="photo"):
        given = ANSWER.load(form.data())
        photos = [bytes.fromhex(sha256) for sha256 in given["photos"]]
        operations.answer(asked.ref, given["text"], Ref(*reader.key), now=now, photos=photos)
        flash(_("Answered. Whoever asked reads it now."))
        return redirect(url_for("questions.show_question", question_id=question_id), code=303)
    return _page(reader, asked, form)


@blueprint.get("/desk/questions/<uuid:question_id>/photos/<sha256>")
@may(Act.ANSWER_REPORTS)
def show_photo(question_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a photo of an answer to either side; back to the page while it is being prepared."""
    asked = _find(member(), question_id)
    page = url_for("questions.show_question", question_id=question_id)
    return private_photos.show(asked.ref.producer_id, queries.photos_of(asked.ref), sha256, page)


def _subject(reader: Visitor, code: str) -> tuple[Found, ProblemReport | None]:
    """Find the batch, and the report about it that the address names. Raises NotFound."""
    found = find_batch(reader, code)
    if not may_ask(reader, Ref(*found.ref)):
        raise problem.NotFound
    number = request.args.get("report")
    if number is None:
        return found, None
    return found, report_search.about_batch(reader, number, found.ref)


def _find(reader: Visitor, question_id: UUID) -> Asked:
    asked = queries.find(question_id)
    if asked is None or not may_read(reader, asked):
        raise problem.NotFound
    return asked


def _asking(found: Found, report: ProblemReport | None, form: Form) -> ResponseReturnValue:
    until = moment(datetime.now(UTC) + TIME_TO_EXPLAIN)
    page = render_template(
        "desk/reports/question_new.html", found=found, report=report, form=form, until=until
    )
    return page, form.status


def _page(reader: Visitor, asked: Asked, form: Form) -> ResponseReturnValue:
    report = None
    if asked.report_id is not None:
        report = report_search.find_by_id(reader, asked.report_id)
    page = render_template(
        "desk/reports/question.html",
        asked=asked,
        timer=timer(asked, datetime.now(UTC)),
        report=report,
        form=form,
        photo_path=lambda sha256: url_for(
            "questions.show_photo", question_id=asked.ref.id, sha256=sha256
        ),
        photos=[photo.hex() for photo in queries.photos_of(asked.ref)],
        pictures=private_photos.prepared(asked.ref.producer_id, queries.photos_of(asked.ref)),
        may_answer=asked.answer is None and reader.producer_id == asked.ref.producer_id,
    )
    return page, form.status


def _question_fields() -> tuple[Field, ...]:
    hint = _("Say what they are to explain and what they are to show. It cannot be changed later.")
    longest = LONGEST_TEXT
    return (
        Field("id", kind="hidden"),
        Field("text", _("Your question"), "lines", hint, required=True, longest=longest),
    )


def _answer_fields() -> tuple[Field, ...]:
    hint = _("Say what happened and how you know it. It cannot be changed later.")
    longest = LONGEST_TEXT
    photo_hint = _("At most %(most)s. Only you and whoever asked see them.", most=MOST_PHOTOS)
    return (
        Field("text", _("Your answer"), "lines", hint, required=True, longest=longest),
        Field("photo", _("Photos"), "files", photo_hint),
        Field("photos", kind="many"),
    )
