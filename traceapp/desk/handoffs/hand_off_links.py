"""Links for receivers without account, and the delivery note that carries one to them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from traceapp import problem
from traceapp.accounts.access import may, member
from traceapp.accounts.acts import Act
from traceapp.audit.operations import note
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.desk.handoffs.hand_off_acts import blueprint
from traceapp.desk.handoffs.hand_off_views import find
from traceapp.desk.handoffs.hand_off_words import Seen
from traceapp.handoffs import links, operations
from traceapp.handoffs.links import Made
from traceapp.printing import symbol
from traceapp.producers.models import Producer
from traceapp.web.endpoints import writes
from traceapp.web.settings import settings

__all__ = ["blueprint"]


@blueprint.get("/desk/hand-offs/<uuid:shipment_id>/note")
@may(Act.READ)
def show_note(shipment_id: UUID) -> ResponseReturnValue:
    """Show the delivery note; its code leads a receiver with account to this delivery."""
    return _note(_sent(shipment_id), None)


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/links")
@writes
@may(Act.HAND_OVER)
def make_link(shipment_id: UUID) -> ResponseReturnValue:
    """Make a link that works once, and show it on the delivery note: now and never again."""
    reader, parcels, now = member(), _sent(shipment_id), datetime.now(UTC)
    row = parcels[0].row
    made = links.make(
        (row.producer_id, row.event_id),
        by=reader.member_id,
        now=now,
        lasts=timedelta(days=settings().hand_off_link_days),
    )
    by = reader.key
    note(reader.producer_id, "hand_off.link_made", f"hand_off/{shipment_id}", by=by, now=now)
    return _note(parcels, made)


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/links/revocation")
@writes
@may(Act.HAND_OVER)
def revoke_links(shipment_id: UUID) -> ResponseReturnValue:
    """Let no link to this delivery be used any more."""
    reader, parcels, now = member(), _sent(shipment_id), datetime.now(UTC)
    row = parcels[0].row
    links.revoke_all((row.producer_id, row.event_id), now)
    by = reader.key
    note(reader.producer_id, "hand_off.links_revoked", f"hand_off/{shipment_id}", by=by, now=now)
    flash(_("Done: the links to this delivery no longer work."))
    return redirect(url_for("hand_offs.show_hand_off", shipment_id=shipment_id), code=303)


@blueprint.post("/desk/hand-offs/<uuid:shipment_id>/answers/<uuid:answer_id>/erasure")
@writes
@may(Act.HAND_OVER)
def erase_name(shipment_id: UUID, answer_id: UUID) -> ResponseReturnValue:
    """Erase who answered and what they wrote; the answer itself stays."""
    reader, now = member(), datetime.now(UTC)
    _sent(shipment_id)
    if not operations.forget_answerer(reader.producer_id, answer_id):
        raise problem.NotFound
    by = reader.key
    note(reader.producer_id, "hand_off.name_erased", f"hand_off/{shipment_id}", by=by, now=now)
    flash(_("The name and the note are erased. The answer stays."))
    return redirect(url_for("hand_offs.show_hand_off", shipment_id=shipment_id), code=303)


def _sent(shipment_id: UUID) -> list[Seen]:
    """Give a delivery that the reader's producer sent. Raises NotFound."""
    parcels = [one for one in find(shipment_id) if one.row.sender_id == member().producer_id]
    if not parcels or parcels[0].row.producer_id != member().producer_id:
        raise problem.NotFound
    return parcels


def _fields(shipment: tuple[UUID, UUID]) -> dict[str, str]:
    document = json.loads(db.session.get_one(Event, shipment).document)
    fields: dict[str, str] = document.get("fields", {})
    return fields


def _note(parcels: Sequence[Seen], made: Made | None) -> ResponseReturnValue:
    row = parcels[0].row
    home = settings().public_url
    page = url_for("hand_offs.show_hand_off", shipment_id=row.event_id)
    link = f"{home}/h/{made.token}" if made else f"{home}{page}"
    title = _("Code of this delivery")
    return render_template(
        "desk/handoffs/delivery_note.html",
        parcels=parcels,
        first=parcels[0],
        made=made,
        link=link,
        back=page,
        qr=Markup(symbol.svg(link, title)),  # noqa: S704 - drawn by us, its title is escaped
        sender=db.session.get_one(Producer, row.sender_id),
        fields=_fields((row.producer_id, row.record_id)),
    )
