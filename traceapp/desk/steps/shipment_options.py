"""Shipments that the form of a step offers: those on their way here, and those sent from here."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, tuple_

from traceapp.batches.books.models import CorrectedEvent, HandOff
from traceapp.batches.books.stock import is_what_corrects
from traceapp.batches.models import Event, EventItem
from traceapp.batches.recording.offers import RETURN, SHIPMENTS
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.producers.models import Producer, Site
from traceapp.trace.destinations import destination
from traceapp.trace.entries import HandOffState
from traceapp.trace.words import Words

Ref = tuple[UUID, UUID]

MOST_SHIPMENTS = 30
RECENT = timedelta(days=60)

# Written once: every form asks, and to write them takes longer than the database does.
_COMING = select(
    *(HandOff.producer_id, HandOff.event_id, HandOff.record_id),
    *(HandOff.batch_producer_id, HandOff.batch_id),
).order_by(HandOff.sent_at.desc(), HandOff.event_id)
_SENT = select(
    *(Event.producer_id, Event.event_id, Event.event_time, Event.document),
    *(Producer.name, Producer.name_en),
).join(Producer, Producer.producer_id == Event.producer_id)
_IS_LINE = and_(
    EventItem.producer_id == Event.producer_id,
    EventItem.event_id == Event.event_id,
    EventItem.direction == "input",
)
_SITES = select(Site.site_id).where(Site.producer_id == bindparam("producer", type_=Identifier))


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods on their way to one of our sites, or sent from one."""

    event_id: UUID
    sender: Words
    sent_at: datetime
    doc_no: str
    items: tuple[tuple[Ref, str | None, str | None], ...]


def shipments_to(producer_id: UUID, *, now: datetime, also: UUID | None = None) -> list[Shipment]:
    """List what others sent here lately and nobody here answered yet, lot by lot; `also` this one.

    A shipment goes by the id it was first recorded under, whatever corrected it.
    """
    wanted = (HandOff.state == HandOffState.ON_THE_WAY) & (HandOff.sent_at >= now - RECENT)
    if also is not None:
        wanted |= or_(HandOff.event_id == also, HandOff.record_id == also)
    here = (HandOff.receiver_id == producer_id, HandOff.sender_id != producer_id)
    coming: dict[Ref, tuple[UUID, set[Ref]]] = {}
    for row in db.session.execute(_COMING.where(*here, wanted)):
        known_as = also if also == row.record_id else row.event_id
        lots = coming.setdefault((row.producer_id, row.record_id), (known_as, set()))[1]
        lots.add((row.batch_producer_id, row.batch_id))
    coming |= {step: (step[1], lots) for step, lots in _returns(producer_id, now, also).items()}
    steps = list(coming)[:MOST_SHIPMENTS]
    named = tuple_(Event.producer_id, Event.event_id).in_(steps)
    rows = {(row.producer_id, row.event_id): row for row in db.session.execute(_SENT.where(named))}
    found = _shipments(rows[step] for step in steps)
    return [_of_lots(one, *coming[step]) for one, step in zip(found, steps, strict=True)]


def _returns(producer_id: UUID, now: datetime, also: UUID | None) -> dict[Ref, set[Ref]]:
    """Give what others send back here in recalls, with its lots: no index of hand-offs has that."""
    sites = {str(one) for one in db.session.scalars(_SITES, {"producer": producer_id})}
    answered = select(Event.ship_event_id).where(
        Event.producer_id == producer_id, Event.ship_event_id.is_not(None)
    )
    if also is not None:
        answered = answered.where(Event.ship_event_id != also)
    found: dict[Ref, set[Ref]] = {}
    for row in db.session.execute(
        _SENT.join(EventItem, _IS_LINE)
        .outerjoin(CorrectedEvent, is_what_corrects())
        .add_columns(EventItem.batch_producer_id, EventItem.batch_id)
        .where(
            *(Event.step_kind == RETURN, Event.event_time >= now - RECENT),
            *(Event.producer_id != producer_id, Event.event_id.not_in(answered)),
            CorrectedEvent.event_id.is_(None),
        )
    ):
        if destination(json.loads(row.document).get("fields")) in sites:
            lots = found.setdefault((row.producer_id, row.event_id), set())
            lots.add((row.batch_producer_id, row.batch_id))
    return found


def _of_lots(one: Shipment, known_as: UUID, lots: Collection[Ref]) -> Shipment:
    items = tuple(item for item in one.items if item[0] in lots)
    return replace(one, event_id=known_as, items=items)


def shipment(step: Ref) -> Shipment | None:
    """Give what one step sent, to whomever that was; None where there is no such step."""
    query = _SENT.where(Event.producer_id == step[0], Event.event_id == step[1])
    return next(iter(_shipments(db.session.execute(query).all())), None)


def shipments_from(producer_id: UUID, *, now: datetime) -> list[Shipment]:
    """List what was sent from here lately."""
    lately = (Event.producer_id == producer_id, Event.event_time >= now - RECENT)
    holds = CorrectedEvent.event_id.is_(None)
    query = _SENT.outerjoin(CorrectedEvent, is_what_corrects()).where(*lately, holds)
    kinds = Event.step_kind.in_(SHIPMENTS)
    newest = query.where(kinds).order_by(Event.event_time.desc()).limit(MOST_SHIPMENTS)
    return _shipments(db.session.execute(newest).all())


def _shipments(rows: Iterable[Any]) -> list[Shipment]:
    rows = list(rows)
    items: dict[UUID, list[tuple[Ref, str | None, str | None]]] = {}
    query = (
        select(EventItem)
        .where(
            tuple_(EventItem.producer_id, EventItem.event_id).in_(
                [(row.producer_id, row.event_id) for row in rows]
            ),
            EventItem.direction == "input",
        )
        .order_by(EventItem.position)
    )
    for item in db.session.scalars(query):
        line = ((item.batch_producer_id, item.batch_id), item.quantity, item.uom)
        items.setdefault(item.event_id, []).append(line)
    return [
        Shipment(
            row.event_id,
            Words(row.name, row.name_en),
            row.event_time,
            str(json.loads(row.document).get("fields", {}).get("doc_no") or ""),
            tuple(items.get(row.event_id, ())),
        )
        for row in rows
    ]
