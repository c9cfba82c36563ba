"""A recall as its holders read it: which lots, what to do, and their answer about each.

Many lots are answered a page at a time: what is sent is kept, and the next page follows.
"""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.accounts.visitor import Visitor
from traceapp.desk import case_form, case_pictures, case_words
from traceapp.desk.case_views import first_asked
from traceapp.desk.uploads import keep_photos
from traceapp.recalls import answer_photos, answering, case_queries, reminders, scope
from traceapp.recalls.answer_photos import AnswerPhoto
from traceapp.recalls.case_queries import Case
from traceapp.recalls.scope import PAGE, Held
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

blueprint = Blueprint("recalls", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/recalls/<uuid:case_id>")
@may(Act.ANSWER_RECALL)
def show_recall(case_id: UUID) -> ResponseReturnValue:
    """Show a recall to somebody who has or had goods of it."""
    case, held = _find(member(), case_id)
    some = _some(held)
    form = Form.showing(case_form.answer_fields(), case_form.counted(some, held))
    return _page(case, held, form)


@blueprint.post("/desk/recalls/<uuid:case_id>")
@writes
@may(Act.ANSWER_RECALL)
def answer_recall(case_id: UUID) -> ResponseReturnValue:
    """Keep the answers about the lots, all or none."""
    reader = member()
    case, held = _find(reader, case_id)
    form = Form.sent(case_form.answer_fields(), request.form)
    now = datetime.now(UTC)
    photos = keep_photos(form, "photo", reader.producer_id, now=now)
    photo = bytes.fromhex(photos[0]) if photos else None
    if not form.faults():
        with form.trying():
            for count in case_form.counts(held, form.data(), photo):
                answering.acknowledge(case.ref, Ref(*reader.key), count, now=now)
            return _onward(reader, case_id)
    return _page(case, held, form)


@blueprint.get("/desk/recalls/<uuid:case_id>/photos/<sha256>")
@may(Act.ANSWER_RECALL)
def show_photo(case_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a holder the photo that was sent."""
    reader = member()
    case, _held = _find(reader, case_id)
    back = url_for("recalls.show_recall", case_id=case_id)
    return case_pictures.answer(_own_photos(reader, case), sha256, back)


def _some(held: list[Held]) -> list[Held]:
    """Give the lots of the page that the address names; the first page where there is no such."""
    first = first_asked()
    return held[first:][:PAGE] or held[:PAGE]


def _onward(reader: Visitor, case_id: UUID) -> ResponseReturnValue:
    """Go on to the page of the first lot that still waits, or back to where it was sent from."""
    _case, held = _find(reader, case_id)
    owed = [number for number, one in enumerate(held) if one.is_owed]
    words = ngettext(
        "Answered. %(num)s lot still waits for your answer.",
        "Answered. %(num)s lots still wait for your answer.",
        len(owed),
    )
    flash(words if owed else _("Answered. Whoever leads the recall reads it now."))
    first = owed[0] // PAGE * PAGE if owed else first_asked()
    at = url_for("recalls.show_recall", case_id=case_id)
    return redirect(f"{at}?from={first}" if first else at, code=303)


def _own_photos(reader: Visitor, case: Case) -> list[AnswerPhoto]:
    return answer_photos.of_case(case.ref, holder=reader.producer_id)


def _find(reader: Visitor, case_id: UUID) -> tuple[Case, list[Held]]:
    """Find a recall in force that reaches goods the reader has or had; NotFound for any other."""
    case = case_queries.find_by_id(case_id)
    if case is None or case.notice is None:
        raise problem.NotFound
    subject = case.batch.producer_id
    held = [
        one
        for one in scope.held_by(case.ref, reader.producer_id)
        if case.is_widened or one.batch.producer_id == subject
    ]
    if not held:
        raise problem.NotFound
    return case, held


def _page(case: Case, held: list[Held], form: Form) -> ResponseReturnValue:
    told = render_template(
        "desk/recall.html",
        case=case,
        held=held,
        some=_some(held),
        first=held.index(_some(held)[0]),
        page_size=PAGE,
        form=form,
        standing=case_words.standing(case),
        photos=case_pictures.shown(_own_photos(member(), case)),
        reminded=reminders.reminded(case.ref).get(member().producer_id),
        now=datetime.now(UTC),
    )
    return told, form.status
