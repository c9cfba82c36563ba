"""What the two sides of a delivery do about it: receive, refuse, take over a figure, take back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit.operations import note
from traceapp.batches.models import Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.capturing import Actor, Recorded
from traceapp.database.engine import db
from traceapp.desk import uploads
from traceapp.desk.handoffs import hand_off_form
from traceapp.desk.handoffs.hand_off_views import blueprint, find, page
from traceapp.desk.handoffs.hand_off_words import Seen
from traceapp.desk.register import place_form
from traceapp.handoffs import operations
from traceapp.trace.rules import CLOCK_PLAY
from traceapp.web.endpoints import writes
from traceapp.web.faults import EMPTY
from traceapp.web.forms import Form

__all__ = ["blueprint"]


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/receipt")
@writes
@may(Act.RECORD_STEP)
def receive(shipment_id: UUID) -> ResponseReturnValue:
    """Confirm that goods arrived, or came back refused, with one's own figures."""
    reader, parcels = member(), find(shipment_id)
    form = Form.sent(hand_off_form.receipt_fields(parcels), request.form)
    back = [parcel.is_back for parcel in parcels if parcel.is_coming_back]
    if back and all(back) and not _is_recorded(reader.producer_id, form.value("id")):
        raise problem.NotFound
    uploads.keep_beside(form, hand_off_form.PHOTO, reader.producer_id, now=datetime.now(UTC))
    if not form.errors:
        with form.trying():
            event, places = hand_off_form.receipt_event(form, parcels)
            if not event["outputs"]:
                raise ValidationError({"items": {0: {"quantity": [EMPTY]}}})
            _record(event, places)
            if parcels[0].is_incoming:
                flash(_("Saved: you received this delivery."))
            else:
                flash(_("Saved: the goods came back."))
            return redirect(_page_of(shipment_id), code=303)
    return page(parcels, form, hand_off_form.refusal())


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/refusal")
@writes
@may(Act.RECORD_STEP)
def refuse(shipment_id: UUID) -> ResponseReturnValue:
    """Say that the goods were not taken, and why."""
    parcels = find(shipment_id)
    if not any(parcel.is_open_offer for parcel in parcels):
        raise problem.NotFound
    form = Form.sent(hand_off_form.refusal_fields(), request.form)
    with form.trying():
        if not form.value("reason").strip():
            raise ValidationError({"reason": [EMPTY]})
        _record(hand_off_form.refusal_event(form, parcels, _own_place(parcels)), ())
        flash(_("Saved: you did not take this delivery."))
        return redirect(_page_of(shipment_id), code=303)
    return page(parcels, hand_off_form.receipt(parcels), form)


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/acceptance")
@writes
@may(Act.HAND_OVER)
def accept(shipment_id: UUID) -> ResponseReturnValue:
    """Take over the other side's figures: both stay visible, and the difference is settled."""
    reader, parcels = member(), find(shipment_id)
    row, now = parcels[0].row, datetime.now(UTC)
    by = reader.key
    operations.accept((row.producer_id, row.event_id), by=by, now=now)
    note(reader.producer_id, "hand_off.accepted", f"hand_off/{shipment_id}", by=by, now=now)
    flash(_("Settled. Both figures stay on the record."))
    return redirect(_page_of(shipment_id), code=303)


def _is_recorded(producer_id: UUID, text: str) -> bool:
    """Tell whether the form was sent before: the same again is the same record."""
    try:
        return db.session.get(Event, (producer_id, UUID(text))) is not None
    except ValueError:
        return False


def _record(event: Mapping[str, Any], places: Sequence[str]) -> None:
    """Record a message of the form; what is wrong with a line is told at its place there."""
    reader, now = member(), datetime.now(UTC)
    try:
        message = capturing.read(event)
    except ValidationError as error:
        raise ValidationError(_in_form(error.messages, places)) from error
    actor = Actor(reader.producer_id, reader.member_id)
    (answer,) = capturing.record_events(actor, [message], now=now, latest=now + CLOCK_PLAY)
    if not isinstance(answer, Recorded):
        raise answer


def _in_form(messages: Any, places: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401
    """Put what is wrong with a message where the form asks for it."""
    found: dict[str, Any] = dict(messages)
    fields = found.pop("fields", {})
    lines = found.pop("outputs", {})
    items = {int(places[n].partition("/")[2]): faults for n, faults in lines.items()}
    return found | dict(fields) | ({"items": items} if items else {})


def _own_place(parcels: Sequence[Seen]) -> UUID:
    sites = place_form.sites_of(member().producer_id)
    if not sites or not parcels:
        raise problem.NotFound
    site_id: UUID = sites[0].site_id
    return site_id


def _page_of(shipment_id: UUID) -> str:
    return url_for("hand_offs.show_hand_off", shipment_id=shipment_id)
