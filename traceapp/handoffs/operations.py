"""What is said about a hand-off besides the records of its sides. Callers own the transaction.

Receiving and refusing by a member are ordinary records (`batches`): nothing here writes an event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from traceapp import problem
from traceapp.batches.amounts import BatchUnit, amount_in, mass_of
from traceapp.batches.books import hand_off_events, hand_offs
from traceapp.batches.hand_off_models import (
    HandOffAcceptance,
    HandOffAnswer,
    HandOffAnswerer,
    HandOffAnswerItem,
)
from traceapp.batches.models import Event
from traceapp.batches.quantities import wrong_amount
from traceapp.batches.recording import grants
from traceapp.batches.recording.waiting import wait_for
from traceapp.batches.refreshing import refresh
from traceapp.database.engine import db
from traceapp.database.ids import new_id
from traceapp.handoffs import links
from traceapp.handoffs.models import HandOffLink
from traceapp.photos import operations as photos
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import AnswerKind, Ref, TraceFacts
from traceapp.trace.handoffs import Delivery, delivery, state
from traceapp.trace.history import names
from traceapp.trace.story import Story
from traceapp.trace.units import QuantityError

Member = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver without account says; `items` in the order of `batches`."""

    kind: AnswerKind
    name: str
    note: str | None
    items: Sequence[Mapping[str, Any]] = ()
    photo: bytes | None = None


def answer(link: HandOffLink, batches: Sequence[Ref], reply: Reply, *, now: datetime) -> None:
    """Keep the answer that a link was made for, and use the link up.

    The photo is kept last: whoever has a link fills no disk with answers that are refused. Raises
    NotFound for a link that no longer works, InvalidInput for a unit that does not fit, and
    RefusedPhoto.
    """
    wait_for(batch.id for batch in batches)
    lines = _lines(batches, reply)
    if not links.use(link, now):
        raise problem.NotFound
    answer_id, producer_id = new_id(), link.producer_id
    db.session.add(
        HandOffAnswer(
            producer_id=producer_id,
            answer_id=answer_id,
            ship_event_id=link.ship_event_id,
            link_id=link.link_id,
            kind=reply.kind,
            photo_sha256=_kept(producer_id, reply.photo, now),
            answered_at=now,
        )
    )
    db.session.flush()
    key = {"producer_id": producer_id, "answer_id": answer_id}
    db.session.add(HandOffAnswerer(**key, name=reply.name, note=reply.note))
    db.session.add_all(HandOffAnswerItem(**key, **line) for line in lines)
    db.session.flush()
    _tell((producer_id, link.ship_event_id), now)


def _kept(producer_id: UUID, photo: bytes | None, now: datetime) -> bytes | None:
    if photo is None:
        return None
    try:
        return photos.store(producer_id, photo, is_public=False, now=now)
    except problem.RefusedPhoto as error:
        at_its_field = [replace(finding, pointer="/photo") for finding in error.findings]
        raise problem.RefusedPhoto(findings=at_its_field) from error


def _lines(batches: Sequence[Ref], reply: Reply) -> list[dict[str, Any]]:
    if reply.kind is AnswerKind.REFUSED:
        return []
    units = grants.units_of(batches)
    return [
        {
            "position": position,
            "batch_producer_id": batch.producer_id,
            "batch_id": batch.id,
            "quantity": format(item["quantity"], "f"),
            "uom": item["uom"],
            "mass": _mass(units[batch], item, position),
        }
        for position, (batch, item) in enumerate(zip(batches, reply.items, strict=True))
    ]


def _mass(unit: BatchUnit, item: Mapping[str, Any], position: int) -> int | None:
    quantity, uom = item["quantity"], item["uom"]
    try:
        amount_in(unit, quantity, uom)
        return mass_of(unit, quantity, uom, None)
    except QuantityError as error:
        finding = wrong_amount(error, f"/items/{position}", uom, unit.uom)
        raise problem.InvalidInput(findings=[finding]) from error


def accept(shipment: tuple[UUID, UUID], *, by: Member, now: datetime) -> None:
    """Take over the other side's figures of a shipment, as they stand now.

    Raises NotFound where nothing of it is disputed.
    """
    wait_for(batch.id for batch in hand_off_events.named_by([shipment]))
    parcels = [parcel for parcel in _parcels(shipment, now) if _is_disputed(parcel, now)]
    accepted = {record for parcel in parcels for record in _other_side(parcel, by[0])}
    if not accepted:
        raise problem.NotFound
    db.session.add_all(
        HandOffAcceptance(
            producer_id=by[0],
            acceptance_id=new_id(),
            ship_producer_id=shipment[0],
            ship_event_id=shipment[1],
            accepted_id=record,
            by_member_id=by[1],
            accepted_at=now,
        )
        for record in sorted(accepted)
    )
    db.session.flush()
    _tell(shipment, now)


def forget_answerer(producer_id: UUID, answer_id: UUID) -> bool:
    """Erase who gave an answer and what they wrote; the answer stays. False where none is left."""
    gone = db.session.execute(
        delete(HandOffAnswerer)
        .where(HandOffAnswerer.producer_id == producer_id, HandOffAnswerer.answer_id == answer_id)
        .returning(HandOffAnswerer.answer_id)
    )
    return gone.first() is not None


def _other_side(parcel: Delivery, mine: UUID) -> list[UUID]:
    if parcel.ship.ref.producer_id != mine:
        return [parcel.ship.ref.id]
    said = parcel.receipt_answer
    return [said.id] if said else [receipt.ref.id for receipt in parcel.receipts]


def _is_disputed(parcel: Delivery, now: datetime) -> bool:
    return state(parcel, now) is HandOffState.DISPUTED


def _parcels(shipment: tuple[UUID, UUID], now: datetime) -> list[Delivery]:
    batches = hand_off_events.named_by([shipment])
    events = tuple(hand_off_events.hand_off_events(batches)) if batches else ()
    found = []
    for batch in batches:
        story = Story(TraceFacts(batch, (), events), now)
        ships = [r for r in story.naming(batch) if r.versions[0].ref == shipment]
        found += [delivery(story, r, batch) for r in ships if batch in names(r.event)]
    return found


def _tell(shipment: tuple[UUID, UUID], now: datetime) -> None:
    """Bring the index and the public pages up to what was just said."""
    batches = {parcel.batch for parcel in _parcels(shipment, now)}
    hand_offs.index(batches or hand_off_events.named_by([shipment]), now)
    refresh([db.session.get_one(Event, shipment)], now)
