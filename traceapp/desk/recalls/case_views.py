"""Recall cases at the desk: their list, opening one, its page, issuing it."""

from collections.abc import Callable
from dataclasses import replace
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
from traceapp.desk.batches.stop_words import actor_of
from traceapp.desk.recalls import (
    case_doors,
    case_ending,
    case_form,
    case_kin,
    case_pictures,
    case_sources,
    case_widening,
    case_words,
    letter_words,
)
from traceapp.desk.recalls.case_preview import preview_of
from traceapp.desk.recalls.case_sent import NOTHING, Sent
from traceapp.desk.recalls.effectiveness_form import USUAL, size_fields
from traceapp.desk.reports.report_views import take_up_report
from traceapp.public.models import ProblemReport
from traceapp.recalls import case_list, case_queries, cases, effectiveness, releasing
from traceapp.recalls.case_models import RecallCase
from traceapp.recalls.case_photos import photos_of
from traceapp.recalls.case_queries import Case
from traceapp.recalls.goods.held import Scope
from traceapp.recalls.notices import reminders
from traceapp.trace.facts import Ref
from traceapp.web import lists
from traceapp.web.endpoints import writes
from traceapp.web.forms import Form
from traceapp.web.pages import moment

LONGEST_NUMBER = 9

blueprint = Blueprint("cases", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/cases")
@may(Act.OPEN_CASE)
def list_cases() -> ResponseReturnValue:
    """List the cases of the reader's body, or everybody's at the authority; drills too."""
    reader = member()
    kinds = {"recall": _("Recalls"), "drill": _("Drills"), "open": _("Still running")}
    wish = lists.asked(request.args, lists.Filter("kind", _("Kind"), kinds))
    led_by = None if reader.may(Act.LOOK_UP_ANY) else reader.producer_id
    query = case_list.listed(led_by, wish.chosen.get("kind"), wish.words)
    orders = (
        lists.Order(RecallCase.opened_at, is_descending=True),
        lists.Order(RecallCase.case_id, is_descending=True),
    )
    paged = lists.page(query, orders, wish)
    found = replace(paged, rows=case_queries.among([row.case_id for row in paged.rows]))
    if wish.is_csv:
        return lists.as_csv("ho-so-thu-hoi", _columns(), found.rows)
    now = datetime.now(UTC)
    return render_template(
        "desk/recalls/cases.html", found=found, words=case_words, now=now, drill_id=new_id()
    )


@blueprint.get("/desk/batches/<code>/case")
@may(Act.OPEN_CASE)
def new_case(code: str) -> ResponseReturnValue:
    """Show what a recall of a batch would reach, and the form that opens a case."""
    reader = member()
    found, report = _suspected(reader, code)
    proposed = case_doors.proposed(found.ref, report, request.args)
    shown = {"id": str(new_id()), **proposed}
    return _opening(reader, found, Form.showing(case_form.opening_fields(), shown))


@blueprint.post("/desk/batches/<code>/case")
@writes
@may(Act.OPEN_CASE)
def open_case(code: str) -> ResponseReturnValue:
    """Open a case about a batch."""
    reader, now = member(), datetime.now(UTC)
    found, report = _suspected(reader, code)
    form = Form.sent(case_form.opening_fields(), request.form)
    uploads.keep_beside(form, "photo", reader.producer_id, now=now)
    if form.errors:
        return _opening(reader, found, form)
    with form.trying(unique="photo"):
        near = case_doors.group_named(request.args)
        suspicion = case_form.suspicion(Ref(*found.ref), form.data(), near)
        case = cases.open_case(actor_of(reader), suspicion, now=now)
        if report is not None:
            take_up_report(reader, report, now)
        flash(_("The case is open. Nobody is told before you issue it."))
        return redirect(url_for("cases.show_case", case_id=case.id), code=303)
    return _opening(reader, found, form)


@blueprint.get("/desk/cases/<uuid:case_id>")
@may(Act.OPEN_CASE)
def show_case(case_id: UUID) -> ResponseReturnValue:
    """Show a case: what it reaches, who has it, who answered, what was done."""
    reader = member()
    case = find_case(reader, case_id)
    return page(reader, case)


@blueprint.get("/desk/cases/<uuid:case_id>/evidence/<sha256>")
@may(Act.OPEN_CASE)
def show_evidence(case_id: UUID, sha256: str) -> ResponseReturnValue:
    """Show a photo of what the case was opened for."""
    case = find_case(member(), case_id)
    page = url_for("cases.show_case", case_id=case_id)
    return private_photos.show(case.ref.producer_id, photos_of(case.ref), sha256, page)


@blueprint.post("/desk/cases/<uuid:case_id>/issue")
@writes
@may(Act.ISSUE_RECALL)
def issue_case(case_id: UUID) -> ResponseReturnValue:
    """Issue the recall: every page says so from now on, and holders are told."""
    reader = member()
    case = find_case(reader, case_id)
    form = Form.sent(case_form.issue_fields(), request.form)
    turned = case_kin.turned_to(request.form.get("do", ""))
    if turned is not None:
        return page(reader, case, Sent(form, turned=turned))
    with form.trying():
        near = case_kin.near(reader, case, form)
        order, roots = case_form.order(case, form.data(), near)
        own = {one for one in roots if one.producer_id == case.batch.producer_id}
        by, now = actor_of(reader), datetime.now(UTC)
        cases.issue(case.ref, by, order, own, now=now)
        if roots - own:  # the lots of others wait for a second person
            cases.widen(case.ref, by, roots - own, order.reason, now=now)
        flash(_("Issued. Every page behind a code it reaches says so now."))
        return redirect(url_for("cases.show_case", case_id=case_id), code=303)
    return page(reader, case, Sent(form))


def find_case(reader: Visitor, case_id: UUID) -> Case:
    """Find a case that the reader leads or watches over; NotFound for any other."""
    case = case_queries.find_by_id(case_id)
    if case is None or not case_words.may_read(reader, case):
        raise problem.NotFound
    return case


def page(reader: Visitor, case: Case, sent: Sent = NOTHING) -> ResponseReturnValue:
    """Draw the page of a case; with what was typed, where that was refused."""
    reached = case_words.reached_by(reader, case, first_asked())
    lots = _named(reached)
    form = sent.form or _form(case, lots)
    told = render_template(
        "desk/recalls/case.html",
        case=case,
        scope=reached,
        account=case_words.account(reached),
        words=case_words,
        form=form,
        widening=sent.widening or Form.showing(case_widening.widening_fields()),
        decision=sent.decision,
        sampling=sent.sampling or Form.showing(size_fields(), {"size": USUAL}),
        visit=sent.visit,
        checks=_checks(case, lots),
        reminded=reminders.reminded(case.ref),
        letters=letter_words.told(reader, case),
        again=_again(case) if reader.may(Act.ISSUE_RECALL) else None,
        sample=effectiveness.last_of(case.ref),
        may_check=reader.may(Act.CHECK_RECALL),
        sources=case_sources.sources_of(reader, case, now=datetime.now(UTC)),
        answer_photos=case_pictures.shown(case_pictures.told_to(reader, case)),
        now=datetime.now(UTC),
        lots=lots,
        **_evidence(case),
        lots_of=case_kin.lots_of,
        lot_named=case_kin.lot_named,
        kin=[] if case.notice else case_kin.offered(reader, case, form, sent.turned),
        may_issue=reader.may(Act.ISSUE_RECALL),
        preview=None if case.notice else preview_of(reader, [case.batch], reached),
        to_decide=case_words.waiting_for(reader, case),
    )
    return told, sent.status


def _again(case: Case) -> Callable[[UUID], str]:
    """Give where a letter is sent again."""
    return lambda letter_id: url_for("letters.send_again", case_id=case.ref.id, letter_id=letter_id)


def _form(case: Case, lots: dict[Ref, str]) -> Form:
    """Give the form that issues a recall, or ends one that was issued."""
    if case.notice is None:
        return case_form.issuing(case)
    return Form.showing(case_ending.ending_fields(case, lots))


def _evidence(case: Case) -> dict[str, Any]:
    """Give the photos of a case and how they are shown."""
    photos = photos_of(case.ref)
    return {
        "photos": [photo.hex() for photo in photos],
        "pictures": private_photos.prepared(case.ref.producer_id, photos),
        "photo_path": lambda sha256: url_for(
            "cases.show_evidence", case_id=case.ref.id, sha256=sha256
        ),
    }


def lots_of(reader: Visitor, case: Case) -> dict[Ref, str]:
    """Name the lots of a case that are offered as ticks."""
    return _named(case_words.reached_by(reader, case, first_asked()))


def _named(reached: Scope) -> dict[Ref, str]:
    return {one.batch: one.lot for one in reached.held}


def _checks(case: Case, lots: dict[Ref, str]) -> dict[UUID, list[str]]:
    """Say which checks each act names."""
    return {
        act_id: [case_ending.said(one, lots) for one in named]
        for act_id, named in releasing.told(case).items()
    }


def first_asked() -> int:
    """Read which lot of a recall the page begins at; anything else begins at the first."""
    text = request.args.get("from", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else 0


def _suspected(reader: Visitor, code: str) -> tuple[Found, ProblemReport | None]:
    """Find a batch about which the reader may open a case, and the report the address names."""
    found = find_batch(reader, code)
    if not case_doors.may_open(reader, found.ref):
        raise problem.NotFound
    return found, case_doors.report_named(reader, found.ref, request.args)


def _opening(reader: Visitor, found: Found, form: Form) -> ResponseReturnValue:
    batch = Ref(*found.ref)
    reached = case_words.would_reach(reader, batch, first_asked())
    told = render_template(
        "desk/recalls/case_new.html",
        found=found,
        card=found.card,
        scope=reached,
        preview=preview_of(reader, [batch], reached),
        form=form,
        near=case_doors.group_named(request.args),
    )
    return told, form.status


def _columns() -> dict[str, lists.Reader]:
    return {
        _("Case number"): lambda case: (
            f"{_('DRILL')} {case.number}" if case.is_drill else case.number
        ),
        _("Why"): lambda case: case.reason,
        _("Opened"): lambda case: moment(case.opened_at),
        _("State"): lambda case: case_words.standing(case).words,
    }
