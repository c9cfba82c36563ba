"""Changing the dates of a batch at the desk: its use-by date may be known only later."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches import batch_dates
from traceapp.batches.models import Batch
from traceapp.batches.recording.capturing import Actor
from traceapp.database.engine import db
from traceapp.desk.batches.batch_links import batch_page
from traceapp.web.endpoints import writes
from traceapp.web.forms import Field, Form

blueprint = Blueprint("batch_dates", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/batches/<uuid:batch_id>/dates")
@may(Act.REGISTER_BATCH)
def edit_dates(batch_id: UUID) -> ResponseReturnValue:
    """Open the dates of a batch."""
    batch = batch_dates.find_batch(member().producer_id, batch_id)
    return _page(Form.showing(_fields(), _shown(batch)), batch)


@blueprint.post("/desk/batches/<uuid:batch_id>/dates")
@writes
@may(Act.REGISTER_BATCH)
def change_dates(batch_id: UUID) -> ResponseReturnValue:
    """Change the dates of a batch; where somebody else did meanwhile, show both."""
    who = member()
    batch = batch_dates.find_batch(who.producer_id, batch_id)
    form = Form.sent(_fields(), request.form)
    with form.trying():
        given = form.data()
        seen = given.pop("version", "")
        actor = Actor(who.producer_id, who.member_id)
        batch_dates.change_dates(actor, batch_id, given, seen=seen, now=datetime.now(UTC))
        flash(_("Saved: %(name)s.", name=batch.lot))
        return redirect(batch_page((who.producer_id, batch_id)), code=303)
    if form.status == problem.ChangedMeanwhile.status:
        db.session.refresh(batch)
        form.compare(_shown(batch))
    return _page(form, batch)


def _fields() -> list[Field]:
    return [
        Field("version", kind="hidden"),
        Field("production_date", _("Made or harvested on"), "date"),
        Field("packing_date", _("Packed on"), "date"),
        Field("expiry_date", _("Use by"), "date"),
    ]


def _shown(batch: Batch) -> dict[str, object]:
    return {**batch_dates.dates_of(batch), "version": batch_dates.as_text(batch)}


def _page(form: Form, batch: Batch) -> tuple[str, int]:
    back = batch_page((batch.producer_id, batch.batch_id))
    return render_template(
        "desk/batches/batch_dates.html", form=form, batch=batch, back=back
    ), form.status
