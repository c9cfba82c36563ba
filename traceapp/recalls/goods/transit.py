"""Goods on their way: shipped and not received yet, or refused and not back yet. Core only.

They are counted where they go to; what comes back or was sent to nobody known here, at who sent it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from traceapp.batches.books.models import HandOff, Stock
from traceapp.batches.books.stock import is_corrected
from traceapp.batches.family import walking
from traceapp.batches.models import Event, EventItem
from traceapp.database.asking import ask
from traceapp.database.engine import db
from traceapp.database.types import Identifier
from traceapp.trace.entries import HandOffState
from traceapp.trace.facts import Ref

IS_ON_THE_WAY = HandOff.state == HandOffState.ON_THE_WAY
"""Match a shipment that nobody received or refused."""
IS_REFUSED = HandOff.state == HandOffState.REFUSED
"""Match a shipment that comes back, at once or in parts."""

HAS_SENT = (
    select(HandOff.event_id)
    .where(
        HandOff.batch_producer_id == Stock.batch_producer_id,
        HandOff.batch_id == Stock.batch_id,
        HandOff.sender_id == Stock.producer_id,
        or_(IS_ON_THE_WAY, IS_REFUSED),
    )
    .correlate(Stock)
    .exists()
)
"""Match the books of somebody whose goods are on their way, or come back."""


def moving(family: CTE) -> CTE:
    """Make the table of what of a family is coming to whom, and who sent it, in micro-units."""
    sent = _sent(family).cte("sent")
    nothing = literal_column("0", BigInteger)
    is_to_nobody = sent.c.receiver_id.is_(None)
    lot = (sent.c.producer_id, sent.c.batch_id)
    both = union_all(
        select(
            *(*lot, sent.c.receiver_id.label("holder_id"), sent.c.amount.label("coming")),
            nothing.label("sent"),
        ).where(~is_to_nobody),
        select(
            *(*lot, sent.c.sender_id, case((is_to_nobody, sent.c.amount), else_=nothing)),
            case((is_to_nobody, nothing), else_=sent.c.amount),
        ),
    ).subquery()
    key = (both.c.producer_id, both.c.batch_id, both.c.holder_id)
    sums = (cast(func.sum(both.c[name]), BigInteger).label(name) for name in ("coming", "sent"))
    query = select(*key, *sums).group_by(*key).having(func.sum(both.c.coming + both.c.sent) != 0)
    return query.cte("moving")


def _sent(family: CTE) -> Select[*tuple[Any, ...]]:
    """Ask for shipments that are out, with what is out of them; refused ones go to nobody."""
    back = case((IS_REFUSED, _came_back()), else_=0)
    return (
        select(
            *(family.c.producer_id, family.c.batch_id, HandOff.sender_id),
            case((IS_REFUSED, null()), else_=HandOff.receiver_id).label("receiver_id"),
            cast(_shipped() - back, BigInteger).label("amount"),
        )
        .select_from(family)
        .join(
            HandOff,
            and_(
                HandOff.batch_producer_id == family.c.producer_id,
                HandOff.batch_id == family.c.batch_id,
                or_(IS_ON_THE_WAY, IS_REFUSED),
            ),
        )
    )


def _shipped() -> ColumnElement[int]:
    of_shipment = (
        EventItem.producer_id == HandOff.producer_id,
        EventItem.event_id == HandOff.record_id,
    )
    query = select(func.coalesce(func.sum(EventItem.amount), 0)).where(*of_shipment, *_IS_OF_LOT)
    return query.where(EventItem.direction == "input").correlate(HandOff).scalar_subquery()


def _came_back() -> ColumnElement[int]:
    """Add up what the sender took in again of his own shipment."""
    return (
        select(func.coalesce(func.sum(EventItem.amount), 0))
        .join(
            Event,
            and_(Event.producer_id == EventItem.producer_id, Event.event_id == EventItem.event_id),
        )
        .where(
            Event.ship_event_id.in_((HandOff.event_id, HandOff.record_id)),
            Event.producer_id == HandOff.sender_id,
            EventItem.direction == "output",
            *_IS_OF_LOT,
            ~is_corrected(),
        )
        .correlate(HandOff)
        .scalar_subquery()
    )


def coming_to(holder: UUID, batch: Ref) -> int | None:
    """Give what of a batch is coming to somebody, in micro-units; None where nothing moves.

    Zero for who sent some of it to somebody else.
    """
    rows = moving(walking.known([batch]))
    query = select(rows.c.coming).where(rows.c.holder_id == holder)
    return db.session.execute(query).scalar_one_or_none()


def under_way(holder: UUID) -> set[Ref]:
    """Give the batches of which something comes to somebody, or is out that he sent."""
    return {Ref(row.producer_id, row.batch_id) for row in ask(_UNDER_WAY, holder=holder)}


def _of_holder() -> Select[*tuple[Any, ...]]:
    holder = bindparam("holder", type_=Identifier)
    sides = or_(HandOff.receiver_id == holder, HandOff.sender_id == holder)
    family = (
        select(HandOff.batch_producer_id.label("producer_id"), HandOff.batch_id)
        .where(sides, or_(IS_ON_THE_WAY, IS_REFUSED))
        .distinct()
        .cte("of_holder")
    )
    rows = moving(family)
    return select(rows.c.producer_id, rows.c.batch_id).where(rows.c.holder_id == holder)


_IS_OF_LOT = (
    EventItem.batch_producer_id == HandOff.batch_producer_id,
    EventItem.batch_id == HandOff.batch_id,
)
_UNDER_WAY = _of_holder()  # written once: pages of the desk ask
