"""A recall as its holders read it: which lots, what to do, and their answer about each.

Many lots are answered a page at a time: what is sent is kept, and the next page follows. What was
typed and not sent goes along when a page is turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
from traceapp.desk.recalls import answer_pages, case_form, case_pictures, case_words
from traceapp.desk.recalls.answer_pages import Page
from traceapp.desk.recalls.case_views import first_asked
from traceapp.desk.recalls.recall_words import RECALLS, recall_columns, recall_standing
from traceapp.desk.uploads import keep_beside
from traceapp.recalls import answer_photos, answering, case_queries, inbox
from traceapp.recalls.answer_photos import AnswerPhoto
from traceapp.recalls.case_queries import Case
from traceapp.recalls.goods import scope
from traceapp.recalls.goods.scope import PAGE, Held
from traceapp.recalls.notices import reminders
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form

blueprint = Blueprint("recalls", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/recalls")
@may(Act.ANSWER_RECALL)
def list_recalls() -> ResponseReturnValue:
    """List the recalls that reach goods the reader has, sold or waits for: due first, first."""
    states = {state: _(words.words) for state, words in RECALLS.items()}
    wish = lists.asked(request.args, lists.Filter("state", _("State"), states))
    found = inbox.listed(member().producer_id, wish)
    now = datetime.now(UTC)
    if wish.is_csv:
        return lists.as_csv("thu-hoi-can-tra-loi", recall_columns(now), found.rows)
    return render_template(
        "desk/recalls/recall_list.html", found=found, standing=lambda row: recall_standing(row, now)
    )


@blueprint.get("/desk/recalls/<uuid:case_id>")
@may(Act.ANSWER_RECALL)
def show_recall(case_id: UUID) -> ResponseReturnValue:
    """Show a recall to somebody who has or had goods of it."""
    case, held = _find(member(), case_id)
    here = answer_pages.page_at(held, first_asked(), PAGE)
    return _page(case, held, here, answer_pages.shown(here, held, {}))


@blueprint.post("/desk/recalls/<uuid:case_id>")
@writes
@may(Act.ANSWER_RECALL)
def answer_recall(case_id: UUID) -> ResponseReturnValue:
    """Keep the answers about the lots of a page, all or none; or turn to another page.

    What was typed on other pages before is sent with it, page by page.
    """
    reader, now = member(), datetime.now(UTC)
    case, held = _find(reader, case_id)
    here = answer_pages.page_at(held, first_asked(), PAGE)
    form = Form.sent(case_form.answer_fields(), request.form)
    keep_beside(form, "photo", reader.producer_id, now=now)
    figures = answer_pages.unsent(form, here, held)
    turned = answer_pages.turned_to(request.form.get("do", ""))
    if turned is not None and not form.errors:
        there = answer_pages.page_at(held, turned, PAGE)
        return _page(case, held, there, answer_pages.shown(there, held, figures, form))
    said = _Said(case, held, reader, now)
    if form.errors or not said.keep(form, held):
        return _page(case, held, here, answer_pages.with_others(form, here, figures))
    for typed in answer_pages.elsewhere(here, held, figures, PAGE):
        there = answer_pages.page_at(held, typed.first, PAGE)
        of_it = answer_pages.shown(there, held, figures, form)
        if not said.keep(of_it, typed.lots):
            return _page(case, held, there, of_it)
        figures = answer_pages.without(figures, typed)
    return _onward(reader, case_id)


@dataclass(frozen=True, slots=True)
class _Said:
    """Who answers which recall, and when."""

    case: Case
    held: Sequence[Held]
    reader: Visitor
    now: datetime

    def keep(self, form: Form, some: Sequence[Held]) -> bool:
        """Keep what a page says of some lots; note in its form what is wrong with that."""
        travelling = form.typed.pop(answer_pages.KEPT, [])
        with form.trying():
            counts = case_form.counts(self.held, form.data(), self.reader.producer_id, some)
            for count in counts:
                answering.acknowledge(self.case.ref, Ref(*self.reader.key), count, now=self.now)
        form.typed[answer_pages.KEPT] = travelling
        return not form.errors


@blueprint.get("/desk/recalls/<uuid:case_id>/photos/<sha256>")
@may(Act.ANSWER_RECALL)
def show_photo(case_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a holder the photo that was sent."""
    reader = member()
    case, _held = _find(reader, case_id)
    back = url_for("recalls.show_recall", case_id=case_id)
    return case_pictures.answer(_own_photos(reader, case), sha256, back)


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


def _page(case: Case, held: list[Held], here: Page, form: Form) -> ResponseReturnValue:
    told = render_template(
        "desk/recalls/recall.html",
        case=case,
        held=held,
        some=here.lots,
        first=here.first,
        page_size=PAGE,
        turn=answer_pages.TURN,
        form=form,
        standing=case_words.standing(case),
        photos=case_pictures.shown(_own_photos(member(), case)),
        reminded=reminders.reminded(case.ref).get(member().producer_id),
        now=datetime.now(UTC),
    )
    return told, form.status
