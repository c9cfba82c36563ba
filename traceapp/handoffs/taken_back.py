"""Goods that were not taken and are with their sender again, some now and the rest later."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, tuple_

from traceapp.batches.books.models import HandOff
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.models import Batch, Event, EventItem
from traceapp.database.engine import db
from traceapp.trace.facts import Ref
from traceapp.trace.rules import MISMATCH_PCT
from traceapp.trace.units import from_micro

Parcel = tuple[UUID, Ref]
"""A shipment, as first recorded, and a batch of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one record of the sender says is back."""

    record_id: UUID
    at: datetime
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Of one batch of a shipment, in the batch's own unit: what left, and what is back in parts."""

    uom: str
    sent: Decimal
    parts: tuple[Part, ...] = ()

    @property
    def back(self) -> Decimal:
        """Give how much is here again."""
        return sum((part.quantity for part in self.parts), Decimal(0))

    @property
    def still_out(self) -> Decimal:
        """Give how much is not; nothing where what is missing is within what two counts differ."""
        rest = self.sent - self.back
        return rest if rest > self.sent * MISMATCH_PCT / 100 else Decimal(0)


def taken_back(shipments: Collection[tuple[UUID, UUID]]) -> Mapping[Parcel, TakenBack]:
    """Read it for each batch of these shipments: producer and id, as first recorded."""
    found: dict[Parcel, TakenBack] = {}
    for parcel, rows in _by_parcel(shipments).items():
        left = [row for row in rows if row.direction == "input"]
        found[parcel] = TakenBack(rows[0].kept_in, _total(left), tuple(_parts(rows)))
    return found


def _by_parcel(shipments: Collection[tuple[UUID, UUID]]) -> Mapping[Parcel, Sequence[Any]]:
    """Read the lines of shipments as they hold now, and of the sender's receipts that name them."""
    found: dict[Parcel, list[Any]] = defaultdict(list)
    for row in db.session.execute(_lines(shipments)):
        batch = Ref(row.batch_producer_id, row.batch_id)
        found[row.shipment_id, batch].append(row)
    return found


def _lines(shipments: Collection[tuple[UUID, UUID]]) -> Select[*tuple[Any, ...]]:
    batch = (HandOff.batch_producer_id, HandOff.batch_id)
    return (
        select(
            *(HandOff.event_id.label("shipment_id"), Event.event_id, Event.event_time),
            *(*batch, EventItem.direction, EventItem.amount, Batch.uom.label("kept_in")),
        )
        .select_from(HandOff)
        .join(
            EventItem,
            and_(
                tuple_(EventItem.batch_producer_id, EventItem.batch_id) == tuple_(*batch),
                EventItem.producer_id == HandOff.producer_id,
            ),
        )
        .join(
            Event,
            and_(Event.producer_id == EventItem.producer_id, Event.event_id == EventItem.event_id),
        )
        .join(Batch, tuple_(Batch.producer_id, Batch.batch_id) == tuple_(*batch))
        .where(tuple_(HandOff.producer_id, HandOff.event_id).in_(sorted(shipments)))
        .where(_leaves() | _comes())
        .order_by(Event.event_time, Event.event_id)
    )


def _leaves() -> ColumnElement[bool]:
    return and_(Event.event_id == HandOff.record_id, EventItem.direction == "input")


def _comes() -> ColumnElement[bool]:
    """Match a receipt; it names the shipment as it was first recorded, or what corrects that."""
    return and_(
        Event.ship_event_id.in_((HandOff.event_id, HandOff.record_id)),
        Event.step_kind == "receive",
        EventItem.direction == "output",
        ~is_corrected(),
    )


def _parts(rows: Iterable[Any]) -> Iterable[Part]:
    for row in rows:
        if row.direction == "output":
            yield Part(row.event_id, row.event_time, from_micro(row.amount, row.kept_in))


def _total(rows: Iterable[Any]) -> Decimal:
    return sum((from_micro(row.amount, row.kept_in) for row in rows), Decimal(0))
