"""Reading the slips that two phones without a network signed for each other."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from traceapp.accounts import phone_keys
from traceapp.batches.models import Event
from traceapp.database.engine import db
from traceapp.handoffs.models import HandOverSlip
from traceapp.trace.slips import CounterSlip, Offered, Signed, Slip, read_counter, read_slip

MOST = 20

_IS_RECORDED = (
    select(Event.event_id)
    .where(Event.producer_id == HandOverSlip.producer_id, Event.event_id == HandOverSlip.event_id)
    .correlate(HandOverSlip)
    .exists()
)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A slip and its answer, as they were signed."""

    slip: Slip
    counter: CounterSlip

    @property
    def lines(self) -> Iterator[tuple[Offered, str]]:
        """Give each lot with how much of it was taken, "" for nothing."""
        return zip(self.slip.lines, self.counter.quantities, strict=True)


def proven(delivery: tuple[UUID, UUID]) -> Exchanged | None:
    """Give what proves a delivery, by its shipment or by a receipt without one.

    Only what is signed by keys of the phones it names.
    """
    row = HandOverSlip
    shipped = and_(row.ship_producer_id == delivery[0], row.ship_event_id == delivery[1])
    taken = and_(row.producer_id == delivery[0], row.event_id == delivery[1])
    found = _exchanged(or_(shipped, taken) & _IS_RECORDED)
    return next((one for one in found if _is_signed(one.slip) and _is_signed(one.counter)), None)


def waiting(producer_id: UUID) -> list[Exchanged]:
    """Give what was received here and waits for the giver's phone, the newest first."""
    return list(_exchanged((HandOverSlip.producer_id == producer_id) & ~_IS_RECORDED))


def _exchanged(which: ColumnElement[bool]) -> Iterator[Exchanged]:
    query = select(HandOverSlip.slip, HandOverSlip.counter_slip).where(which)
    newest_first = (HandOverSlip.received_at.desc(), HandOverSlip.slip_id)
    for slip, counter in db.session.execute(query.order_by(*newest_first).limit(MOST)):
        yield Exchanged(read_slip(_text(slip)), read_counter(_text(counter)))


def _is_signed(one: Signed) -> bool:
    keys = phone_keys.keys_of((one.producer_id, one.phone_id))
    return phone_keys.is_signed(keys, one.signed, one.signature)


def _text(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")
