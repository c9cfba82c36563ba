"""An officer lets a holder of a batch issue more labels than it has goods, or takes that back."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.desk.batches.batch_views import Found, find_batch
from traceapp.desk.labels.label_form import units_of
from traceapp.desk.labels.label_story import producer_names
from traceapp.labels import allowing
from traceapp.labels.allowing import USABLE_FOR, AllowanceSchema, WithdrawalSchema
from traceapp.labels.models import LabelAllowance
from traceapp.labels.orders import LONGEST_REASON
from traceapp.labels.proposals import room_of
from traceapp.trace.facts import Ref
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form, Option
from traceapp.web.languages import say

blueprint = Blueprint("label_allowances", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/<code>/more-labels")
@may(Act.ALLOW_MORE_LABELS)
def ask_allowance(code: str) -> ResponseReturnValue:
    """Ask whom, how many, for packs of which size and why."""
    found = _found(code)
    pack = room_of(found.ref[0], found.card).pack
    shown = {"id": new_id(), "quantity": pack.quantity, "uom": pack.uom}
    fields = _fields(found)
    shown["holder"] = fields[1].options[0].value if fields[1].options else ""
    return _page(found, Form.showing(fields, shown))


@blueprint.post("/desk/batches/<code>/more-labels")
@writes
@may(Act.ALLOW_MORE_LABELS)
def allow_labels(code: str) -> ResponseReturnValue:
    """Let a holder issue so many labels beyond its goods."""
    found = _found(code)
    form = Form.sent(_fields(found), request.form)
    with form.trying():
        given = AllowanceSchema().load(form.data())
        allowing.allow(Ref(*found.ref), given, Ref(*member().key), now=datetime.now(UTC))
        flash(_("Allowed. It stands on the page of the lot, with your reason."))
        return redirect(url_for("desk_batches.show_batch", code=found.address), code=303)
    return _page(found, form)


@blueprint.get("/desk/batches/<code>/more-labels/<uuid:producer_id>/<uuid:allowance_id>/withdraw")
@may(Act.ALLOW_MORE_LABELS)
def ask_withdrawal(code: str, producer_id: UUID, allowance_id: UUID) -> ResponseReturnValue:
    """Ask why labels that were allowed are not to be issued after all."""
    found = _found(code)
    row = _allowance(found, producer_id, allowance_id)
    return _withdrawal_page(found, row, Form.showing(_why(), {}))


@blueprint.post("/desk/batches/<code>/more-labels/<uuid:producer_id>/<uuid:allowance_id>/withdraw")
@writes
@may(Act.ALLOW_MORE_LABELS)
def withdraw(code: str, producer_id: UUID, allowance_id: UUID) -> ResponseReturnValue:
    """Take back what was allowed and nobody made use of."""
    found = _found(code)
    row = _allowance(found, producer_id, allowance_id)
    form = Form.sent(_why(), request.form)
    with form.trying():
        given = WithdrawalSchema().load(form.data())
        allowing.withdraw(row, given["reason"], Ref(*member().key), now=datetime.now(UTC))
        flash(_("Taken back. It stands on the page of the lot, with your reason."))
        return redirect(url_for("desk_batches.show_batch", code=found.address), code=303)
    return _withdrawal_page(found, row, form)


def _allowance(found: Found, holder: UUID, allowance_id: UUID) -> LabelAllowance:
    row = db.session.get(LabelAllowance, (holder, allowance_id))
    if row is None or row.batch != Ref(*found.ref):
        raise problem.NotFound
    return row


def _withdrawal_page(found: Found, row: LabelAllowance, form: Form) -> ResponseReturnValue:
    page = render_template(
        "desk/labels/label_withdrawal.html",
        found=found,
        form=form,
        row=row,
        pack=(Decimal(row.quantity), row.uom),
        holder=say(producer_names([row.producer_id]).get(row.producer_id)),
        office=say(producer_names([row.by_producer_id]).get(row.by_producer_id)),
    )
    return page, form.status


def _why() -> list[Field]:
    hint = _("Your reason stays on the page of the batch for everybody in charge.")
    words = _("Why are they not to be printed after all?")
    return [Field("reason", words, required=True, longest=LONGEST_REASON, hint=hint)]


def _found(code: str) -> Found:
    found = find_batch(member(), code)
    if found.code is None:
        raise problem.NotFound
    return found


def _page(found: Found, form: Form) -> ResponseReturnValue:
    days = USABLE_FOR.days
    page = render_template("desk/labels/label_allowance.html", found=found, form=form, days=days)
    return page, form.status


def _fields(found: Found) -> list[Field]:
    own, batch = member().producer_id, Ref(*found.ref)
    holders = [one for one in allowing.labelling(batch) if one != own]
    return [
        Field("id", kind="hidden"),
        Field("holder", _("Who may print them?"), "choice", options=_named(holders), required=True),
        Field("labels", _("How many labels more than goods?"), "number", required=True),
        Field("quantity", _("One label stands for"), "number", required=True),
        Field("uom", _("Unit"), "choice", options=units_of(found.card), required=True),
        Field(
            "reason",
            _("Why are there more labels than goods?"),
            required=True,
            longest=LONGEST_REASON,
            hint=_("Your reason stays on the page of the batch for everybody in charge."),
        ),
    ]


def _named(holders: list[UUID]) -> tuple[Option, ...]:
    names = producer_names(holders)
    return tuple(Option(str(one), say(names.get(one))) for one in holders)
