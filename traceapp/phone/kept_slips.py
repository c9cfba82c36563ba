"""Slips as they are kept: put down once, and taken in later where they had to wait."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from traceapp.batches.models import Event
from traceapp.batches.recording import capturing
from traceapp.batches.recording.ledger import Written
from traceapp.batches.recording.offers import SHIPMENT
from traceapp.database.engine import db
from traceapp.handoffs.models import HandOverSlip
from traceapp.jobs import operations as jobs
from traceapp.trace.slips import CounterSlip, Slip

TAKE = "phone.take_slips"


def keep(slip: Slip, counter: CounterSlip, *, now: datetime) -> None:
    """Keep a slip and its counter-slip; the same two are kept once."""
    digest = hashlib.sha256(slip.content + counter.content).digest()
    key = (counter.producer_id, UUID(bytes=digest[:16]))
    if db.session.get(HandOverSlip, key) is not None:
        return
    db.session.add(
        HandOverSlip(
            producer_id=key[0],
            slip_id=key[1],
            event_id=counter.event_id,
            phone_id=counter.phone_id,
            ship_producer_id=slip.producer_id,
            ship_event_id=slip.event_id,
            ship_phone_id=slip.phone_id,
            slip=slip.content,
            counter_slip=counter.content,
            received_at=now,
        )
    )
    db.session.flush()


def texts(row: HandOverSlip) -> dict[str, str]:
    """Give slips as phones send them."""
    return {
        "slip": base64.b32encode(row.slip).decode().rstrip("="),
        "counter": base64.b32encode(row.counter_slip).decode().rstrip("="),
    }


def waiting_for(phones_or_shipment: ColumnElement[bool]) -> Sequence[HandOverSlip]:
    """Give the slips of which no receipt came yet, those that were here first in front."""
    is_recorded = (
        select(Event.event_id)
        .where(
            Event.producer_id == HandOverSlip.producer_id,
            Event.event_id == HandOverSlip.event_id,
        )
        .correlate(HandOverSlip)
        .exists()
    )
    query = select(HandOverSlip).where(phones_or_shipment, ~is_recorded)
    return db.session.scalars(query.order_by(HandOverSlip.received_at, HandOverSlip.slip_id)).all()


def of_shipment(producer_id: UUID, event_id: UUID) -> ColumnElement[bool]:
    """Match the slips of a shipment."""
    return and_(
        HandOverSlip.ship_producer_id == producer_id, HandOverSlip.ship_event_id == event_id
    )


def of_phone(producer_id: UUID, phone_id: UUID) -> ColumnElement[bool]:
    """Match the slips that a phone signed, on either side."""
    gave = and_(
        HandOverSlip.ship_producer_id == producer_id, HandOverSlip.ship_phone_id == phone_id
    )
    took = and_(HandOverSlip.producer_id == producer_id, HandOverSlip.phone_id == phone_id)
    return or_(gave, took)


def follow(written: Written, now: datetime) -> None:
    """Have the slips taken in that waited for these shipments."""
    sent = {
        (step.producer_id, step.event_id) for step in written.steps if step.step_kind == SHIPMENT
    }
    shipments = sorted(sent & written.new)
    if not shipments:
        return
    key = tuple_(HandOverSlip.ship_producer_id, HandOverSlip.ship_event_id)
    for producer_id, event_id in db.session.execute(
        select(HandOverSlip.ship_producer_id, HandOverSlip.ship_event_id)
        .where(key.in_(shipments))
        .distinct()
    ):
        payload = {"producer_id": str(producer_id), "event_id": str(event_id)}
        jobs.enqueue(TAKE, payload, now=now)


def follow_key(phone: tuple[UUID, UUID], now: datetime) -> None:
    """Have the slips taken in that waited for the key of this phone."""
    if waiting_for(of_phone(*phone)):
        payload = {"producer_id": str(phone[0]), "phone_id": str(phone[1])}
        jobs.enqueue(TAKE, payload, now=now)


capturing.on_recorded.append(follow)
