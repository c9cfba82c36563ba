"""Hand-offs at the desk: the list of both directions, and the page of one delivery."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Event
from traceapp.codes import queries as codes
from traceapp.database.engine import db
from traceapp.desk.handoffs import hand_off_form, hand_off_words
from traceapp.desk.handoffs.hand_off_words import Seen
from traceapp.gs1.batch_code import BatchCode
from traceapp.handoffs import links, queries, slip_queries, waiting_queries
from traceapp.photos import queries as pictures
from traceapp.trace.entries import HandOffState
from traceapp.web import lists
from traceapp.web.forms import Form
from traceapp.web.pages import moment

blueprint = Blueprint("hand_offs", "traceapp.desk", template_folder="templates")


@blueprint.get("/desk/hand-offs")
@may(Act.READ)
def list_hand_offs() -> ResponseReturnValue:
    """List what was handed over, in and out; or open the delivery whose code was typed."""
    reader, now = member(), datetime.now(UTC)
    wish = lists.asked(request.args, *_filters())
    if wish.text and links.find(wish.text, now) is not None:
        return redirect(url_for("hand_off_answers.show_offer", token=wish.text), code=303)
    found = queries.listed(reader.producer_id, wish, now)
    seen = _seen(found.rows, reader.producer_id, now)
    if wish.is_csv:
        return lists.as_csv("giao-nhan", _columns(seen), found.rows)
    return render_template(
        "desk/handoffs/hand_off_list.html",
        found=found,
        waiting_slips=slip_queries.waiting(reader.producer_id),
        seen=seen,
    )


@blueprint.get("/desk/hand-offs/scan")
@may(Act.READ)
def find_offer() -> ResponseReturnValue:
    """Lead whoever scanned a batch to the delivery that brings it to them, else to their list.

    A batch that is nowhere and one that is not for them are answered alike.
    """
    reader = member()
    fact = codes.find(BatchCode.parse(request.args.get("code", "")).text)
    offers = (
        waiting_queries.open_offers(reader.producer_id, (fact.producer_id, fact.batch_id))
        if fact
        else ()
    )
    if offers:
        return redirect(url_for(".show_hand_off", shipment_id=offers[0].event_id), code=303)
    flash(_("Nothing of this batch waits for you to receive it."), "amber")
    return redirect(url_for(".list_hand_offs"), code=303)


@blueprint.get("/desk/hand-offs/<uuid:shipment_id>")
@may(Act.READ)
def show_hand_off(shipment_id: UUID) -> ResponseReturnValue:
    """Show one delivery: both figures, where it stands, and what this side can do."""
    parcels = find(shipment_id)
    return page(parcels, hand_off_form.receipt(parcels), hand_off_form.refusal())


def find(shipment_id: UUID) -> list[Seen]:
    """Give the batches of a delivery of which the reader is a side. Raises NotFound."""
    reader, now = member(), datetime.now(UTC)
    rows = queries.of_event(reader.producer_id, shipment_id)
    if not rows:
        raise problem.NotFound
    parcels = [hand_off_words.seen(row, reader.producer_id, now) for row in rows]
    parcels = hand_off_words.with_stops(parcels, reader.producer_id)
    return hand_off_words.with_what_is_back(parcels)


def page(parcels: Sequence[Seen], receipt: Form, refusal: Form) -> tuple[str, int]:
    """Draw the page of a delivery."""
    reader, first = member(), parcels[0]
    is_sender = first.row.sender_id == reader.producer_id
    shipment = (first.row.producer_id, first.row.event_id)
    answers = queries.answers(*shipment) if is_sender else []
    keys = [(shipment[0], bytes(a.photo_sha256)) for a in answers if a.photo_sha256 is not None]
    returning = [parcel for parcel in parcels if parcel.is_coming_back]
    shown = render_template(
        "desk/handoffs/hand_off.html",
        parcels=parcels,
        first=first,
        is_sender=is_sender,
        waiting=[parcel for parcel in parcels if parcel.is_open_offer],
        disputed=[parcel for parcel in parcels if parcel.state is HandOffState.DISPUTED],
        states=HandOffState,
        receipt=receipt,
        refusal=refusal,
        answers=answers,
        shots=pictures.renditions(keys, public_only=False) if keys else {},
        here_producer=shipment[0],
        own_receipt=None if is_sender else own_receipt(reader.producer_id, shipment[1]),
        reason=reason_of_refusal(first.row.receiver_id, shipment[1]),
        refused=[parcel for parcel in parcels if parcel.back is not None],
        returning=() if all(parcel.is_back for parcel in returning) else returning,
        open_links=links.open_links(shipment, datetime.now(UTC)) if is_sender else [],
        proof=slip_queries.proven(shipment),
        may_link=is_sender and first.row.receiver_id is None,
    )
    return shown, max(receipt.status, refusal.status)


def own_receipt(producer_id: UUID, shipment_id: UUID) -> UUID | None:
    """Give the reader's record of what arrived, the version that holds, to correct it."""
    query = (
        select(Event.event_id)
        .where(
            Event.producer_id == producer_id,
            Event.ship_event_id == shipment_id,
            Event.step_kind == "receive",
            ~is_corrected(),
        )
        .order_by(Event.record_time.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def reason_of_refusal(receiver_id: UUID | None, shipment_id: UUID) -> str:
    """Give why the receiver did not take a delivery, for both sides; "" where nobody refused."""
    query = select(Event.document).where(
        Event.producer_id == receiver_id,
        Event.ship_event_id == shipment_id,
        Event.step_kind == "reject",
        ~is_corrected(),
    )
    told = db.session.scalars(query.order_by(Event.record_time.desc()).limit(1)).first()
    return str(json.loads(told).get("fields", {}).get("reason", "")) if told else ""


def _filters() -> tuple[lists.Filter, ...]:
    sides = {queries.INCOMING: _("Coming to you"), queries.OUTGOING: _("Sent by you")}
    return (
        lists.Filter("state", _("State"), hand_off_words.state_choices()),
        lists.Filter("side", _("Direction"), sides),
    )


def _seen(rows: Sequence[Any], by: UUID, now: datetime) -> Callable[[Any], Seen]:
    """Look at all rows of a list at once; give what finds one of them."""
    parcels = [hand_off_words.seen(row, by, now) for row in rows]
    found = {id(one.row): one for one in hand_off_words.with_stops(parcels, by)}
    return lambda row: found[id(row)]


def _columns(seen: Callable[[Any], Seen]) -> dict[str, lists.Reader]:
    return {
        _("Sent"): lambda row: moment(row.sent_at),
        _("From"): lambda row: seen(row).sender,
        _("To"): lambda row: seen(row).receiver,
        _("Product"): lambda row: row.name,
        _("Lot"): lambda row: row.lot,
        _("Sender recorded"): lambda row: seen(row).shipped,
        _("Receiver recorded"): lambda row: seen(row).received,
        _("Difference"): lambda row: seen(row).difference,
        _("State"): lambda row: _(seen(row).words.name),
        _("Sale"): lambda row: hand_off_words.sale(seen(row)),
    }
